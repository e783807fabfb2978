/*
 * io.c: a read, write, flush, shutdown or seek as a future: one step of a transfer.
 *
 * Begun anew  A future that said -ECANCELED has a transfer that is as it was made, so that a select may keep
 *             it (EDO_FUTURE_RESTARTS).
 */
#include <errno.h>

#include <edo/await.h>

#include "base/macros.h"
#include "future/future.h"
#include "io/transfer.h"

static void begin_anew(edo_transfer *t)
{
    edo_transfer_begin(t, (edo_transfer_kind)t->kind, t->iov ? (const void *)t->iov : t->buf,
                       t->len);
}

static edo_poll finish(edo_future *base, edo_transfer *t)
{
    int64_t result = t->result;

    if (result == -ECANCELED)
        begin_anew(t);
    return edo_future_finish(base, result);
}

/* Reading. */

static edo_poll read_poll(edo_future *base, const edo_waker *waker)
{
    edo_read_future *fut = container_of(base, edo_read_future, base);

    if (!reader_is_good(fut->from) || (!fut->t.buf && !fut->t.iov && fut->t.len))
        return edo_future_finish(base, -EINVAL);
    if (read_step(fut->from, &fut->t, waker) == EDO_PENDING)
        return EDO_PENDING;
    return finish(base, &fut->t);
}

static void read_cancel(edo_future *base)
{
    edo_read_future *fut = container_of(base, edo_read_future, base);

    edo_reader_cancel(fut->from, &fut->t);
}

static void read_put_back(edo_future *base)
{
    edo_read_future *fut = container_of(base, edo_read_future, base);

    if (base->result > 0 && edo_reader_put_back(fut->from, &fut->t) < 0)
        return;
    begin_anew(&fut->t);
    base->result = -ECANCELED;
}

static const edo_future_ops read_ops = {
    .poll = read_poll,
    .cancel = read_cancel,
    .put_back = read_put_back,
    .name = "read",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_read_future edo_read_async(edo_reader from, void *buf, size_t len)
{
    edo_read_future fut = {.base = EDO_FUTURE_INIT(&read_ops), .from = from};

    edo_transfer_begin(&fut.t, EDO_TRANSFER_READ, buf, len);
    return fut;
}

ssize_t edo_read(edo_reader from, void *buf, size_t len)
{
    edo_read_future fut = edo_read_async(from, buf, len);

    return (ssize_t)edo_await(&fut.base);
}

edo_read_future edo_readv_async(edo_reader from, const struct iovec *iov, size_t count)
{
    edo_read_future fut = {.base = EDO_FUTURE_INIT(&read_ops), .from = from};

    edo_transfer_begin(&fut.t, EDO_TRANSFER_READV, iov, count);
    return fut;
}

ssize_t edo_readv(edo_reader from, const struct iovec *iov, size_t count)
{
    edo_read_future fut = edo_readv_async(from, iov, count);

    return (ssize_t)edo_await(&fut.base);
}

/* Writing, and what ends it. */

static edo_poll write_poll(edo_future *base, const edo_waker *waker)
{
    edo_write_future *fut = container_of(base, edo_write_future, base);

    if (!writer_is_good(fut->to) || (!fut->t.buf && !fut->t.iov && fut->t.len))
        return edo_future_finish(base, -EINVAL);
    if (write_step(fut->to, &fut->t, waker) == EDO_PENDING)
        return EDO_PENDING;
    return finish(base, &fut->t);
}

static void write_cancel(edo_future *base)
{
    edo_write_future *fut = container_of(base, edo_write_future, base);

    edo_writer_cancel(fut->to, &fut->t);
}

#define WRITE_OPS(what)                                                                            \
    {                                                                                              \
        .poll = write_poll, .cancel = write_cancel, .name = what, .flags = EDO_FUTURE_RESTARTS     \
    }
static const edo_future_ops write_ops = WRITE_OPS("write");
static const edo_future_ops flush_ops = WRITE_OPS("flush");
static const edo_future_ops shutdown_ops = WRITE_OPS("shutdown");

static edo_write_future make_write(const edo_future_ops *ops, edo_writer to, edo_transfer_kind kind,
                                   const void *buf, size_t len)
{
    edo_write_future fut = {.base = EDO_FUTURE_INIT(ops), .to = to};

    edo_transfer_begin(&fut.t, kind, buf, len);
    return fut;
}

edo_write_future edo_write_async(edo_writer to, const void *buf, size_t len)
{
    return make_write(&write_ops, to, EDO_TRANSFER_WRITE, buf, len);
}

edo_write_future edo_writev_async(edo_writer to, const struct iovec *iov, size_t count)
{
    return make_write(&write_ops, to, EDO_TRANSFER_WRITEV, iov, count);
}

edo_write_future edo_flush_async(edo_writer to)
{
    return make_write(&flush_ops, to, EDO_TRANSFER_FLUSH, NULL, 0);
}

edo_write_future edo_shutdown_async(edo_writer to)
{
    return make_write(&shutdown_ops, to, EDO_TRANSFER_SHUTDOWN, NULL, 0);
}

ssize_t edo_write(edo_writer to, const void *buf, size_t len)
{
    edo_write_future fut = edo_write_async(to, buf, len);

    return (ssize_t)edo_await(&fut.base);
}

ssize_t edo_writev(edo_writer to, const struct iovec *iov, size_t count)
{
    edo_write_future fut = edo_writev_async(to, iov, count);

    return (ssize_t)edo_await(&fut.base);
}

int edo_flush(edo_writer to)
{
    edo_write_future fut = edo_flush_async(to);

    return (int)edo_await(&fut.base);
}

int edo_shutdown(edo_writer to)
{
    edo_write_future fut = edo_shutdown_async(to);

    return (int)edo_await(&fut.base);
}

bool edo_writer_is_vectored(edo_writer to)
{
    return to.ops && to.ops->writev;
}
