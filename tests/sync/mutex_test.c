/* mutex_test.c: a mutex whose waits are polled by hand, so that each step is seen. */
#include "sync/rig.h"

#include <errno.h>
#include <stdlib.h>

#include <edo/error.h>

#include "support/forked.h"

static edo_mutex held_mutex(void)
{
    edo_mutex m = EDO_MUTEX_INIT;

    assert_ok(edo_mutex_try_lock(&m));
    return m;
}

/* It is free, and nobody waits: it may go. */
static void end_mutex(edo_mutex *m)
{
    assert_ok(edo_mutex_try_lock(m));
    assert_ok(edo_mutex_unlock(m));
    assert_ok(edo_mutex_fini(m));
}

/* As if the wait, which is the first, had only just begun, however slow this test is. */
static void keep_young(edo_mutex_lock_future *wait)
{
    wait->due = wait->mutex->due = UINT64_MAX;
}

/* Longer than any wait may be passed over. */
static void outlast_patience(void)
{
    block_thread_for(2);
}

/* --- lock and unlock ---------------------------------------------------------------------- */

EDO_TEST_PLAIN(second_lock_waits_until_the_first_unlocks) /* sync-159 sync-171 */
{
    edo_mutex m = EDO_MUTEX_INIT;
    edo_mutex_lock_future first = edo_mutex_lock_async(&m), second = edo_mutex_lock_async(&m);

    assert_ready_eq(&first.base, 0);
    edo_test_task *hand = hand_wait(&second.base);
    hand_waits_on(hand);
    assert_ok(edo_mutex_unlock(&m));
    hand_end(hand, &second.base, 0);
    assert_err(edo_mutex_try_lock(&m), -EAGAIN);
    assert_ok(edo_mutex_unlock(&m));
    end_mutex(&m);
}

EDO_TEST_PLAIN(try_lock_takes_it_only_when_free) /* sync-161 */
{
    edo_mutex m = EDO_MUTEX_INIT;

    assert_ok(edo_mutex_try_lock(&m));
    assert_err(edo_mutex_try_lock(&m), -EAGAIN);
    assert_err(edo_mutex_try_lock(&m), -EAGAIN);
    assert_ok(edo_mutex_unlock(&m));
    assert_ok(edo_mutex_try_lock(&m));
    assert_ok(edo_mutex_unlock(&m));
    end_mutex(&m);
}

EDO_TEST_PLAIN(unlock_of_what_is_free_is_misuse) /* sync-170 */
{
    edo_mutex m = EDO_MUTEX_INIT;

    assert_err(edo_mutex_unlock(&m), -EDO_EMISUSE);
    assert_ok(edo_mutex_lock(&m)); /* nothing was changed by it */
    assert_ok(edo_mutex_unlock(&m));
    assert_err(edo_mutex_unlock(&m), -EDO_EMISUSE);
    end_mutex(&m);
}

static void unlock_a_free_one(void)
{
    edo_mutex m = EDO_MUTEX_INIT;

    (void)edo_mutex_unlock(&m);
}

EDO_TEST_PLAIN(misuse_is_explained_in_debug_builds)
{
    char said[512];

    assert_int_equal(forked_run(unlock_a_free_one, said, sizeof said), 0);
    assert_int_equal(strstr(said, "a mutex is unlocked that is not locked") != NULL, EDO_DEBUG);
}

EDO_TEST_PLAIN(unlock_between_a_call_and_its_answer_is_misuse) /* sync-170 */
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future wait = edo_mutex_lock_async(&m);
    edo_test_task *hand = hand_wait(&wait.base);

    keep_young(&wait);
    assert_ok(edo_mutex_unlock(&m));
    assert_err(edo_mutex_unlock(&m), -EDO_EMISUSE); /* the wait is woken, but has not got it */
    hand_end(hand, &wait.base, 0);
    assert_ok(edo_mutex_unlock(&m));
    end_mutex(&m);
}

