/* entered.c: a future whose polls are in another runtime. */
#include <errno.h>

#include "future/future.h"
#include "runtime/runtime.h"

static edo_entered_future *of(edo_future *base)
{
    return container_of(base, edo_entered_future, base);
}

static edo_poll entered_poll(edo_future *base, const edo_waker *waker)
{
    edo_entered_future *entered = of(base);
    edo_enter_guard guard;

    if (!entered->inner || !entered->inner->ops || !entered->handle) {
        future_forsake(entered->inner);
        return edo_future_finish(base, -EINVAL);
    }
    (void)edo_enter(entered->handle, &guard);
    edo_poll is = future_advance(entered->inner, waker);
    edo_leave(&guard);
    return is == EDO_READY ? edo_future_finish(base, entered->inner->result) : EDO_PENDING;
}

static void entered_cancel(edo_future *base)
{
    edo_future *inner = of(base)->inner;

    if (base->state & FUTURE_POLLED)
        edo_future_cancel(inner);
    else
        future_forsake(inner); /* it is READY with this */
}

static void entered_put_back(edo_future *base)
{
    edo_future *inner = of(base)->inner;

    edo_future_put_back(inner);
    if (base->result >= 0) /* else: why it ended stands */
        base->result = inner->result;
}

static const edo_future_ops entered_ops = {
    .poll = entered_poll,
    .cancel = entered_cancel,
    .put_back = entered_put_back,
    .name = "entered",
    .flags = EDO_FUTURE_COMPOSITE | EDO_FUTURE_OWNS,
};

edo_entered_future edo_entered_async(edo_handle *handle, edo_future *fut)
{
    return (edo_entered_future){
        .base = EDO_FUTURE_INIT(&entered_ops), .inner = fut, .handle = handle};
}
