/*
 * cancel_future_channels_test.c: each wait of a channel is polled by hand and cancelled around each
 * poll, and around each thing that happens to it; what it took is kept, or put back. Either way
 * nothing is missing, nobody is left in a queue, and who waits is woken.
 */
#include "sync/cancel_rig.h"

/* --- mpsc --------------------------------------------------------------------------------------- */

typedef struct lane {
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    edo_mpsc_send_future send;
    edo_mpsc_reserve_future reserve;
    edo_mpsc_recv_future recv;
    edo_mpsc_permit permit;
    int items[3];
    int sent, received; /* numbers in order */
} lane;

static void make_lane(lane *l, size_t capacity)
{
    *l = (lane){0};
    assert_ok(edo_mpsc_new(PLAIN_INT, capacity, &l->tx, &l->rx));
}

static void send_next(void *arg)
{
    lane *l = arg;
    int item = l->sent + 1;

    l->sent += edo_mpsc_try_send(l->tx, &item) == 0;
}

static void receive_next(void *arg)
{
    lane *l = arg;
    int item;

    if (edo_mpsc_try_recv(l->rx, &item) == 1)
        assert_int_equal(item, ++l->received);
}

/* All that was sent comes out, and then there is all the room again. */
static void end_lane(lane *l)
{
    for (int i = 0; i < 10; i++)
        receive_next(l);
    assert_int_equal(l->received, l->sent);
    assert_int_equal(edo_mpsc_capacity(l->tx), edo_mpsc_max_capacity(l->tx));
    edo_mpsc_sender_free(l->tx);
    edo_mpsc_receiver_free(l->rx);
}

static edo_future *make_send(void *arg)
{
    lane *l = arg;

    make_lane(l, 2);
    send_next(l);
    send_next(l);
    l->items[0] = 3;
    l->send = edo_mpsc_send_async(l->tx, &l->items[0]);
    return &l->send.base;
}

static void check_send(void *arg, unsigned step, int64_t result)
{
    lane *l = arg;

    (void)step;
    assert_int_equal(result, result < 0 ? -ECANCELED : 0);
    l->sent += result == 0;
    end_lane(l);
}

static edo_future *make_reserve(void *arg)
{
    lane *l = arg;

    make_lane(l, 2);
    send_next(l);
    send_next(l);
    l->reserve = edo_mpsc_reserve_many_async(l->tx, 2, &l->permit);
    return &l->reserve.base;
}

static void check_reserve(void *arg, unsigned step, int64_t result)
{
    lane *l = arg;
    int item = 3;

    (void)step;
    assert_int_equal(result, result < 0 ? -ECANCELED : 0);
    assert_int_equal(l->permit.count, result == 0 ? 2 : 0);
    if (result == 0) {
        assert_ok(edo_mpsc_permit_send(&l->permit, &item));
        l->sent++;
    }
    edo_mpsc_permit_release(&l->permit);
    end_lane(l);
}

static edo_future *make_recv(void *arg)
{
    lane *l = arg;

    make_lane(l, 4);
    l->recv = edo_mpsc_recv_async(l->rx, l->items);
    return &l->recv.base;
}

static edo_future *make_recv_many(void *arg)
{
    lane *l = arg;

    make_lane(l, 4);
    l->recv = edo_mpsc_recv_many_async(l->rx, l->items, 3);
    return &l->recv.base;
}

static void send_two(void *arg)
{
    send_next(arg);
    send_next(arg);
}

static void check_recv(void *arg, unsigned step, int64_t result)
{
    lane *l = arg;

    (void)step;
    assert_true(result > 0 || result == -ECANCELED);
    for (int i = 0; i < result; i++)
        assert_int_equal(l->items[i], ++l->received);
    end_lane(l);
}

EDO_TEST_PLAIN(a_message_is_sent_or_not_wherever_its_send_is_cancelled)
{
    lane l;

    check_future_cancels(make_send, receive_next, check_send, &l);
    check_future_cancels(make_reserve, receive_next, check_reserve, &l);
}

EDO_TEST_PLAIN(a_message_is_received_or_there_wherever_its_receive_is_cancelled)
{
    lane l;

    check_future_cancels(make_recv, send_two, check_recv, &l);
    check_future_cancels(make_recv_many, send_two, check_recv, &l);
}

/* --- oneshot, broadcast -------------------------------------------------------------------------- */

typedef struct shot {
    edo_oneshot_sender *tx;
    edo_oneshot_receiver *rx;
    edo_oneshot_recv_future recv;
    int item;
} shot;

static edo_future *make_shot(void *arg)
{
    shot *s = arg;

    *s = (shot){0};
    assert_ok(edo_oneshot_new(PLAIN_INT, &s->tx, &s->rx));
    s->recv = edo_oneshot_recv_async(s->rx, &s->item);
    return &s->recv.base;
}

static void shoot(void *arg)
{
    shot *s = arg;

    if (s->tx)
        assert_ok(edo_oneshot_send(s->tx, &(int){7}));
    s->tx = NULL;
}

