/* barrier_test.c: rounds, their leaders, and arrivals that are taken back. */
#include <stdlib.h>

#include <edo/testing_cancel.h>

#include "sync/rig.h"

EDO_TEST_PLAIN(for_one_or_none_nobody_waits) /* sync-228 */
{
    for (unsigned size = 0; size <= 1; size++) {
        edo_barrier b;
        edo_barrier_init(&b, size);
        for (int i = 0; i < 3; i++) {
            edo_barrier_wait_future wait = edo_barrier_wait_async(&b);
            assert_ready_eq(&wait.base, 1);
            assert_int_equal(edo_barrier_wait(&b), 1);
        }
        assert_ok(edo_barrier_fini(&b));
    }
}

EDO_TEST_PLAIN(the_second_of_two_ends_the_round) /* sync-229 */
{
    edo_barrier b = EDO_BARRIER_INIT(2);
    edo_barrier_wait_future first = edo_barrier_wait_async(&b), second = edo_barrier_wait_async(&b);
    edo_test_task *hand = hand_wait(&first.base);

    hand_waits_on(hand);
    assert_ready_eq(&second.base, 1);
    hand_end(hand, &first.base, 0);
    assert_ok(edo_barrier_fini(&b));
}

EDO_TEST_PLAIN(a_hundred_in_ten_rounds) /* sync-230 */
{
    edo_barrier b = EDO_BARRIER_INIT(100);

    for (int round = 0; round < 10; round++) {
        edo_barrier_wait_future waits[100];
        edo_test_task *hands[99];
        for (int i = 0; i < 99; i++) {
            waits[i] = edo_barrier_wait_async(&b);
            hands[i] = hand_wait(&waits[i].base);
        }
        for (int i = 0; i < 99; i++)
            hand_waits_on(hands[i]);
        assert_err(edo_barrier_fini(&b), -EBUSY);
        waits[99] = edo_barrier_wait_async(&b);
        assert_ready_eq(&waits[99].base, 1);
        for (int i = 0; i < 99; i++)
            hand_end(hands[i], &waits[i].base, 0);
    }
    assert_ok(edo_barrier_fini(&b));
}

EDO_TEST_PLAIN(one_may_wait_again_before_the_others_were_polled) /* sync-231 */
{
    edo_barrier b = EDO_BARRIER_INIT(2);
    edo_barrier_wait_future slow = edo_barrier_wait_async(&b), fast = edo_barrier_wait_async(&b);
    edo_test_task *slow_hand = hand_wait(&slow.base);

    assert_ready_eq(&fast.base, 1);
    edo_barrier_wait_future again = edo_barrier_wait_async(&b); /* `slow` was not polled yet */
    edo_test_task *again_hand = hand_wait(&again.base);
    hand_end(slow_hand, &slow.base, 0); /* of the round before: it doesn't count in this one */
    hand_waits_on(again_hand);
    edo_barrier_wait_future last = edo_barrier_wait_async(&b);
    assert_ready_eq(&last.base, 1);
    hand_end(again_hand, &again.base, 0);
}

EDO_TEST_PLAIN(cancelled_once_the_round_is_full_it_says_0) /* sync-232 sync-005 */
{
    edo_barrier b = EDO_BARRIER_INIT(2);
    edo_barrier_wait_future first = edo_barrier_wait_async(&b), second = edo_barrier_wait_async(&b);
    edo_test_task *hand = hand_wait(&first.base);

    assert_ready_eq(&second.base, 1);
    hand_cancel(hand, &first.base, 0);
    edo_barrier_wait_future next = edo_barrier_wait_async(&b); /* nothing was counted twice */
    hand = hand_wait(&next.base);
    hand_cancel(hand, &next.base, -ECANCELED);
    assert_ok(edo_barrier_fini(&b));
}

EDO_TEST_PLAIN(an_arrival_is_taken_back_before) /* sync-004 sync-006 sync-003 */
{
    edo_barrier b = EDO_BARRIER_INIT(3);
    edo_barrier_wait_future waits[4];
    edo_test_task *hands[3];

    for (int i = 0; i < 2; i++) {
        waits[i] = edo_barrier_wait_async(&b);
        hands[i] = hand_wait(&waits[i].base);
    }
    edo_test_task_cancel(hands[0]);
    hand_cancel(hands[0], &waits[0].base, -ECANCELED); /* the second cancel is none */
    waits[2] = edo_barrier_wait_async(&b);
    hands[2] = hand_wait(&waits[2].base); /* only two have come */
    hand_waits_on(hands[1]);
    waits[3] = edo_barrier_wait_async(&b);
    assert_ready_eq(&waits[3].base, 1);
    hand_end(hands[1], &waits[1].base, 0);
    hand_end(hands[2], &waits[2].base, 0);
}

