/* rwlock_rules_test.c: read and write locks under way keep the rules of every future. */
#include "sync/rig.h"

#include <stdlib.h>

#include <edo/error.h>
#include <edo/testing_cancel.h>

static edo_rwlock written_lock(void)
{
    edo_rwlock l = EDO_RWLOCK_INIT;

    assert_ok(edo_rwlock_try_write(&l));
    return l;
}

static void end_lock(edo_rwlock *l)
{
    assert_ok(edo_rwlock_try_write(l));
    assert_ok(edo_rwlock_unlock_write(l));
    assert_ok(edo_rwlock_fini(l));
}

static void unlock_write(void *l)
{
    assert_ok(edo_rwlock_unlock_write(l));
}

static edo_rwlock_future lock_async(edo_rwlock *l, bool write)
{
    return write ? edo_rwlock_write_async(l) : edo_rwlock_read_async(l);
}

static void unlock(edo_rwlock *l, bool write)
{
    assert_ok(write ? edo_rwlock_unlock_write(l) : edo_rwlock_unlock_read(l));
}

/* --- cancel ------------------------------------------------------------------------------- */

EDO_TEST_PLAIN(a_wait_never_polled_is_nothing) /* sync-001 sync-002 sync-003 */
{
    for (int write = 0; write < 2; write++) {
        edo_rwlock l = written_lock();
        edo_rwlock_future other = lock_async(&l, write), forgotten = lock_async(&l, true),
                          canceled = lock_async(&l, true);
        (void)forgotten;
        edo_test_task *hand = hand_wait(&other.base);
        edo_future_cancel(&canceled.base);
        edo_future_cancel(&canceled.base);
        assert_ready_eq(&canceled.base, -ECANCELED);
        unlock_write(&l);
        hand_end(hand, &other.base, 0);
        unlock(&l, write);
        end_lock(&l);
    }
}

EDO_TEST_PLAIN(cancelled_before_the_grant_it_holds_nothing) /* sync-006 sync-188 */
{
    for (int write = 0; write < 2; write++) {
        edo_rwlock l = written_lock();
        edo_rwlock_future wait = lock_async(&l, write);
        hand_cancel(hand_wait(&wait.base), &wait.base, -ECANCELED);
        unlock_write(&l);
        assert_err(edo_rwlock_unlock_read(&l), -EDO_EMISUSE);
        end_lock(&l);
    }
}

EDO_TEST_PLAIN(cancelled_after_the_grant_it_is_held) /* sync-005 sync-188 */
{
    for (int write = 0; write < 2; write++) {
        edo_rwlock l = written_lock();
        edo_rwlock_future wait = lock_async(&l, write);
        edo_test_task *hand = hand_wait(&wait.base);
        unlock_write(&l);
        edo_test_task_cancel(hand);
        hand_end(hand, &wait.base, 0);
        assert_err(edo_rwlock_try_write(&l), -EAGAIN);
        unlock(&l, write);
        end_lock(&l);
    }
}

EDO_TEST_PLAIN(a_writer_that_gives_up_lets_the_readers_behind_it_in) /* sync-004 */
{
    edo_rwlock l = EDO_RWLOCK_INIT;
    edo_rwlock_write_future write = edo_rwlock_write_async(&l), last = edo_rwlock_write_async(&l);
    edo_rwlock_read_future read = edo_rwlock_read_async(&l);

    assert_ok(edo_rwlock_read(&l));
    edo_test_task *writer = hand_wait(&write.base), *reader = hand_wait(&read.base),
                  *behind = hand_wait(&last.base);
    assert_false(edo_test_task_is_woken(reader));
    hand_cancel(writer, &write.base, -ECANCELED);
    hand_waits_on(behind);
    hand_end(reader, &read.base, 0); /* beside the one that was in */
    assert_ok(edo_rwlock_unlock_read(&l));
    assert_ok(edo_rwlock_unlock_read(&l));
    hand_end(behind, &last.base, 0);
    unlock_write(&l);
    end_lock(&l);
}

/* --- wakers ------------------------------------------------------------------------------- */

