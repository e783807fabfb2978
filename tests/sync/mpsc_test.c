/* mpsc_test.c: messages that are sent, kept in order, counted and received, in both kinds of channel. */
#include "sync/mpsc_rig.h"

/* --- making one ------------------------------------------------------------------------------- */

EDO_TEST_BOTH(capacity_has_its_limits) /* sync-027 */
{
    channel c = {NULL, NULL};

    assert_err(edo_mpsc_new(PLAIN_INT, 0, &c.tx, &c.rx), -EINVAL);
    assert_err(edo_mpsc_new(PLAIN_INT, (SIZE_MAX >> 3) + 1, &c.tx, &c.rx), -EINVAL);
    assert_err(edo_mpsc_new(PLAIN_INT, SIZE_MAX, &c.tx, &c.rx), -EINVAL);
    assert_err(edo_mpsc_new(PLAIN_INT, SIZE_MAX >> 3, &c.tx, &c.rx), -ENOMEM);
    assert_null(c.tx);
    assert_null(c.rx);
    assert_int_equal(EDO_MPSC_CAPACITY_MAX, SIZE_MAX >> 3);
}

EDO_TEST_BOTH(null_and_bad_items_are_refused)
{
    channel c = {NULL, NULL};
    const edo_item odd = {.size = 8, .align = 3}, wide = {.size = 8, .align = 8192};
    int item = 1;

    assert_err(edo_mpsc_new(NULL, 1, &c.tx, &c.rx), -EINVAL);
    assert_err(edo_mpsc_new(&odd, 1, &c.tx, &c.rx), -EINVAL);
    assert_err(edo_mpsc_new_unbounded(&wide, &c.tx, &c.rx), -EINVAL);
    assert_err(edo_mpsc_new(PLAIN_INT, 1, NULL, &c.rx), -EINVAL);
    assert_err(edo_mpsc_new_unbounded(PLAIN_INT, &c.tx, NULL), -EINVAL);
    assert_null(c.tx);
    assert_null(c.rx);
    FOR_BOTH_KINDS(capacity)
    {
        c = channel_new(capacity);
        assert_err(edo_mpsc_send(c.tx, NULL), -EINVAL);
        assert_err(edo_mpsc_try_send(c.tx, NULL), -EINVAL);
        assert_err(edo_mpsc_recv(c.rx, NULL), -EINVAL);
        assert_err(edo_mpsc_recv_many(c.rx, NULL, 3), -EINVAL);
        assert_err(edo_mpsc_try_recv(c.rx, NULL), -EINVAL);
        assert_int_equal(edo_mpsc_len(c.rx), 0);
        channel_free(&c);
    }
    assert_err(edo_mpsc_send(NULL, &item), -EINVAL);
    assert_err(edo_mpsc_try_send(NULL, &item), -EINVAL);
    assert_err(edo_mpsc_recv(NULL, &item), -EINVAL);
    assert_err(edo_mpsc_try_recv(NULL, &item), -EINVAL);
    assert_err(edo_mpsc_closed(NULL), -EINVAL);
}

EDO_TEST_BOTH(null_handles_are_nothing)
{
    assert_null(edo_mpsc_sender_clone(NULL));
    edo_mpsc_sender_free(NULL);
    edo_mpsc_receiver_free(NULL);
    edo_mpsc_close(NULL);
    assert_int_equal(edo_mpsc_len(NULL), 0);
    assert_true(edo_mpsc_is_empty(NULL));
    assert_int_equal(edo_mpsc_capacity(NULL), 0);
    assert_int_equal(edo_mpsc_max_capacity(NULL), 0);
    assert_false(edo_mpsc_sender_is_closed(NULL));
    assert_false(edo_mpsc_receiver_is_closed(NULL));
    assert_false(edo_mpsc_same_channel(NULL, NULL));
}

/* --- in and out ------------------------------------------------------------------------------- */

EDO_TEST_BOTH(messages_come_in_order_and_then_the_end) /* sync-028 */
{
    channel c = channel_new(16);
    edo_mpsc_permit permit;
    int got;

    assert_ok(edo_mpsc_reserve(c.tx, &permit));
    assert_ok(permit_send(&permit, 1));
    assert_ok(try_send(c.tx, 2));
    edo_mpsc_sender_free(c.tx);
    assert_int_equal(edo_mpsc_recv(c.rx, &got), 1);
    assert_int_equal(got, 1);
    assert_int_equal(edo_mpsc_recv(c.rx, &got), 1);
    assert_int_equal(got, 2);
    assert_int_equal(edo_mpsc_recv(c.rx, &got), 0);
    edo_mpsc_receiver_free(c.rx);
}

