/*
 * edo/testing_stream.h: a stream of items that plays a script, for tests of code that takes from one. In
 * libedo-test.
 *
 *     edo_stream_mock *mock;
 *
 *     assert_ok(edo_stream_mock_new("jobs", EDO_ITEM(int), &mock));
 *     edo_stream_mock_item(mock, &(int){1});
 *     edo_stream_mock_wait(mock, EDO_SECONDS(60));
 *     edo_stream_mock_error(mock, -EIO);
 *     assert_err(work(edo_stream_mock_stream(mock)), -EIO);
 *     edo_stream_mock_release(mock);
 *
 * Waits need a runtime with timers, and are short where time is paused.
 */
#ifndef EDO_TESTING_STREAM_H
#define EDO_TESTING_STREAM_H

#include <edo/duration.h>
#include <edo/stream.h>
#include <edo/testing.h>

EDO_BEGIN_DECLS

typedef struct edo_stream_mock edo_stream_mock;

/**
 * Makes a mock of a stream of such items, with an empty script. The name is copied, and is in its message.
 *
 * Returns   0; -EINVAL, -ENOMEM, and then *ret_mock is untouched.
 * Owns      the caller, until edo_stream_mock_release.
 */
#define edo_stream_mock_new(name, item, ret_mock)                                                  \
    edo_stream_mock_new_from(__FILE__, __LINE__, (name), (item), (ret_mock))
EDO_API_TEST_UTIL int edo_stream_mock_new_from(const char *file, int line, const char *name,
                                               const edo_item *item, edo_stream_mock **ret_mock);
/**
 * Frees it, and destroys the items that are left. Those and errors that nobody took fail the test as in
 * edo/testing.h, which says how many there are; unless the test has failed before. No next is under way.
 */
#define edo_stream_mock_release(mock) edo_stream_mock_release_from(__FILE__, __LINE__, (mock))
EDO_API_TEST_UTIL void edo_stream_mock_release_from(const char *file, int line,
                                                    edo_stream_mock *mock);

/** Adds to the script: an item, of which it has a copy; an error as an item; a time in which nothing comes,
 * from the next that comes to it on. 0; -EINVAL; -ENOMEM. */
EDO_API_TEST_UTIL int edo_stream_mock_item(edo_stream_mock *mock, const void *item);
EDO_API_TEST_UTIL int edo_stream_mock_error(edo_stream_mock *mock, int error);
EDO_API_TEST_UTIL int edo_stream_mock_wait(edo_stream_mock *mock, edo_duration span);
/** What its hint says from now on. Without it: how many items the script has still. */
EDO_API_TEST_UTIL void edo_stream_mock_hint(edo_stream_mock *mock, edo_stream_bounds bounds);

/** The stream, which is borrowed: its release does nothing. Behind the last step is the end. */
EDO_API_TEST_UTIL edo_stream edo_stream_mock_stream(edo_stream_mock *mock);

EDO_END_DECLS

#endif
