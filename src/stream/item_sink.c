/*
 * item_sink.c: sends, flushes and closes: steps from the first that is wanted to the last.
 *
 * READY -> SEND -> FLUSH, or FLUSH or CLOSE alone. A wait that was cut short begins anew at its step.
 */
#include <edo/item_sink.h>

#include <errno.h>

#include <edo/await.h>

#include "base/macros.h"

enum step { STEP_READY, STEP_SEND, STEP_FLUSH, STEP_CLOSE };

edo_poll edo_item_sink_poll(edo_item_sink to, edo_push_poll *which, edo_push *p,
                            const edo_waker *waker)
{
    if (p->canceled && !p->begun) {
        p->result = -ECANCELED;
        return EDO_READY;
    }
    edo_poll is = EDO_READY;
    if (which)
        is = which(to.self, p, waker);
    else
        p->result = 0;
    p->begun = true;
    return is;
}

void edo_item_sink_cancel(edo_item_sink to, edo_push *p)
{
    p->canceled = true;
    if (p->begun && to.ops->cancel)
        to.ops->cancel(to.self, p);
}

void edo_item_sink_release(edo_item_sink to)
{
    if (to.ops && to.ops->release)
        to.ops->release(to.self);
}

static edo_item_sink_future *of(edo_future *base)
{
    return container_of(base, edo_item_sink_future, base);
}

static bool is_valid(const edo_item_sink_future *fut)
{
    edo_item_sink to = fut->to;

    if (!to.ops || !to.ops->send || !to.item)
        return false;
    return fut->step != STEP_READY || fut->item || to.item->size == 0;
}

static edo_push_poll *wait_of(const edo_item_sink_future *fut)
{
    const edo_item_sink_ops *ops = fut->to.ops;

    if (fut->step == STEP_READY)
        return ops->ready;
    return fut->step == STEP_FLUSH || !ops->close ? ops->flush : ops->close;
}

/* Does the step. PENDING; or READY, and `push` has its result. */
static edo_poll advance(edo_item_sink_future *fut, const edo_waker *waker)
{
    edo_push *p = &fut->push;

    if (fut->step != STEP_SEND)
        return edo_item_sink_poll(fut->to, wait_of(fut), p, waker);
    p->result = p->canceled ? -ECANCELED : fut->to.ops->send(fut->to.self, fut->item);
    fut->is_taken = p->result == 0;
    return EDO_READY;
}

static edo_poll sink_poll(edo_future *base, const edo_waker *waker)
{
    edo_item_sink_future *fut = of(base);
    edo_push *p = &fut->push;

    if (!is_valid(fut))
        return edo_future_finish(base, -EINVAL);
    for (;;) {
        if (advance(fut, waker) == EDO_PENDING)
            return EDO_PENDING;
        int64_t result = p->result;
        *p = (edo_push){.canceled = p->canceled && result == 0};
        if (result < 0 && fut->step == STEP_SEND)
            fut->step = STEP_READY;
        if (result < 0 || fut->step == fut->last)
            return edo_future_finish(base, result < 0 ? result : 0);
        fut->step++;
    }
}

static void sink_cancel(edo_future *base)
{
    edo_item_sink_cancel(of(base)->to, &of(base)->push);
}

static const edo_future_ops sink_ops = {
    .poll = sink_poll,
    .cancel = sink_cancel,
    .name = "item_sink",
    .flags = EDO_FUTURE_RESTARTS,
};

static edo_item_sink_future make(edo_item_sink to, const void *item, enum step first,
                                 enum step last)
{
    return (edo_item_sink_future){
        .base = EDO_FUTURE_INIT(&sink_ops),
        .to = to,
        .item = item,
        .step = (uint8_t)first,
        .last = (uint8_t)last,
    };
}

edo_item_sink_future edo_item_sink_feed_async(edo_item_sink to, const void *item)
{
    return make(to, item, STEP_READY, STEP_SEND);
}

edo_item_sink_future edo_item_sink_send_async(edo_item_sink to, const void *item)
{
    return make(to, item, STEP_READY, STEP_FLUSH);
}

edo_item_sink_future edo_item_sink_flush_async(edo_item_sink to)
{
    return make(to, NULL, STEP_FLUSH, STEP_FLUSH);
}

edo_item_sink_future edo_item_sink_close_async(edo_item_sink to)
{
    return make(to, NULL, STEP_CLOSE, STEP_CLOSE);
}

int edo_item_sink_feed(edo_item_sink to, const void *item)
{
    edo_item_sink_future fut = edo_item_sink_feed_async(to, item);

    return (int)edo_await(&fut.base);
}

int edo_item_sink_send(edo_item_sink to, const void *item, bool *ret_taken)
{
    edo_item_sink_future fut = edo_item_sink_send_async(to, item);
    int rc = (int)edo_await(&fut.base);

    if (ret_taken)
        *ret_taken = fut.is_taken;
    return rc;
}

int edo_item_sink_flush(edo_item_sink to)
{
    edo_item_sink_future fut = edo_item_sink_flush_async(to);

    return (int)edo_await(&fut.base);
}

int edo_item_sink_close(edo_item_sink to)
{
    edo_item_sink_future fut = edo_item_sink_close_async(to);

    return (int)edo_await(&fut.base);
}
