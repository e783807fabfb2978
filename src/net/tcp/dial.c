/*
 * dial.c: from a name to its addresses, and from addresses to a connection.
 *
 * What it needs for that is on the heap from the first poll until it is READY, so that a connect to one
 * address, which needs none of it, stays small.
 */
#include "net/tcp/dial.h"

#include <errno.h>
#include <stdlib.h>

#include "future/future.h"
#include "net/tcp/name.h"
#include "net/tcp/race.h"
#include "sched/coop.h"

typedef struct tcp_dial {
    edo_lookup_future lookup; /* of a name */
    edo_addr_list found;
    char port[PORT_TEXT_SIZE];
    tcp_race *race; /* NULL: it is looked up still */
} tcp_dial;

static int begin_race(const edo_tcp_connect_future *fut, tcp_dial *dial, const edo_addr *addrs,
                      size_t count)
{
    return tcp_race_new(addrs, count, (edo_duration){fut->delay_ns}, &dial->race);
}

static int begin(edo_tcp_connect_future *fut)
{
    tcp_dial *dial = calloc(1, sizeof *dial);
    int rc = 0;

    if (!dial)
        return -ENOMEM;
    if (fut->is_name)
        dial->lookup =
            tcp_name_lookup(fut->target, fut->target_len, fut->port, dial->port, &dial->found);
    else
        rc = begin_race(fut, dial, fut->target, fut->target_len);
    if (rc < 0)
        free(dial);
    else
        fut->dial = dial;
    return rc;
}

static edo_poll finish(edo_tcp_connect_future *fut, int rc)
{
    free(fut->dial);
    fut->dial = NULL;
    if (rc == 0)
        *fut->ret_stream = fut->stream;
    return edo_future_finish(&fut->base, rc);
}

/* Whether the addresses are there, and being tried; else *ret_error is why not. */
static edo_poll look_up(edo_tcp_connect_future *fut, const edo_waker *waker, int *ret_error)
{
    tcp_dial *dial = fut->dial;

    *ret_error = 0;
    if (dial->race)
        return EDO_READY;
    if (edo_future_poll(&dial->lookup.base, waker) == EDO_PENDING)
        return EDO_PENDING;
    *ret_error = (int)dial->lookup.base.result;
    if (*ret_error < 0)
        return EDO_READY;
    *ret_error = begin_race(fut, dial, dial->found.addr, dial->found.count);
    free(dial->found.addr);
    return EDO_READY;
}

edo_poll tcp_dial_poll(edo_tcp_connect_future *fut, const edo_waker *waker)
{
    int rc;

    if (!fut->dial) {
        if (!coop_proceed(waker))
            return EDO_PENDING;
        rc = fut->base.state & FUTURE_CANCELED ? -ECANCELED : begin(fut);
        if (rc < 0)
            return edo_future_finish(&fut->base, rc);
    }
    if (look_up(fut, waker, &rc) == EDO_PENDING)
        return EDO_PENDING;
    if (rc < 0)
        return finish(fut, rc);
    tcp_race *race = ((tcp_dial *)fut->dial)->race;
    if (tcp_race_poll(race, waker) == EDO_PENDING)
        return EDO_PENDING;
    return finish(fut, tcp_race_end(race, &fut->stream));
}

void tcp_dial_cancel(edo_tcp_connect_future *fut)
{
    tcp_dial *dial = fut->dial;

    if (dial->race)
        tcp_race_cancel(dial->race);
    else
        future_cancel(&dial->lookup.base);
}
