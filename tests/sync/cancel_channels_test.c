/*
 * cancel_channels_test.c: code that waits for channels is cancelled at each of its steps. Afterwards each
 * message was received, or is still there, and all room is back.
 */
#include "sync/cancel_rig.h"

/* --- mpsc --------------------------------------------------------------------------------------- */

enum { MESSAGES = 5 };

typedef struct lane {
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    int sent, received; /* the last number of each: they are sent in order */
} lane;

static void make_lane(lane *p)
{
    *p = (lane){0};
    assert_ok(edo_mpsc_new(PLAIN_INT, 2, &p->tx, &p->rx));
}

static int send_numbers(void *arg)
{
    lane *p = arg;
    int rc = 0;

    while (rc == 0 && p->sent < MESSAGES) {
        int item = p->sent + 1;
        if ((rc = note(edo_mpsc_send(p->tx, &item))) == 0)
            p->sent++;
    }
    return rc;
}

/* The same by permits, of which one in two is given back unused. */
static int send_by_permits(void *arg)
{
    lane *p = arg;
    int rc = 0;

    while (rc == 0 && p->sent < MESSAGES) {
        edo_mpsc_permit permit = {0};
        int item = p->sent + 1;
        if ((rc = note(edo_mpsc_reserve_many(p->tx, 2, &permit))) == 0) {
            assert_ok(edo_mpsc_permit_send(&permit, &item));
            p->sent++;
            rc = edo_yield();
        }
        edo_mpsc_permit_release(&permit);
    }
    return rc;
}

static int receive_numbers(void *arg)
{
    lane *p = arg;
    int rc = 0, item;

    while (rc >= 0 && p->received < MESSAGES)
        if ((rc = note(edo_mpsc_recv(p->rx, &item))) == 1)
            assert_int_equal(item, ++p->received);
    return rc;
}

static int receive_several(void *arg)
{
    lane *p = arg;
    int items[3];
    ssize_t n = 0;

    while (n >= 0 && p->received < MESSAGES) {
        n = edo_mpsc_recv_many(p->rx, items, 3);
        note((int)n);
        for (ssize_t i = 0; i < n; i++)
            assert_int_equal(items[i], ++p->received);
    }
    return (int)n;
}

static int receive_from_sender(void *arg)
{
    assert_ok(edo_spawn(send_numbers, arg, NULL));
    return receive_numbers(arg);
}

static int receive_several_from_sender(void *arg)
{
    assert_ok(edo_spawn(send_numbers, arg, NULL));
    return receive_several(arg);
}

static int send_to_receiver(void *arg)
{
    assert_ok(edo_spawn(receive_numbers, arg, NULL));
    return send_numbers(arg);
}

static int reserve_beside_receiver(void *arg)
{
    assert_ok(edo_spawn(receive_numbers, arg, NULL));
    return send_by_permits(arg);
}

static void check_lane(void *arg, unsigned step)
{
    lane *p = arg;
    int item;

    (void)step;
    while (edo_mpsc_try_recv(p->rx, &item) == 1)
        assert_int_equal(item, ++p->received);
    assert_int_equal(p->received, p->sent);
    assert_int_equal(edo_mpsc_capacity(p->tx), 2); /* all of its room is back */
    edo_mpsc_sender_free(p->tx);
    edo_mpsc_receiver_free(p->rx);
    make_lane(p);
}

static void check_lane_cancels(int (*scenario)(void *arg))
{
    lane p;

    make_lane(&p);
    check_cancels(scenario, check_lane, &p);
    edo_mpsc_sender_free(p.tx);
    edo_mpsc_receiver_free(p.rx);
}

EDO_TEST_PLAIN(no_message_is_lost_when_its_receiver_is_cancelled_at_any_step)
{
    check_lane_cancels(receive_from_sender);
    check_lane_cancels(receive_several_from_sender);
}

EDO_TEST_PLAIN(no_message_or_room_is_lost_when_its_sender_is_cancelled_at_any_step)
{
    check_lane_cancels(send_to_receiver);
    check_lane_cancels(reserve_beside_receiver);
}

/* Two of them through a select that keeps its arms. */
static int receive_from_either(void *arg)
{
    lane *p = arg;
    int items[2], rc = 0;
    edo_mpsc_recv_future recv[2];

    for (int i = 0; i < 2; i++) {
        assert_ok(edo_spawn(send_numbers, &p[i], NULL));
        recv[i] = edo_mpsc_recv_async(p[i].rx, &items[i]);
    }
    while (rc >= 0 && p[0].received + p[1].received < 2 * MESSAGES) {
        rc = note(edo_select_keep(&recv[0].base, &recv[1].base));
        if (rc < 0)
            return rc;
        assert_int_equal(recv[rc].base.result, 1);
        assert_int_equal(items[rc], ++p[rc].received);
        recv[rc] = edo_mpsc_recv_async(p[rc].rx, &items[rc]);
    }
    return rc;
}

static void check_both(void *arg, unsigned step)
{
    lane *p = arg;

    check_lane(&p[0], step);
    check_lane(&p[1], step);
}

EDO_TEST_PLAIN(no_message_is_lost_when_a_select_over_two_is_cancelled_at_any_step)
{
    lane p[2];

    make_lane(&p[0]);
    make_lane(&p[1]);
    check_cancels(receive_from_either, check_both, p);
    for (int i = 0; i < 2; i++) {
        edo_mpsc_sender_free(p[i].tx);
        edo_mpsc_receiver_free(p[i].rx);
    }
}

