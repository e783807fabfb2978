/* oneshot_wait_test.c: the waits of a oneshot: cancelled, lost, given up, and handles that go meanwhile. */
#include "sync/rig.h"

#include <stdlib.h>

#include "support/gate.h"

static edo_oneshot_sender *tx;
static edo_oneshot_receiver *rx;
static int item;

static void open_channel(void)
{
    assert_ok(edo_oneshot_new(COUNTED_INT, &tx, &rx));
}

static int send_number(int number)
{
    return edo_oneshot_send(tx, &number);
}

static void send_7(void *arg)
{
    (void)arg;
    assert_ok(send_number(7));
}

/* A waker of the user's, and whether it was called and given back. */
struct told {
    unsigned wakes, destroyed;
    void (*then)(void);
};

static void on_wake(void *arg)
{
    struct told *told = arg;

    told->wakes++;
    if (told->then)
        told->then();
}

static void on_destroy(void *arg)
{
    ((struct told *)arg)->destroyed++;
}

static edo_waker waker_of(struct told *told)
{
    edo_waker waker;

    assert_ok(edo_waker_new(on_wake, on_destroy, told, &waker));
    return waker;
}

/* --- cancelled and given up --------------------------------------------------------------- */

EDO_TEST_BOTH(waits_never_polled_hold_nothing) /* sync-001 */
{
    open_channel();
    edo_oneshot_recv_future abandoned = edo_oneshot_recv_async(rx, &item);
    edo_oneshot_closed_future ignored = edo_oneshot_closed_async(tx);
    edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, &item);

    assert_false(edo_future_is_ready(&abandoned.base) || edo_future_is_ready(&ignored.base));
    assert_pending(&recv.base); /* the place is free */
    assert_ok(send_number(1));
    assert_ready_eq(&recv.base, 1);
    edo_oneshot_receiver_free(rx);
}

EDO_TEST_BOTH(cancel_before_the_first_poll_has_no_effect) /* sync-002, sync-003 */
{
    open_channel();
    edo_oneshot_recv_future other = edo_oneshot_recv_async(rx, &item);
    edo_test_task *hand = hand_wait(&other.base);
    edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, &item);

    edo_future_cancel(&recv.base);
    edo_future_cancel(&recv.base);
    assert_ready_eq(&recv.base, -ECANCELED);
    hand_waits_on(hand); /* the one that waits is not affected */
    assert_ok(send_number(4));
    hand_end(hand, &other.base, 1);
    assert_int_equal(item, 4);
    edo_oneshot_receiver_free(rx);
}

EDO_TEST_BOTH(cancelled_receive_takes_nothing) /* sync-006, sync-106, sync-003 */
{
    open_channel();
    edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, &item);
    edo_test_task *hand = hand_wait(&recv.base);

    edo_test_task_cancel(hand);
    hand_cancel(hand, &recv.base, -ECANCELED);
    assert_false(edo_oneshot_is_terminated(rx));
    assert_false(edo_oneshot_is_closed(tx));
    assert_ok(send_number(5));
    edo_oneshot_recv_future again = edo_oneshot_recv_async(rx, &item);
    assert_ready_eq(&again.base, 1);
    assert_int_equal(item, 5);
    edo_oneshot_receiver_free(rx);
}

EDO_TEST_BOTH(item_sent_before_the_cancel_is_received) /* sync-005, sync-106, sync-007 */
{
    open_channel();
    edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, &item);
    edo_test_task *hand = hand_wait(&recv.base);

    assert_ok(send_number(6));
    hand_cancel(hand, &recv.base, 1);
    assert_int_equal(item, 6);
    item = 0;
    assert_int_equal(edo_future_poll(&recv.base, edo_test_waker()), EDO_READY);
    assert_int_equal(recv.base.result, 1); /* again, and nothing is taken a second time */
    assert_int_equal(item, 0);
    edo_oneshot_receiver_free(rx);
    assert_int_equal(items_gone(7), 0);
}

