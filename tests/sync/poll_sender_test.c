/* poll_sender_test.c: room in a channel that is reserved by polls, and sent into without waiting. */
#include "sync/rig.h"

#include <edo/error.h>

struct end_points {
    edo_mpsc_receiver *rx;
    edo_poll_sender poll;
    struct counting *waker;
    struct counting counts;
};

static void open_ends(struct end_points *e, size_t capacity)
{
    edo_mpsc_sender *tx;

    assert_ok(edo_mpsc_new(COUNTED_INT, capacity, &tx, &e->rx));
    assert_ok(edo_poll_sender_init(&e->poll, tx));
    e->waker = counting(&e->counts);
}

static void close_ends(struct end_points *e)
{
    edo_poll_sender_fini(&e->poll);
    edo_mpsc_receiver_free(e->rx);
    edo_waker_drop(e->waker->waker);
    assert_int_equal(e->counts.ends, 1); /* no clone is left */
}

static int reserve(struct end_points *e)
{
    return edo_poll_sender_reserve(&e->poll, &e->waker->waker);
}

static int send_number(struct end_points *e, int number)
{
    return edo_poll_sender_send(&e->poll, &number);
}

static int next_number(struct end_points *e)
{
    int number = -1;

    assert_int_equal(edo_mpsc_recv(e->rx, &number), 1);
    return number;
}

EDO_TEST_BOTH(reserve_pends_without_room_and_the_message_stays_without_a_receiver) /* util-087 */
{
    struct end_points e;

    open_ends(&e, 3);
    for (int i = 0; i < 3; i++) {
        assert_ok(reserve(&e));
        assert_ok(send_number(&e, i));
    }
    assert_err(reserve(&e), -EAGAIN);
    assert_int_equal(e.counts.calls, 0);
    assert_int_equal(next_number(&e), 0);
    assert_int_equal(e.counts.calls, 1);
    assert_ok(reserve(&e));
    edo_mpsc_receiver_free(e.rx);
    e.rx = NULL;
    assert_int_equal(items_gone(10), 2); /* what was in the channel */
    assert_err(send_number(&e, 9), -EPIPE);
    close_ends(&e);
    assert_int_equal(items_gone(10), 2);
}

EDO_TEST_BOTH(message_without_room_reserved_for_it_is_misuse) /* util-088 */
{
    struct end_points e;

    open_ends(&e, 1);
    assert_err(send_number(&e, 1), -EDO_EMISUSE);
    assert_ok(reserve(&e));
    assert_ok(send_number(&e, 1));
    assert_err(reserve(&e), -EAGAIN);
    assert_err(send_number(&e, 2), -EDO_EMISUSE);
    assert_int_equal(edo_mpsc_len(e.rx), 1);
    assert_int_equal(next_number(&e), 1);
    assert_ok(reserve(&e)); /* the pending one was left alone */
    assert_ok(send_number(&e, 2));
    assert_int_equal(next_number(&e), 2);
    close_ends(&e);
}

EDO_TEST_BOTH(close_of_the_last_one_wakes_the_receiver) /* util-089 */
{
    struct end_points e;
    edo_poll_sender other;
    int number;

    open_ends(&e, 3);
    assert_ok(edo_poll_sender_init(&other, edo_mpsc_sender_clone(edo_poll_sender_sender(&e.poll))));
    edo_mpsc_recv_future recv = edo_mpsc_recv_async(e.rx, &number);
    edo_test_task *hand = hand_wait(&recv.base);
    edo_poll_sender_close(&other);
    hand_waits_on(hand);
    assert_true(edo_poll_sender_is_closed(&other));
    assert_false(edo_poll_sender_is_closed(&e.poll));
    assert_err(edo_poll_sender_reserve(&other, &e.waker->waker), -EPIPE);
    edo_poll_sender_close(&e.poll);
    edo_poll_sender_close(&e.poll);
    hand_end(hand, &recv.base, 0);
    assert_err(reserve(&e), -EPIPE);
    assert_err(send_number(&e, 1), -EPIPE);
    assert_null(edo_poll_sender_sender(&e.poll));
    edo_poll_sender_fini(&other);
    close_ends(&e);
}

