/* broadcast_rules_test.c: the rules that every future of a channel or lock obeys. */
#include "sync/broadcast_rig.h"

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
    check_gives(ch.rx, 2, 2, -EAGAIN);
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
    check_gives(e.ch.rx, 9, 9, -EAGAIN);
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
    assert_int_equal(edo_broadcast_receiver_count(ch.tx), 0);
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
    check_gives(ch.rx, 2, 2, -EAGAIN);
    free_channel(&ch);
}
