/* mpsc_permit_end_test.c: permits of a channel that was closed, and sends with a limit. */
#include "sync/mpsc_rig.h"

/* --- after the close -------------------------------------------------------------------------- */

EDO_TEST_BOTH(permit_given_before_the_close_still_counts) /* sync-057 */
{
    for (int used = 0; used < 2; used++) {
        channel c = channel_new(2);
        edo_mpsc_permit permit;
        int got = -1;
        edo_mpsc_recv_future recv = edo_mpsc_recv_async(c.rx, &got);
        assert_ok(edo_mpsc_reserve(c.tx, &permit));
        edo_mpsc_close(c.rx);
        edo_test_task *hand = hand_wait(&recv.base);
        if (used)
            assert_ok(permit_send(&permit, 1));
        else
            edo_mpsc_permit_release(&permit);
        hand_end(hand, &recv.base, used);
        assert_int_equal(got, used ? 1 : -1);
        assert_int_equal(edo_mpsc_recv(c.rx, &got), 0);
        channel_free(&c);
    }
}

EDO_TEST_BOTH(end_comes_with_the_last_of_the_permits) /* sync-058 */
{
    channel c = channel_new(4);
    edo_mpsc_permit set, other;
    int got = -1;

    assert_ok(edo_mpsc_reserve_many(c.tx, 3, &set));
    assert_ok(edo_mpsc_reserve(c.tx, &other));
    edo_mpsc_close(c.rx);
    edo_mpsc_recv_future first = edo_mpsc_recv_async(c.rx, &got);
    edo_test_task *hand = hand_wait(&first.base);
    edo_mpsc_permit_release(&other);
    hand_waits_on(hand);
    assert_ok(permit_send(&set, 1));
    hand_end(hand, &first.base, 1);
    edo_mpsc_recv_future second = edo_mpsc_recv_async(c.rx, &got);
    hand = hand_wait(&second.base);
    assert_ok(permit_send(&set, 2));
    hand_end(hand, &second.base, 1);
    edo_mpsc_recv_future third = edo_mpsc_recv_async(c.rx, &got);
    hand = hand_wait(&third.base);
    edo_mpsc_permit_release(&set);
    hand_end(hand, &third.base, 0);
    assert_int_equal(got, 2);
    channel_free(&c);
}

EDO_TEST_BOTH(try_recv_knows_that_a_permit_is_out) /* sync-067 */
{
    channel c = channel_new(2);
    edo_mpsc_permit permit;

    assert_ok(edo_mpsc_reserve(c.tx, &permit));
    edo_mpsc_close(c.rx);
    check_receives_nothing(c.rx, -EAGAIN);
    edo_mpsc_permit_release(&permit);
    check_receives_nothing(c.rx, 0);
    channel_free(&c);
}

/* A wait for room is in the way of the end as well, with what it has collected so far. */
EDO_TEST_BOTH(cancelled_reserve_lets_the_end_come)
{
    for (int canceled = 0; canceled < 2; canceled++) {
        channel c = channel_new(3);
        edo_mpsc_permit held, permit = {0};
        int got = -1;
        edo_mpsc_recv_future recv = edo_mpsc_recv_async(c.rx, &got);
        edo_mpsc_reserve_future reserve = edo_mpsc_reserve_many_async(c.tx, 3, &permit);
        assert_ok(edo_mpsc_reserve(c.tx, &held));
        edo_test_task *reserves = hand_wait(&reserve.base); /* has two of the three */
        if (canceled)
            hand_cancel(reserves, &reserve.base, -ECANCELED);
        edo_mpsc_close(c.rx);
        if (!canceled)
            hand_end(reserves, &reserve.base, -EPIPE);
        edo_test_task *receiver = hand_wait(&recv.base);
        edo_mpsc_permit_release(&held);
        hand_end(receiver, &recv.base, 0);
        assert_null(permit.sender);
        channel_free(&c);
    }
}

/* Granted, then lost: what is put back after the close brings the end, and wakes who waits for it. */
EDO_TEST_BOTH(reserve_put_back_after_the_close_brings_the_end) /* sync-019 */
{
    for (size_t n = 1; n <= 2; n++) {
        channel c = channel_new(2);
        edo_mpsc_permit permit = {0};
        int got = -1;
        edo_mpsc_reserve_future reserve = edo_mpsc_reserve_many_async(c.tx, n, &permit);
        edo_mpsc_recv_future recv = edo_mpsc_recv_async(c.rx, &got);
        assert_ready_eq(&reserve.base, 0);
        edo_mpsc_close(c.rx);
        edo_test_task *hand = hand_wait(&recv.base);
        edo_future_put_back(&reserve.base);
        assert_int_equal(reserve.base.result, -ECANCELED);
        assert_null(permit.sender);
        hand_end(hand, &recv.base, 0);
        channel_free(&c);
    }
}

/* --- with a limit ----------------------------------------------------------------------------- */

EDO_TEST(send_gives_up_in_time) /* sync-075 */
{
    channel c = channel_of(COUNTED_INT, 5);
    int item = 5;

    edo_instant begin = edo_now();
    for (int i = 0; i < 5; i++)
        assert_ok(edo_mpsc_send_within(c.tx, &i, EDO_SECONDS(1)));
    assert_int_equal(edo_instant_since(edo_now(), begin).ns, 0);
    assert_err(edo_mpsc_send_within(c.tx, &item, EDO_SECONDS(1)), -ETIMEDOUT);
    assert_in_range(edo_instant_since(edo_now(), begin).ns, EDO_SECONDS(1).ns, EDO_MILLIS(1002).ns);
    assert_int_equal(edo_mpsc_len(c.rx), 5);
    edo_mpsc_receiver_free(c.rx);
    begin = edo_now();
    assert_err(edo_mpsc_send_within(c.tx, &item, EDO_SECONDS(1)), -EPIPE);
    assert_int_equal(edo_instant_since(edo_now(), begin).ns, 0);
    edo_mpsc_sender_free(c.tx);
    assert_int_equal(items_gone(5), 5);
    assert_int_equal(items_destroyed[5], 0);
}

static int send_within_a_second(void *arg)
{
    const int item = 2;

    assert_err(edo_mpsc_send_within(arg, &item, EDO_SECONDS(1)), -EDO_ENOTIME);
    return 0;
}

EDO_TEST_PLAIN(limit_needs_a_runtime_with_time) /* sync-076 */
{
    channel c = channel_of(COUNTED_INT, 1);
    edo_runtime *runtime;
    int item = 2;

    for (int full = 0; full < 2; full++) {
        assert_err(edo_mpsc_send_within(c.tx, &item, EDO_SECONDS(1)), -EDO_ENORUNTIME);
        assert_ok(edo_runtime_new(EDO_OPTS(runtime, .no_time = true), &runtime));
        assert_ok(edo_block_on(runtime, send_within_a_second, c.tx));
        assert_ok(edo_runtime_free(runtime));
        assert_int_equal(edo_mpsc_len(c.rx), full);
        if (!full)
            assert_ok(try_send(c.tx, 1));
    }
    channel_free(&c);
    assert_int_equal(items_destroyed[1], 1);
    assert_int_equal(items_destroyed[2], 0);
}
