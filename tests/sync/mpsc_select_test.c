/* mpsc_select_test.c: channels in selects and in tasks that are aborted: nothing is lost or doubled. */
#include "sched/coop.h"
#include "sync/mpsc_rig.h"

/* --- budget ------------------------------------------------------------------------------------- */

static int count_until_aborted(void *arg)
{
    do
        ++*(unsigned *)arg;
    while (edo_yield() == 0);
    return 0;
}

enum { AWAITS = 1280 };

static void send_one(channel *c)
{
    assert_ok(edo_mpsc_send(c->tx, &(int){1}));
}

static void send_one_by_future(channel *c)
{
    const int item = 1;
    edo_mpsc_send_future send = edo_mpsc_send_async(c->tx, &item);

    assert_int_equal(edo_await(&send.base), 0);
}

static void receive_one(channel *c)
{
    int got;

    assert_int_equal(edo_mpsc_recv(c->rx, &got), 1);
}

static void receive_one_by_future(channel *c)
{
    int got[3];
    edo_mpsc_recv_future recv = edo_mpsc_recv_many_async(c->rx, got, 1);

    assert_int_equal(edo_await(&recv.base), 1);
}

static void reserve_one(channel *c)
{
    edo_mpsc_permit permit;

    assert_ok(edo_mpsc_reserve(c->tx, &permit));
    edo_mpsc_permit_release(&permit);
}

static void see_the_end(channel *c)
{
    assert_ok(edo_mpsc_closed(c->tx));
}

static void receive_the_end(channel *c)
{
    int got;

    assert_int_equal(edo_mpsc_recv(c->rx, &got), 0);
}

static void be_refused(channel *c)
{
    assert_err(edo_mpsc_send(c->tx, &(int){1}), -EPIPE);
}

/* How often another task runs during ten budgets of that. */
static void lets_others_run(channel *c, void (*await)(channel *c))
{
    unsigned runs = 0;
    edo_task other;

    assert_ok(edo_spawn(count_until_aborted, &runs, &other));
    for (int i = 0; i < AWAITS; i++)
        await(c);
    assert_in_range(runs, AWAITS / COOP_BUDGET - 1, AWAITS / COOP_BUDGET);
    assert_ok(edo_task_abort(other));
    assert_ok(edo_join(other, NULL));
}

EDO_TEST(await_that_is_always_ready_lets_others_run) /* sync-014 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity ? 2 * AWAITS : UNBOUNDED);
        lets_others_run(&c, send_one);
        lets_others_run(&c, send_one_by_future);
        lets_others_run(&c, receive_one);
        lets_others_run(&c, receive_one_by_future);
        if (capacity)
            lets_others_run(&c, reserve_one);
        edo_mpsc_close(c.rx);
        lets_others_run(&c, see_the_end);
        lets_others_run(&c, receive_the_end);
        lets_others_run(&c, be_refused);
        channel_free(&c);
    }
}

EDO_TEST_BOTH(wait_for_a_turn_can_be_cancelled) /* sync-006 */
{
    FOR_BOTH_KINDS(capacity)
    {
        edo_semaphore plenty = EDO_SEMAPHORE_INIT(COOP_BUDGET);
        channel c = channel_new(capacity);
        int got = -1, item = 2;
        edo_mpsc_send_future send = edo_mpsc_send_async(c.tx, &item);
        edo_mpsc_recv_future recv = edo_mpsc_recv_async(c.rx, &got);
        assert_ok(try_send(c.tx, 1));
        assert_ok(edo_yield());
        for (int i = 0; i < COOP_BUDGET; i++)
            assert_ok(edo_semaphore_acquire(&plenty, NULL));
        edo_test_task *sends = hand_wait(&send.base), *receives_one = hand_wait(&recv.base);
        hand_cancel(sends, &send.base, -ECANCELED);
        hand_cancel(receives_one, &recv.base, -ECANCELED);
        assert_int_equal(got, -1);
        receives(c.rx, 1);
        receives_nothing(c.rx, -EAGAIN);
        channel_free(&c);
    }
}

/* --- aborts ------------------------------------------------------------------------------------- */

