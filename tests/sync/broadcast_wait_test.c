/* broadcast_wait_test.c: waiting for the next item, and until nobody receives. */
#include "sync/broadcast_rig.h"

EDO_TEST_BOTH(a_receive_waits_until_something_is_sent) /* sync-112 */
{
    channel ch = make_channel(2);
    int item = 0;
    edo_broadcast_recv_future recv = edo_broadcast_recv_async(ch.rx, &item, NULL);

    assert_int_equal(next(ch.rx), -EAGAIN);
    edo_test_task *hand = hand_wait(&recv.base);
    hand_waits_on(hand);
    send_all(ch.tx, 1, 1, 1);
    hand_end(hand, &recv.base, 1);
    assert_int_equal(item, 1);
    free_channel(&ch);
}

EDO_TEST_BOTH(one_send_wakes_all_that_wait_and_nobody_else) /* sync-113 */
{
    channel ch = make_channel_of_two(2);
    edo_broadcast_receiver *third = subscribed(&ch);
    int item = 0, item2 = 0, item3 = 0;
    edo_broadcast_recv_future recv = edo_broadcast_recv_async(ch.rx, &item, NULL);
    edo_broadcast_recv_future recv2 = edo_broadcast_recv_async(ch.rx2, &item2, NULL);
    edo_broadcast_recv_future recv3 = edo_broadcast_recv_async(third, &item3, NULL);
    edo_test_task *hand = hand_wait(&recv.base), *hand2 = hand_wait(&recv2.base), *hand3;

    assert_ok(edo_test_task_new(&recv3.base, &hand3)); /* not polled: nobody to be woken */
    send_all(ch.tx, 1, 1, 3);
    hand_end(hand, &recv.base, 1);
    hand_end(hand2, &recv2.base, 1);
    assert_int_equal(edo_test_task_wake_count(hand3), 0);
    assert_int_equal(edo_test_task_poll(hand3), EDO_READY);
    assert_int_equal(item + item2 + item3, 3);
    edo_test_task_release(hand3);
    edo_broadcast_receiver_free(third);
    free_channel(&ch);
}

/* More than one batch of wakers, which are told in several goes. */
EDO_TEST_BOTH(a_hundred_that_wait_are_woken_once_each)
{
    enum { MANY = 100 };
    channel ch = make_channel(2);
    edo_broadcast_receiver *rx[MANY];
    edo_broadcast_recv_future recv[MANY];
    edo_test_task *hands[MANY];
    int items[MANY];

    for (int i = 0; i < MANY; i++) {
        rx[i] = subscribed(&ch);
        recv[i] = edo_broadcast_recv_async(rx[i], &items[i], NULL);
        hands[i] = hand_wait(&recv[i].base);
    }
    send_all(ch.tx, 1, 1, MANY + 1);
    for (int i = 0; i < MANY; i++) {
        hand_end(hands[i], &recv[i].base, 1);
        assert_int_equal(items[i], 1);
        edo_broadcast_receiver_free(rx[i]);
    }
    free_channel(&ch);
}

EDO_TEST_BOTH(the_waker_of_the_latest_poll_is_the_one_called) /* sync-008 sync-115 */
{
    channel ch = make_channel(2);
    int item;
    edo_broadcast_recv_future recv = edo_broadcast_recv_async(ch.rx, &item, NULL);
    edo_test_task *a = hand_wait(&recv.base), *b = hand_wait(&recv.base);

    send_all(ch.tx, 1, 1, 1);
    assert_int_equal(edo_test_task_wake_count(a), 0);
    hand_end(b, &recv.base, 1);
    edo_test_task_release(a);
    free_channel(&ch);
}

EDO_TEST_BOTH(the_same_waker_is_registered_once) /* sync-009 */
{
    channel ch = make_channel(2);
    int item;
    edo_broadcast_recv_future recv = edo_broadcast_recv_async(ch.rx, &item, NULL);
    edo_test_task *hand = hand_wait(&recv.base);

    for (int i = 0; i < 3; i++)
        hand_waits_on(hand);
    send_all(ch.tx, 1, 2, 1);
    assert_int_equal(edo_test_task_wake_count(hand), 1);
    hand_end(hand, &recv.base, 1);
    free_channel(&ch);
}

