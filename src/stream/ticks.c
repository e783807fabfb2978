/* ticks.c: an interval as a stream. */
#include <edo/stream_time.h>

#include "stream/stage.h"

static edo_poll ticks_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_ticks *t = self;

    if (!p->begun)
        t->tick = edo_interval_tick_async(&t->interval, p->item);
    if (edo_future_poll(&t->tick.base, waker) == EDO_PENDING)
        return EDO_PENDING;
    return pull_finish(p, t->tick.base.result < 0 ? t->tick.base.result : 1);
}

static void ticks_cancel(void *self, edo_pull *p)
{
    (void)p;
    edo_future_cancel(&((edo_ticks *)self)->tick.base);
}

static int ticks_put_back(void *self, edo_pull *p)
{
    (void)p;
    edo_future_put_back(&((edo_ticks *)self)->tick.base);
    return 0;
}

static edo_stream_bounds ticks_hint(void *self)
{
    (void)self;
    return (edo_stream_bounds){SIZE_MAX, 0, false};
}

edo_stream edo_stream_ticks(edo_ticks *ticks, const edo_interval *interval)
{
    static const edo_item instant = {.size = sizeof(edo_instant), .align = _Alignof(edo_instant)};
    static const edo_stream_ops ops = {
        .next = ticks_next,
        .cancel = ticks_cancel,
        .put_back = ticks_put_back,
        .hint = ticks_hint,
        .name = "ticks",
    };

    *ticks = (edo_ticks){.interval = *interval};
    return (edo_stream){&ops, ticks, &instant};
}