static void check_shot(void *arg, unsigned step, int64_t result)
{
    shot *s = arg;
    int item;

    (void)step;
    assert_int_equal(result, result < 0 ? -ECANCELED : 1);
    if (result == 1)
        assert_int_equal(s->item, 7);
    else if (!s->tx) /* it was sent, and is still there */
        assert_int_equal(edo_oneshot_try_recv(s->rx, &item), 1);
    edo_oneshot_sender_free(s->tx);
    edo_oneshot_receiver_free(s->rx);
}

EDO_TEST_PLAIN(what_is_sent_once_is_received_or_there_wherever_it_is_cancelled)
{
    shot s;

    check_future_cancels(make_shot, shoot, check_shot, &s);
}

typedef struct radio {
    edo_broadcast_sender *tx;
    edo_broadcast_receiver *rx;
    edo_broadcast_recv_future recv;
    uint64_t missed;
    int item, sent;
} radio;

/* Room for one, so that a receive that comes late has missed what went before. */
static edo_future *make_radio(void *arg)
{
    radio *r = arg;

    *r = (radio){0};
    assert_ok(edo_broadcast_new(PLAIN_INT, 1, &r->tx, &r->rx));
    r->recv = edo_broadcast_recv_async(r->rx, &r->item, &r->missed);
    return &r->recv.base;
}

static void say_next(void *arg)
{
    radio *r = arg;

    r->sent++;
    assert_int_equal(edo_broadcast_send(r->tx, &r->sent), 1);
}

static void say_two(void *arg)
{
    say_next(arg);
    say_next(arg);
}

static void check_radio(void *arg, unsigned step, int64_t result)
{
    radio *r = arg;
    int seen = 0, item, rc;
    uint64_t missed = 0;

    (void)step;
    assert_true(result == 1 || result == -EDO_ELAGGED || result == -ECANCELED);
    if (result == 1)
        assert_int_equal(r->item, ++seen);
    if (result == -EDO_ELAGGED)
        seen += (int)r->missed;
    while ((rc = edo_broadcast_try_recv(r->rx, &item, &missed)) != -EAGAIN) {
        seen += rc == 1 ? 1 : (int)missed;
        assert_true(rc != 1 || item == seen);
    }
    assert_int_equal(seen, r->sent);
    edo_broadcast_sender_free(r->tx);
    edo_broadcast_receiver_free(r->rx);
}

EDO_TEST_PLAIN(a_receiver_keeps_its_place_wherever_its_receive_is_cancelled)
{
    radio r;

    check_future_cancels(make_radio, say_next, check_radio, &r);
    check_future_cancels(make_radio, say_two, check_radio, &r);
}

/* --- the ends of channels ------------------------------------------------------------------------ */

typedef struct ends {
    edo_broadcast_sender *btx;
    edo_broadcast_receiver *brx;
    edo_mpsc_sender *mtx;
    edo_mpsc_receiver *mrx;
    edo_oneshot_sender *otx;
    edo_oneshot_receiver *orx;
    edo_broadcast_closed_future bclosed;
    edo_mpsc_closed_future mclosed;
    edo_oneshot_closed_future oclosed;
    int which;
} ends;

static edo_future *make_closed(void *arg)
{
    ends *e = arg;

    assert_ok(edo_broadcast_new(PLAIN_INT, 1, &e->btx, &e->brx));
    assert_ok(edo_mpsc_new(PLAIN_INT, 1, &e->mtx, &e->mrx));
    assert_ok(edo_oneshot_new(PLAIN_INT, &e->otx, &e->orx));
    e->bclosed = edo_broadcast_closed_async(e->btx);
    e->mclosed = edo_mpsc_closed_async(e->mtx);
    e->oclosed = edo_oneshot_closed_async(e->otx);
    edo_future *closed[] = {&e->bclosed.base, &e->mclosed.base, &e->oclosed.base};
    return closed[e->which];
}

static void free_receivers(void *arg)
{
    ends *e = arg;

    edo_broadcast_receiver_free(e->brx);
    edo_mpsc_receiver_free(e->mrx);
    edo_oneshot_receiver_free(e->orx);
    e->brx = NULL;
    e->mrx = NULL;
    e->orx = NULL;
}

static void check_closed(void *arg, unsigned step, int64_t result)
{
    ends *e = arg;

    (void)step;
    assert_true(result == -ECANCELED || (result == 0 && !e->brx));
    free_receivers(e); /* and nobody is told: the harness would say so */
    edo_broadcast_sender_free(e->btx);
    edo_mpsc_sender_free(e->mtx);
    edo_oneshot_sender_free(e->otx);
}

EDO_TEST_PLAIN(a_wait_for_the_end_of_a_channel_ends_wherever_it_is_cancelled)
{
    for (int which = 0; which < 3; which++) {
        ends e = {.which = which};
        check_future_cancels(make_closed, free_receivers, check_closed, &e);
    }
}
