/*
 * edo/testing.h: futures polled by hand, and assertions about them. In libedo-test.
 *
 * "Fails the test" means: calls the function given to edo_test_on_failure, with a text, file and
 * line; without one it prints them on stderr and aborts. If that function returns, so does the
 * assertion.
 */
#ifndef EDO_TESTING_H
#define EDO_TESTING_H

#include <edo/future.h>

EDO_BEGIN_DECLS

/** Has `hook` called when a test fails; NULL: print and abort. Set it before threads start. */
EDO_API_TEST_UTIL void edo_test_on_failure(void (*hook)(const char *text, const char *file,
                                                        int line));
/** Fails the test, with a text as of printf. */
EDO_API_TEST_UTIL void edo_test_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** How often the test has failed so far. */
EDO_API_TEST_UTIL unsigned edo_test_failures(void);

/** A future with a counting waker of its own, to be polled by hand. */
typedef struct edo_test_task edo_test_task;

/**
 * Makes a harness around `fut`, which stays the caller's, and may be NULL when only
 * edo_test_task_enter is used. Needs no runtime.
 *
 * Returns   0; -EINVAL, -ENOMEM, and then *ret_task is untouched.
 * Owns      the caller, until edo_test_task_release.
 */
EDO_API_TEST_UTIL int edo_test_task_new(edo_future *fut, edo_test_task **ret_task);
/**
 * Frees it. Fails the test when the future was polled and is not READY, as its memory would
 * dangle. Wake-ups by clones of its waker that are still about fail the test from now on.
 */
#define edo_test_task_release(task) edo_test_task_release_from(__FILE__, __LINE__, (task))
EDO_API_TEST_UTIL void edo_test_task_release_from(const char *file, int line, edo_test_task *task);

/**
 * Polls once with the harness's waker, after clearing its count. Wake-ups after READY fail the
 * test; but one from another thread may have been under way, so the first of these is let pass.
 *
 * Returns   EDO_READY, and then fut->result is its result; EDO_PENDING, also without a future.
 */
EDO_API_TEST_UTIL edo_poll edo_test_task_poll(edo_test_task *task);
/**
 * Polls until the future is READY or says PENDING without having been woken; fails the test when
 * that takes more than 150 polls.
 *
 * Returns   as edo_test_task_poll.
 */
#define edo_test_task_poll_until_idle(task)                                                        \
    edo_test_task_poll_until_idle_from(__FILE__, __LINE__, (task))
EDO_API_TEST_UTIL edo_poll edo_test_task_poll_until_idle_from(const char *file, int line,
                                                              edo_test_task *task);
/** Clears the count and runs fn(arg, waker) with the harness's waker; returns what `fn` did. */
EDO_API_TEST_UTIL int64_t edo_test_task_enter(edo_test_task *task,
                                              int64_t (*fn)(void *arg, const edo_waker *waker),
                                              void *arg);
/** Cancels the future; poll it until it is READY afterwards. */
EDO_API_TEST_UTIL void edo_test_task_cancel(edo_test_task *task);
/** Whether the waker was called since the latest poll or enter began. */
EDO_API_TEST_UTIL bool edo_test_task_is_woken(const edo_test_task *task);
/** How often it was called since then. */
EDO_API_TEST_UTIL unsigned edo_test_task_wake_count(const edo_test_task *task);

/**
 * Polls once with a waker that is the same for the whole process, after clearing its count: for
 * tests that poll one future, or several from one place.
 */
EDO_API_TEST_UTIL edo_poll edo_test_poll(edo_future *fut);
/** Whether that waker was called since the latest edo_test_poll or assertion below began. */
EDO_API_TEST_UTIL bool edo_test_is_woken(void);
/** How often it was called since then. */
EDO_API_TEST_UTIL unsigned edo_test_wake_count(void);
/** That waker: borrowed, good for ever. */
EDO_API_TEST_UTIL const edo_waker *edo_test_waker(void);

/*
 * Assertions. Each takes an optional message with arguments, as printf does, at its end, and
 * evaluates its arguments once. Those about futures poll once, as edo_test_poll.
 */

/** Polls: PENDING, or the test fails and shows the result. */
#define assert_pending(...) EDO_ASSERT_(pending, __VA_ARGS__)
/** Polls: READY, or the test fails. Its value is the result. */
#define assert_ready(...) EDO_ASSERT_(ready, __VA_ARGS__)
/** Polls: READY with a result >= 0, which is its value. */
#define assert_ready_ok(...) EDO_ASSERT_(ready_ok, __VA_ARGS__)
/** Polls: READY with a negative result, which is its value. */
#define assert_ready_err(...) EDO_ASSERT_(ready_err, __VA_ARGS__)
/** Polls: READY with this result: assert_ready_eq(&recv.base, 1). */
#define assert_ready_eq(...) EDO_ASSERT_(ready_eq, __VA_ARGS__)
/** The process's waker was called this often since the latest poll: assert_woken(1). */
#define assert_woken(...) EDO_ASSERT_(woken, __VA_ARGS__)
/** A plain result is 0; a negative one is shown with its name. */
#define assert_ok(...) EDO_ASSERT_(ok, __VA_ARGS__)
/** A plain result is this error, -EPIPE for instance: assert_err(rc, -EPIPE). */
#define assert_err(...) EDO_ASSERT_(err, __VA_ARGS__)

/* The NULL ends the list where there is no message. */
#define EDO_ASSERT_(what, ...)                                                                     \
    edo_test_assert_##what(__FILE__, __LINE__, #__VA_ARGS__, __VA_ARGS__, (const char *)NULL)

/** What the assertions call, with the text of their arguments. */
EDO_API_TEST_UTIL void edo_test_assert_pending(const char *file, int line, const char *text,
                                               edo_future *fut, ...);
EDO_API_TEST_UTIL int64_t edo_test_assert_ready(const char *file, int line, const char *text,
                                                edo_future *fut, ...);
EDO_API_TEST_UTIL int64_t edo_test_assert_ready_ok(const char *file, int line, const char *text,
                                                   edo_future *fut, ...);
EDO_API_TEST_UTIL int64_t edo_test_assert_ready_err(const char *file, int line, const char *text,
                                                    edo_future *fut, ...);
EDO_API_TEST_UTIL void edo_test_assert_ready_eq(const char *file, int line, const char *text,
                                                edo_future *fut, int64_t expected, ...);
EDO_API_TEST_UTIL void edo_test_assert_woken(const char *file, int line, const char *text,
                                             unsigned expected, ...);
EDO_API_TEST_UTIL void edo_test_assert_ok(const char *file, int line, const char *text, int64_t rc,
                                          ...);
EDO_API_TEST_UTIL void edo_test_assert_err(const char *file, int line, const char *text, int64_t rc,
                                           int64_t expected, ...);

EDO_END_DECLS

#endif