EDO_TEST_BOTH(reserve_without_a_receiver_is_closed) /* util-090 */
{
    struct end_points e;

    open_ends(&e, 1);
    assert_ok(reserve(&e));
    assert_ok(send_number(&e, 1));
    assert_err(reserve(&e), -EAGAIN);
    edo_mpsc_receiver_free(e.rx);
    e.rx = NULL;
    assert_int_equal(e.counts.calls, 1);
    for (int i = 0; i < 3; i++)
        assert_err(reserve(&e), -EPIPE);
    assert_true(edo_poll_sender_is_closed(&e.poll));
    close_ends(&e);
}

EDO_TEST_BOTH(flush_says_nothing_about_room) /* util-091 */
{
    struct end_points e;
    int number = 0;

    open_ends(&e, 1);
    assert_ok(edo_poll_sender_flush(&e.poll));
    assert_ok(reserve(&e));
    assert_ok(send_number(&e, 7));
    assert_int_equal(edo_mpsc_len(e.rx), 1);
    assert_ok(edo_poll_sender_flush(&e.poll));
    assert_err(reserve(&e), -EAGAIN);
    edo_poll_sender_close(&e.poll);
    assert_int_equal(next_number(&e), 7);
    assert_int_equal(edo_mpsc_recv(e.rx, &number), 0);
    close_ends(&e);
}

EDO_TEST_BOTH(closed_with_room_reserved_it_can_send_once_more)
{
    struct end_points e;
    int number = 0;

    open_ends(&e, 2);
    assert_ok(reserve(&e));
    edo_poll_sender_close(&e.poll);
    assert_err(edo_mpsc_try_recv(e.rx, &number), -EAGAIN); /* not over yet */
    assert_err(reserve(&e), -EPIPE);
    assert_ok(send_number(&e, 5));
    assert_err(send_number(&e, 6), -EPIPE);
    assert_int_equal(next_number(&e), 5);
    assert_int_equal(edo_mpsc_recv(e.rx, &number), 0);
    close_ends(&e);
}

EDO_TEST_BOTH(leaving_gives_room_and_place_back)
{
    struct end_points e;
    edo_mpsc_permit permit;

    open_ends(&e, 1);
    assert_false(edo_poll_sender_leave(&e.poll));
    assert_ok(reserve(&e));
    assert_ok(reserve(&e)); /* once */
    assert_int_equal(edo_mpsc_capacity(e.poll.sender), 0);
    assert_true(edo_poll_sender_leave(&e.poll));
    assert_int_equal(edo_mpsc_capacity(e.poll.sender), 1);
    assert_ok(edo_mpsc_try_reserve(e.poll.sender, &permit));
    assert_err(reserve(&e), -EAGAIN);
    edo_mpsc_permit_release(&permit);
    assert_int_equal(e.counts.calls, 1); /* granted, and nobody comes for it */
    assert_int_equal(edo_mpsc_capacity(e.poll.sender), 0);
    assert_true(edo_poll_sender_leave(&e.poll));
    assert_int_equal(edo_mpsc_capacity(e.poll.sender), 1);
    assert_false(edo_poll_sender_leave(&e.poll));
    assert_ok(reserve(&e));
    edo_poll_sender_close(&e.poll);
    assert_true(edo_poll_sender_leave(&e.poll));
    assert_null(edo_poll_sender_sender(&e.poll));
    close_ends(&e);
}

EDO_TEST_BOTH(room_given_up_after_the_end_of_sends_wakes_the_receiver)
{
    struct end_points e;
    int number;

    open_ends(&e, 1);
    assert_ok(reserve(&e));
    edo_mpsc_close(e.rx);
    edo_mpsc_recv_future recv = edo_mpsc_recv_async(e.rx, &number);
    edo_test_task *hand = hand_wait(&recv.base);
    assert_err(send_number(&e, 3), -EPIPE);
    hand_end(hand, &recv.base, 0);
    close_ends(&e);
}

