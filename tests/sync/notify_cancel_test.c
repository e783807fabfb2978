/* notify_cancel_test.c: waits that are cut short: nothing is lost, and nothing is left behind. */
#include <stdlib.h>

#include <edo/testing_cancel.h>

#include "sync/rig.h"

EDO_TEST_PLAIN(a_wait_cancelled_before_its_first_poll_disturbs_nobody) /* sync-002 sync-003 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future wait = edo_notify_wait_async(&n), other = edo_notify_wait_async(&n);
    edo_test_task *hand = hand_wait(&other.base);

    edo_future_cancel(&wait.base);
    edo_future_cancel(&wait.base);
    assert_ready_eq(&wait.base, -ECANCELED);
    hand_waits_on(hand);
    edo_notify_one(&n);
    hand_end(hand, &other.base, 0);
}

EDO_TEST_PLAIN(a_cancelled_wait_is_passed_over) /* sync-215 sync-004 sync-006 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future waits[4];
    edo_test_task *hands[4];

    for (int i = 0; i < 4; i++) {
        waits[i] = edo_notify_wait_async(&n);
        hands[i] = hand_wait(&waits[i].base);
    }
    hand_cancel(hands[0], &waits[0].base, -ECANCELED);
    hand_cancel(hands[2], &waits[2].base, -ECANCELED);
    edo_notify_one(&n);
    assert_int_equal(edo_test_task_wake_count(hands[1]), 1);
    hand_waits_on(hands[3]);
    hand_end(hands[1], &waits[1].base, 0);
    hand_cancel(hands[3], &waits[3].base, -ECANCELED);
    edo_notify_one(&n); /* nobody is left: it is stored */
    assert_ok(edo_notify_wait(&n));
    assert_ok(edo_notify_fini(&n));
}

EDO_TEST_PLAIN(a_second_cancel_changes_nothing) /* sync-003 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future wait = edo_notify_wait_async(&n), other = edo_notify_wait_async(&n);

    assert_pending(&wait.base);
    edo_test_task *hand = hand_wait(&other.base);
    edo_future_cancel(&wait.base);
    edo_future_cancel(&wait.base);
    assert_ready_eq(&wait.base, -ECANCELED);
    edo_future_cancel(&wait.base);
    assert_int_equal(wait.base.result, -ECANCELED);
    edo_notify_one(&n);
    hand_end(hand, &other.base, 0);
}

EDO_TEST_PLAIN(notified_and_then_cancelled_says_0) /* sync-216 sync-005 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future chosen = edo_notify_wait_async(&n), other = edo_notify_wait_async(&n);
    edo_test_task *first = hand_wait(&chosen.base), *second = hand_wait(&other.base);

    edo_notify_one(&n);
    assert_true(edo_test_task_is_woken(first));
    hand_cancel(first, &chosen.base, 0); /* its caller has the notification */
    hand_waits_on(second);               /* and it was given once */
    edo_notify_one(&n);
    hand_end(second, &other.base, 0);
}

