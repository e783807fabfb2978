/*
 * edo/testing_cancel.h: cancelling at every point where code can be cancelled. In libedo-test.
 *
 * Code that waits can be cut short at each of its waits. A test that wants to know what happens then
 * writes what is to be cancelled as a function, the scenario, and what has to hold afterwards as
 * another, the check: that no message is lost, no permit is missing, no lock is held. These functions
 * find the points, and do the rest:
 *
 *     static int take_and_give(void *arg)
 *     {
 *         struct shop *shop = arg;
 *         int rc = edo_semaphore_acquire(&shop->permits, NULL);
 *         if (rc < 0)
 *             return rc;
 *         edo_sleep(EDO_MILLIS(5));
 *         edo_semaphore_add(&shop->permits, 1);
 *         return 0;
 *     }
 *     static void all_are_back(void *arg, unsigned step) { ... edo_semaphore_available(...) ... }
 *
 *     assert(edo_test_cancel_everywhere(take_and_give, all_are_back, &shop) > 0);
 *
 * "Fails the test" is as in edo/testing.h.
 */
#ifndef EDO_TESTING_CANCEL_H
#define EDO_TESTING_CANCEL_H

#include <edo/testing.h>

EDO_BEGIN_DECLS

/**
 * Runs `scenario(arg)` as a task again and again, in a runtime of its own each time, and aborts it:
 * in run 0 before it has begun, in run `step` after so many steps. A step lets everything that can
 * run do so once, the scenario and the tasks it has spawned; so in between two waits of the scenario
 * there is a step, and there are more while others work for it: it is aborted before and after
 * what it waits for has happened. In the last run it comes to its end, and nobody aborts it.
 *
 * After each run, its runtime is freed and `check(arg, step)` is called, if it is not NULL.
 *
 * Time is paused, and moves when nobody can run. Real events, as those of sockets, may be waited
 * for; but timers don't wait for them. The random choices are the same in each run.
 *
 * Fails the test when the scenario's result is negative though it was not aborted; when it doesn't
 * end, after an abort or without; or after 100,000 steps.
 *
 * Returns   how many runs were aborted, which is the number of the last run; -EINVAL, -ENOMEM or what
 *           building a runtime says.
 * Suspends  blocks the thread.
 * Threads   plain ones: from a task it is -EDEADLK.
 */
EDO_API_TEST_UTIL int edo_test_cancel_everywhere(int (*scenario)(void *arg),
                                                 void (*check)(void *arg, unsigned step),
                                                 void *arg);

/**
 * The same for one future, polled by hand. `make(arg)` gives a new one each time, in memory of the
 * caller's; `happens(arg)` makes the next part of what it waits for happen, and may be NULL. The steps
 * are: a poll, then what happens, then a poll, and so on until it is READY by itself. It is cancelled
 * after 0, 1, 2 … steps, so before its first poll, after it, after what happened and before it was
 * looked at. It then has to be READY within a few polls.
 *
 * Each run is done twice: what the future has taken is kept, and then it is put back, as a select does
 * with an arm that has lost. `check(arg, step, result)` is called after each.
 *
 * Fails the test when it is READY though it was pending and nobody has woken it; when it isn't READY
 * soon after its cancel; when it is woken after it was READY; or after 1,000 steps.
 *
 * Returns   after how many steps it was READY by itself; -EINVAL, -ENOMEM.
 */
EDO_API_TEST_UTIL int
edo_test_cancel_future(edo_future *(*make)(void *arg), void (*happens)(void *arg),
                       void (*check)(void *arg, unsigned step, int64_t result), void *arg);

/** Zeros are the defaults. */
typedef struct edo_test_cancel_opts {
    unsigned workers; /**< of the runtime; 0: 8, of which some are preempted everywhere */
    unsigned at_once; /**< scenarios; 0: 64 */
    uint64_t seed;    /**< of when each is aborted; 0: 1 */
} edo_test_cancel_opts;

/**
 * Runs `scenario(arg)` as a task `count` times, many at a time, on several workers, and aborts most of
 * them at a random moment, one in eight not at all. `opts` may be NULL. What has to hold afterwards is
 * looked at by the caller.
 *
 * Returns   how many of them returned -ECANCELED; -EINVAL, -ENOMEM or what building a runtime says.
 * Suspends  blocks the thread.
 * Threads   plain ones: from a task it is -EDEADLK.
 */
EDO_API_TEST_UTIL int64_t edo_test_cancel_randomly(const edo_test_cancel_opts *opts, uint64_t count,
                                                   int (*scenario)(void *arg), void *arg);

EDO_END_DECLS

#endif
