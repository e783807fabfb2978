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
    gives(late, 1, 1, 0);
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
    gives(ch.rx, 2, 2, -EAGAIN);
    free_channel(&ch);
}

EDO_TEST_BOTH(one_never_polled_holds_nothing_and_may_be_cancelled) /* sync-001 sync-002 */
{
    channel ch = make_channel(2);
    int item;
    edo_broadcast_recv_future recv = edo_broadcast_recv_async(ch.rx, &item, NULL);
    edo_broadcast_recv_future forgotten = edo_broadcast_recv_async(ch.rx, &item, NULL);
    edo_broadcast_closed_future closed = edo_broadcast_closed_async(ch.tx);

    (void)forgotten;
    edo_future_cancel(&recv.base);
    edo_future_cancel(&closed.base);
    assert_ready_eq(&recv.base, -ECANCELED);
    assert_ready_eq(&closed.base, -ECANCELED);
    edo_broadcast_recv_future other = edo_broadcast_recv_async(ch.rx, &item, NULL);
    edo_test_task *hand = hand_wait(&other.base);
    send_all(ch.tx, 1, 1, 1);
    hand_end(hand, &other.base, 1);
    free_channel(&ch);
}

EDO_TEST_BOTH(a_cancelled_wait_leaves_the_others_in_order) /* sync-004 */
{
    channel ch = make_channel_of_two(2);
    edo_broadcast_receiver *third = subscribed(&ch);
    edo_broadcast_receiver *rx[3] = {ch.rx, ch.rx2, third};
    edo_broadcast_recv_future recv[3];
    edo_test_task *hands[3];
    int items[3];

    for (int gone = 0; gone < 3; gone++) {
        for (int i = 0; i < 3; i++) {
            recv[i] = edo_broadcast_recv_async(rx[i], &items[i], NULL);
            hands[i] = hand_wait(&recv[i].base);
        }
        hand_cancel(hands[gone], &recv[gone].base, -ECANCELED);
        send_all(ch.tx, 1, 1, 3);
        for (int i = 0; i < 3; i++)
            if (i != gone)
                hand_end(hands[i], &recv[i].base, 1);
        assert_int_equal(next(rx[gone]), 1);
    }
    edo_broadcast_receiver_free(third);
    free_channel(&ch);
}

EDO_TEST_BOTH(ready_says_ready_again) /* sync-007 */
{
    channel ch = make_channel(2);
    int item = 0;
    edo_broadcast_recv_future recv = edo_broadcast_recv_async(ch.rx, &item, NULL);

    send_all(ch.tx, 1, 2, 1);
    assert_ready_eq(&recv.base, 1);
    assert_ready_eq(&recv.base, 1);
    assert_int_equal(item, 1);
    gives(ch.rx, 2, 2, -EAGAIN);
    free_channel(&ch);
}