static int clean_up(void *arg)
{
    channel *c = arg;
    edo_mpsc_permit held, permit = {0};
    int got = -1, item = 3;

    assert_ok(edo_mpsc_reserve(c->tx, &held));
    assert_ok(edo_task_self_abort());
    assert_err(edo_mpsc_recv(c->rx, &got), -ECANCELED);
    assert_err((int)edo_mpsc_recv_many(c->rx, &got, 1), -ECANCELED);
    assert_err(edo_mpsc_send(c->tx, &item), -ECANCELED);
    assert_err(edo_mpsc_reserve(c->tx, &permit), -ECANCELED);
    assert_err(edo_mpsc_reserve_owned(c->tx, &permit), -ECANCELED);
    assert_err(edo_mpsc_closed(c->tx), -ECANCELED);
    assert_int_equal(got, -1);
    assert_null(permit.sender);
    assert_int_equal(edo_mpsc_capacity(c->tx), 2);
    assert_int_equal(edo_mpsc_sender_strong_count(c->tx), 1);
    receives(c->rx, 1);
    assert_ok(try_send(c->tx, 2));
    assert_ok(edo_mpsc_try_reserve(c->tx, &permit));
    edo_mpsc_permit_release(&permit);
    edo_mpsc_permit_release(&held);
    return 0;
}

EDO_TEST_BOTH(aborted_task_takes_nothing_and_can_still_clean_up) /* sync-016 */
{
    channel c = channel_new(4);
    edo_task t;

    assert_ok(try_send(c.tx, 1));
    assert_ok(edo_spawn(clean_up, &c, &t));
    assert_ok(edo_join(t, NULL));
    receives(c.rx, 2);
    assert_int_equal(edo_mpsc_capacity(c.tx), 4);
    channel_free(&c);
}

static int receive_twice(void *arg)
{
    channel *c = arg;
    int got = -1, again = -1;
    int rc = edo_mpsc_recv(c->rx, &got);

    assert_true(rc == 1 ? got == 7 : rc == -ECANCELED && got == -1);
    if (edo_task_self_is_canceled())
        assert_err(edo_mpsc_recv(c->rx, &again), -ECANCELED);
    assert_int_equal(again, -1);
    return rc == 1;
}

EDO_TEST_MT(abort_at_the_hand_over_loses_no_message) /* sync-017 */
{
    for (unsigned i = 0; i < test_count(2000); i++) {
        channel c = channel_new(both_kinds[i / 2 % 2]);
        edo_task t;
        int received = -1;
        assert_ok(edo_spawn(receive_twice, &c, &t));
        if (i % 2)
            assert_ok(edo_yield());
        assert_ok(try_send(c.tx, 7));
        assert_ok(edo_task_abort(t));
        assert_ok(edo_join(t, &received));
        if (!received)
            receives(c.rx, 7);
        receives_nothing(c.rx, -EAGAIN);
        channel_free(&c);
    }
}

static int send_8(void *arg)
{
    channel *c = arg;
    int rc = edo_mpsc_send(c->tx, &(int){8});

    assert_true(rc == 0 || rc == -ECANCELED);
    return rc == 0;
}

EDO_TEST_MT(abort_at_the_hand_over_of_room_sends_once_or_not)
{
    for (unsigned i = 0; i < test_count(2000); i++) {
        channel c = channel_new(1);
        edo_task t;
        int sent = -1;
        assert_ok(try_send(c.tx, 7));
        assert_ok(edo_spawn(send_8, &c, &t));
        if (i % 2)
            assert_ok(edo_yield());
        receives(c.rx, 7);
        assert_ok(edo_task_abort(t));
        assert_ok(edo_join(t, &sent));
        if (sent)
            receives(c.rx, 8);
        receives_nothing(c.rx, -EAGAIN);
        assert_int_equal(edo_mpsc_capacity(c.tx), 1);
        channel_free(&c);
    }
}

/* --- selects ------------------------------------------------------------------------------------ */

struct stream {
    channel c;
    edo_task sender;
    int received, count;
};

static int send_in_order(void *arg)
{
    struct stream *s = arg;

    for (int i = 0; i < s->count; i++)
        assert_ok(edo_mpsc_send(s->c.tx, &i));
    edo_mpsc_sender_free(s->c.tx);
    return 0;
}

