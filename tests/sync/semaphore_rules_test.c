/* semaphore_rules_test.c: acquire, by the rules that every future of sync obeys. */
#include "sync/rig.h"

static void add_one(void *semaphore)
{
    assert_ok(edo_semaphore_add(semaphore, 1));
}

EDO_TEST_BOTH(future_never_polled_holds_nothing) /* sync-001 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(1);
    edo_permit permit = {0};
    edo_semaphore_acquire_future abandoned = edo_semaphore_acquire_async(&s, &permit);

    assert_int_equal(edo_semaphore_available(&s), 1);
    assert_ok(edo_semaphore_try_acquire(&s, NULL));
    edo_semaphore_acquire_future waits = edo_semaphore_acquire_async(&s, NULL);
    edo_test_task *hand = hand_wait(&waits.base); /* first in the queue, not second */
    add_one(&s);
    hand_end(hand, &waits.base, 0);
    assert_ok(edo_semaphore_fini(&s));
    memset(&abandoned, 0xa5, sizeof abandoned);
    assert_int_equal(edo_permit_count(&permit), 0);
}

EDO_TEST_BOTH(cancelled_before_its_first_poll_it_is_ready) /* sync-002 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    edo_semaphore_acquire_future waits = edo_semaphore_acquire_async(&s, NULL);
    edo_semaphore_acquire_future unpolled = edo_semaphore_acquire_async(&s, NULL);
    edo_test_task *hand = hand_wait(&waits.base);

    edo_future_cancel(&unpolled.base);
    assert_ready_eq(&unpolled.base, -ECANCELED);
    hand_waits_on(hand);
    add_one(&s);
    hand_end(hand, &waits.base, 0);
}

EDO_TEST_BOTH(second_cancel_changes_nothing) /* sync-003 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(1);
    edo_permit permit = {0};
    edo_semaphore_acquire_future first = edo_semaphore_acquire_many_async(&s, 2, &permit);
    edo_semaphore_acquire_future behind = edo_semaphore_acquire_many_async(&s, 3, NULL);
    edo_test_task *hand = hand_wait(&first.base), *hand_behind = hand_wait(&behind.base);

    edo_test_task_cancel(hand);
    edo_test_task_cancel(hand);
    hand_cancel(hand, &first.base, -ECANCELED);
    edo_future_cancel(&first.base);
    assert_int_equal(first.base.result, -ECANCELED);
    assert_int_equal(edo_permit_count(&permit), 0);
    hand_waits_on(hand_behind); /* it was given the one that was collected, once */
    assert_ok(edo_semaphore_add(&s, 2));
    hand_end(hand_behind, &behind.base, 0);
    assert_int_equal(edo_semaphore_available(&s), 0);
}