EDO_TEST_PLAIN(told_with_all_and_then_cancelled_says_0) /* sync-005 sync-217 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future wait = edo_notify_wait_async(&n);
    edo_test_task *hand = hand_wait(&wait.base);

    edo_notify_waiters(&n);
    assert_true(edo_test_task_is_woken(hand));
    hand_cancel(hand, &wait.base, 0);
}

static void one(void *n)
{
    edo_notify_one(n);
}

static void last(void *n)
{
    edo_notify_last(n);
}

static void all(void *n)
{
    edo_notify_waiters(n);
}

EDO_TEST_PLAIN(a_losers_notification_goes_to_the_next) /* sync-216 sync-020 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future loser = edo_notify_wait_async(&n), waits[3];
    edo_test_task *hands[3];
    edo_future *arms[2];
    probe winner = probe_pending();

    arms[0] = &winner.base;
    arms[1] = &loser.base;
    edo_select_future sel = edo_select_biased_async(arms, 2);
    assert_pending(&sel.base);
    for (int i = 0; i < 3; i++) {
        waits[i] = edo_notify_wait_async(&n);
        hands[i] = hand_wait(&waits[i].base);
    }
    edo_notify_one(&n);
    probe_finish(&winner, 7);
    assert_ready_eq(&sel.base, 0);
    assert_int_equal(loser.base.result, -ECANCELED);
    hand_waits_on(hands[1]);
    hand_waits_on(hands[2]);
    hand_end(hands[0], &waits[0].base, 0);
    edo_notify_one(&n);
    edo_notify_one(&n);
    hand_end(hands[1], &waits[1].base, 0);
    hand_end(hands[2], &waits[2].base, 0);
}

EDO_TEST_PLAIN(a_losers_notify_last_goes_to_the_last) /* sync-020 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future waits[2], loser = edo_notify_wait_async(&n);
    edo_test_task *hands[2];
    edo_future *arms[2];
    probe winner = probe_pending();

    for (int i = 0; i < 2; i++) {
        waits[i] = edo_notify_wait_async(&n);
        hands[i] = hand_wait(&waits[i].base);
    }
    arms[0] = &winner.base;
    arms[1] = &loser.base;
    edo_select_future sel = edo_select_biased_async(arms, 2);
    assert_pending(&sel.base);
    edo_notify_last(&n);
    probe_finish(&winner, 7);
    assert_ready_eq(&sel.base, 0);
    assert_int_equal(loser.base.result, -ECANCELED);
    hand_waits_on(hands[0]);
    hand_end(hands[1], &waits[1].base, 0);
    hand_cancel(hands[0], &waits[0].base, -ECANCELED);
}

EDO_TEST_PLAIN(a_losers_notification_is_stored_if_nobody_waits) /* sync-020 sync-216 */
{
    void (*ways[])(void *) = {one, last};

    for (int i = 0; i < 2; i++) {
        edo_notify n = EDO_NOTIFY_INIT;
        edo_notify_wait_future loser = edo_notify_wait_async(&n), next = edo_notify_wait_async(&n);
        lose_after(&loser.base, ways[i], &n);
        assert_int_equal(loser.base.result, -ECANCELED);
        assert_ready_eq(&next.base, 0);
        edo_notify_wait_future none = edo_notify_wait_async(&n); /* it was one */
        assert_pending(&none.base);
        edo_future_cancel(&none.base);
        assert_ready_eq(&none.base, -ECANCELED);
    }
}

EDO_TEST_PLAIN(a_permit_that_was_taken_at_once_can_be_put_back) /* sync-020 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future wait = edo_notify_wait_async(&n), enabled = edo_notify_wait_async(&n);

    edo_notify_one(&n);
    assert_ready_eq(&wait.base, 0);
    edo_future_put_back(&wait.base);
    assert_int_equal(wait.base.result, -ECANCELED);
    assert_int_equal(edo_notify_wait_enable(&enabled), 1); /* it is there again */
    assert_ready_eq(&enabled.base, 0);
    edo_future_put_back(&enabled.base);
    assert_ok(edo_notify_wait(&n));
}

EDO_TEST_PLAIN(a_loser_told_with_all_keeps_its_0) /* sync-020 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future loser = edo_notify_wait_async(&n), next = edo_notify_wait_async(&n);

    lose_after(&loser.base, all, &n);
    assert_int_equal(loser.base.result, 0);
    edo_notify_wait_future after = edo_notify_wait_async(&n);
    assert_ready_eq(&next.base, 0); /* it was made before the call as well */
    assert_pending(&after.base);    /* and nothing was stored */
    edo_future_cancel(&after.base);
    assert_ready_eq(&after.base, -ECANCELED);
}

/* Cancelled after each step, the one notification is its own, or stored. */
struct canceled {
    edo_notify n;
    edo_notify_wait_future wait;
};

static edo_future *wait_anew(void *arg)
{
    struct canceled *c = arg;

    edo_notify_init(&c->n);
    c->wait = edo_notify_wait_async(&c->n);
    return &c->wait.base;
}

static void notify_it(void *arg)
{
    edo_notify_one(&((struct canceled *)arg)->n);
}

static void check_one_is_there(void *arg, unsigned step, int64_t result)
{
    struct canceled *c = arg;
    edo_notify_wait_future next = edo_notify_wait_async(&c->n);
    bool stored = edo_future_poll(&next.base, edo_test_waker()) == EDO_READY;

    assert_true(result == 0 || result == -ECANCELED);
    assert_int_equal(stored + (result == 0), step >= 2); /* step 0: unpolled; 1: not notified */
    edo_future_cancel(&next.base);
    assert_true(edo_future_is_ready(&next.base) || edo_test_poll(&next.base) == EDO_READY);
    assert_ok(edo_notify_fini(&c->n));
}