EDO_TEST_BOTH(cancelled_waits_are_touched_by_nobody) /* sync-101, sync-010 */
{
    struct told told[2] = {{0}};
    edo_waker wakers[2] = {waker_of(&told[0]), waker_of(&told[1])};

    for (int sends = 0; sends < 2; sends++) {
        open_channel();
        edo_oneshot_recv_future *recv = malloc(sizeof *recv);
        edo_oneshot_closed_future *closed = malloc(sizeof *closed);
        *recv = edo_oneshot_recv_async(rx, &item);
        *closed = edo_oneshot_closed_async(tx);
        assert_int_equal(edo_future_poll(&recv->base, &wakers[0]), EDO_PENDING);
        assert_int_equal(edo_future_poll(&closed->base, &wakers[1]), EDO_PENDING);
        edo_future_cancel(&recv->base);
        edo_future_cancel(&closed->base);
        assert_int_equal(edo_future_poll(&recv->base, &wakers[0]), EDO_READY);
        assert_int_equal(edo_future_poll(&closed->base, &wakers[1]), EDO_READY);
        assert_int_equal(recv->base.result, -ECANCELED);
        assert_int_equal(closed->base.result, -ECANCELED);
        free(recv); /* ASan knows who touches them now */
        free(closed);
        if (sends)
            assert_ok(send_number(sends));
        else
            edo_oneshot_sender_free(tx);
        edo_oneshot_receiver_free(rx);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(told[i].destroyed, 0);
        edo_waker_drop(wakers[i]);
        assert_int_equal(told[i].wakes, 0);
        assert_int_equal(told[i].destroyed, 1); /* ours was the last reference */
    }
}

EDO_TEST_BOTH(memory_of_a_wait_that_is_ready_is_the_callers) /* sync-010 */
{
    struct told told = {0};
    edo_waker waker = waker_of(&told);
    open_channel();
    edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, &item);

    assert_int_equal(edo_future_poll(&recv.base, &waker), EDO_PENDING);
    assert_ok(send_number(3));
    assert_int_equal(told.wakes, 1);
    assert_int_equal(edo_future_poll(&recv.base, &waker), EDO_READY);
    memset(&recv, 0xa5, sizeof recv);
    edo_waker_drop(waker);
    assert_int_equal(told.destroyed, 1);
    edo_oneshot_close(rx);
    edo_oneshot_receiver_free(rx);
    for (size_t i = 0; i < sizeof recv; i++)
        assert_int_equal(((unsigned char *)&recv)[i], 0xa5);
}

/* --- wakers ------------------------------------------------------------------------------- */

EDO_TEST_BOTH(latest_poll_is_the_one_that_is_woken) /* sync-008 */
{
    open_channel();
    edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, &item);
    edo_oneshot_closed_future closed = edo_oneshot_closed_async(tx);
    edo_test_task *a = hand_wait(&recv.base), *b = hand_wait(&closed.base);

    assert_pending(&recv.base); /* by the process's waker, from now on */
    assert_ok(send_number(1));
    assert_woken(1);
    assert_int_equal(edo_test_task_wake_count(a), 0);
    assert_int_equal(edo_test_task_wake_count(b), 1);
    assert_ready_eq(&recv.base, 1);
    assert_ready_eq(&closed.base, -EPIPE);
    edo_test_task_release(a);
    edo_test_task_release(b);
    edo_oneshot_receiver_free(rx);
}

EDO_TEST_BOTH(polled_again_it_is_woken_once) /* sync-009 */
{
    open_channel();
    edo_oneshot_closed_future closed = edo_oneshot_closed_async(tx);
    edo_test_task *hand = hand_wait(&closed.base);

    for (int i = 0; i < 5; i++)
        hand_waits_on(hand);
    edo_oneshot_close(rx);
    edo_oneshot_receiver_free(rx);
    assert_int_equal(edo_test_task_wake_count(hand), 1);
    hand_end(hand, &closed.base, 0);
    edo_oneshot_sender_free(tx);
}

static void receive_at_once(void)
{
    assert_int_equal(edo_oneshot_try_recv(rx, &item), 1);
    edo_oneshot_receiver_free(rx);
}

static void send_in_vain(void)
{
    assert_err(send_number(2), -EPIPE);
}