EDO_TEST_BOTH(cancelled_wait_leaves_the_queue) /* sync-004 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    edo_semaphore_acquire_future waits[4];
    edo_test_task *hands[4];

    for (int i = 0; i < 4; i++) {
        waits[i] = edo_semaphore_acquire_async(&s, NULL);
        hands[i] = hand_wait(&waits[i].base);
    }
    hand_cancel(hands[1], &waits[1].base, -ECANCELED);
    add_one(&s);
    hand_end(hands[0], &waits[0].base, 0);
    hand_waits_on(hands[2]);
    add_one(&s);
    hand_end(hands[2], &waits[2].base, 0);
    hand_waits_on(hands[3]);
    add_one(&s);
    hand_end(hands[3], &waits[3].base, 0);
    assert_int_equal(edo_semaphore_available(&s), 0);
}

EDO_TEST_BOTH(granted_before_the_cancel_it_succeeds) /* sync-005 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    edo_permit permit = {0};
    edo_semaphore_acquire_future acquire = edo_semaphore_acquire_async(&s, &permit);
    edo_test_task *hand = hand_wait(&acquire.base);

    add_one(&s);
    hand_cancel(hand, &acquire.base, 0);
    assert_int_equal(edo_permit_count(&permit), 1);
    assert_int_equal(edo_semaphore_available(&s), 0);
    edo_permit_release(&permit);
    assert_int_equal(edo_semaphore_available(&s), 1);
}

EDO_TEST_BOTH(cancelled_before_a_grant_it_has_taken_nothing) /* sync-006 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(2);
    edo_permit permit = {0};
    edo_semaphore_acquire_future acquire = edo_semaphore_acquire_many_async(&s, 3, &permit);
    edo_test_task *hand = hand_wait(&acquire.base);

    hand_cancel(hand, &acquire.base, -ECANCELED);
    assert_int_equal(edo_permit_count(&permit), 0);
    assert_int_equal(edo_semaphore_available(&s), 2);
    assert_ok(edo_semaphore_fini(&s));
}

EDO_TEST_BOTH(poll_after_ready_takes_no_second_permit) /* sync-007 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(2);
    edo_permit permit = {0};
    edo_semaphore_acquire_future acquire = edo_semaphore_acquire_async(&s, &permit);

    for (int i = 0; i < 3; i++) {
        assert_ready_eq(&acquire.base, 0);
        assert_int_equal(edo_semaphore_available(&s), 1);
    }
    assert_int_equal(edo_permit_count(&permit), 1);
}

EDO_TEST_BOTH(only_the_latest_waker_is_woken) /* sync-008 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    edo_semaphore_acquire_future acquire = edo_semaphore_acquire_async(&s, NULL);
    edo_test_task *a, *b;

    assert_ok(edo_test_task_new(&acquire.base, &a));
    assert_ok(edo_test_task_new(&acquire.base, &b));
    assert_int_equal(edo_test_task_poll(a), EDO_PENDING);
    assert_int_equal(edo_test_task_poll(b), EDO_PENDING);
    add_one(&s);
    assert_int_equal(edo_test_task_wake_count(a), 0);
    hand_end(b, &acquire.base, 0);
    edo_test_task_release(a);
}

EDO_TEST_BOTH(poll_by_the_same_waker_keeps_one_place) /* sync-009 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    edo_semaphore_acquire_future acquire = edo_semaphore_acquire_async(&s, NULL);
    edo_test_task *hand = hand_wait(&acquire.base);

    for (int i = 0; i < 5; i++)
        hand_waits_on(hand);
    assert_ok(edo_semaphore_add(&s, 2)); /* a second place would take the second */
    assert_int_equal(edo_semaphore_available(&s), 1);
    hand_end(hand, &acquire.base, 0);
}

/* --- plain threads, budget, abort, put-back, timeout -------------------------------------------- */

static void *add_one_in_a_thread(void *semaphore)
{
    add_one(semaphore);
    return NULL;
}

EDO_TEST_PLAIN(works_with_no_runtime) /* sync-013 */
{
    edo_semaphore s;
    edo_permit permit;
    edo_semaphore_acquire_future acquire = edo_semaphore_acquire_async(&s, NULL);

    assert_ok(edo_semaphore_init(&s, 1));
    assert_ok(edo_semaphore_acquire(&s, &permit));
    assert_err(edo_semaphore_try_acquire(&s, NULL), -EAGAIN);
    edo_test_task *hand = hand_wait(&acquire.base);
    edo_permit_release(&permit);
    hand_end(hand, &acquire.base, 0);
    edo_semaphore_acquire_future waits = edo_semaphore_acquire_async(&s, NULL);
    pthread_t adder = start_thread(add_one_in_a_thread, &s);
    assert_int_equal(edo_await(&waits.base), 0);
    join_thread(adder);
    assert_ok(edo_semaphore_fini(&s));
}