/* --- oneshot ------------------------------------------------------------------------------------ */

typedef struct shot {
    edo_oneshot_sender *tx;
    edo_oneshot_receiver *rx;
    int number; /* of the item, a new one for each run */
    bool sent, received;
} shot;

static void make_shot(shot *s, int number)
{
    *s = (shot){.number = number};
    assert_ok(edo_oneshot_new(COUNTED_INT, &s->tx, &s->rx));
}

static int send_shot(void *arg)
{
    shot *s = arg;

    edo_yield();
    edo_yield();
    s->sent = edo_oneshot_send(s->tx, &s->number) == 0;
    s->tx = NULL;
    return 0;
}

static int receive_shot(void *arg)
{
    shot *s = arg;
    int item = -1;

    assert_ok(edo_spawn(send_shot, s, NULL));
    int rc = note(edo_oneshot_recv(s->rx, &item));
    s->received = rc == 1;
    if (rc == 1)
        assert_int_equal(item, s->number);
    return rc;
}

static void check_shot(void *arg, unsigned step)
{
    shot *s = arg;

    (void)step;
    edo_oneshot_sender_free(s->tx);
    edo_oneshot_receiver_free(s->rx);
    assert_int_equal(items_destroyed[s->number], s->sent && !s->received);
    make_shot(s, s->number + 1);
}

EDO_TEST_PLAIN(what_is_sent_once_is_received_or_destroyed_after_a_cancel_at_any_step)
{
    shot s;

    make_shot(&s, 0);
    check_cancels(receive_shot, check_shot, &s);
    edo_oneshot_sender_free(s.tx);
    edo_oneshot_receiver_free(s.rx);
}

/* --- broadcast ---------------------------------------------------------------------------------- */

typedef struct radio {
    edo_broadcast_sender *tx;
    edo_broadcast_receiver *rx;
    int sent, received;
} radio;

static void make_radio(radio *r)
{
    *r = (radio){0};
    assert_ok(edo_broadcast_new(PLAIN_INT, 8, &r->tx, &r->rx));
}

static int send_all(void *arg)
{
    radio *r = arg;

    while (r->sent < MESSAGES && edo_yield() == 0) {
        int item = r->sent + 1;
        assert_int_equal(edo_broadcast_send(r->tx, &item), 1);
        r->sent++;
    }
    return 0;
}

static int listen_to_all(void *arg)
{
    radio *r = arg;
    int rc = 0, item;

    assert_ok(edo_spawn(send_all, r, NULL));
    while (rc >= 0 && r->received < MESSAGES)
        if ((rc = note(edo_broadcast_recv(r->rx, &item, NULL))) == 1)
            assert_int_equal(item, ++r->received);
    return rc;
}

static void check_radio(void *arg, unsigned step)
{
    radio *r = arg;
    int item;

    (void)step;
    while (edo_broadcast_try_recv(r->rx, &item, NULL) == 1)
        assert_int_equal(item, ++r->received);
    assert_int_equal(r->received, r->sent);
    edo_broadcast_sender_free(r->tx);
    edo_broadcast_receiver_free(r->rx);
    make_radio(r);
}

EDO_TEST_PLAIN(a_receiver_keeps_its_place_after_a_cancel_at_any_step)
{
    radio r;

    make_radio(&r);
    check_cancels(listen_to_all, check_radio, &r);
    edo_broadcast_sender_free(r.tx);
    edo_broadcast_receiver_free(r.rx);
}

/* --- the ends of channels ----------------------------------------------------------------------- */

typedef struct ends {
    radio radio;
    lane lane;
    shot shot;
} ends;

static void make_ends(ends *e)
{
    make_radio(&e->radio);
    make_lane(&e->lane);
    make_shot(&e->shot, 0);
}

static void free_ends(ends *e)
{
    edo_broadcast_sender_free(e->radio.tx);
    edo_broadcast_receiver_free(e->radio.rx);
    edo_mpsc_sender_free(e->lane.tx);
    edo_mpsc_receiver_free(e->lane.rx);
    edo_oneshot_sender_free(e->shot.tx);
    edo_oneshot_receiver_free(e->shot.rx);
}

static int free_receivers(void *arg)
{
    ends *e = arg;

    edo_yield();
    edo_broadcast_receiver_free(e->radio.rx);
    edo_yield();
    edo_mpsc_receiver_free(e->lane.rx);
    edo_yield();
    edo_oneshot_receiver_free(e->shot.rx);
    e->radio.rx = NULL;
    e->lane.rx = NULL;
    e->shot.rx = NULL;
    return 0;
}

static int wait_for_ends(void *arg)
{
    ends *e = arg;
    int rc;

    assert_ok(edo_spawn(free_receivers, e, NULL));
    if ((rc = note(edo_broadcast_closed(e->radio.tx))) < 0 ||
        (rc = note(edo_mpsc_closed(e->lane.tx))) < 0)
        return rc;
    return note(edo_oneshot_closed(e->shot.tx));
}

static void check_ends(void *arg, unsigned step)
{
    ends *e = arg;

    (void)step;
    free_ends(e); /* nobody waits any more, or this would touch what is gone */
    make_ends(e);
}

EDO_TEST_PLAIN(waits_for_the_end_of_a_channel_leave_nothing_behind)
{
    ends e;

    make_ends(&e);
    check_cancels(wait_for_ends, check_ends, &e);
    free_ends(&e);
}