EDO_TEST_PLAIN(zeros_are_a_free_mutex) /* sync-174 */
{
    static edo_mutex zeros, written = EDO_MUTEX_INIT;
    edo_mutex made;

    memset(&made, 0x55, sizeof made);
    assert_ok(edo_mutex_init(&made));
    assert_memory_equal(&zeros, &written, sizeof zeros);
    end_mutex(&zeros);
    end_mutex(&made);
    assert_ok(edo_mutex_lock(&written));
    assert_err(edo_mutex_fini(&written), -EBUSY);
    assert_ok(edo_mutex_unlock(&written));
    assert_ok(edo_mutex_fini(&written));
}

EDO_TEST_PLAIN(a_mutex_that_is_waited_for_is_not_ended) /* sync-011 sync-174 */
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future wait = edo_mutex_lock_async(&m);
    edo_test_task *hand = hand_wait(&wait.base);

    assert_err(edo_mutex_fini(&m), -EBUSY);
    keep_young(&wait);
    assert_ok(edo_mutex_unlock(&m));
    assert_err(edo_mutex_fini(&m), -EBUSY); /* free, but somebody is about to take it */
    hand_end(hand, &wait.base, 0);
    assert_err(edo_mutex_fini(&m), -EBUSY);
    assert_ok(edo_mutex_unlock(&m));
    end_mutex(&m);
}

EDO_TEST_PLAIN(no_mutex_is_an_error)
{
    edo_mutex_lock_future wait = edo_mutex_lock_async(NULL);

    assert_ready_eq(&wait.base, -EINVAL);
    assert_err(edo_mutex_lock(NULL), -EINVAL);
    assert_err(edo_mutex_lock_owned(NULL, (edo_owner){0}), -EINVAL);
    assert_err(edo_mutex_try_lock(NULL), -EINVAL);
    assert_err(edo_mutex_try_lock_owned(NULL, (edo_owner){0}), -EINVAL);
    assert_err(edo_mutex_unlock(NULL), -EINVAL);
    assert_err(edo_mutex_init(NULL), -EINVAL);
    assert_err(edo_mutex_fini(NULL), -EINVAL);
}

/* --- order, barging, hand-over ------------------------------------------------------------ */

#define QUEUE 100

EDO_TEST_PLAIN(waits_are_served_in_the_order_of_their_first_polls) /* sync-160 */
{
    edo_mutex m = held_mutex();
    static edo_mutex_lock_future waits[QUEUE];
    edo_test_task *hands[QUEUE];

    for (int i = 0; i < QUEUE; i++) {
        waits[i] = edo_mutex_lock_async(&m);
        hands[i] = hand_wait(&waits[i].base);
    }
    for (int i = 0; i < QUEUE; i++) {
        for (int j = i; j < QUEUE; j += 13)
            hand_waits_on(hands[j]); /* polled again, each keeps its place */
        assert_ok(edo_mutex_unlock(&m));
        assert_true(i + 1 == QUEUE || !edo_test_task_is_woken(hands[i + 1]));
        hand_end(hands[i], &waits[i].base, 0);
    }
    assert_ok(edo_mutex_unlock(&m));
    end_mutex(&m);
}

EDO_TEST_PLAIN(the_lock_may_be_barged_and_the_first_keeps_its_place) /* sync-162 */
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future first = edo_mutex_lock_async(&m), second = edo_mutex_lock_async(&m);
    edo_test_task *one = hand_wait(&first.base), *two = hand_wait(&second.base);

    for (int i = 0; i < 3; i++) {
        keep_young(&first);
        assert_ok(edo_mutex_unlock(&m));
        assert_true(edo_test_task_is_woken(one));
        assert_ok(edo_mutex_lock(&m)); /* past both of them */
        assert_int_equal(edo_test_task_poll(one), EDO_PENDING);
    }
    keep_young(&first);
    assert_ok(edo_mutex_unlock(&m));
    hand_waits_on(two);
    hand_end(one, &first.base, 0);
    keep_young(&second);
    assert_ok(edo_mutex_unlock(&m));
    hand_end(two, &second.base, 0);
    assert_ok(edo_mutex_unlock(&m));
    end_mutex(&m);
}