EDO_TEST_PLAIN(plain_thread_waits_for_an_add) /* sync-211 */
{
    for (unsigned i = 0; i < test_count(200); i++) {
        edo_semaphore s = EDO_SEMAPHORE_INIT(0);
        edo_permit one, two;
        pthread_t adders[3];
        for (int a = 0; a < 3; a++)
            adders[a] = start_thread(add_one_in_a_thread, &s);
        assert_ok(edo_semaphore_acquire(&s, &one));
        assert_ok(edo_semaphore_acquire_many(&s, 2, &two));
        assert_int_equal(edo_permit_count(&one) + edo_permit_count(&two), 3);
        for (int a = 0; a < 3; a++)
            join_thread(adders[a]);
        edo_semaphore_close(&s);
        assert_err(edo_semaphore_acquire(&s, NULL), -EPIPE);
        assert_err(edo_semaphore_acquire_many(&s, 2, NULL), -EPIPE);
        assert_int_equal(edo_semaphore_available(&s), 0);
    }
}

static int count_until_aborted(void *arg)
{
    do
        ++*(unsigned *)arg;
    while (edo_yield() == 0);
    return 0;
}

/* How often another task ran during 1280 acquires, which never had to wait. */
static unsigned runs_beside(edo_semaphore *s, bool by_future, int expected)
{
    unsigned runs = 0;
    edo_task other;

    assert_ok(edo_spawn(count_until_aborted, &runs, &other));
    for (int i = 0; i < 1280; i++) {
        edo_semaphore_acquire_future fut = edo_semaphore_acquire_async(s, NULL);
        int64_t rc = by_future ? edo_await(&fut.base) : edo_semaphore_acquire(s, NULL);
        assert_int_equal(rc, expected);
    }
    unsigned seen = runs;
    assert_ok(edo_task_abort(other));
    assert_ok(edo_join(other, NULL));
    return seen;
}

EDO_TEST(acquire_that_is_always_ready_lets_others_run) /* sync-014 */
{
    for (int by_future = 0; by_future <= 1; by_future++) {
        edo_semaphore s = EDO_SEMAPHORE_INIT(1280);
        assert_in_range(runs_beside(&s, by_future, 0), 9, 10);
        assert_int_equal(edo_semaphore_available(&s), 0);
        edo_semaphore_close(&s);
        assert_in_range(runs_beside(&s, by_future, -EPIPE), 9, 10);
    }
}

static int clean_up(void *arg)
{
    edo_semaphore *s = arg;
    edo_permit held, permit = {0};

    assert_ok(edo_semaphore_acquire(s, &held));
    assert_ok(edo_task_self_abort());
    assert_err(edo_semaphore_acquire(s, &permit), -ECANCELED);
    assert_err(edo_semaphore_acquire_many(s, 0, &permit), -ECANCELED);
    assert_int_equal(edo_permit_count(&permit), 0);
    assert_int_equal(edo_semaphore_available(s), 1);
    assert_ok(edo_semaphore_try_acquire(s, &permit));
    edo_permit_release(&permit);
    edo_permit_release(&held);
    return 0;
}

EDO_TEST_BOTH(aborted_task_takes_nothing_and_can_still_release) /* sync-016 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(2);
    edo_task t;

    assert_ok(edo_spawn(clean_up, &s, &t));
    assert_ok(edo_join(t, NULL));
    assert_int_equal(edo_semaphore_available(&s), 2);
}

static int acquire_twice(void *arg)
{
    edo_permit permit = {0};
    int rc = edo_semaphore_acquire(arg, &permit);

    assert_true(rc == 0 ? edo_permit_count(&permit) == 1 : rc == -ECANCELED);
    if (edo_task_self_is_canceled())
        assert_err(edo_semaphore_acquire(arg, NULL), -ECANCELED);
    edo_permit_release(&permit);
    return rc == 0;
}

EDO_TEST_MT(abort_at_the_hand_over_loses_no_permit) /* sync-017 */
{
    unsigned got = 0;

    for (unsigned i = 0; i < test_count(2000); i++) {
        edo_semaphore s = EDO_SEMAPHORE_INIT(0);
        edo_task t;
        int ret = -1;
        assert_ok(edo_spawn(acquire_twice, &s, &t));
        if (i % 2)
            assert_ok(edo_yield());
        add_one(&s);
        assert_ok(edo_task_abort(t));
        assert_ok(edo_join(t, &ret));
        assert_in_range(ret, 0, 1);
        got += (unsigned)ret;
        assert_int_equal(edo_semaphore_available(&s), 1);
        assert_ok(edo_semaphore_fini(&s));
    }
    assert_in_range(got, 0, test_count(2000));
}