EDO_TEST_PLAIN(poll_after_ready_takes_no_second_lock) /* sync-007 */
{
    edo_rwlock l = EDO_RWLOCK_INIT;
    edo_rwlock_read_future read = edo_rwlock_read_async(&l);

    assert_ready_eq(&read.base, 0);
    assert_ready_eq(&read.base, 0);
    assert_ok(edo_rwlock_unlock_read(&l));
    assert_err(edo_rwlock_unlock_read(&l), -EDO_EMISUSE); /* it was one only */
    end_lock(&l);
}

EDO_TEST_PLAIN(only_the_latest_waker_is_woken_and_once) /* sync-008 sync-009 */
{
    for (int write = 0; write < 2; write++) {
        edo_rwlock l = written_lock();
        edo_rwlock_future wait = lock_async(&l, write);
        edo_test_task *a = hand_wait(&wait.base), *b;
        assert_ok(edo_test_task_new(&wait.base, &b));
        for (int i = 0; i < 3; i++)
            assert_int_equal(edo_test_task_poll(b), EDO_PENDING);
        unlock_write(&l);
        assert_int_equal(edo_test_task_wake_count(a), 0);
        hand_end(b, &wait.base, 0);
        edo_test_task_release(a);
        unlock(&l, write);
        end_lock(&l);
    }
}

static void use_the_lock(void *arg)
{
    edo_rwlock *l = arg;

    assert_err(edo_rwlock_try_write(l), -EAGAIN); /* granted to the reader that is woken */
    assert_ok(edo_rwlock_try_read(l));
    assert_ok(edo_rwlock_unlock_read(l));
}

EDO_TEST_PLAIN(a_waker_may_use_the_lock) /* sync-012 */
{
    edo_rwlock l = written_lock();
    edo_rwlock_read_future read = edo_rwlock_read_async(&l);
    edo_waker waker;

    assert_ok(edo_waker_new(use_the_lock, NULL, &l, &waker));
    assert_int_equal(edo_future_poll(&read.base, &waker), EDO_PENDING);
    unlock_write(&l);
    assert_int_equal(edo_future_poll(&read.base, &waker), EDO_READY);
    edo_waker_drop(waker);
    assert_ok(edo_rwlock_unlock_read(&l));
    end_lock(&l);
}

EDO_TEST_PLAIN(memory_is_free_to_be_reused_after_ready) /* sync-010 */
{
    for (int write = 0; write < 2; write++) {
        edo_rwlock l = written_lock();
        edo_rwlock_future *wait = malloc(sizeof *wait), *gone = malloc(sizeof *gone);
        assert_true(wait && gone);
        *wait = lock_async(&l, write);
        *gone = lock_async(&l, write);
        edo_test_task *one = hand_wait(&wait->base), *two = hand_wait(&gone->base);
        hand_cancel(two, &gone->base, -ECANCELED);
        memset(gone, 0x5a, sizeof *gone);
        free(gone); /* ASan sees who touches it */
        unlock_write(&l);
        hand_end(one, &wait->base, 0);
        memset(wait, 0x5a, sizeof *wait);
        free(wait);
        unlock(&l, write);
        end_lock(&l);
    }
}

/* --- select and timeout ------------------------------------------------------------------- */

EDO_TEST_PLAIN(a_loser_that_was_granted_it_unlocks_and_the_next_is_woken) /* sync-019 */
{
    for (int write = 0; write < 2; write++) {
        edo_rwlock l = written_lock();
        edo_rwlock_future loser = lock_async(&l, write), next = edo_rwlock_write_async(&l);
        probe winner = probe_pending();
        edo_future *arms[] = {&winner.base, &loser.base};
        edo_select_future sel = edo_select_biased_async(arms, 2);
        assert_pending(&sel.base);
        edo_test_task *hand = hand_wait(&next.base);
        unlock_write(&l);
        hand_waits_on(hand); /* the arm has it */
        probe_finish(&winner, 7);
        assert_ready_eq(&sel.base, 0);
        assert_int_equal(loser.base.result, -ECANCELED);
        hand_end(hand, &next.base, 0);
        unlock_write(&l);
        end_lock(&l);
    }
}

