/* mutex_rules_test.c: a lock under way keeps the rules of every future: wakers, select, timeout. */
#include "sync/rig.h"

#include <errno.h>
#include <stdlib.h>

#include <edo/error.h>
#include <edo/testing_cancel.h>

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

/* --- wakers ------------------------------------------------------------------------------- */

EDO_TEST_PLAIN(poll_after_ready_takes_no_second_lock) /* sync-007 */
{
    edo_mutex m = EDO_MUTEX_INIT;
    edo_mutex_lock_future lock = edo_mutex_lock_async(&m);

    assert_ready_eq(&lock.base, 0);
    assert_ready_eq(&lock.base, 0);
    assert_ok(edo_mutex_unlock(&m));
    assert_ready_eq(&lock.base, 0);
    end_mutex(&m);
}

EDO_TEST_PLAIN(only_the_latest_waker_is_woken) /* sync-008 */
{
    for (int late = 0; late < 2; late++) {
        edo_mutex m = held_mutex();
        edo_mutex_lock_future lock = edo_mutex_lock_async(&m);
        edo_test_task *a = hand_wait(&lock.base), *b;
        assert_ok(edo_test_task_new(&lock.base, &b));
        assert_int_equal(edo_test_task_poll(b), EDO_PENDING);
        (late ? hand_over : unlock)(&m);
        assert_int_equal(edo_test_task_wake_count(a), 0);
        hand_end(b, &lock.base, 0);
        edo_test_task_release(a);
        unlock(&m);
        end_mutex(&m);
    }
}

EDO_TEST_PLAIN(a_called_wait_may_be_polled_with_another_waker) /* sync-008 */
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future lock = edo_mutex_lock_async(&m);
    edo_test_task *a = hand_wait(&lock.base), *b;

    assert_ok(edo_test_task_new(&lock.base, &b));
    lock.due = m.due = UINT64_MAX;
    unlock(&m);
    assert_ok(edo_mutex_lock(&m));
    assert_int_equal(edo_test_task_wake_count(a), 1);
    assert_int_equal(edo_test_task_poll(b), EDO_PENDING); /* it was barged */
    unlock(&m);
    assert_int_equal(edo_test_task_wake_count(a), 1);
    hand_end(b, &lock.base, 0);
    edo_test_task_release(a);
    unlock(&m);
    end_mutex(&m);
}

EDO_TEST_PLAIN(polled_often_it_is_woken_once) /* sync-009 */
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future lock = edo_mutex_lock_async(&m);
    edo_test_task *hand = hand_wait(&lock.base);

    for (int i = 0; i < 10; i++)
        hand_waits_on(hand);
    unlock(&m);
    assert_int_equal(edo_test_task_wake_count(hand), 1);
    hand_end(hand, &lock.base, 0);
    unlock(&m);
    end_mutex(&m);
}

EDO_TEST_PLAIN(memory_is_free_to_be_reused_after_ready) /* sync-010 */
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future *lock = malloc(sizeof *lock), *behind = malloc(sizeof *behind);

    assert_true(lock && behind);
    *lock = edo_mutex_lock_async(&m);
    *behind = edo_mutex_lock_async(&m);
    edo_test_task *one = hand_wait(&lock->base), *two = hand_wait(&behind->base);
    unlock(&m);
    hand_end(one, &lock->base, 0);
    memset(lock, 0x5a, sizeof *lock);
    free(lock); /* ASan sees who touches it */
    edo_test_task_cancel(two);
    assert_int_equal(edo_test_task_poll(two), EDO_READY);
    edo_test_task_release(two);
    memset(behind, 0x5a, sizeof *behind);
    free(behind);
    unlock(&m);
    end_mutex(&m);
}

struct noted {
    edo_mutex *mutex;
    unsigned wakes, destroyed;
};

