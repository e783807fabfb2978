/* cancel_rig.h: scenarios that are cancelled at every step, and say how their waits came out. */
#ifndef TESTS_SYNC_CANCEL_RIG_H
#define TESTS_SYNC_CANCEL_RIG_H

#include "sync/rig.h"

#include <edo/testing_cancel.h>

/* How often each wait came out as it can; a scenario that is never cut short proves nothing. */
static unsigned cut, done;

static inline int note(int rc)
{
    cut += rc == -ECANCELED;
    done += rc >= 0;
    return rc;
}

static inline void check_cancels(int (*scenario)(void *arg),
                                 void (*check)(void *arg, unsigned step), void *arg)
{
    cut = done = 0;
    assert_true(edo_test_cancel_everywhere(scenario, check, arg) > 2);
    assert_true(cut > 0);
    assert_true(done > 0);
}

/* One future, with at least a poll, what happens, and another poll. */
static inline void check_future_cancels(edo_future *(*make)(void *arg), void (*happens)(void *arg),
                                        void (*check)(void *arg, unsigned step, int64_t result),
                                        void *arg)
{
    assert_true(edo_test_cancel_future(make, happens, check, arg) >= 3);
}

/* A barrier for two: whoever has left it is not counted, and nobody waits. */
static inline void check_two_fill(edo_barrier *b)
{
    edo_barrier_wait_future first = edo_barrier_wait_async(b);
    edo_barrier_wait_future second = edo_barrier_wait_async(b);

    assert_pending(&first.base);
    assert_ready_eq(&second.base, 1);
    assert_ready_eq(&first.base, 0);
    assert_ok(edo_barrier_fini(b));
}

#endif
