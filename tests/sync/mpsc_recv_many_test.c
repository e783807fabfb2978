/* mpsc_recv_many_test.c: several messages by one receive. */
#include "sync/mpsc_rig.h"

#define UNTOUCHED (-7)

static void untouch(int *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        items[i] = UNTOUCHED;
}

EDO_TEST_BOTH(limit_of_nothing_takes_nothing) /* sync-070 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity);
        int item = UNTOUCHED;
        assert_int_equal(edo_mpsc_recv_many(c.rx, &item, 0), 0);
        assert_int_equal(edo_mpsc_recv_many(c.rx, NULL, 0), 0);
        assert_ok(try_send(c.tx, 1));
        assert_int_equal(edo_mpsc_recv_many(c.rx, &item, 0), 0);
        edo_mpsc_recv_future recv = edo_mpsc_recv_many_async(c.rx, &item, 0);
        assert_ready_eq(&recv.base, 0);
        assert_int_equal(item, UNTOUCHED);
        assert_int_equal(edo_mpsc_len(c.rx), 1);
        channel_free(&c);
    }
}

static int send_four(void *tx)
{
    for (int i = 0; i < 4; i++)
        assert_ok(edo_mpsc_send(tx, &i));
    edo_mpsc_sender_free(tx);
    return 0;
}

EDO_TEST_BOTH(few_at_a_time_are_all_in_the_end) /* sync-071 */
{
    channel c = channel_new(2);
    int items[4];
    ssize_t count = 0, n;
    edo_task t;

    assert_ok(edo_spawn(send_four, c.tx, &t));
    while ((n = edo_mpsc_recv_many(c.rx, items, 3)) > 0) {
        assert_in_range(n, 1, 3);
        for (ssize_t i = 0; i < n; i++)
            assert_int_equal(items[i], count++);
    }
    assert_int_equal(n, 0);
    assert_int_equal(count, 4);
    assert_ok(edo_join(t, NULL));
    edo_mpsc_receiver_free(c.rx);
}

EDO_TEST_BOTH(no_more_than_the_limit_and_no_waiting_for_more) /* sync-072 */
{
    FOR_BOTH_KINDS(capacity)
    {
        for (int there = 1; there <= 6; there++) {
            channel c = channel_new(capacity);
            int items[6];
            for (int i = 0; i < there; i++)
                assert_ok(try_send(c.tx, i));
            untouch(items, 6);
            edo_mpsc_recv_future recv = edo_mpsc_recv_many_async(c.rx, items, 4);
            int expected = there < 4 ? there : 4;
            assert_ready_eq(&recv.base, expected);
            for (int i = 0; i < 6; i++)
                assert_int_equal(items[i], i < expected ? i : UNTOUCHED);
            assert_int_equal(edo_mpsc_len(c.rx), there - expected);
            channel_free(&c);
        }
    }
}

EDO_TEST_BOTH(wait_ends_with_the_first_message) /* sync-072 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity);
        int items[4];
        untouch(items, 4);
        edo_mpsc_recv_future recv = edo_mpsc_recv_many_async(c.rx, items, 3);
        edo_test_task *hand = hand_wait(&recv.base);
        assert_ok(try_send(c.tx, 1));
        hand_end(hand, &recv.base, 1);
        assert_int_equal(items[0], 1);
        assert_int_equal(items[1], UNTOUCHED);
        untouch(items, 4);
        edo_mpsc_recv_future more = edo_mpsc_recv_many_async(c.rx, items, 3);
        hand = hand_wait(&more.base);
        for (int i = 0; i < 4; i++)
            assert_ok(try_send(c.tx, i));
        hand_end(hand, &more.base, 3); /* woken by the first, it takes what has come since */
        assert_int_equal(items[2], 2);
        assert_int_equal(items[3], UNTOUCHED);
        check_receives(c.rx, 3);
        channel_free(&c);
    }
}

EDO_TEST_BOTH(nothing_is_received_only_at_the_end) /* sync-073 */
{
    FOR_BOTH_KINDS(capacity)
    {
        for (int by_sender = 0; by_sender < 2; by_sender++) {
            channel c = channel_new(capacity);
            int items[3];
            untouch(items, 3);
            edo_mpsc_recv_future idle = edo_mpsc_recv_many_async(c.rx, items, 3);
            hand_cancel(hand_wait(&idle.base), &idle.base, -ECANCELED);
            assert_ok(try_send(c.tx, 1));
            if (by_sender)
                edo_mpsc_sender_free(c.tx);
            else
                edo_mpsc_close(c.rx);
            assert_int_equal(edo_mpsc_recv_many(c.rx, items, 3), 1);
            assert_int_equal(items[0], 1);
            for (int i = 0; i < 3; i++) { /* with a message in the array already */
                assert_int_equal(edo_mpsc_recv_many(c.rx, items + 1, 2), 0);
                assert_int_equal(items[0], 1);
                assert_int_equal(items[1], UNTOUCHED);
                assert_int_equal(items[2], UNTOUCHED);
            }
            if (!by_sender)
                edo_mpsc_sender_free(c.tx);
            edo_mpsc_receiver_free(c.rx);
        }
    }
}

