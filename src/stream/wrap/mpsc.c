/* wrap/mpsc.c: a channel's receiver as a stream. */
#include "stream/wrapped.h"

static edo_poll mpsc_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_mpsc_items *w = self;

    if (w->wrapped.has_ended)
        return pull_finish(p, 0);
    if (!p->begun)
        w->recv = edo_mpsc_recv_async(w->rx, p->item);
    if (wrapped_poll(&w->wrapped, &w->recv.base, p, waker, false) == EDO_PENDING)
        return EDO_PENDING;
    w->wrapped.has_ended = p->result == 0;
    return EDO_READY;
}

/* Whether nothing can come but what is there. */
static bool is_closed(const edo_mpsc_items *w)
{
    return !w->rx || edo_mpsc_receiver_is_closed(w->rx);
}

static edo_stream_bounds mpsc_hint(void *self)
{
    const edo_mpsc_items *w = self;
    bool closed = is_closed(w); /* first: what came before is counted then */
    size_t len = edo_mpsc_len(w->rx);

    return (edo_stream_bounds){len, closed ? len : 0, closed};
}

void edo_mpsc_items_close(edo_mpsc_items *items)
{
    if (items->rx)
        edo_mpsc_close(items->rx);
}

edo_mpsc_receiver *edo_mpsc_items_take(edo_mpsc_items *items)
{
    edo_mpsc_receiver *rx = items->rx;

    items->rx = NULL;
    items->wrapped.has_ended = true;
    return rx;
}

static void mpsc_release(void *self)
{
    edo_mpsc_receiver_free(edo_mpsc_items_take(self));
}

edo_stream edo_stream_of_mpsc(edo_mpsc_items *items, edo_mpsc_receiver *rx, const edo_item *item)
{
    static const edo_stream_ops ops = WRAPPED_OPS(mpsc_next, mpsc_release, mpsc_hint, "mpsc");

    *items = (edo_mpsc_items){.rx = rx};
    return (edo_stream){&ops, items, item};
}