EDO_TEST_PLAIN(while_one_is_called_nobody_else_is_woken)
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future first = edo_mutex_lock_async(&m), second = edo_mutex_lock_async(&m);
    edo_test_task *one = hand_wait(&first.base), *two = hand_wait(&second.base);

    keep_young(&first);
    for (int i = 0; i < 5; i++) {
        assert_ok(edo_mutex_unlock(&m));
        assert_ok(edo_mutex_lock(&m));
    }
    assert_ok(edo_mutex_unlock(&m));
    hand_waits_on(two);
    hand_end(one, &first.base, 0); /* woken once by six unlocks */
    assert_ok(edo_mutex_unlock(&m));
    hand_end(two, &second.base, 0);
    assert_ok(edo_mutex_unlock(&m));
    end_mutex(&m);
}

EDO_TEST_PLAIN(who_has_waited_long_is_handed_the_lock) /* sync-163 */
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future first = edo_mutex_lock_async(&m), late = edo_mutex_lock_async(&m);
    edo_test_task *hand = hand_wait(&first.base);

    outlast_patience();
    assert_err(edo_mutex_try_lock(&m), -EAGAIN);
    assert_ok(edo_mutex_unlock(&m));
    assert_err(edo_mutex_try_lock(&m), -EAGAIN); /* it is the wait's, which has not looked yet */
    edo_test_task *behind = hand_wait(&late.base);
    hand_end(hand, &first.base, 0);
    assert_err(edo_mutex_try_lock(&m), -EAGAIN);
    assert_ok(edo_mutex_unlock(&m));
    hand_end(behind, &late.base, 0);
    assert_ok(edo_mutex_unlock(&m));
    end_mutex(&m);
}

EDO_TEST_PLAIN(one_called_in_time_is_handed_the_lock_when_it_is_late) /* sync-163 */
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future first = edo_mutex_lock_async(&m);
    edo_test_task *hand = hand_wait(&first.base);

    keep_young(&first);
    for (int i = 0; i < 20; i++) { /* in time, it may be barged */
        assert_ok(edo_mutex_unlock(&m));
        assert_ok(edo_mutex_try_lock(&m));
    }
    first.due = m.due = real_time_ns();
    int barged = 0;
    do { /* late, it may be a few times */
        assert_ok(edo_mutex_unlock(&m));
        barged++;
    } while (edo_mutex_try_lock(&m) == 0);
    assert_in_range(barged, 1, 8);
    assert_int_equal(edo_test_task_poll(hand), EDO_READY);
    assert_int_equal(first.base.result, 0);
    edo_test_task_release(hand);
    assert_ok(edo_mutex_unlock(&m));
    end_mutex(&m);
}

EDO_TEST_PLAIN(lateness_is_each_waits_own) /* sync-163 */
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future first = edo_mutex_lock_async(&m), second = edo_mutex_lock_async(&m);
    edo_test_task *one = hand_wait(&first.base);

    outlast_patience();
    edo_test_task *two = hand_wait(&second.base);
    second.due = UINT64_MAX; /* it has not waited long */
    assert_ok(edo_mutex_unlock(&m));
    assert_err(edo_mutex_try_lock(&m), -EAGAIN);
    assert_true(m.due == UINT64_MAX);
    hand_end(one, &first.base, 0);
    assert_ok(edo_mutex_unlock(&m));
    assert_int_equal(edo_mutex_try_lock(&m), 0); /* past the second */
    assert_ok(edo_mutex_unlock(&m));
    hand_end(two, &second.base, 0);
    assert_ok(edo_mutex_unlock(&m));
    end_mutex(&m);
}

/* --- cancel ------------------------------------------------------------------------------- */