EDO_TEST_BOTH(waker_may_use_the_channel_and_end_it) /* sync-012 */
{
    struct told told = {.then = receive_at_once};
    edo_waker waker = waker_of(&told);
    open_channel();
    edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, &item);

    assert_int_equal(edo_future_poll(&recv.base, &waker), EDO_PENDING);
    assert_ok(send_number(8)); /* in it, the item is received and the receiver freed */
    assert_int_equal(item, 8);
    assert_int_equal(edo_future_poll(&recv.base, &waker), EDO_READY);
    assert_int_equal(recv.base.result, 0);

    told.then = send_in_vain;
    open_channel();
    edo_oneshot_closed_future closed = edo_oneshot_closed_async(tx);
    assert_int_equal(edo_future_poll(&closed.base, &waker), EDO_PENDING);
    edo_oneshot_receiver_free(rx);
    assert_int_equal(told.wakes, 2);
    assert_int_equal(edo_future_poll(&closed.base, &waker), EDO_READY);
    assert_int_equal(closed.base.result, 0);
    edo_waker_drop(waker);
    assert_int_equal(items_gone(9), 0);
}

/* --- handles that go while a wait is pending ------------------------------------------------ */

EDO_TEST_BOTH(handles_freed_under_a_pending_wait_end_it) /* sync-011 */
{
    open_channel();
    edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, &item);
    edo_oneshot_closed_future closed = edo_oneshot_closed_async(tx);
    edo_test_task *a = hand_wait(&recv.base), *b = hand_wait(&closed.base);

    edo_oneshot_receiver_free(rx); /* its own wait hears of it, and the other side's */
    assert_true(edo_oneshot_is_closed(tx));
    hand_end(a, &recv.base, 0);
    edo_oneshot_sender_free(tx);
    hand_end(b, &closed.base, 0); /* the last to know of the channel */

    open_channel();
    recv = edo_oneshot_recv_async(rx, &item);
    closed = edo_oneshot_closed_async(tx);
    a = hand_wait(&recv.base);
    b = hand_wait(&closed.base);
    edo_oneshot_sender_free(tx);
    hand_end(b, &closed.base, -EPIPE);
    edo_oneshot_receiver_free(rx);
    hand_end(a, &recv.base, 0);
}

EDO_TEST_BOTH(item_of_a_receiver_freed_under_its_wait_is_destroyed) /* sync-011, sync-104 */
{
    open_channel();
    edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, &item);
    edo_test_task *hand = hand_wait(&recv.base);

    assert_ok(send_number(2));
    assert_int_equal(items_gone(3), 0);
    edo_oneshot_receiver_free(rx);
    assert_int_equal(items_gone(3), 1);
    hand_end(hand, &recv.base, 0);
    assert_int_equal(items_gone(3), 1);
}

EDO_TEST_BOTH(second_wait_of_a_side_is_a_misuse)
{
    open_channel();
    edo_oneshot_recv_future first = edo_oneshot_recv_async(rx, &item);
    edo_oneshot_recv_future second = edo_oneshot_recv_async(rx, &item);
    edo_oneshot_closed_future one = edo_oneshot_closed_async(tx), two = one;

    assert_pending(&first.base);
    assert_pending(&one.base);
    assert_ready_eq(&second.base, -EDO_EMISUSE);
    assert_ready_eq(&two.base, -EDO_EMISUSE);
    assert_ok(send_number(1));
    assert_ready_eq(&first.base, 1); /* which have changed nothing */
    assert_ready_eq(&one.base, -EPIPE);
    edo_oneshot_receiver_free(rx);
}

/* --- select, timeout, abort ------------------------------------------------------------------ */

EDO_TEST_BOTH(losing_receive_puts_the_item_back) /* sync-023 */
{
    for (int by_try = 0; by_try < 2; by_try++) {
        int lost = 0;
        open_channel();
        edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, &lost);
        lose_after(&recv.base, send_7, NULL);
        assert_int_equal(recv.base.result, -ECANCELED);
        assert_false(edo_oneshot_is_empty(rx));
        assert_false(edo_oneshot_is_terminated(rx));
        assert_int_equal(by_try ? edo_oneshot_try_recv(rx, &item) : edo_oneshot_recv(rx, &item), 1);
        assert_int_equal(item, 7);
        edo_oneshot_receiver_free(rx);
    }
    assert_int_equal(items_gone(8), 0);
}

