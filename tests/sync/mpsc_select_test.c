/* mpsc_select_test.c: channels in selects: what loses is not lost, nor doubled. */
#include "sync/mpsc_rig.h"

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
    check_receives(((channel *)c)->rx, 0);
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
    check_receives(c.rx, 1);
    check_receives_nothing(c.rx, -EAGAIN);
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
        check_receives(full.rx, 0); /* room and a message come, and both are for others */
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
    check_receives(full.rx, 0);
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
    check_receives(c.rx, 2);
    channel_free(&c);
}