static void took(struct stream *s, const edo_mpsc_recv_future *recv, int got)
{
    if (recv->base.result == 1)
        assert_int_equal(got, s->received++);
    else
        assert_true(recv->base.result == -ECANCELED || recv->base.result == 0);
}

/*
 * In turns: the first of both; the first of both, put back by hand, as an outer select would; and both,
 * unless a yield is quicker, which then has one of them put back if it was ready.
 */
static void receive_from_either(struct stream *a, struct stream *b, int how)
{
    int from_a = -1, from_b = -1;
    edo_mpsc_recv_future recv_a = edo_mpsc_recv_async(a->c.rx, &from_a);
    edo_mpsc_recv_future recv_b = edo_mpsc_recv_async(b->c.rx, &from_b);
    edo_future *both[] = {&recv_a.base, &recv_b.base};
    edo_join_all_future join = edo_join_all_async(both, 2);
    edo_yield_future yield = edo_yield_async();

    if (how % 3 < 2)
        assert_in_range(edo_select(&recv_a.base, &recv_b.base), 0, 1);
    else
        assert_in_range(edo_select(&join.base, &yield.base), 0, 1);
    if (how % 3 == 1) {
        edo_future_put_back(&recv_a.base);
        edo_future_put_back(&recv_b.base);
    }
    took(a, &recv_a, from_a);
    took(b, &recv_b, from_b);
}

EDO_TEST_BOTH(losing_receives_keep_every_message_in_its_place) /* sync-018 */
{
    FOR_BOTH_KINDS(capacity)
    {
        int rounds = (int)test_count(100000);
        struct stream streams[2];
        for (int i = 0; i < 2; i++) {
            streams[i] = (struct stream){.c = channel_new(capacity), .count = rounds / 3};
            assert_ok(edo_spawn(send_in_order, &streams[i], &streams[i].sender));
        }
        for (int i = 0; i < rounds; i++) {
            if (streams[0].received < rounds / 3 && streams[1].received < rounds / 3)
                receive_from_either(&streams[0], &streams[1], i);
        }
        for (int i = 0; i < 2; i++) {
            struct stream *s = &streams[i];
            int got;
            while (edo_mpsc_recv(s->c.rx, &got) == 1)
                assert_int_equal(got, s->received++);
            assert_int_equal(s->received, s->count);
            assert_ok(edo_join(s->sender, NULL));
            edo_mpsc_receiver_free(s->c.rx);
        }
    }
}

static void receive_0(void *c)
{
    receives(((channel *)c)->rx, 0);
}

EDO_TEST_BOTH(losers_room_goes_to_the_next_in_the_queue) /* sync-019 */
{
    for (size_t n = 1; n <= 2; n++) {
        channel c = channel_new(2);
        edo_mpsc_permit permit = {0}, next = {0};
        edo_mpsc_reserve_future loser = edo_mpsc_reserve_many_async(c.tx, n, &permit);
        edo_mpsc_reserve_future behind = edo_mpsc_reserve_many_async(c.tx, n, &next);
        probe winner = probe_pending();
        edo_future *arms[] = {&winner.base, &loser.base};
        edo_select_future select = edo_select_biased_async(arms, 2);

        assert_ok(try_send(c.tx, 0));
        if (n == 1)
            assert_ok(try_send(c.tx, 1));
        assert_pending(&select.base);
        edo_test_task *hand = hand_wait(&behind.base);
        receive_0(&c); /* the loser has its room */
        probe_finish(&winner, 7);
        hand_waits_on(hand);
        assert_ready_eq(&select.base, 0);
        assert_int_equal(loser.base.result, -ECANCELED);
        assert_null(permit.sender);
        hand_end(hand, &behind.base, 0);
        assert_int_equal(next.count, n);
        edo_mpsc_permit_release(&next);
        channel_free(&c);
    }
}