EDO_TEST_BOTH(item_put_back_and_left_is_destroyed_once) /* sync-023, sync-104 */
{
    int lost = 0;
    open_channel();
    edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, &lost);

    lose_after(&recv.base, send_7, NULL);
    assert_int_equal(items_gone(8), 0);
    edo_oneshot_receiver_free(rx);
    assert_int_equal(items_gone(8), 1);
}

EDO_TEST_BOTH(wait_kept_for_another_round_takes_nothing_meanwhile) /* sync-026 */
{
    open_channel();
    edo_oneshot_recv_future kept = edo_oneshot_recv_async(rx, &item);
    edo_test_task *hand = hand_wait(&kept.base);
    int other = 0;

    assert_ok(send_number(9));
    assert_int_equal(edo_oneshot_try_recv(rx, &other),
                     1); /* nobody polled it: it is free to take */
    assert_int_equal(other, 9);
    hand_end(hand, &kept.base, 0);
    assert_int_equal(item, 0);
    edo_oneshot_receiver_free(rx);
}

EDO_TEST_BOTH(wait_kept_by_a_select_is_new_for_the_next) /* sync-026 */
{
    open_channel();
    edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, &item);
    edo_oneshot_closed_future closed = edo_oneshot_closed_async(tx);

    for (int i = 0; i < 3; i++) {
        edo_yield_future pause = edo_yield_async();
        assert_int_equal(edo_select_keep(&recv.base, &closed.base, &pause.base), 2);
        assert_false(edo_future_is_ready(&recv.base) || edo_future_is_ready(&closed.base));
    }
    assert_ok(send_number(6));
    assert_false(edo_oneshot_is_empty(rx)); /* nobody polled them: nothing was granted */
    assert_int_equal(edo_select_keep(&recv.base), 0);
    assert_int_equal(recv.base.result, 1);
    assert_int_equal(item, 6);
    edo_oneshot_receiver_free(rx);
}

EDO_TEST(success_at_the_deadline_stands) /* sync-025 */
{
    open_channel();
    edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, &item);
    edo_timeout_future limit = edo_timeout_async(&recv.base, EDO_MILLIS(5));

    assert_pending(&limit.base);
    assert_ok(edo_advance(EDO_MILLIS(20)));
    assert_ok(send_number(3)); /* past the deadline, and before the poll */
    assert_ready_eq(&limit.base, 1);
    assert_int_equal(item, 3);
    edo_oneshot_receiver_free(rx);

    open_channel();
    recv = edo_oneshot_recv_async(rx, &item);
    assert_err(edo_timeout(&recv.base, EDO_MILLIS(5)), -ETIMEDOUT);
    assert_ok(send_number(4)); /* which took nothing */
    assert_int_equal(edo_oneshot_recv(rx, &item), 1);
    edo_oneshot_receiver_free(rx);
}

/* Waits for an abort, and then for what is there already. */
static int wait_after_abort(void *arg)
{
    gate never = GATE_INIT;

    gate_open(arg);
    assert_err(gate_wait(&never), -ECANCELED);
    assert_err(edo_oneshot_recv(rx, &item), -ECANCELED);
    assert_err(edo_oneshot_recv(rx, &item), -ECANCELED);
    assert_false(edo_oneshot_is_empty(rx));
    assert_int_equal(edo_oneshot_try_recv(rx, &item), 1); /* clean-up may go on */
    edo_oneshot_receiver_free(rx);
    return item;
}

EDO_TEST_BOTH(aborted_task_receives_by_try_alone) /* sync-016 */
{
    gate begun = GATE_INIT;
    edo_task task;
    int ret;

    open_channel();
    assert_ok(send_number(5));
    assert_ok(edo_spawn(wait_after_abort, &begun, &task));
    assert_ok(gate_wait(&begun));
    assert_ok(edo_task_abort(task));
    assert_ok(edo_join(task, &ret));
    assert_int_equal(ret, 5);
}