static void use_the_mutex(void *arg)
{
    struct noted *n = arg;

    n->wakes++;
    assert_int_equal(n->destroyed, 0);
    if (edo_mutex_try_lock(n->mutex) == 0) /* no lock of the mutex's own is held */
        unlock(n->mutex);
    edo_mutex_lock_future other = edo_mutex_lock_async(n->mutex);
    if (edo_future_poll(&other.base, edo_test_waker()) == EDO_READY) {
        unlock(n->mutex);
    } else {
        edo_future_cancel(&other.base);
        assert_ready_eq(&other.base, -ECANCELED);
    }
}

static void note_destroyed(void *arg)
{
    ((struct noted *)arg)->destroyed++;
}

EDO_TEST_PLAIN(a_waker_may_use_the_mutex) /* sync-010 sync-012 */
{
    for (int late = 0; late < 2; late++) {
        edo_mutex m = held_mutex();
        struct noted n = {.mutex = &m};
        edo_mutex_lock_future lock = edo_mutex_lock_async(&m);
        edo_waker waker;
        assert_ok(edo_waker_new(use_the_mutex, note_destroyed, &n, &waker));
        assert_int_equal(edo_future_poll(&lock.base, &waker), EDO_PENDING);
        (late ? hand_over : unlock)(&m);
        assert_int_equal(n.wakes, 1);
        assert_int_equal(edo_future_poll(&lock.base, &waker), EDO_READY);
        assert_int_equal(n.destroyed, 0);
        edo_waker_drop(waker);
        assert_int_equal(n.destroyed, 1); /* the lock under way kept none */
        unlock(&m);
        end_mutex(&m);
    }
}

/* --- select and timeout ------------------------------------------------------------------- */

EDO_TEST_PLAIN(a_loser_that_took_it_unlocks_and_the_next_is_woken) /* sync-019 */
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future lock = edo_mutex_lock_async(&m), next = edo_mutex_lock_async(&m);
    probe winner = probe_pending();
    edo_future *arms[] = {&winner.base, &lock.base};
    edo_select_future sel = edo_select_biased_async(arms, 2);

    assert_pending(&sel.base);
    edo_test_task *hand = hand_wait(&next.base);
    hand_over(&m); /* to the arm */
    assert_err(edo_mutex_try_lock(&m), -EAGAIN);
    probe_finish(&winner, 7);
    assert_ready_eq(&sel.base, 0);
    assert_int_equal(lock.base.result, -ECANCELED);
    hand_end(hand, &next.base, 0);
    unlock(&m);
    end_mutex(&m);
}

EDO_TEST_PLAIN(a_loser_that_was_called_takes_nothing) /* sync-019 */
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future lock = edo_mutex_lock_async(&m);

    lose_after(&lock.base, unlock, &m);
    assert_int_equal(lock.base.result, -ECANCELED);
    end_mutex(&m);
    assert_ok(edo_mutex_lock(&m));
    edo_mutex_lock_future free_one = edo_mutex_lock_async(&m);
    lose_after(&free_one.base, hand_over, &m);
    assert_int_equal(free_one.base.result, -ECANCELED);
    end_mutex(&m);
}

EDO_TEST_PLAIN(a_loser_that_was_put_back_can_be_polled_anew)
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future lock = edo_mutex_lock_async(&m);

    for (int i = 0; i < 3; i++) {
        lose_after(&lock.base, i % 2 ? unlock : hand_over, &m);
        assert_ok(edo_mutex_lock(&m)); /* nobody has it while it isn't polled */
        lock.base = (edo_future)EDO_FUTURE_INIT(lock.base.ops);
    }
    edo_test_task *hand = hand_wait(&lock.base);
    unlock(&m);
    hand_end(hand, &lock.base, 0);
    unlock(&m);
    end_mutex(&m);
}