EDO_TEST_PLAIN(a_lock_never_polled_is_nothing) /* sync-001 sync-002 sync-003 */
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future other = edo_mutex_lock_async(&m), forgotten = edo_mutex_lock_async(&m),
                          canceled = edo_mutex_lock_async(&m);

    (void)forgotten;
    edo_test_task *hand = hand_wait(&other.base);
    edo_future_cancel(&canceled.base);
    edo_future_cancel(&canceled.base);
    assert_ready_eq(&canceled.base, -ECANCELED);
    assert_ok(edo_mutex_unlock(&m));
    hand_end(hand, &other.base, 0);
    assert_ok(edo_mutex_unlock(&m));
    end_mutex(&m);
}

EDO_TEST_PLAIN(cancelled_wait_leaves_no_trace) /* sync-006 sync-166 */
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future wait = edo_mutex_lock_async(&m);
    edo_test_task *hand = hand_wait(&wait.base);

    hand_cancel(hand, &wait.base, -ECANCELED);
    assert_int_equal(edo_mutex_fini(&m), -EBUSY); /* held, still */
    assert_ok(edo_mutex_unlock(&m));
    assert_ok(edo_mutex_lock(&m));
    assert_ok(edo_mutex_unlock(&m));
    end_mutex(&m);
}

EDO_TEST_PLAIN(cancel_lets_those_behind_move_up_in_order) /* sync-004 sync-168 */
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future waits[4];
    edo_test_task *hands[4];

    for (int i = 0; i < 4; i++) {
        waits[i] = edo_mutex_lock_async(&m);
        hands[i] = hand_wait(&waits[i].base);
    }
    hand_cancel(hands[0], &waits[0].base, -ECANCELED);
    hand_cancel(hands[2], &waits[2].base, -ECANCELED);
    waits[0] = edo_mutex_lock_async(&m); /* its place is lost: it is behind all */
    hands[0] = hand_wait(&waits[0].base);
    for (int i = 0; i < 3; i++) {
        static const int order[] = {1, 3, 0};
        assert_ok(edo_mutex_unlock(&m));
        assert_true(edo_test_task_is_woken(hands[order[i]]));
        for (int j = i + 1; j < 3; j++)
            hand_waits_on(hands[order[j]]);
        hand_end(hands[order[i]], &waits[order[i]].base, 0);
    }
    assert_ok(edo_mutex_unlock(&m));
    end_mutex(&m);
}

EDO_TEST_PLAIN(handed_over_before_a_cancel_it_is_the_waits) /* sync-005 sync-167 sync-003 */
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future wait = edo_mutex_lock_async(&m);
    edo_test_task *hand = hand_wait(&wait.base);

    outlast_patience();
    assert_ok(edo_mutex_unlock(&m));
    edo_test_task_cancel(hand);
    edo_test_task_cancel(hand);
    hand_end(hand, &wait.base, 0);
    assert_err(edo_mutex_try_lock(&m), -EAGAIN);
    assert_ok(edo_mutex_unlock(&m));
    end_mutex(&m);
}

EDO_TEST_PLAIN(called_but_cancelled_it_calls_the_next) /* sync-004 sync-006 */
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future first = edo_mutex_lock_async(&m), second = edo_mutex_lock_async(&m);
    edo_test_task *one = hand_wait(&first.base), *two = hand_wait(&second.base);

    keep_young(&first);
    assert_ok(edo_mutex_unlock(&m));
    assert_true(edo_test_task_is_woken(one));
    hand_cancel(one, &first.base, -ECANCELED);
    hand_end(two, &second.base, 0); /* else it would wait for a lock that is free */
    assert_ok(edo_mutex_unlock(&m));
    end_mutex(&m);
}

EDO_TEST_PLAIN(called_and_barged_and_cancelled_the_next_unlock_calls)
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future first = edo_mutex_lock_async(&m), second = edo_mutex_lock_async(&m);
    edo_test_task *one = hand_wait(&first.base), *two = hand_wait(&second.base);

    keep_young(&first);
    assert_ok(edo_mutex_unlock(&m));
    assert_ok(edo_mutex_lock(&m));
    hand_cancel(one, &first.base, -ECANCELED);
    hand_waits_on(two);
    assert_ok(edo_mutex_unlock(&m));
    hand_end(two, &second.base, 0);
    assert_ok(edo_mutex_unlock(&m));
    end_mutex(&m);
}