EDO_TEST_BOTH(as_many_waiters_are_woken_as_were_received) /* sync-074 */
{
    enum { SENDS = 5, ROOM = 4 };
    channel c = channel_new(ROOM);
    edo_mpsc_send_future sends[SENDS];
    edo_test_task *hands[SENDS];
    const int items[SENDS] = {4, 5, 6, 7, 8};
    int got[SENDS];

    for (int i = 0; i < ROOM; i++)
        assert_ok(try_send(c.tx, i));
    for (int i = 0; i < SENDS; i++) {
        sends[i] = edo_mpsc_send_async(c.tx, &items[i]);
        hands[i] = hand_wait(&sends[i].base);
    }
    assert_int_equal(edo_mpsc_recv_many(c.rx, got, 3), 3);
    for (int i = 0; i < 3; i++)
        hand_end(hands[i], &sends[i].base, 0);
    hand_waits_on(hands[3]);
    assert_int_equal(edo_mpsc_recv_many(c.rx, got, 5), 4); /* one from before, and those three */
    for (int i = 0; i < 4; i++)
        assert_int_equal(got[i], 3 + i);
    for (int i = 3; i < SENDS; i++)
        hand_end(hands[i], &sends[i].base, 0);
    assert_int_equal(edo_mpsc_recv_many(c.rx, got, 5), 2);
    assert_int_equal(edo_mpsc_capacity(c.tx), ROOM);
    channel_free(&c);
}

/* --- put back ---------------------------------------------------------------------------------- */

EDO_TEST_BOTH(what_was_put_back_is_received_first)
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_of(COUNTED_INT, capacity);
        int got[4];
        edo_mpsc_recv_future recvs[3];
        for (int i = 0; i < 8; i++)
            assert_ok(try_send(c.tx, i));
        recvs[0] = edo_mpsc_recv_many_async(c.rx, got, 2);
        assert_ready_eq(&recvs[0].base, 2);
        int later[3];
        recvs[1] = edo_mpsc_recv_many_async(c.rx, later, 3);
        assert_ready_eq(&recvs[1].base, 3);
        edo_future_put_back(&recvs[1].base); /* 2, 3, 4 */
        assert_int_equal(recvs[1].base.result, -ECANCELED);
        assert_int_equal(edo_mpsc_len(c.rx), 6);
        check_receives(c.rx, 2);
        edo_future_put_back(&recvs[0].base); /* 0, 1 before 3, 4 */
        assert_int_equal(edo_mpsc_len(c.rx), 7);
        check_receives(c.rx, 0);
        recvs[2] = edo_mpsc_recv_many_async(c.rx, got, 4);
        assert_ready_eq(&recvs[2].base, 4);
        for (int i = 0; i < 4; i++)
            assert_int_equal(got[i], i ? i + 2 : 1); /* 1, 3, 4, 5 */
        edo_future_put_back(&recvs[2].base);
        check_receives(c.rx, 1);
        assert_int_equal(edo_mpsc_len(c.rx), 5);
        assert_false(edo_mpsc_is_empty(c.rx));
        edo_mpsc_sender_free(c.tx);
        check_receives(c.rx, 3); /* closed, and not over */
        edo_mpsc_receiver_free(c.rx);
        for (int i = 0; i < 8; i++) {
            assert_int_equal(items_destroyed[i], i >= 4);
            items_destroyed[i] = 0;
        }
    }
}

EDO_TEST_BOTH(closed_channel_with_what_was_put_back_is_not_over)
{
    channel c = channel_new(1);
    int got = -1, last = -1;
    edo_mpsc_recv_future recv = edo_mpsc_recv_async(c.rx, &got);

    assert_ok(try_send(c.tx, 1));
    assert_ready_eq(&recv.base, 1);
    edo_mpsc_close(c.rx);
    check_receives_nothing(c.rx, 0);
    edo_future_put_back(&recv.base);
    assert_int_equal(edo_mpsc_len(c.rx), 1);
    assert_int_equal(edo_mpsc_recv(c.rx, &last), 1);
    assert_int_equal(last, 1);
    check_receives_nothing(c.rx, 0);
    channel_free(&c);
}

EDO_TEST_BOTH(put_back_wakes_a_receive_that_has_begun_since)
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity);
        int got = -1, other = -1;
        edo_mpsc_recv_future first = edo_mpsc_recv_async(c.rx, &got);
        edo_mpsc_recv_future second = edo_mpsc_recv_async(c.rx, &other);
        assert_ok(try_send(c.tx, 1));
        assert_ready_eq(&first.base, 1);
        edo_test_task *hand = hand_wait(&second.base);
        edo_future_put_back(&first.base);
        hand_end(hand, &second.base, 1);
        assert_int_equal(other, 1);
        channel_free(&c);
    }
}

EDO_TEST_BOTH(end_is_not_put_back)
{
    channel c = channel_new(1);
    int got;
    edo_mpsc_recv_future recv = edo_mpsc_recv_async(c.rx, &got);

    edo_mpsc_close(c.rx);
    assert_ready_eq(&recv.base, 0);
    edo_future_put_back(&recv.base);
    assert_int_equal(recv.base.result, 0);
    assert_true(edo_mpsc_is_empty(c.rx));
    channel_free(&c);
}