EDO_TEST_PLAIN(a_wait_never_polled_has_not_come) /* sync-001 sync-002 */
{
    edo_barrier b = EDO_BARRIER_INIT(2);
    edo_barrier_wait_future forgotten = edo_barrier_wait_async(&b);
    edo_barrier_wait_future cancelled = edo_barrier_wait_async(&b);
    edo_barrier_wait_future wait = edo_barrier_wait_async(&b);

    (void)forgotten;
    edo_future_cancel(&cancelled.base);
    assert_ready_eq(&cancelled.base, -ECANCELED);
    edo_test_task *hand = hand_wait(&wait.base);
    edo_barrier_wait_future last = edo_barrier_wait_async(&b);
    assert_ready_eq(&last.base, 1);
    hand_end(hand, &wait.base, 0);
}

EDO_TEST_PLAIN(the_waker_of_the_latest_poll_is_called) /* sync-008 sync-009 */
{
    edo_barrier b = EDO_BARRIER_INIT(2);
    edo_barrier_wait_future wait = edo_barrier_wait_async(&b), last = edo_barrier_wait_async(&b);
    edo_test_task *first, *second;

    assert_ok(edo_test_task_new(&wait.base, &first));
    assert_ok(edo_test_task_new(&wait.base, &second));
    assert_int_equal(edo_test_task_poll(first), EDO_PENDING);
    assert_int_equal(edo_test_task_poll(second), EDO_PENDING);
    assert_int_equal(edo_test_task_poll(second), EDO_PENDING); /* it has come once all the same */
    assert_ready_eq(&last.base, 1);
    assert_false(edo_test_task_is_woken(first));
    hand_end(second, &wait.base, 0);
    edo_test_task_release(first);
}

static void come(void *b)
{
    edo_barrier_wait_future last = edo_barrier_wait_async(b);

    assert_ready_eq(&last.base, 1);
}

EDO_TEST_PLAIN(a_loser_whose_round_was_full_says_so) /* sync-232 sync-007 */
{
    edo_barrier b = EDO_BARRIER_INIT(2);
    edo_barrier_wait_future loser = edo_barrier_wait_async(&b), next = edo_barrier_wait_async(&b);

    lose_after(&loser.base, come, &b);
    assert_int_equal(loser.base.result, 0);
    assert_ready_eq(&loser.base, 0); /* a debug build mentions it */
    edo_test_task *hand = hand_wait(&next.base);
    hand_cancel(hand, &next.base, -ECANCELED);
}

struct canceled {
    edo_barrier b;
    edo_barrier_wait_future wait;
};

static edo_future *come_first(void *arg)
{
    struct canceled *c = arg;

    edo_barrier_init(&c->b, 2);
    c->wait = edo_barrier_wait_async(&c->b);
    return &c->wait.base;
}

static void come_second(void *arg)
{
    come(&((struct canceled *)arg)->b);
}

static void check_nobody_is_left(void *arg, unsigned step, int64_t result)
{
    struct canceled *c = arg;

    assert_int_equal(result, step < 2 ? -ECANCELED : 0);
    edo_barrier_wait_future first = edo_barrier_wait_async(&c->b);
    assert_pending(&first.base); /* in the round that comes next, or goes on */
    come_second(c);
    assert_ready_eq(&first.base, 0);
    assert_ok(edo_barrier_fini(&c->b));
}

EDO_TEST_PLAIN(cancelled_at_any_step_it_has_come_or_not) /* sync-232 sync-006 */
{
    struct canceled c;

    assert_int_equal(edo_test_cancel_future(come_first, come_second, check_nobody_is_left, &c), 3);
}

/* Woken, a member of the round comes again: with others of the round still to be woken. */
struct returning {
    edo_barrier *b;
    edo_barrier_wait_future wait;
    edo_poll again;
};

static void come_again(void *arg)
{
    struct returning *r = arg;

    r->wait = edo_barrier_wait_async(r->b);
    r->again = edo_future_poll(&r->wait.base, edo_test_waker());
}

EDO_TEST_PLAIN(a_waker_may_come_to_the_next_round) /* sync-012 sync-231 */
{
    enum { SIZE = 80 };
    edo_barrier b = EDO_BARRIER_INIT(SIZE);
    edo_barrier_wait_future waits[SIZE];
    edo_test_task *hands[SIZE - 2];
    struct returning r = {.b = &b};
    edo_waker waker;

    assert_ok(edo_waker_new(come_again, NULL, &r, &waker));
    waits[0] = edo_barrier_wait_async(&b);
    assert_int_equal(edo_future_poll(&waits[0].base, &waker), EDO_PENDING);
    for (int i = 1; i < SIZE - 1; i++) {
        waits[i] = edo_barrier_wait_async(&b);
        hands[i - 1] = hand_wait(&waits[i].base);
    }
    waits[SIZE - 1] = edo_barrier_wait_async(&b);
    assert_ready_eq(&waits[SIZE - 1].base, 1);
    assert_int_equal(r.again, EDO_PENDING);
    for (int i = 1; i < SIZE - 1; i++)
        hand_end(hands[i - 1], &waits[i].base, 0);
    assert_int_equal(edo_future_poll(&waits[0].base, &waker), EDO_READY);
    assert_pending(&r.wait.base); /* it waits in the next round, alone */
    edo_future_cancel(&r.wait.base);
    assert_ready_eq(&r.wait.base, -ECANCELED);
    edo_waker_drop(waker);
    assert_ok(edo_barrier_fini(&b));
}