EDO_TEST_PLAIN(a_cancelled_wait_can_be_made_anew_in_place)
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future wait = edo_mutex_lock_async(&m);

    for (int i = 0; i < 3; i++) {
        edo_test_task *hand = hand_wait(&wait.base);
        keep_young(&wait);
        if (i % 2) { /* called, too */
            assert_ok(edo_mutex_unlock(&m));
            assert_ok(edo_mutex_lock(&m));
        }
        hand_cancel(hand, &wait.base, -ECANCELED);
        wait.base = (edo_future)EDO_FUTURE_INIT(wait.base.ops); /* and nothing else */
    }
    edo_test_task *hand = hand_wait(&wait.base);
    hand_waits_on(hand);
    assert_ok(edo_mutex_unlock(&m));
    hand_end(hand, &wait.base, 0);
    assert_ok(edo_mutex_unlock(&m));
    end_mutex(&m);
}

/* Waits again, behind another, though it was called or handed the lock in its former life. */
static void wait_again_behind(edo_mutex_lock_future *former)
{
    edo_mutex *m = former->mutex;
    edo_mutex_lock_future first = edo_mutex_lock_async(m);
    edo_test_task *one = hand_wait(&first.base);

    former->base = (edo_future)EDO_FUTURE_INIT(former->base.ops);
    edo_test_task *two = hand_wait(&former->base);
    keep_young(&first);
    assert_ok(edo_mutex_unlock(m));
    hand_waits_on(two); /* free, but it is not its turn */
    hand_end(one, &first.base, 0);
    assert_ok(edo_mutex_unlock(m));
    hand_end(two, &former->base, 0);
    assert_ok(edo_mutex_unlock(m));
    end_mutex(m);
}

EDO_TEST_PLAIN(a_call_that_was_not_answered_is_forgotten) /* sync-168 */
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future wait = edo_mutex_lock_async(&m);
    edo_test_task *hand = hand_wait(&wait.base);

    keep_young(&wait);
    assert_ok(edo_mutex_unlock(&m));
    assert_true(edo_test_task_is_woken(hand));
    assert_ok(edo_mutex_lock(&m));
    hand_cancel(hand, &wait.base, -ECANCELED);
    wait_again_behind(&wait);
}

EDO_TEST_PLAIN(a_call_before_a_hand_over_is_forgotten)
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future wait = edo_mutex_lock_async(&m);
    edo_test_task *hand = hand_wait(&wait.base);

    keep_young(&wait);
    assert_ok(edo_mutex_unlock(&m));
    assert_ok(edo_mutex_lock(&m));
    wait.due = m.due = 0;
    do
        assert_ok(edo_mutex_unlock(&m));
    while (edo_mutex_try_lock(&m) == 0);
    assert_int_equal(edo_test_task_poll(hand), EDO_READY);
    edo_test_task_release(hand);
    edo_future_put_back(&wait.base);
    assert_ok(edo_mutex_try_lock(&m));
    wait_again_behind(&wait);
}

EDO_TEST_PLAIN(a_wait_is_late_a_millisecond_after_its_first_poll)
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future first = edo_mutex_lock_async(&m), second = edo_mutex_lock_async(&m);
    uint64_t before = real_time_ns();
    edo_test_task *one = hand_wait(&first.base);
    uint64_t due = first.due;

    assert_in_range(due, before + 1000000, real_time_ns() + 1000000);
    hand_waits_on(one);
    assert_true(first.due == due && m.due == due); /* a second poll makes it no younger */
    edo_test_task *two = hand_wait(&second.base);
    assert_true(m.due == due && second.due >= due);
    hand_cancel(one, &first.base, -ECANCELED);
    assert_true(m.due == second.due); /* it is the first now */
    hand_cancel(two, &second.base, -ECANCELED);
    assert_ok(edo_mutex_unlock(&m));
    end_mutex(&m);
}