EDO_TEST_BOTH(poll_sender_refuses_what_it_cant_use)
{
    struct end_points e;
    edo_mpsc_sender *unbounded;
    edo_mpsc_receiver *rx;
    edo_poll_sender poll = {0};
    const edo_waker nobody = {0};

    open_ends(&e, 1);
    assert_ok(edo_mpsc_new_unbounded(PLAIN_INT, &unbounded, &rx));
    assert_err(edo_poll_sender_init(&poll, unbounded), -EINVAL);
    edo_mpsc_sender_free(unbounded);
    edo_mpsc_receiver_free(rx);
    assert_err(edo_poll_sender_init(&poll, NULL), -EINVAL);
    assert_err(edo_poll_sender_init(NULL, e.poll.sender), -EINVAL);
    assert_err(edo_poll_sender_reserve(NULL, &e.waker->waker), -EINVAL);
    assert_err(edo_poll_sender_reserve(&e.poll, NULL), -EINVAL);
    assert_err(edo_poll_sender_reserve(&e.poll, &nobody), -EINVAL);
    assert_ok(reserve(&e));
    assert_err(edo_poll_sender_send(&e.poll, NULL), -EINVAL);
    assert_err(edo_poll_sender_send(NULL, &e), -EINVAL);
    assert_ok(send_number(&e, 1)); /* the room was still there */
    assert_err(edo_poll_sender_flush(NULL), -EINVAL);
    assert_false(edo_poll_sender_leave(NULL));
    edo_poll_sender_close(NULL);
    edo_poll_sender_fini(NULL);
    assert_false(edo_poll_sender_is_closed(NULL));
    close_ends(&e);
    edo_poll_sender_fini(&e.poll);
}

/* --- many at once -------------------------------------------------------------------------------- */

#define SENDERS 8
#define EACH 300

struct source {
    edo_poll_sender poll;
    int from, sent;
};

/* Sends until all is sent, as a poll function. */
static edo_poll pour(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    struct source *s = arg;

    while (s->sent < EACH) {
        int rc = edo_poll_sender_reserve(&s->poll, waker);
        if (rc == -EAGAIN)
            return EDO_PENDING;
        assert_ok(rc);
        int number = s->from + s->sent;
        assert_ok(edo_poll_sender_send(&s->poll, &number));
        s->sent++;
    }
    edo_poll_sender_fini(&s->poll);
    *ret_result = 0;
    return EDO_READY;
}

static int run_source(void *arg)
{
    edo_poll_fn_future fut = edo_poll_fn(pour, arg);

    return (int)edo_await(&fut.base);
}

EDO_TEST_BOTH(all_messages_of_many_poll_senders_arrive_in_their_order)
{
    static struct source sources[SENDERS];
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    edo_task tasks[SENDERS];
    int number, seen[SENDERS] = {0}, rc = -1;

    assert_ok(edo_mpsc_new(PLAIN_INT, 3, &tx, &rx));
    for (int i = 0; i < SENDERS; i++) {
        sources[i].from = i * EACH;
        assert_ok(edo_poll_sender_init(&sources[i].poll, edo_mpsc_sender_clone(tx)));
        assert_ok(edo_spawn(run_source, &sources[i], &tasks[i]));
    }
    edo_mpsc_sender_free(tx);
    while ((rc = edo_mpsc_recv(rx, &number)) == 1)
        assert_int_equal(number % EACH, seen[number / EACH]++);
    assert_int_equal(rc, 0);
    for (int i = 0; i < SENDERS; i++) {
        assert_ok(edo_join(tasks[i], &rc));
        assert_int_equal(rc, 0);
        assert_int_equal(seen[i], EACH);
    }
    edo_mpsc_receiver_free(rx);
}