EDO_TEST_BOTH(losers_owned_room_is_a_sender_no_more)
{
    channel c = channel_new(1);
    edo_mpsc_permit permit = {0};
    edo_mpsc_reserve_future loser = edo_mpsc_reserve_owned_async(c.tx, &permit);

    assert_ok(try_send(c.tx, 0));
    lose_after(&loser.base, receive_0, &c);
    assert_int_equal(loser.base.result, -ECANCELED);
    assert_null(permit.sender);
    assert_int_equal(edo_mpsc_sender_strong_count(c.tx), 1);
    assert_int_equal(edo_mpsc_capacity(c.tx), 1);
    loser.base = (edo_future)EDO_FUTURE_INIT(loser.base.ops); /* it can begin anew */
    assert_ready_eq(&loser.base, 0);
    assert_int_equal(edo_mpsc_capacity(c.tx), 0);
    assert_int_equal(edo_mpsc_sender_strong_count(c.tx), 2);
    edo_mpsc_permit_release(&permit);
    channel_free(&c);
}

EDO_TEST_BOTH(send_that_lost_says_whether_it_happened) /* sync-024 */
{
    channel c = channel_new(1);
    const int item = 1;
    edo_mpsc_send_future in = edo_mpsc_send_async(c.tx, &item);
    edo_mpsc_send_future out = edo_mpsc_send_async(c.tx, &item);
    edo_future winner = edo_ready(0);

    assert_ok(try_send(c.tx, 0));
    lose_after(&in.base, receive_0, &c); /* it had room, and the message is in */
    assert_int_equal(in.base.result, 0);
    assert_int_equal(edo_mpsc_len(c.rx), 1);
    edo_future *arms[] = {&out.base, &winner};
    edo_select_future select = edo_select_biased_async(arms, 2);
    assert_ready_eq(&select.base, 1);
    assert_int_equal(out.base.result, -ECANCELED);
    receives(c.rx, 1);
    receives_nothing(c.rx, -EAGAIN);
    channel_free(&c);
}

EDO_TEST_BOTH(kept_arm_is_granted_nothing_between_two_rounds) /* sync-026 */
{
    channel full = channel_new(1), empty = channel_new(1);
    edo_mpsc_permit permit = {0}, other = {0};
    int got = -1, got_by_other = -1;
    edo_mpsc_reserve_future reserve = edo_mpsc_reserve_async(full.tx, &permit);
    edo_mpsc_recv_future recv = edo_mpsc_recv_async(empty.rx, &got);
    edo_yield_future tick;
    edo_future *arms[] = {&reserve.base, &recv.base, &tick.base};

    assert_ok(try_send(full.tx, 0));
    for (int round = 0; round < 3; round++) {
        tick = edo_yield_async();
        edo_select_future select = edo_select_keep_async(arms, 3);
        int won = (int)edo_await(&select.base);
        assert_int_equal(won, 2);
        receives(full.rx, 0); /* room and a message come, and both are for others */
        assert_ok(edo_mpsc_try_reserve(full.tx, &other));
        assert_ok(permit_send(&other, 0));
        assert_ok(try_send(empty.tx, round));
        assert_int_equal(edo_mpsc_try_recv(empty.rx, &got_by_other), 1);
        assert_int_equal(got_by_other, round);
    }
    edo_future *rest[] = {&reserve.base, &recv.base};
    edo_select_future select = edo_select_keep_async(rest, 2);
    edo_test_task *hand = hand_wait(&select.base);
    assert_ok(try_send(empty.tx, 9));
    hand_end(hand, &select.base, 1);
    assert_int_equal(got, 9);
    receives(full.rx, 0);
    assert_ready_eq(&reserve.base, 0); /* as good as new */
    assert_int_equal(permit.count, 1);
    edo_mpsc_permit_release(&permit);
    channel_free(&full);
    channel_free(&empty);
}

EDO_TEST(message_wins_over_a_deadline_that_has_passed)
{
    channel c = channel_new(1);
    int got = -1;
    edo_mpsc_recv_future recv = edo_mpsc_recv_async(c.rx, &got);
    edo_timeout_future timeout = edo_timeout_async(&recv.base, EDO_MILLIS(10));

    assert_pending(&timeout.base);
    assert_ok(edo_advance(EDO_MILLIS(10)));
    assert_ok(try_send(c.tx, 1));
    assert_ready_eq(&timeout.base, 1);
    assert_int_equal(got, 1);
    recv = edo_mpsc_recv_async(c.rx, &got);
    assert_err((int)edo_timeout(&recv.base, EDO_MILLIS(10)), -ETIMEDOUT);
    assert_ok(try_send(c.tx, 2));
    receives(c.rx, 2);
    channel_free(&c);
}