/* Says what its receive did; the await after it has to be cancelled. */
static int receive_until_aborted(void *arg)
{
    gate never = GATE_INIT;

    gate_open(arg);
    int rc = edo_oneshot_recv(rx, &item);
    assert_err(gate_wait(&never), -ECANCELED);
    return rc;
}

EDO_TEST_BOTH(abort_beside_a_send_loses_nothing) /* sync-017 */
{
    for (unsigned round = 0; round < test_count(500); round++) {
        gate begun = GATE_INIT;
        edo_task task;
        int ret;

        open_channel();
        item = 0;
        assert_ok(edo_spawn(receive_until_aborted, &begun, &task));
        assert_ok(gate_wait(&begun));
        if (round % 3)
            assert_ok(edo_yield()); /* it has begun to wait */
        if (round % 2)
            assert_ok(edo_task_abort(task));
        assert_ok(send_number((int)round));
        if (round % 2 == 0)
            assert_ok(edo_task_abort(task));
        assert_ok(edo_join(task, &ret));
        assert_true(ret == 1 || ret == -ECANCELED);
        if (ret < 0)
            assert_int_equal(edo_oneshot_try_recv(rx, &item), 1);
        assert_int_equal(item, round);
        edo_oneshot_receiver_free(rx);
    }
    assert_int_equal(items_gone(500), 0);
}

/* --- budget, threads ------------------------------------------------------------------------- */

static int set_flag(void *arg)
{
    *(bool *)arg = true;
    return 0;
}

EDO_TEST(ready_waits_let_others_run) /* sync-014 */
{
    for (int which = 0; which < 2; which++) {
        bool ran = false;
        unsigned rounds = 0;
        edo_task other;

        open_channel();
        edo_oneshot_close(rx);
        assert_ok(edo_spawn(set_flag, &ran, &other));
        for (; !ran && rounds < 1000; rounds++)
            assert_ok(which ? edo_oneshot_recv(rx, &item) : edo_oneshot_closed(tx));
        assert_in_range(rounds, 1, 130);
        assert_ok(edo_join(other, NULL));
        edo_oneshot_receiver_free(rx);
        edo_oneshot_sender_free(tx);
    }
}

static void *send_from_a_thread(void *arg)
{
    (void)arg;
    assert_ok(send_number(11));
    return NULL;
}

static void *close_from_a_thread(void *arg)
{
    (void)arg;
    edo_oneshot_receiver_free(rx);
    return NULL;
}

EDO_TEST_PLAIN(threads_need_no_runtime) /* sync-013 */
{
    for (unsigned round = 0; round < test_count(300); round++) {
        open_channel();
        pthread_t thread = start_thread(send_from_a_thread, NULL);
        assert_int_equal(edo_oneshot_recv(rx, &item), 1);
        assert_int_equal(item, 11);
        join_thread(thread);
        edo_oneshot_receiver_free(rx);

        open_channel();
        thread = start_thread(close_from_a_thread, NULL);
        assert_ok(edo_oneshot_closed(tx));
        join_thread(thread);
        edo_oneshot_sender_free(tx);
    }
    open_channel();
    edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, &item);
    assert_pending(&recv.base);
    assert_ok(send_number(12));
    assert_ready_eq(&recv.base, 1);
    edo_oneshot_receiver_free(rx);
}

static void *receive_in_a_thread(void *arg)
{
    (void)arg;
    return (void *)(intptr_t)edo_oneshot_recv(rx, &item);
}

EDO_TEST_MT(thread_receives_what_a_task_sends) /* sync-105 */
{
    for (unsigned round = 0; round < test_count(300); round++) {
        open_channel();
        pthread_t thread = start_thread(receive_in_a_thread, NULL);
        if (round % 2)
            assert_ok(edo_yield());
        assert_ok(send_number((int)round));
        assert_int_equal((intptr_t)join_thread(thread), 1);
        assert_int_equal(item, round);
        edo_oneshot_receiver_free(rx);
    }
}