EDO_TEST_PLAIN(a_lock_that_was_put_back_can_be_polled_anew)
{
    for (int write = 0; write < 2; write++) {
        edo_rwlock l = EDO_RWLOCK_INIT;
        edo_rwlock_future again = lock_async(&l, write);
        assert_string_equal(again.base.ops->name, write ? "rwlock_write" : "rwlock_read");
        assert_ready_eq(&again.base, 0);
        edo_future_put_back(&again.base);
        again.base = (edo_future)EDO_FUTURE_INIT(again.base.ops);
        assert_ok(edo_rwlock_try_write(&l));
        edo_test_task *hand = hand_wait(&again.base);
        unlock_write(&l);
        hand_end(hand, &again.base, 0);
        unlock(&l, write);
        end_lock(&l);
    }
}

EDO_TEST_PLAIN(an_arm_that_is_kept_is_granted_nothing_between_two_selects) /* sync-026 */
{
    for (int write = 0; write < 2; write++) {
        edo_rwlock l = written_lock();
        edo_rwlock_future kept = lock_async(&l, write);
        probe winner = probe_pending();
        edo_future_ops ops = *winner.base.ops;
        ops.flags |= EDO_FUTURE_RESTARTS;
        winner.base.ops = &ops;
        edo_future *arms[] = {&kept.base, &winner.base};
        edo_select_future sel = edo_select_keep_async(arms, 2);
        assert_pending(&sel.base);
        probe_finish(&winner, 7);
        assert_ready_eq(&sel.base, 1);
        unlock_write(&l);
        assert_ok(edo_rwlock_try_write(&l)); /* nobody else has it, or stands in the queue */
        arms[1] = NULL;
        edo_select_future again = edo_select_keep_async(arms, 2);
        assert_pending(&again.base);
        unlock_write(&l);
        assert_ready_eq(&again.base, 0);
        unlock(&l, write);
        end_lock(&l);
    }
}

EDO_TEST(success_wins_over_a_deadline_that_has_passed) /* sync-025 */
{
    for (int write = 0; write < 2; write++) {
        edo_rwlock l = written_lock();
        edo_rwlock_future wait = lock_async(&l, write);
        edo_timeout_future limit = edo_timeout_async(&wait.base, EDO_MILLIS(1));
        assert_pending(&limit.base);
        unlock_write(&l);
        assert_ok(edo_advance(EDO_MILLIS(5)));
        assert_ready_eq(&limit.base, 0);
        assert_err(edo_rwlock_try_write(&l), -EAGAIN);
        unlock(&l, write);
        edo_rwlock_future late = lock_async(&l, write);
        assert_ok(edo_rwlock_write(&l));
        assert_err(edo_timeout(&late.base, EDO_MILLIS(1)), -ETIMEDOUT);
        unlock_write(&l);
        end_lock(&l); /* what timed out is not held */
    }
}

struct crossing {
    edo_rwlock rwlock;
    edo_rwlock_future wait;
    bool write, written;
};

static edo_future *begin_crossing(void *arg)
{
    struct crossing *c = arg;

    c->rwlock = written_lock();
    c->written = true;
    c->wait = lock_async(&c->rwlock, c->write);
    return &c->wait.base;
}

static void let_cross(void *arg)
{
    struct crossing *c = arg;

    if (c->written)
        unlock_write(&c->rwlock);
    c->written = false;
}

static void end_crossing(void *arg, unsigned step, int64_t result)
{
    struct crossing *c = arg;

    (void)step;
    assert_true(result == -ECANCELED || (result == 0 && !c->written));
    if (result == 0)
        unlock(&c->rwlock, c->write);
    else if (c->written)
        unlock_write(&c->rwlock);
    end_lock(&c->rwlock);
}

EDO_TEST_PLAIN(cancelled_or_put_back_at_any_step_it_is_held_or_it_is_free) /* sync-019 sync-188 */
{
    for (int write = 0; write < 2; write++) {
        struct crossing c = {.write = write};
        assert_true(edo_test_cancel_future(begin_crossing, let_cross, end_crossing, &c) >= 3);
    }
}