EDO_TEST_BOTH(the_last_senders_end_wakes_all_and_one_of_two_nobody) /* sync-125 */
{
    channel ch = make_channel_of_two(4);
    edo_broadcast_sender *other = edo_broadcast_sender_clone(ch.tx);
    int item, item2;
    edo_broadcast_recv_future recv = edo_broadcast_recv_async(ch.rx, &item, NULL);
    edo_broadcast_recv_future recv2 = edo_broadcast_recv_async(ch.rx2, &item2, NULL);
    edo_broadcast_receiver *late = subscribed(&ch);
    edo_test_task *hand = hand_wait(&recv.base), *hand2 = hand_wait(&recv2.base);

    edo_broadcast_sender_free(other);
    hand_waits_on(hand);
    hand_waits_on(hand2);
    send_all(ch.tx, 1, 1, 3);
    edo_broadcast_sender_free(ch.tx);
    ch.tx = NULL;
    hand_end(hand, &recv.base, 1); /* what was sent comes first */
    recv = edo_broadcast_recv_async(ch.rx, &item, NULL);
    assert_ready_eq(&recv.base, 0);
    hand_end(hand2, &recv2.base, 1);
    check_gives(late, 1, 1, 0);
    edo_broadcast_receiver_free(late);
    free_channel(&ch);
}

EDO_TEST_BOTH(who_waits_when_the_last_sender_ends_is_told)
{
    channel ch = make_channel_of_two(4);
    int item = 5, item2 = 5;
    edo_broadcast_recv_future recv = edo_broadcast_recv_async(ch.rx, &item, NULL);
    edo_broadcast_recv_future recv2 = edo_broadcast_recv_async(ch.rx2, &item2, NULL);
    edo_test_task *hand = hand_wait(&recv.base), *hand2 = hand_wait(&recv2.base);

    edo_broadcast_sender_free(ch.tx);
    ch.tx = NULL;
    hand_end(hand, &recv.base, 0);
    hand_end(hand2, &recv2.base, 0);
    assert_int_equal(item + item2, 10);
    free_channel(&ch);
}

EDO_TEST_BOTH(closed_is_told_by_the_last_receivers_end_only) /* sync-128 */
{
    channel ch = make_channel_of_two(2);
    edo_broadcast_closed_future closed = edo_broadcast_closed_async(ch.tx);
    edo_test_task *hand = hand_wait(&closed.base);

    edo_broadcast_receiver_free(ch.rx);
    hand_waits_on(hand);
    edo_broadcast_receiver_free(ch.rx2);
    ch.rx = ch.rx2 = NULL;
    hand_end(hand, &closed.base, 0);
    assert_ok(edo_broadcast_closed(ch.tx));
    edo_broadcast_sender_free(ch.tx);
    assert_ok(edo_broadcast_new(PLAIN_INT, 1, &ch.tx, NULL));
    closed = edo_broadcast_closed_async(ch.tx); /* made without receivers */
    assert_ready_eq(&closed.base, 0);
    free_channel(&ch);
}

EDO_TEST_BOTH(a_new_receiver_opens_the_channel_again) /* sync-129 */
{
    channel ch = make_channel(2);
    edo_broadcast_closed_future closed = edo_broadcast_closed_async(ch.tx);
    edo_test_task *hand = hand_wait(&closed.base);

    edo_broadcast_receiver_free(ch.rx);
    ch.rx = subscribed(&ch);
    assert_int_equal(edo_test_task_wake_count(hand), 1);
    assert_int_equal(edo_test_task_poll(hand), EDO_PENDING); /* it looks for itself */
    edo_broadcast_closed_future second = edo_broadcast_closed_async(ch.tx);
    edo_test_task *hand2 = hand_wait(&second.base);
    edo_broadcast_receiver_free(ch.rx);
    ch.rx = NULL;
    hand_end(hand, &closed.base, 0);
    hand_end(hand2, &second.base, 0);
    free_channel(&ch);
}

EDO_TEST_BOTH(a_cancelled_receive_leaves_its_receivers_place) /* sync-003 sync-006 sync-133 */
{
    channel ch = make_channel(2);
    int item = 5;
    edo_broadcast_recv_future recv = edo_broadcast_recv_async(ch.rx, &item, NULL);
    edo_test_task *hand = hand_wait(&recv.base);

    edo_test_task_cancel(hand);
    hand_cancel(hand, &recv.base, -ECANCELED);
    assert_int_equal(item, 5);
    send_all(ch.tx, 1, 1, 1); /* and nobody is woken: the harness would say so */
    recv = edo_broadcast_recv_async(ch.rx, &item, NULL);
    assert_ready_eq(&recv.base, 1);
    assert_int_equal(item, 1);
    recv = edo_broadcast_recv_async(ch.rx, &item, NULL);
    hand = hand_wait(&recv.base);
    send_all(ch.tx, 2, 2, 1); /* woken, and then cancelled: it hadn't taken it */
    hand_cancel(hand, &recv.base, -ECANCELED);
    check_gives(ch.rx, 2, 2, -EAGAIN);
    free_channel(&ch);
}