EDO_TEST_BOTH(full_channel_refuses_until_one_is_received) /* sync-029 sync-030 */
{
    for (int by_try = 0; by_try <= 1; by_try++) {
        channel c = channel_of(COUNTED_INT, 1);
        int got = -1;
        assert_ok(try_send(c.tx, 1));
        assert_err(try_send(c.tx, 2), -EAGAIN);
        assert_int_equal(by_try ? edo_mpsc_try_recv(c.rx, &got) : edo_mpsc_recv(c.rx, &got), 1);
        assert_int_equal(got, 1);
        assert_ok(try_send(c.tx, 2));
        check_receives(c.rx, 2);
        channel_free(&c);
    }
    assert_int_equal(items_gone(3), 0);
}

EDO_TEST_BOTH(as_many_as_the_capacity_go_in) /* sync-031 */
{
    channel c = channel_new(5);

    for (int i = 0; i < 5; i++)
        assert_ok(try_send(c.tx, i));
    assert_err(try_send(c.tx, 5), -EAGAIN);
    for (int i = 0; i < 5; i++)
        check_receives(c.rx, i);
    check_receives_nothing(c.rx, -EAGAIN);
    channel_free(&c);
}

EDO_TEST_BOTH(order_is_kept_over_many_blocks) /* sync-032 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity ? 1000 : UNBOUNDED);
        for (int i = 0; i < 1000; i++)
            assert_ok(try_send(c.tx, i));
        for (int i = 0; i < 1000; i++)
            check_receives(c.rx, i);
        channel_free(&c);
    }
}

/* A queue that wraps around, and blocks that are used again, at all lengths. */
EDO_TEST_BOTH(order_is_kept_while_it_grows_and_shrinks)
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity ? 300 : UNBOUNDED);
        int in = 0, out = 0;
        for (int round = 0; round < 40; round++) {
            for (int n = round * 37 % 301; in - out < n;)
                assert_ok(try_send(c.tx, in++));
            for (int n = round * 53 % 150; in - out > n;)
                check_receives(c.rx, out++);
            assert_int_equal(edo_mpsc_len(c.rx), in - out);
        }
        channel_free(&c);
    }
}

EDO_TEST_BOTH(what_was_sent_is_received_after_the_last_sender_left) /* sync-034 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity);
        edo_mpsc_sender *second = edo_mpsc_sender_clone(c.tx);
        int got = -1;
        assert_ok(try_send(c.tx, 1));
        assert_ok(try_send(second, 2));
        edo_mpsc_sender_free(c.tx);
        edo_mpsc_sender_free(second);
        for (int i = 1; i <= 2; i++) {
            assert_int_equal(edo_mpsc_recv(c.rx, &got), 1);
            assert_int_equal(got, i);
        }
        for (int i = 0; i < 3; i++) {
            assert_int_equal(edo_mpsc_recv(c.rx, &got), 0);
            check_receives_nothing(c.rx, 0);
        }
        edo_mpsc_receiver_free(c.rx);
    }
}

EDO_TEST_BOTH(unbounded_takes_any_number_and_then_ends) /* sync-068 */
{
    for (int n = 0; n < 100; n++) {
        channel c = channel_new(UNBOUNDED);
        for (int i = 0; i < n; i++)
            assert_ok(edo_mpsc_send(c.tx, &i));
        for (int i = 0; i < n; i++)
            check_receives(c.rx, i);
        check_receives_nothing(c.rx, -EAGAIN);
        edo_mpsc_sender_free(c.tx);
        check_receives_nothing(c.rx, 0);
        edo_mpsc_receiver_free(c.rx);
    }
}

EDO_TEST_BOTH(empty_is_not_the_end_while_there_is_a_sender) /* sync-066 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity);
        edo_mpsc_sender *second = edo_mpsc_sender_clone(c.tx);
        check_receives_nothing(c.rx, -EAGAIN);
        assert_ok(try_send(c.tx, 1));
        edo_mpsc_sender_free(c.tx);
        check_receives(c.rx, 1);
        check_receives_nothing(c.rx, -EAGAIN);
        assert_ok(try_send(second, 2));
        edo_mpsc_sender_free(second);
        check_receives(c.rx, 2);
        check_receives_nothing(c.rx, 0);
        edo_mpsc_receiver_free(c.rx);
    }
}

/* --- waiting ---------------------------------------------------------------------------------- */

