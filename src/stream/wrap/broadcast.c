/* wrap/broadcast.c: a broadcast's receiver as a stream. */
#include "stream/wrapped.h"

static edo_poll broadcast_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_broadcast_items *w = self;

    if (w->wrapped.has_ended)
        return pull_finish(p, 0);
    if (!p->begun)
        w->recv = edo_broadcast_recv_async(w->rx, p->item, &w->missed);
    if (wrapped_poll(&w->wrapped, &w->recv.base, p, waker, false) == EDO_PENDING)
        return EDO_PENDING;
    w->wrapped.has_ended = p->result == 0;
    return EDO_READY;
}

uint64_t edo_broadcast_items_missed(const edo_broadcast_items *items)
{
    return items->missed;
}

edo_broadcast_receiver *edo_broadcast_items_take(edo_broadcast_items *items)
{
    edo_broadcast_receiver *rx = items->rx;

    items->rx = NULL;
    items->wrapped.has_ended = true;
    return rx;
}

static void broadcast_release(void *self)
{
    edo_broadcast_receiver_free(edo_broadcast_items_take(self));
}

edo_stream edo_stream_of_broadcast(edo_broadcast_items *items, edo_broadcast_receiver *rx,
                                   const edo_item *item)
{
    static const edo_stream_ops ops =
        WRAPPED_OPS(broadcast_next, broadcast_release, NULL, "broadcast");

    *items = (edo_broadcast_items){.rx = rx};
    return (edo_stream){&ops, items, item};
}