EDO_TEST_PLAIN(cancelled_at_any_step_the_notification_is_somewhere) /* sync-216 sync-005 sync-006 */
{
    struct canceled c;

    assert_int_equal(edo_test_cancel_future(wait_anew, notify_it, check_one_is_there, &c), 3);
}

/* For loops that keep an arm: base is made new, and the rest has to be as it was. */
EDO_TEST_PLAIN(a_wait_that_said_canceled_can_be_begun_again)
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future wait = edo_notify_wait_async(&n);
    edo_future fresh = wait.base;

    assert_pending(&wait.base);
    edo_future_cancel(&wait.base);
    assert_ready_eq(&wait.base, -ECANCELED);
    wait.base = fresh;
    lose_after(&wait.base, last, &n);
    assert_int_equal(wait.base.result, -ECANCELED);
    wait.base = fresh;
    assert_ready_eq(&wait.base, 0); /* what it had put back */
    assert_ok(edo_notify_fini(&n));
}

EDO_TEST_PLAIN(the_memory_of_a_ready_wait_is_not_touched_again) /* sync-010 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future first = edo_notify_wait_async(&n), second = edo_notify_wait_async(&n);
    edo_notify_wait_future poison;

    assert_pending(&first.base);
    edo_test_task *hand = hand_wait(&second.base);
    edo_notify_one(&n);
    assert_ready_eq(&first.base, 0);
    memset(&first, 0xa5, sizeof first);
    memcpy(&poison, &first, sizeof first);
    edo_notify_one(&n);
    hand_end(hand, &second.base, 0);
    edo_notify_waiters(&n);
    assert_ok(edo_notify_fini(&n));
    assert_memory_equal(&first, &poison, sizeof first);
}

EDO_TEST_PLAIN(fini_is_refused_while_somebody_waits) /* sync-011 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future first = edo_notify_wait_async(&n), second = edo_notify_wait_async(&n);
    edo_test_task *hands[2] = {hand_wait(&first.base), hand_wait(&second.base)};

    assert_err(edo_notify_fini(&n), -EBUSY);
    edo_notify_one(&n);
    hand_end(hands[0], &first.base, 0);
    assert_err(edo_notify_fini(&n), -EBUSY);
    edo_notify_one(&n); /* it works as before */
    hand_end(hands[1], &second.base, 0);
    edo_notify_one(&n); /* a stored permit is nobody's wait */
    assert_ok(edo_notify_fini(&n));
}

static int wait_in_an_aborted_task(void *arg)
{
    edo_notify *n = arg;

    while (edo_yield() == 0)
        ;
    edo_notify_one(n); /* a permit is there */
    assert_int_equal(edo_notify_wait(n), -ECANCELED);
    edo_notify_wait_future wait = edo_notify_wait_async(n);
    assert_int_equal(edo_await(&wait.base), -ECANCELED);
    return 0;
}

EDO_TEST_BOTH(an_aborted_task_takes_nothing_and_may_still_notify) /* sync-016 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_task t;
    int ret = 1;

    assert_ok(edo_spawn(wait_in_an_aborted_task, &n, &t));
    assert_ok(edo_task_abort(t));
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 0);
    assert_ok(edo_notify_wait(&n)); /* the permit that it stored, and left */
    assert_ok(edo_notify_fini(&n));
}

EDO_TEST(a_timeout_ends_the_wait_and_leaves_no_trace) /* sync-006 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future wait = edo_notify_wait_async(&n);

    assert_err(edo_timeout(&wait.base, EDO_MILLIS(5)), -ETIMEDOUT);
    edo_notify_one(&n);
    assert_ok(edo_notify_wait(&n));
    assert_ok(edo_notify_fini(&n));
}

/* The owned form. */

