/*
 * write_buf.c: writing from chunks, once or all of them.
 *
 * Always by a vectored transfer: a writer that has none is given the first piece.
 */
#include <edo/write.h>

#include <errno.h>

#include <edo/await.h>

#include "io/part.h"

static bool is_good(const edo_write_buf_future *fut)
{
    return writer_is_good(fut->to) && fut->from.ops;
}

/* READY: the result is in the transfer, and the chunks are shorter by it. */
static edo_poll write_once(edo_write_buf_future *fut, const edo_waker *waker)
{
    const struct iovec *iov = fut->t.iov;
    size_t count = fut->t.len;

    if (!fut->t.begun) {
        iov = fut->from.ops->pieces(fut->from.self, &fut->room, &count);
        count = count < IOV_MAX ? count : IOV_MAX;
    }
    if (!iov_first(iov, count)) {
        fut->t.result = 0;
        return EDO_READY;
    }
    if (part_write(&fut->base, fut->to, &fut->t, EDO_TRANSFER_WRITEV, iov, count, waker) ==
        EDO_PENDING)
        return EDO_PENDING;
    if (fut->t.result > 0) {
        fut->done += (size_t)fut->t.result;
        fut->from.ops->advance(fut->from.self, (size_t)fut->t.result);
    }
    return EDO_READY;
}

static edo_poll buf_poll(edo_future *base, const edo_waker *waker)
{
    edo_write_buf_future *fut = container_of(base, edo_write_buf_future, base);

    if (!is_good(fut))
        return edo_future_finish(base, -EINVAL);
    if (write_once(fut, waker) == EDO_PENDING)
        return EDO_PENDING;
    return edo_future_finish(base, fut->t.result == -EDO_EWRITEZERO ? 0 : fut->t.result);
}

static edo_poll all_buf_poll(edo_future *base, const edo_waker *waker)
{
    edo_write_buf_future *fut = container_of(base, edo_write_buf_future, base);

    if (!is_good(fut))
        return edo_future_finish(base, -EINVAL);
    do
        if (write_once(fut, waker) == EDO_PENDING)
            return EDO_PENDING;
    while (fut->t.result > 0);
    return edo_future_finish(base, fut->t.result);
}

static void buf_cancel(edo_future *base)
{
    edo_write_buf_future *fut = container_of(base, edo_write_buf_future, base);

    part_write_cancel(fut->to, &fut->t);
}

static const edo_future_ops buf_ops = {
    .poll = buf_poll,
    .cancel = buf_cancel,
    .name = "write_buf",
    .flags = EDO_FUTURE_RESTARTS,
};

static const edo_future_ops all_buf_ops = {
    .poll = all_buf_poll,
    .cancel = buf_cancel,
    .name = "write_all_buf",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_write_buf_future edo_write_buf_async(edo_writer to, edo_chunks from)
{
    return (edo_write_buf_future){.base = EDO_FUTURE_INIT(&buf_ops), .to = to, .from = from};
}

ssize_t edo_write_buf(edo_writer to, edo_chunks from)
{
    edo_write_buf_future fut = edo_write_buf_async(to, from);

    return (ssize_t)edo_await(&fut.base);
}

edo_write_buf_future edo_write_all_buf_async(edo_writer to, edo_chunks from)
{
    return (edo_write_buf_future){.base = EDO_FUTURE_INIT(&all_buf_ops), .to = to, .from = from};
}

int edo_write_all_buf(edo_writer to, edo_chunks from, size_t *ret_done)
{
    edo_write_buf_future fut = edo_write_all_buf_async(to, from);
    int64_t result = edo_await(&fut.base);

    return composite_end(result, fut.done, ret_done);
}