EDO_TEST_PLAIN(an_arm_that_is_kept_is_granted_nothing_between_two_selects) /* sync-026 */
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future kept = edo_mutex_lock_async(&m), other = edo_mutex_lock_async(&m);

    for (int late = 0; late < 2; late++) {
        probe winner = probe_pending();
        edo_future_ops ops = *winner.base.ops;
        ops.flags |= EDO_FUTURE_RESTARTS;
        winner.base.ops = &ops;
        edo_future *arms[] = {&kept.base, &winner.base};
        edo_select_future sel = edo_select_keep_async(arms, 2);
        assert_pending(&sel.base);
        probe_finish(&winner, 7);
        assert_ready_eq(&sel.base, 1);
        assert_false(edo_future_is_ready(&kept.base));
        other = edo_mutex_lock_async(&m);
        edo_test_task *hand = hand_wait(&other.base);
        (late ? hand_over : unlock)(&m); /* past the arm, which came first */
        hand_end(hand, &other.base, 0);
    }
    edo_future *again[] = {&kept.base};
    edo_select_future sel = edo_select_keep_async(again, 1);
    assert_pending(&sel.base);
    unlock(&m);
    assert_ready_eq(&sel.base, 0);
    assert_err(edo_mutex_try_lock(&m), -EAGAIN);
    unlock(&m);
    end_mutex(&m);
}

EDO_TEST(success_wins_over_a_deadline_that_has_passed) /* sync-025 */
{
    for (int late = 0; late < 2; late++) {
        edo_mutex m = held_mutex();
        edo_mutex_lock_future lock = edo_mutex_lock_async(&m);
        edo_timeout_future limit = edo_timeout_async(&lock.base, EDO_MILLIS(1));
        assert_pending(&limit.base);
        (late ? hand_over : unlock)(&m);
        assert_ok(edo_advance(EDO_MILLIS(5)));
        assert_ready_eq(&limit.base, 0);
        assert_err(edo_mutex_try_lock(&m), -EAGAIN);
        unlock(&m);
        end_mutex(&m);
    }
}

EDO_TEST(a_lock_that_timed_out_is_not_held) /* sync-025 sync-171 */
{
    edo_mutex m = EDO_MUTEX_INIT;
    edo_mutex_lock_future again = edo_mutex_lock_async(&m);

    assert_ok(edo_mutex_lock(&m));
    assert_err(edo_timeout(&again.base, EDO_MILLIS(5)), -ETIMEDOUT);
    assert_ok(edo_mutex_unlock(&m));
    end_mutex(&m);
}

EDO_TEST(handed_over_at_its_deadline_it_is_held_or_timed_out_but_not_both) /* sync-025 */
{
    edo_mutex m = held_mutex();
    edo_mutex_lock_future lock = edo_mutex_lock_async(&m);
    edo_timeout_future limit = edo_timeout_async(&lock.base, EDO_MILLIS(1));

    assert_pending(&limit.base);
    assert_ok(edo_advance(EDO_MILLIS(5)));
    assert_ready_eq(&limit.base, -ETIMEDOUT); /* it was not handed over before that poll */
    hand_over(&m);
    assert_ok(edo_mutex_try_lock(&m));
    unlock(&m);
    end_mutex(&m);
}

struct crossing {
    edo_mutex mutex;
    edo_mutex_lock_future wait;
    bool held, late;
};

static edo_future *begin_crossing(void *arg)
{
    struct crossing *c = arg;

    c->mutex = held_mutex();
    c->held = true;
    c->wait = edo_mutex_lock_async(&c->mutex);
    return &c->wait.base;
}

static void let_cross(void *arg)
{
    struct crossing *c = arg;

    if (c->held)
        (c->late ? hand_over : unlock)(&c->mutex);
    c->held = false;
}

static void end_crossing(void *arg, unsigned step, int64_t result)
{
    struct crossing *c = arg;

    (void)step;
    assert_true(result == -ECANCELED || (result == 0 && !c->held));
    if (result == 0 || c->held)
        unlock(&c->mutex);
    end_mutex(&c->mutex);
}

EDO_TEST_PLAIN(
    cancelled_or_put_back_at_any_step_it_is_held_or_it_is_free) /* sync-005 sync-006 sync-019 */
{
    for (int late = 0; late < 2; late++) {
        struct crossing c = {.late = late};
        assert_true(edo_test_cancel_future(begin_crossing, let_cross, end_crossing, &c) >= 3);
    }
}