EDO_TEST_BOTH(freeing_a_receiver_ends_its_pending_receive) /* sync-011 */
{
    channel ch = make_channel_of_two(2);
    int item, item2;
    edo_broadcast_recv_future recv = edo_broadcast_recv_async(ch.rx, &item, NULL);
    edo_broadcast_recv_future recv2 = edo_broadcast_recv_async(ch.rx2, &item2, NULL);
    edo_test_task *hand = hand_wait(&recv.base), *hand2 = hand_wait(&recv2.base);

    edo_broadcast_receiver_free(ch.rx);
    assert_int_equal(edo_broadcast_receiver_count(ch.tx), 1);
    hand_end(hand, &recv.base, 0);
    send_all(ch.tx, 1, 1, 1); /* has woken the other, which was not polled yet */
    edo_broadcast_receiver_free(ch.rx2);
    ch.rx = ch.rx2 = NULL;
    hand_end(hand2, &recv2.base, 0);
    free_channel(&ch);
}

EDO_TEST_BOTH(freeing_the_last_sender_ends_its_pending_closed) /* sync-011 */
{
    channel ch = make_channel(2);
    edo_broadcast_closed_future closed = edo_broadcast_closed_async(ch.tx);
    edo_test_task *hand = hand_wait(&closed.base);

    edo_broadcast_sender_free(ch.tx);
    assert_true(edo_broadcast_receiver_is_closed(ch.rx));
    edo_broadcast_receiver_free(ch.rx);
    hand_end(hand, &closed.base, 0);
    assert_int_equal(closed.base.result, 0);
}

EDO_TEST_BOTH(a_second_receive_with_one_receiver_is_misuse)
{
    channel ch = make_channel(2);
    int item, item2;
    edo_broadcast_recv_future recv = edo_broadcast_recv_async(ch.rx, &item, NULL);
    edo_broadcast_recv_future second = edo_broadcast_recv_async(ch.rx, &item2, NULL);
    edo_test_task *hand = hand_wait(&recv.base);

    assert_ready_eq(&second.base, -EDO_EMISUSE);
    send_all(ch.tx, 1, 1, 1);
    hand_end(hand, &recv.base, 1);
    free_channel(&ch);
}

static void send_one(void *arg)
{
    send_all(((channel *)arg)->tx, 1, 1, 1);
}

EDO_TEST_BOTH(what_a_losing_receive_could_have_had_comes_next) /* sync-022 */
{
    channel ch = make_channel(2);
    int item;
    edo_broadcast_recv_future recv = edo_broadcast_recv_async(ch.rx, &item, NULL);

    lose_after(&recv.base, send_one, &ch);
    assert_int_equal(recv.base.result, -ECANCELED);
    check_gives(ch.rx, 1, 1, -EAGAIN);
    free_channel(&ch);
}

/* A join of a receive that is over and something that isn't loses a select. */
static void lose_within_a_join(channel *ch, edo_broadcast_recv_future *recv, int also_take)
{
    probe never = probe_pending(), winner = probe_pending();
    edo_future *parts[] = {&recv->base, &never.base};
    edo_join_all_future both = edo_join_all_async(parts, 2);
    edo_future *arms[] = {&winner.base, &both.base};
    edo_select_future sel = edo_select_biased_async(arms, 2);

    assert_pending(&sel.base);
    if (also_take)
        assert_int_equal(next(ch->rx), also_take);
    probe_finish(&winner, 0);
    assert_ready_eq(&sel.base, 0);
}

EDO_TEST_BOTH(a_receive_that_is_put_back_moves_its_receiver_back) /* sync-022 */
{
    channel ch = make_channel(2);
    int item;
    edo_broadcast_recv_future recv = edo_broadcast_recv_async(ch.rx, &item, NULL);

    send_all(ch.tx, 1, 2, 1);
    lose_within_a_join(&ch, &recv, 0);
    assert_int_equal(recv.base.result, -ECANCELED);
    check_gives(ch.rx, 1, 2, -EAGAIN);
    send_all(ch.tx, 3, 4, 1);
    recv = edo_broadcast_recv_async(ch.rx, &item, NULL);
    lose_within_a_join(&ch, &recv, 4); /* it went on meanwhile: the success stands */
    assert_int_equal(recv.base.result, 1);
    assert_int_equal(item, 3);
    assert_int_equal(next(ch.rx), -EAGAIN);
    free_channel(&ch);
}
