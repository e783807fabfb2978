/*
 * edo/testing_io.h: a stream that plays a script, for tests of code that reads and writes. In libedo-test.
 *
 * The script says in order what the code under test reads and what it has to write:
 *
 *     const edo_mock_step script[] = {
 *         edo_mock_read("PING\r\n"),
 *         edo_mock_write("PONG\r\n"),
 *         edo_mock_wait(EDO_SECONDS(60)),
 *         edo_mock_read_error(-ECONNRESET),
 *     };
 *     edo_io_mock *mock;
 *
 *     assert_ok(edo_io_mock_new("client", script, 4, &mock));
 *     assert_err(serve(edo_io_mock_io(mock)), -ECONNRESET);
 *     edo_io_mock_release(mock);
 *
 * A read that comes before a write was made waits for it; a write passes over what was not read yet, but over
 * no wait and no error. What differs, and what is left over, fails the test as in edo/testing.h, with the
 * mock's name, the step, and where the mock was made. Waits need a runtime with timers, and are short
 * where time is paused.
 */
#ifndef EDO_TESTING_IO_H
#define EDO_TESTING_IO_H

#include <string.h>

#include <edo/duration.h>
#include <edo/io.h>
#include <edo/testing.h>

EDO_BEGIN_DECLS

typedef enum edo_mock_kind {
    EDO_MOCK_READ,       /**< a read gets these bytes, or the first of them */
    EDO_MOCK_WRITE,      /**< a write has to begin with these bytes, or to be the first of them */
    EDO_MOCK_WAIT,       /**< nothing goes on for so long, at least a millisecond */
    EDO_MOCK_READ_ERROR, /**< a read fails, once */
    EDO_MOCK_WRITE_ERROR /**< a write fails, once, and writes nothing */
} edo_mock_kind;

/** A step of a script. It is copied, with what it points to. */
typedef struct edo_mock_step {
    edo_mock_kind kind;
    const void *data; /**< of reads and writes; a step of no bytes is left out */
    size_t len;
    edo_duration wait;
    int error; /**< negative */
} edo_mock_step;

/** What is read: a text, or bytes. */
static inline edo_mock_step edo_mock_read_bytes(const void *data, size_t len)
{
    edo_mock_step step = {EDO_MOCK_READ, data, len, {0}, 0};
    return step;
}
static inline edo_mock_step edo_mock_read(const char *text)
{
    return edo_mock_read_bytes(text, strlen(text));
}
/** What has to be written. */
static inline edo_mock_step edo_mock_write_bytes(const void *data, size_t len)
{
    edo_mock_step step = {EDO_MOCK_WRITE, data, len, {0}, 0};
    return step;
}
static inline edo_mock_step edo_mock_write(const char *text)
{
    return edo_mock_write_bytes(text, strlen(text));
}
static inline edo_mock_step edo_mock_wait(edo_duration span)
{
    edo_mock_step step = {EDO_MOCK_WAIT, NULL, 0, span, 0};
    return step;
}
static inline edo_mock_step edo_mock_read_error(int error)
{
    edo_mock_step step = {EDO_MOCK_READ_ERROR, NULL, 0, {0}, error};
    return step;
}
static inline edo_mock_step edo_mock_write_error(int error)
{
    edo_mock_step step = {EDO_MOCK_WRITE_ERROR, NULL, 0, {0}, error};
    return step;
}

typedef struct edo_io_mock edo_io_mock;
typedef struct edo_io_mock_handle edo_io_mock_handle;

/** Zeros are the defaults. */
typedef struct edo_io_mock_opts {
    /** Each read and write takes its step when it is first polled and says so when it is polled again, as a
     * completion driver may: one that is cancelled in between has had its effect. */
    bool is_late;
    edo_io_mock_handle *
        *ret_handle; /**< not NULL: gets a handle, until edo_io_mock_handle_release */
} edo_io_mock_opts;

/**
 * Makes a mock that plays `count` steps. The name is copied, and is in each message. One array may be used for
 * any number of mocks.
 *
 * Returns   0; -EINVAL, -ENOMEM, and then *ret_mock is untouched.
 * Owns      the caller, until edo_io_mock_release.
 */
#define edo_io_mock_new(name, steps, count, ret_mock)                                              \
    edo_io_mock_new_from(__FILE__, __LINE__, (name), (steps), (count), NULL, (ret_mock))
/** The same with options. */
#define edo_io_mock_new_with(name, steps, count, opts, ret_mock)                                   \
    edo_io_mock_new_from(__FILE__, __LINE__, (name), (steps), (count), (opts), (ret_mock))
EDO_API_TEST_UTIL int edo_io_mock_new_from(const char *file, int line, const char *name,
                                           const edo_mock_step *steps, size_t count,
                                           const edo_io_mock_opts *opts, edo_io_mock **ret_mock);
/**
 * Frees it. Fails the test when bytes were not read or an expected write was not made, and says how many steps
 * are left; unless the test has failed before. No read or write is under way. NULL is fine.
 */
#define edo_io_mock_release(mock) edo_io_mock_release_from(__FILE__, __LINE__, (mock))
EDO_API_TEST_UTIL void edo_io_mock_release_from(const char *file, int line, edo_io_mock *mock);

/** The mock as a reader, a writer, and both. It is borrowed. Its flush and shutdown do nothing. */
EDO_API_TEST_UTIL edo_reader edo_io_mock_reader(edo_io_mock *mock);
EDO_API_TEST_UTIL edo_writer edo_io_mock_writer(edo_io_mock *mock);
EDO_API_TEST_UTIL edo_io edo_io_mock_io(edo_io_mock *mock);

/**
 * Adds a step behind the others, from any thread, and wakes who waits for it. While there is a handle, a
 * script that is at its end is none: reads and writes wait.
 *
 * Returns   0; -EINVAL, -ENOMEM: then nothing was added.
 */
EDO_API_TEST_UTIL int edo_io_mock_add(edo_io_mock_handle *handle, edo_mock_step step);
/** Gives the handle up: behind the last step is the end. The mock may be gone already. NULL is fine. */
EDO_API_TEST_UTIL void edo_io_mock_handle_release(edo_io_mock_handle *handle);

EDO_END_DECLS

#endif
