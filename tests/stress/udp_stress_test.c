/*
 * udp_stress_test.c: many senders, and receives that are canceled all the time: each datagram is received
 * once, or the system says that it dropped it.
 */
#include "support/edo_test.h"
#include "support/tcp.h"
#include "support/udp.h"

#include <stdlib.h>
#include <string.h>

#include "base/atomic.h"
#include "base/random.h"

#define SENDERS 6
#define EACH 4000
#define RECEIVERS 3
#define MANY 8
#define END UINT32_MAX

typedef struct crowd {
    edo_udp_socket *socket;
    edo_addr addr;
    unsigned each;
    uint32_t got, dropped;              /* atomic */
    uint32_t end_seen;                  /* atomic */
    uint32_t cut_short;                 /* atomic: receives that lost, or were too late */
    unsigned char seen[SENDERS * EACH]; /* atomic: how often each came */
} crowd;

typedef struct sender {
    crowd *crowd;
    unsigned number;
} sender;

static int send_all(void *arg)
{
    sender *s = arg;
    edo_addr own;
    edo_udp_socket *socket = udp_here(&own);

    for (unsigned i = 0; i < s->crowd->each; i++) {
        uint32_t number = s->number * EACH + i;
        assert_int_equal(edo_udp_send_to(socket, &number, sizeof number, &s->crowd->addr), 4);
        if (i % 16 == s->number)
            edo_yield();
    }
    edo_udp_close(socket);
    return 0;
}

/* Room for some messages with control data. */
typedef struct messages {
    struct mmsghdr msgs[MANY];
    struct iovec iov[MANY];
    uint32_t numbers[MANY];
    size_t control[MANY][8];
} messages;

static void clear(messages *r)
{
    memset(r->msgs, 0, sizeof r->msgs);
    for (int i = 0; i < MANY; i++) {
        r->iov[i] = (struct iovec){&r->numbers[i], sizeof r->numbers[i]};
        r->msgs[i].msg_hdr.msg_iov = &r->iov[i];
        r->msgs[i].msg_hdr.msg_iovlen = 1;
        r->msgs[i].msg_hdr.msg_control = r->control[i];
        r->msgs[i].msg_hdr.msg_controllen = sizeof r->control[i];
    }
}

static void raise_to(uint32_t *most, uint32_t value)
{
    uint32_t now = a_load(most, relaxed); /* a guess: the exchange verifies it */

    while (now < value && !a_cas(most, &now, value, relaxed, relaxed))
        ;
}

static void note(crowd *c, uint32_t number, const struct msghdr *msg)
{
    edo_udp_info info;

    assert_int_equal(msg->msg_flags & (MSG_TRUNC | MSG_CTRUNC), 0);
    assert_ok(edo_udp_info_read(msg, &info));
    raise_to(&c->dropped, info.dropped);
    if (number == END) {
        a_store(&c->end_seen, 1, relaxed);
        return;
    }
    assert_true(number < SENDERS * EACH);
    assert_int_equal(a_fetch_add(&c->seen[number], 1, relaxed), 0);
    a_fetch_add(&c->got, 1, relaxed);
}

/* Waits for a datagram or for something else, whichever is first; which is drawn by lot. */
static bool wait_for(rng *r, edo_future *recv)
{
    edo_yield_future yield = edo_yield_async();

    switch (rng_below(r, 4)) {
    case 0:
        return edo_timeout(recv, EDO_MICROS(rng_below(r, 60))) >= 0;
    case 1:
        return edo_select(recv, &yield.base) == 0;
    case 2:
        return edo_select(&yield.base, recv) == 1;
    default:
        return edo_timeout(recv, EDO_MILLIS(20)) >= 0;
    }
}

/* One receive, alone or of several; what it got is noted. */
static void receive(rng *r, crowd *c, messages *room)
{
    bool many = rng_below(r, 2);
    edo_udp_many_future all;
    edo_udp_recv_future one;

    clear(room);
    edo_future *recv = many ? &all.base : &one.base;
    if (many)
        all = edo_udp_recv_many_async(c->socket, room->msgs, 1 + (int)rng_below(r, MANY));
    else
        one = edo_udp_recv_msg_async(c->socket, &room->msgs[0].msg_hdr, 0);
    if (!wait_for(r, recv)) {
        a_fetch_add(&c->cut_short, 1, relaxed);
        return;
    }
    assert_true(recv->result > 0);
    for (int64_t i = 0; i < (many ? recv->result : 1); i++)
        note(c, room->numbers[i], &room->msgs[i].msg_hdr);
}

static int receive_all(void *arg)
{
    crowd *c = arg;
    messages *room = malloc(sizeof *room);
    rng r;

    assert_non_null(room);
    rng_seed(&r, (uint64_t)(uintptr_t)room);
    while (!a_load(&c->end_seen, relaxed))
        receive(&r, c, room);
    free(room);
    return 0;
}

/* What was put back when the others had gone already. */
static void receive_rest(crowd *c)
{
    messages *room = malloc(sizeof *room);

    assert_non_null(room);
    for (;;) {
        clear(room);
        if (edo_udp_try_recv_msg(c->socket, &room->msgs[0].msg_hdr, 0) < 0)
            break;
        note(c, room->numbers[0], &room->msgs[0].msg_hdr);
    }
    free(room);
}

static void join_all(edo_task *tasks, int count)
{
    for (int i = 0; i < count; i++)
        assert_ok(edo_join(tasks[i], NULL));
}

EDO_TEST_MT(each_datagram_is_received_once_or_was_dropped) /* net-086 */
{
    crowd *c = calloc(1, sizeof *c);
    sender senders[SENDERS];
    edo_task sending[SENDERS], receiving[RECEIVERS];
    edo_addr own;
    uint32_t end = END;

    assert_non_null(c);
    c->each = test_count(EACH);
    c->socket = udp_here(&c->addr);
    assert_ok(edo_udp_set_option(c->socket, EDO_UDP_RECV_DROPPED, 1));
    assert_ok(edo_udp_set_option(c->socket, EDO_UDP_RECV_BUFFER, 20000)); /* some are dropped */
    for (int i = 0; i < RECEIVERS; i++)
        assert_ok(edo_spawn(receive_all, c, &receiving[i]));
    for (unsigned i = 0; i < SENDERS; i++) {
        senders[i] = (sender){c, i};
        assert_ok(edo_spawn(send_all, &senders[i], &sending[i]));
    }
    join_all(sending, SENDERS);
    task_wait_until(edo_udp_try_ready(c->socket, EDO_READABLE) == -EAGAIN);
    edo_udp_socket *last = udp_here(&own);
    assert_int_equal(edo_udp_send_to(last, &end, sizeof end, &c->addr), 4);
    join_all(receiving, RECEIVERS);
    receive_rest(c);
    assert_true(c->cut_short > 0);
    assert_int_equal(c->got + c->dropped, SENDERS * c->each);
    edo_udp_close(last);
    edo_udp_close(c->socket);
    free(c);
}
