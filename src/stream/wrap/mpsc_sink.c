/* wrap/mpsc_sink.c: a channel's sender as a sink: its room is a permit. */
#include "stream/wrapped.h"

static edo_poll push_finish(edo_push *p, int64_t result)
{
    p->result = result;
    return EDO_READY;
}

static edo_poll sink_ready(void *self, edo_push *p, const edo_waker *waker)
{
    edo_mpsc_sink *w = self;

    if (!w->tx)
        return push_finish(p, -EPIPE);
    if (w->is_unbounded || w->permit.count)
        return push_finish(p, 0);
    if (!p->begun)
        w->reserve = edo_mpsc_reserve_async(w->tx, &w->permit);
    if (edo_future_poll(&w->reserve.base, waker) == EDO_PENDING)
        return EDO_PENDING;
    return push_finish(p, w->reserve.base.result);
}

static int sink_send(void *self, const void *item)
{
    edo_mpsc_sink *w = self;

    if (!w->tx)
        return -EPIPE;
    return w->is_unbounded ? edo_mpsc_try_send(w->tx, item)
                           : edo_mpsc_permit_send(&w->permit, item);
}

static void sink_release(void *self)
{
    edo_mpsc_sink *w = self;

    edo_mpsc_permit_release(&w->permit);
    edo_mpsc_sender_free(w->tx);
    w->tx = NULL;
}

static edo_poll sink_close(void *self, edo_push *p, const edo_waker *waker)
{
    (void)waker;
    sink_release(self);
    return push_finish(p, 0);
}

static void sink_cancel(void *self, edo_push *p)
{
    (void)p;
    edo_future_cancel(&((edo_mpsc_sink *)self)->reserve.base);
}

edo_item_sink edo_sink_of_mpsc(edo_mpsc_sink *sink, edo_mpsc_sender *tx, const edo_item *item,
                               bool is_unbounded)
{
    static const edo_item_sink_ops ops = {
        .ready = sink_ready,
        .send = sink_send,
        .close = sink_close,
        .cancel = sink_cancel,
        .release = sink_release,
        .name = "mpsc",
    };

    *sink = (edo_mpsc_sink){.tx = tx, .is_unbounded = is_unbounded};
    return (edo_item_sink){&ops, sink, item};
}
