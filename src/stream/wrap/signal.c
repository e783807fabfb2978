/* wrap/signal.c: a signal as a stream. */
#include <edo/error.h>

#include "stream/wrapped.h"

/* Closed while it waited, or the runtime goes: not what this next was cancelled for. */
static bool is_the_end(const edo_pull *p)
{
    return p->result == -EDO_ESHUTDOWN || (p->result == -ECANCELED && !p->canceled);
}

static edo_poll signal_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_signal_items *w = self;

    if (w->wrapped.has_ended)
        return pull_finish(p, 0);
    if (!p->begun)
        w->recv = edo_signal_recv_async(w->signal);
    if (wrapped_poll(&w->wrapped, &w->recv.base, p, waker, true) == EDO_PENDING)
        return EDO_PENDING;
    w->wrapped.has_ended = is_the_end(p);
    return w->wrapped.has_ended ? pull_finish(p, 0) : EDO_READY;
}

edo_signal *edo_signal_items_take(edo_signal_items *items)
{
    edo_signal *signal = items->signal;

    items->signal = NULL;
    items->wrapped.has_ended = true;
    return signal;
}

static void signal_release(void *self)
{
    edo_signal *signal = edo_signal_items_take(self);

    if (signal)
        edo_signal_close(signal);
}

edo_stream edo_stream_of_signal(edo_signal_items *items, edo_signal *signal)
{
    static const edo_item nothing = {.size = 0, .align = 1};
    static const edo_stream_ops ops = WRAPPED_OPS(signal_next, signal_release, NULL, "signal");

    *items = (edo_signal_items){.signal = signal};
    return (edo_stream){&ops, items, &nothing};
}