EDO_TEST_PLAIN(an_owned_wait_gives_its_reference_back_at_its_end) /* sync-227 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    unsigned count = 0;
    edo_notify_wait_future first = edo_notify_wait_owned_async(&n, counted_owner(&count));
    edo_notify_wait_future second = edo_notify_wait_owned_async(&n, counted_owner(&count));
    edo_notify_wait_future unbegun = edo_notify_wait_owned_async(&n, counted_owner(&count));
    edo_test_task *hands[2] = {hand_wait(&first.base), hand_wait(&second.base)};

    edo_notify_one(&n);
    assert_int_equal(count, 0);
    hand_end(hands[0], &first.base, 0);
    assert_int_equal(count, 1);
    hand_waits_on(hands[1]);
    edo_notify_waiters(&n);
    hand_end(hands[1], &second.base, 0);
    assert_int_equal(count, 2);
    assert_ready_eq(&unbegun.base, 0);
    assert_int_equal(count, 3);
    edo_notify_one(&n);
    assert_ok(edo_notify_wait_owned(&n, counted_owner(&count)));
    assert_int_equal(count, 4);
}

EDO_TEST_PLAIN(a_cancelled_owned_wait_leaves_the_reference_to_its_caller) /* sync-227 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    unsigned count = 0;
    edo_notify_wait_future cut = edo_notify_wait_owned_async(&n, counted_owner(&count));
    edo_notify_wait_future told = edo_notify_wait_owned_async(&n, counted_owner(&count));
    edo_notify_wait_future loser = edo_notify_wait_owned_async(&n, counted_owner(&count));
    edo_test_task *hands[2] = {hand_wait(&cut.base), hand_wait(&told.base)};

    hand_cancel(hands[0], &cut.base, -ECANCELED);
    edo_notify_one(&n);
    hand_cancel(hands[1], &told.base, 0);
    lose_after(&loser.base, one, &n);
    assert_int_equal(loser.base.result, -ECANCELED);
    assert_ok(edo_notify_wait(&n)); /* passed on, as by any other */
    assert_int_equal(count, 0);
}

/* Afterwards the notify may be gone, so nothing can go back to it. */
EDO_TEST_PLAIN(with_the_reference_given_back_a_put_back_does_nothing) /* sync-227 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    unsigned count = 0;
    edo_notify_wait_future wait = edo_notify_wait_owned_async(&n, counted_owner(&count));
    edo_notify_wait_future next = edo_notify_wait_async(&n);

    edo_notify_one(&n);
    assert_ready_eq(&wait.base, 0);
    assert_int_equal(count, 1);
    edo_future_put_back(&wait.base);
    assert_int_equal(wait.base.result, 0);
    assert_pending(&next.base);
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
}

struct owned {
    edo_notify n;
    unsigned count;
};

static int wait_owned(void *arg)
{
    struct owned *o = arg;

    return edo_notify_wait_owned(&o->n, counted_owner(&o->count));
}

EDO_TEST(the_direct_form_gives_the_reference_back_with_0_alone) /* sync-227 */
{
    for (int notified = 0; notified <= 1; notified++) {
        struct owned o = {.n = EDO_NOTIFY_INIT};
        edo_task t;
        int ret = 1;
        assert_ok(edo_spawn(wait_owned, &o, &t));
        assert_ok(edo_yield());
        if (notified)
            edo_notify_one(&o.n);
        assert_ok(edo_task_abort(t)); /* before it has run again */
        assert_ok(edo_join(t, &ret));
        assert_int_equal(ret, notified ? 0 : -ECANCELED);
        assert_int_equal(o.count, notified);
    }
}

/* A notify on the heap that lives as long as somebody has a reference to it. */
struct shared {
    edo_notify n;
    unsigned refs; /* atomic */
};

static void shared_unref(void *arg)
{
    struct shared *s = arg;

    if (a_fetch_sub(&s->refs, 1, acq_rel) == 1) {
        assert_ok(edo_notify_fini(&s->n));
        free(s);
    }
}

static int wait_for_shared(void *arg)
{
    struct shared *s = arg;

    return edo_notify_wait_owned(&s->n, (edo_owner){.unref = shared_unref, .arg = s});
}

EDO_TEST_BOTH(the_last_owned_wait_frees_the_notify) /* sync-227 */
{
    for (unsigned i = 0; i < test_count(100); i++) {
        struct shared *s = calloc(1, sizeof *s);
        edo_task t;
        int ret;
        assert_non_null(s);
        s->refs = 2;
        assert_ok(edo_spawn(wait_for_shared, s, &t));
        if (i % 2)
            assert_ok(edo_yield());
        edo_notify_one(&s->n);
        shared_unref(s);
        assert_ok(edo_join(t, &ret));
        assert_int_equal(ret, 0);
    }
}