EDO_TEST_BOTH(after_ready_its_memory_is_not_touched) /* sync-010 */
{
    channel ch = make_channel(2);
    int item;
    union {
        edo_broadcast_recv_future recv;
        edo_broadcast_closed_future closed;
        unsigned char bytes[256];
    } place;
    unsigned destroyed = 0;
    edo_waker waker;

    for (int i = 0; i < 2; i++) {
        assert_ok(edo_waker_new(count_unref, count_unref, &destroyed, &waker));
        if (i == 0)
            place.recv = edo_broadcast_recv_async(ch.rx, &item, NULL);
        else
            place.closed = edo_broadcast_closed_async(ch.tx);
        edo_future *fut = i == 0 ? &place.recv.base : &place.closed.base;
        assert_int_equal(edo_future_poll(fut, &waker), EDO_PENDING);
        edo_future_cancel(fut);
        assert_int_equal(edo_future_poll(fut, &waker), EDO_READY);
        memset(&place, 0xA5, sizeof place);
        assert_int_equal(destroyed, (unsigned)i);
        edo_waker_drop(waker);
        assert_int_equal(destroyed, (unsigned)i + 1); /* nobody had it any more, nor called it */
    }
    send_all(ch.tx, 1, 3, 1);
    free_channel(&ch);
    for (unsigned i = 0; i < sizeof place; i++)
        assert_int_equal(place.bytes[i], 0xA5);
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
    edo_broadcast_receiver_free(ch.rx);
    hand_end(hand, &closed.base, 0);
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

/* A waker that sends to the same channel, and takes from it. */
typedef struct echo {
    channel ch;
    unsigned woken;
} echo;

static void send_when_woken(void *arg)
{
    echo *e = arg;
    int item = 9;

    if (e->woken++ == 0)
        assert_int_equal(edo_broadcast_send(e->ch.tx, &item), 2);
    assert_int_equal(next(e->ch.rx2), (int)e->woken == 1 ? 1 : 9);
}

EDO_TEST_BOTH(a_waker_may_use_the_channel) /* sync-012 */
{
    echo e = {.ch = make_channel_of_two(4)};
    int item;
    edo_waker waker;
    edo_broadcast_recv_future recv = edo_broadcast_recv_async(e.ch.rx, &item, NULL);

    assert_ok(edo_waker_new(send_when_woken, NULL, &e, &waker));
    assert_int_equal(edo_future_poll(&recv.base, &waker), EDO_PENDING);
    send_all(e.ch.tx, 1, 1, 2);
    assert_int_equal(e.woken, 1);
    assert_int_equal(edo_future_poll(&recv.base, &waker), EDO_READY);
    gives(e.ch.rx, 9, 9, -EAGAIN);
    edo_waker_drop(waker);
    free_channel(&e.ch);
}

static void *send_from_thread(void *arg)
{
    channel *ch = arg;

    for (int item = 1; item <= 1000; item++)
        assert_int_equal(edo_broadcast_send(ch->tx, &item), 1);
    edo_broadcast_sender_free(ch->tx);
    return NULL;
}

EDO_TEST_PLAIN(a_plain_thread_receives_with_no_runtime) /* sync-013 sync-134 */
{
    channel ch = make_channel(1024);
    pthread_t thread = start_thread(send_from_thread, &ch);
    int item;

    for (int i = 1; i <= 1000; i++) {
        assert_int_equal(edo_broadcast_recv(ch.rx, &item, NULL), 1);
        assert_int_equal(item, i);
    }
    assert_int_equal(edo_broadcast_recv(ch.rx, &item, NULL), 0);
    join_thread(thread);
    ch.tx = NULL;
    free_channel(&ch);
}

static void *free_receiver(void *arg)
{
    edo_broadcast_receiver_free(arg);
    return NULL;
}

EDO_TEST_PLAIN(a_plain_thread_waits_for_the_last_receiver) /* sync-013 */
{
    channel ch = make_channel(1);
    pthread_t thread = start_thread(free_receiver, ch.rx);

    assert_ok(edo_broadcast_closed(ch.tx));
    join_thread(thread);
    ch.rx = NULL;
    free_channel(&ch);
}

static int count_turns(void *arg)
{
    unsigned *turns = arg;

    while (*turns < 1000 && edo_yield() == 0)
        ++*turns;
    return 0;
}

/* What is always ready lets others run: each form, for three budgets. */
EDO_TEST(waits_that_are_always_ready_let_others_run) /* sync-014 */
{
    for (int form = 0; form < 4; form++) {
        channel ch = make_channel(512);
        unsigned turns = 0;
        int item;
        edo_task t;
        send_all(ch.tx, 1, 400, 1);
        if (form >= 2)
            edo_broadcast_receiver_free(ch.rx);
        assert_ok(edo_spawn(count_turns, &turns, &t));
        for (int i = 0; i < 400; i++) {
            edo_broadcast_recv_future recv = edo_broadcast_recv_async(ch.rx, &item, NULL);
            edo_broadcast_closed_future closed = edo_broadcast_closed_async(ch.tx);
            if (form < 2)
                assert_int_equal(
                    form ? edo_await(&recv.base) : edo_broadcast_recv(ch.rx, &item, NULL), 1);
            else
                assert_int_equal(form == 3 ? edo_await(&closed.base) : edo_broadcast_closed(ch.tx),
                                 0);
        }
        assert_in_range(turns, 2, 4);
        turns = 1000;
        assert_ok(edo_join(t, NULL));
        if (form >= 2)
            ch.rx = NULL;
        free_channel(&ch);
    }
}

static int receive_in_aborted(void *arg)
{
    channel *ch = arg;
    int item = 5;

    assert_ok(edo_task_self_abort());
    assert_err(edo_broadcast_recv(ch->rx, &item, NULL), -ECANCELED);
    assert_int_equal(item, 5);
    assert_err(edo_broadcast_closed(ch->tx), -ECANCELED);
    assert_int_equal(next(ch->rx), 1); /* cleaning up goes on */
    send_all(ch->tx, 2, 2, 1);
    return 0;
}

EDO_TEST_BOTH(an_aborted_tasks_receive_takes_nothing) /* sync-016 */
{
    channel ch = make_channel(2);
    edo_task t;

    send_all(ch.tx, 1, 1, 1);
    assert_ok(edo_spawn(receive_in_aborted, &ch, &t));
    assert_ok(edo_join(t, NULL));
    gives(ch.rx, 2, 2, -EAGAIN);
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
    gives(ch.rx, 1, 1, -EAGAIN);
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
    gives(ch.rx, 1, 2, -EAGAIN);
    send_all(ch.tx, 3, 4, 1);
    recv = edo_broadcast_recv_async(ch.rx, &item, NULL);
    lose_within_a_join(&ch, &recv, 4); /* it went on meanwhile: the success stands */
    assert_int_equal(recv.base.result, 1);
    assert_int_equal(item, 3);
    assert_int_equal(next(ch.rx), -EAGAIN);
    free_channel(&ch);
}
