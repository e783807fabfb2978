/* mutex_owned_test.c: locks that hold a reference to what the mutex lies in. */
#include "sync/rig.h"

#include <errno.h>
#include <stdlib.h>

static edo_mutex held_mutex(void)
{
    edo_mutex m = EDO_MUTEX_INIT;

    assert_ok(edo_mutex_try_lock(&m));
    return m;
}

static void end_mutex(edo_mutex *m)
{
    assert_ok(edo_mutex_try_lock(m));
    assert_ok(edo_mutex_unlock(m));
    assert_ok(edo_mutex_fini(m));
}

static void unlock(void *m)
{
    assert_ok(edo_mutex_unlock(m));
}

/* As unlock, so late that the lock is handed to the first who waits. */
static void hand_over(void *m)
{
    block_thread_for(2);
    unlock(m);
}

EDO_TEST_PLAIN(an_owned_lock_gives_its_reference_back_at_the_unlock) /* sync-175 */
{
    edo_mutex m = EDO_MUTEX_INIT;
    unsigned gone = 0;

    assert_ok(edo_mutex_lock_owned(&m, counted_owner(&gone)));
    assert_err(edo_mutex_try_lock_owned(&m, counted_owner(&gone)), -EAGAIN);
    assert_int_equal(gone, 0);
    unlock(&m);
    assert_int_equal(gone, 1);
    assert_ok(edo_mutex_try_lock_owned(&m, counted_owner(&gone)));
    assert_int_equal(gone, 1);
    unlock(&m);
    assert_int_equal(gone, 2);
    assert_ok(edo_mutex_lock(&m)); /* one that isn't has none to give */
    unlock(&m);
    assert_int_equal(gone, 2);
    end_mutex(&m);
}

EDO_TEST_PLAIN(references_follow_the_lock_through_the_queue) /* sync-175 */
{
    for (int late = 0; late < 2; late++) {
        edo_mutex m = EDO_MUTEX_INIT;
        unsigned first = 0, second = 0;
        assert_ok(edo_mutex_lock_owned(&m, counted_owner(&first)));
        edo_mutex_lock_future lock = edo_mutex_lock_owned_async(&m, counted_owner(&second));
        edo_test_task *hand = hand_wait(&lock.base);
        (late ? hand_over : unlock)(&m);
        assert_int_equal(first, 1);
        hand_end(hand, &lock.base, 0);
        assert_int_equal(second, 0);
        unlock(&m);
        assert_int_equal(first, 1);
        assert_int_equal(second, 1);
        end_mutex(&m);
    }
}

EDO_TEST_PLAIN(a_reference_whose_lock_failed_is_still_the_callers) /* sync-175 */
{
    edo_mutex m = held_mutex();
    unsigned gone = 0;
    edo_mutex_lock_future canceled = edo_mutex_lock_owned_async(&m, counted_owner(&gone)),
                          loser = edo_mutex_lock_owned_async(&m, counted_owner(&gone));

    hand_cancel(hand_wait(&canceled.base), &canceled.base, -ECANCELED);
    lose_after(&loser.base, hand_over, &m);
    assert_int_equal(loser.base.result, -ECANCELED);
    assert_ok(edo_mutex_lock(&m));
    unlock(&m); /* not by a later unlock, either */
    assert_int_equal(gone, 0);
    end_mutex(&m);
}

EDO_TEST_PLAIN(handed_over_before_a_cancel_the_reference_is_the_locks) /* sync-167 sync-175 */
{
    edo_mutex m = held_mutex();
    unsigned gone = 0;
    edo_mutex_lock_future lock = edo_mutex_lock_owned_async(&m, counted_owner(&gone));
    edo_test_task *hand = hand_wait(&lock.base);

    hand_over(&m);
    edo_test_task_cancel(hand);
    hand_end(hand, &lock.base, 0);
    assert_int_equal(gone, 0);
    unlock(&m);
    assert_int_equal(gone, 1);
    end_mutex(&m);
}

struct boxed {
    edo_mutex mutex;
    unsigned refs; /* atomic */
};

static void box_unref(void *arg)
{
    struct boxed *b = arg;

    if (a_fetch_sub(&b->refs, 1, acq_rel) != 1)
        return;
    assert_ok(edo_mutex_fini(&b->mutex)); /* after the unlock */
    free(b);
}

EDO_TEST_PLAIN(the_last_reference_may_free_the_mutex) /* sync-175 */
{
    struct boxed *b = calloc(1, sizeof *b);

    assert_non_null(b);
    b->refs = 2;
    assert_ok(edo_mutex_lock_owned(&b->mutex, (edo_owner){box_unref, b}));
    box_unref(b);
    assert_err(edo_mutex_try_lock(&b->mutex), -EAGAIN); /* held, and so alive */
    assert_ok(edo_mutex_unlock(&b->mutex));
}