EDO_TEST_PLAIN(null_is_no_barrier)
{
    edo_barrier_init(NULL, 2);
    assert_err(edo_barrier_fini(NULL), -EINVAL);
    assert_err(edo_barrier_wait(NULL), -EINVAL);
}

static int come_aborted(void *b)
{
    edo_barrier_wait_future wait = edo_barrier_wait_async(b);

    assert_ok(edo_task_self_abort());
    assert_err(edo_barrier_wait(b), -ECANCELED);
    assert_err(edo_await(&wait.base), -ECANCELED);
    return 0;
}

EDO_TEST(an_aborted_task_does_not_come)
{
    edo_barrier b = EDO_BARRIER_INIT(2);
    edo_barrier_wait_future wait = edo_barrier_wait_async(&b);
    edo_task t;

    assert_ok(edo_spawn(come_aborted, &b, &t));
    assert_ok(edo_join(t, NULL));
    assert_err(edo_timeout(&wait.base, EDO_MILLIS(1)), -ETIMEDOUT);
    assert_ok(edo_barrier_fini(&b));
}

EDO_TEST(a_kept_arm_has_not_come_while_nobody_polls_it) /* sync-026 */
{
    edo_barrier b = EDO_BARRIER_INIT(2);
    edo_barrier_wait_future kept = edo_barrier_wait_async(&b), other = edo_barrier_wait_async(&b);
    edo_sleep_future tick = edo_sleep_async(EDO_MILLIS(1));

    assert_int_equal(edo_select_keep(&kept.base, &tick.base), 1);
    edo_test_task *hand = hand_wait(&other.base);
    assert_int_equal(edo_select_keep(&kept.base, NULL), 0);
    assert_int_equal(kept.base.result, 1); /* now it comes, and is the second */
    hand_end(hand, &other.base, 0);
}

/* Tasks and threads in rounds: each writes a plain field of its own, and reads all the others'. */
#define MEMBERS 6

struct rounds {
    edo_barrier b;
    unsigned count;
    unsigned at[MEMBERS];
    unsigned leaders; /* atomic */
    unsigned next;    /* atomic: who is who */
};

static int go_round(void *arg)
{
    struct rounds *r = arg;
    unsigned me = a_fetch_add(&r->next, 1, relaxed);

    for (unsigned round = 1; round <= r->count; round++) {
        r->at[me] = round;
        int rc = edo_barrier_wait(&r->b);
        assert_true(rc == 0 || rc == 1);
        a_fetch_add(&r->leaders, (unsigned)rc, relaxed);
        for (int i = 0; i < MEMBERS; i++)
            assert_int_equal(r->at[i], round);
        assert_true(edo_barrier_wait(&r->b) >= 0); /* before anybody writes anew */
    }
    return 0;
}

static void *go_round_as_thread(void *arg)
{
    go_round(arg);
    return NULL;
}

EDO_TEST_BOTH(all_see_what_each_had_written) /* sync-233 sync-013 */
{
    struct rounds r = {.b = EDO_BARRIER_INIT(MEMBERS), .count = test_count(500)};
    edo_task tasks[MEMBERS - 2];
    pthread_t threads[2];

    for (int i = 0; i < 2; i++)
        threads[i] = start_thread(go_round_as_thread, &r);
    for (int i = 0; i < MEMBERS - 2; i++)
        assert_ok(edo_spawn(go_round, &r, &tasks[i]));
    for (int i = 0; i < MEMBERS - 2; i++)
        assert_ok(edo_join(tasks[i], NULL));
    for (int i = 0; i < 2; i++)
        join_thread(threads[i]);
    assert_int_equal(r.leaders, r.count);
    assert_ok(edo_barrier_fini(&r.b));
}

static int count_turns(void *turns)
{
    do
        ++*(unsigned *)turns;
    while (edo_yield() == 0);
    return 0;
}

EDO_TEST(waits_that_never_pend_let_others_run) /* sync-014 */
{
    edo_barrier b = EDO_BARRIER_INIT(1);
    unsigned turns = 0, waits = 0;
    edo_task other;

    assert_ok(edo_spawn(count_turns, &turns, &other));
    while (turns == 0) {
        assert_int_equal(edo_barrier_wait(&b), 1);
        assert_true(++waits <= 130);
    }
    assert_ok(edo_task_abort(other));
    assert_ok(edo_join(other, NULL));
}