EDO_TEST_BOTH(waiting_receive_is_woken_by_a_message_or_the_end)
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity);
        int got = -1;
        for (int i = 0; i < 200; i++) { /* at the borders of blocks as well */
            edo_mpsc_recv_future recv = edo_mpsc_recv_async(c.rx, &got);
            assert_ok(edo_yield()); /* for the budget */
            edo_test_task *hand = hand_wait(&recv.base);
            assert_ok(try_send(c.tx, i));
            hand_end(hand, &recv.base, 1);
            assert_int_equal(got, i);
        }
        edo_mpsc_recv_future recv = edo_mpsc_recv_async(c.rx, &got);
        edo_test_task *hand = hand_wait(&recv.base);
        edo_mpsc_sender_free(c.tx);
        hand_end(hand, &recv.base, 0);
        assert_int_equal(got, 199);
        edo_mpsc_receiver_free(c.rx);
    }
}

EDO_TEST_BOTH(waiting_sends_and_reserves_are_served_in_the_order_they_came) /* sync-039 */
{
    channel c = channel_new(1);
    const int one = 1, three = 3;
    edo_mpsc_permit permit;
    edo_mpsc_send_future first = edo_mpsc_send_async(c.tx, &one);
    edo_mpsc_reserve_future second = edo_mpsc_reserve_async(c.tx, &permit);
    edo_mpsc_send_future third = edo_mpsc_send_async(c.tx, &three);

    assert_ok(try_send(c.tx, 0));
    edo_test_task *hand_first = hand_wait(&first.base);
    edo_test_task *hand_second = hand_wait(&second.base), *hand_third = hand_wait(&third.base);
    check_receives(c.rx, 0);
    hand_end(hand_first, &first.base, 0);
    hand_waits_on(hand_second);
    check_receives(c.rx, 1);
    hand_end(hand_second, &second.base, 0);
    hand_waits_on(hand_third);
    assert_ok(permit_send(&permit, 2));
    hand_waits_on(hand_third);
    check_receives(c.rx, 2);
    hand_end(hand_third, &third.base, 0);
    check_receives(c.rx, 3);
    channel_free(&c);
}

static int send_1(void *tx)
{
    const int item = 1;

    return edo_mpsc_send(tx, &item);
}

EDO_TEST_BOTH(send_in_a_task_waits_for_room)
{
    channel c = channel_new(1);
    edo_task t;
    int got = -1, rc = -1;

    assert_ok(try_send(c.tx, 0));
    assert_ok(edo_spawn(send_1, c.tx, &t));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(edo_mpsc_recv(c.rx, &got), 1);
        assert_int_equal(got, i);
    }
    assert_ok(edo_join(t, &rc));
    assert_ok(rc);
    channel_free(&c);
}

/* --- cancelled -------------------------------------------------------------------------------- */

EDO_TEST_BOTH(cancelled_send_has_sent_nothing) /* sync-040 */
{
    channel c = channel_of(COUNTED_INT, 1);
    const int item = 2;
    edo_mpsc_send_future send = edo_mpsc_send_async(c.tx, &item);

    assert_ok(try_send(c.tx, 1));
    hand_cancel(hand_wait(&send.base), &send.base, -ECANCELED);
    check_receives(c.rx, 1);
    check_receives_nothing(c.rx, -EAGAIN);
    channel_free(&c);
    assert_int_equal(items_gone(3), 0);
}

EDO_TEST_BOTH(send_cancelled_after_it_had_room_succeeds) /* sync-041 */
{
    channel c = channel_of(COUNTED_INT, 1);
    const int item = 2;
    edo_mpsc_send_future send = edo_mpsc_send_async(c.tx, &item);

    assert_ok(try_send(c.tx, 1));
    edo_test_task *hand = hand_wait(&send.base);
    check_receives(c.rx, 1);
    hand_cancel(hand, &send.base, 0);
    check_receives(c.rx, 2);
    check_receives_nothing(c.rx, -EAGAIN);
    channel_free(&c);
    assert_int_equal(items_gone(3), 0);
}

EDO_TEST_BOTH(cancelled_receive_leaves_the_message_and_a_message_received_stands) /* sync-042 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity);
        int got = -1;
        edo_mpsc_recv_future before = edo_mpsc_recv_async(c.rx, &got);
        edo_mpsc_recv_future woken = edo_mpsc_recv_async(c.rx, &got);
        edo_mpsc_recv_future has_one = edo_mpsc_recv_async(c.rx, &got);

        hand_cancel(hand_wait(&before.base), &before.base, -ECANCELED);
        edo_test_task *hand = hand_wait(&woken.base);
        assert_ok(try_send(c.tx, 1)); /* which stays where it is until a poll takes it */
        hand_cancel(hand, &woken.base, -ECANCELED);
        assert_int_equal(got, -1);
        assert_int_equal(edo_mpsc_len(c.rx), 1);
        assert_ready_eq(&has_one.base, 1);
        edo_future_cancel(&has_one.base);
        assert_int_equal(has_one.base.result, 1);
        assert_int_equal(got, 1);
        check_receives_nothing(c.rx, -EAGAIN);
        channel_free(&c);
    }
}
