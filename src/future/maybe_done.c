/* maybe_done.c: a result that is there to be taken once. */
#include <edo/maybe_done.h>

#include "future/future.h"

static edo_maybe_done_future *of(edo_future *base)
{
    return container_of(base, edo_maybe_done_future, base);
}

static edo_poll maybe_poll(edo_future *base, const edo_waker *waker)
{
    edo_future *inner = of(base)->inner;

    if (!inner || !inner->ops)
        return edo_future_finish(base, -EINVAL);
    if (future_advance(inner, waker) == EDO_PENDING)
        return EDO_PENDING;
    return edo_future_finish(base, inner->result);
}

static void maybe_cancel(edo_future *base)
{
    edo_future *inner = of(base)->inner;

    if (base->state & FUTURE_POLLED)
        edo_future_cancel(inner);
    else
        future_forsake(inner); /* it is READY with this */
}

static void maybe_put_back(edo_future *base)
{
    edo_future *inner = of(base)->inner;

    if (of(base)->taken) /* somebody has it */
        return;
    edo_future_put_back(inner);
    if (base->result >= 0) /* else: why it ended stands */
        base->result = inner->result;
}

static const edo_future_ops maybe_ops = {
    .poll = maybe_poll,
    .cancel = maybe_cancel,
    .put_back = maybe_put_back,
    .name = "maybe_done",
    .flags = EDO_FUTURE_COMPOSITE | EDO_FUTURE_OWNS,
};

edo_maybe_done_future edo_maybe_done_async(edo_future *fut)
{
    return (edo_maybe_done_future){.base = EDO_FUTURE_INIT(&maybe_ops), .inner = fut};
}

int edo_maybe_done_take(edo_maybe_done_future *maybe, int64_t *ret_result)
{
    if (!maybe || !ret_result)
        return -EINVAL;
    if (!future_is_done(&maybe->base))
        return -EAGAIN;
    if (maybe->taken)
        return 0;
    maybe->taken = true;
    *ret_result = maybe->base.result;
    return 1;
}