EDO_TEST_BOTH(losers_grant_goes_to_the_next_in_the_queue) /* sync-019 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(2);
    edo_permit permit = {0};
    edo_semaphore_acquire_future loser = edo_semaphore_acquire_many_async(&s, 3, &permit);
    edo_semaphore_acquire_future next = edo_semaphore_acquire_many_async(&s, 2, NULL);
    edo_test_task *hand = NULL;
    probe winner = probe_pending();
    edo_future *arms[] = {&winner.base, &loser.base};
    edo_select_future select = edo_select_biased_async(arms, 2);

    assert_pending(&select.base);
    hand = hand_wait(&next.base);
    add_one(&s); /* the loser has its three */
    probe_finish(&winner, 7);
    hand_waits_on(hand);
    assert_ready_eq(&select.base, 0);
    assert_int_equal(loser.base.result, -ECANCELED);
    assert_int_equal(edo_permit_count(&permit), 0);
    hand_end(hand, &next.base, 0);
    assert_int_equal(edo_semaphore_available(&s), 1);
}

EDO_TEST_BOTH(losers_grant_is_free_again_and_it_can_begin_anew)
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    edo_permit permit = {0};
    edo_semaphore_acquire_future loser = edo_semaphore_acquire_async(&s, &permit);

    lose_after(&loser.base, add_one, &s);
    assert_int_equal(loser.base.result, -ECANCELED);
    assert_int_equal(edo_semaphore_available(&s), 1);
    loser.base = (edo_future)EDO_FUTURE_INIT(loser.base.ops);
    assert_ready_eq(&loser.base, 0);
    assert_int_equal(edo_permit_count(&permit), 1);
    assert_int_equal(edo_semaphore_available(&s), 0);
}

EDO_TEST_BOTH(cancelled_wait_can_begin_anew)
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    edo_semaphore_acquire_future acquire = edo_semaphore_acquire_async(&s, NULL);

    hand_cancel(hand_wait(&acquire.base), &acquire.base, -ECANCELED);
    acquire.base = (edo_future)EDO_FUTURE_INIT(acquire.base.ops);
    edo_test_task *hand = hand_wait(&acquire.base);
    add_one(&s);
    hand_end(hand, &acquire.base, 0);
    assert_int_equal(edo_semaphore_available(&s), 0);
}

EDO_TEST(grant_wins_over_a_deadline_that_has_passed) /* sync-025 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    edo_permit permit = {0};
    edo_semaphore_acquire_future acquire = edo_semaphore_acquire_async(&s, &permit);
    edo_timeout_future timeout = edo_timeout_async(&acquire.base, EDO_MILLIS(10));

    assert_pending(&timeout.base);
    assert_ok(edo_advance(EDO_MILLIS(10)));
    add_one(&s);
    assert_ready_eq(&timeout.base, 0);
    assert_int_equal(edo_permit_count(&permit), 1);
    assert_int_equal(edo_semaphore_available(&s), 0);
    acquire = edo_semaphore_acquire_async(&s, &permit);
    assert_err((int)edo_timeout(&acquire.base, EDO_MILLIS(10)), -ETIMEDOUT);
    add_one(&s);
    assert_int_equal(edo_semaphore_available(&s), 1); /* nobody had it */
}
