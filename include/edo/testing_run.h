/*
 * edo/testing_run.h: tests that run as a task, each in a runtime of its own. In libedo-test.
 *
 *     EDO_TEST_TASK_WITH(a_ping_is_answered, .paused = true)
 *     {
 *         assert_ok(edo_sleep(EDO_SECONDS(3600)));
 *         return 0;
 *     }
 */
#ifndef EDO_TESTING_RUN_H
#define EDO_TESTING_RUN_H

#include <edo/duration.h>
#include <edo/testing.h>

EDO_BEGIN_DECLS

/** Zeros: a current-thread runtime whose clock runs. */
typedef struct edo_test_run_opts {
    bool paused;           /**< the clock moves only while every task waits; for 0 workers */
    unsigned workers;      /**< 0: a current-thread runtime; else a multi-thread one of so many */
    edo_duration patience; /**< how long tasks that are left over may take to end; 0: 5 seconds */
} edo_test_run_opts;

/**
 * Runs `fn(arg)` as a task of a fresh runtime with a driver and timers, and ends that. Tasks that are left
 * over are cancelled and waited for; the test fails when one doesn't end, and the text names one of them.
 * `opts` may be NULL.
 *
 * Returns   what `fn` returned; -ETIMEDOUT for tasks that don't end, if the failure's hook returns; what
 *           edo_runtime_new and edo_block_on say.
 * Suspends  blocks the calling thread.
 * Threads   any that is in no task.
 */
#define edo_test_block_on(opts, fn, arg)                                                           \
    edo_test_block_on_from(__FILE__, __LINE__, (opts), (fn), (arg))
EDO_API_TEST_UTIL int edo_test_block_on_from(const char *file, int line,
                                             const edo_test_run_opts *opts, int (*fn)(void *arg),
                                             void *arg);

/** The same for EDO_TEST_TASK: a negative result fails the test as well. */
EDO_API_TEST_UTIL void edo_test_run(const char *file, int line, const char *name,
                                    const edo_test_run_opts *opts, int (*fn)(void *arg));

EDO_END_DECLS

/**
 * Defines a test, `static void name(void **state)`, as cmocka has them; elsewhere call name(NULL). What
 * follows is its body, which runs as by edo_test_block_on and returns 0, or a negative error that fails it.
 */
#define EDO_TEST_TASK(name) EDO_TEST_TASK_WITH(name, .paused = false)
/** The same with options: EDO_TEST_TASK_WITH(name, .paused = true). */
#define EDO_TEST_TASK_WITH(name, ...)                                                              \
    static int name##_in_task(void *edo_unused);                                                   \
    static void name(void **edo_state)                                                             \
    {                                                                                              \
        const edo_test_run_opts edo_opts = {__VA_ARGS__};                                          \
        (void)edo_state;                                                                           \
        edo_test_run(__FILE__, __LINE__, #name, &edo_opts, name##_in_task);                        \
    }                                                                                              \
    static int name##_in_task(void *edo_unused __attribute__((unused)))

#endif
