/* fill.c: looking at what a buffered reader holds, and taking it away. */
#include <edo/buf_reader.h>

#include <edo/await.h>

#include "future/future.h"
#include "io/transfer.h"

static edo_poll fill_poll(edo_future *base, const edo_waker *waker)
{
    edo_fill_future *fut = container_of(base, edo_fill_future, base);

    if (!reader_is_good(fut->from) || !fut->ret_data)
        return edo_future_finish(base, -EINVAL);
    if (read_step(fut->from, &fut->t, waker) == EDO_PENDING)
        return EDO_PENDING;
    int64_t result = fut->t.result;
    if (result >= 0)
        *fut->ret_data = fut->t.buf;
    else
        edo_transfer_begin(&fut->t, EDO_TRANSFER_FILL, NULL, 0);
    return edo_future_finish(base, result);
}

static void fill_cancel(edo_future *base)
{
    edo_fill_future *fut = container_of(base, edo_fill_future, base);

    edo_reader_cancel(fut->from, &fut->t);
}

static const edo_future_ops fill_ops = {
    .poll = fill_poll, .cancel = fill_cancel, .name = "fill", .flags = EDO_FUTURE_RESTARTS};

edo_fill_future edo_fill_async(edo_reader from, const void **ret_data)
{
    edo_fill_future fut = {.base = EDO_FUTURE_INIT(&fill_ops), .from = from, .ret_data = ret_data};

    edo_transfer_begin(&fut.t, EDO_TRANSFER_FILL, NULL, 0);
    return fut;
}

ssize_t edo_fill(edo_reader from, const void **ret_data)
{
    edo_fill_future fut = edo_fill_async(from, ret_data);

    return (ssize_t)edo_await(&fut.base);
}

int edo_consume(edo_reader from, size_t len)
{
    if (!reader_is_good(from))
        return -EINVAL;
    return from.ops->consume ? from.ops->consume(from.self, len) : -ENOTSUP;
}
