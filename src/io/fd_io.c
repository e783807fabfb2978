/*
 * fd_io.c: reading from and writing to a source, once for all that has a descriptor.
 *
 * Lifetime    A future carries slot and generation of the source, not the object it belongs to. So that may
 *             be closed and freed while futures wait: they find the source closing, or with another
 *             generation, and say -ECANCELED.
 */
#include "io/fd_io.h"

#include <errno.h>

#include <edo/error.h>

#include "future/future.h"
#include "io/direct.h"
#include "io/plain_call.h"
#include "io/put_back.h"
#include "io/transfer.h"

/* Prepares one; an error found here is its result at the first poll, and it has no source then. */
static inline void prepare(edo_op *op, source *src, enum op_kind kind, const void *buf, size_t len)
{
    if (unlikely(!src || (!buf && len))) {
        *op = (edo_op){.result = -EINVAL};
        return;
    }
    op_init(op, src, kind, (void *)(uintptr_t)buf, len);
}

/* The same of an array; if all its pieces are empty it is as one of none. */
static void prepare_vector(edo_op *op, source *src, enum op_kind kind, const struct iovec *iov,
                           size_t count)
{
    const struct iovec *first = iov ? iov_first(iov, count) : NULL;

    /* From the first that isn't empty on: the system looks at a limited number of them. */
    prepare(op, src, kind, first ? first : iov, first ? count - (size_t)(first - iov) : count);
    if (op->src && !first)
        op->len = 0;
}

/* Whether there is nothing to ask the kernel for. */
static inline bool is_settled(edo_op *op)
{
    if (likely(op->src && op->len))
        return false;
    if (op->src)
        op->result = 0;
    return true;
}

/* Read. */

edo_poll fd_read_poll(edo_future *base, const edo_waker *waker)
{
    edo_fd_read_future *fut = container_of(base, edo_fd_read_future, base);
    bool canceled = base->state & FUTURE_CANCELED;

    if (op_is_new(&fut->op) && !coop_proceed(waker))
        return EDO_PENDING;
    if (!is_settled(&fut->op) &&
        put_back_poll(&fut->op, &fut->gives_way, canceled, waker, &put_back_bytes) == EDO_PENDING)
        return EDO_PENDING;
    return io_finish(base, &fut->op);
}

void fd_read_cancel(edo_future *base)
{
    edo_fd_read_future *fut = container_of(base, edo_fd_read_future, base);

    if (fut->op.src)
        op_cancel(&fut->op);
}

void fd_read_put_back(edo_future *base)
{
    edo_fd_read_future *fut = container_of(base, edo_fd_read_future, base);

    if (fut->op.flags & MSG_PEEK)
        return; /* it took nothing */
    if (base->result > 0 && put_back_bytes_first(&fut->op, (size_t)base->result) < 0)
        return; /* no memory: it keeps its success */
    op_renew(&fut->op);
    base->result = -ECANCELED;
}

edo_fd_read_future fd_read_future(const fd_kind *kind, source *src, void *buf, size_t len,
                                  int flags)
{
    edo_fd_read_future fut = {.base = EDO_FUTURE_INIT(kind->read_ops)};

    prepare(&fut.op, src, (enum op_kind)kind->read, buf, len);
    fut.op.flags = flags;
    return fut;
}

edo_fd_read_future fd_readv_future(const fd_kind *kind, source *src, const struct iovec *iov,
                                   size_t count)
{
    edo_fd_read_future fut = {.base = EDO_FUTURE_INIT(kind->read_ops)};

    prepare_vector(&fut.op, src, (enum op_kind)kind->readv, iov, count);
    return fut;
}

/* Goes on from wherever its operation is. */
static noinline ssize_t read_goes_on(const fd_kind *kind, edo_fd_read_future *fut)
{
    fut->base = (edo_future)EDO_FUTURE_INIT(kind->read_ops);
    fut->gives_way = false;
    if (!op_is_new(&fut->op))
        future_was_polled(&fut->base);
    else if (io_is_done_directly(&fut->base, &fut->op))
        return (ssize_t)fut->op.result;
    return (ssize_t)edo_await(&fut->base);
}

ssize_t fd_read(const fd_kind *kind, source *src, void *buf, size_t len)
{
    thread *self = await_may_be_direct();
    edo_fd_read_future fut;
    ssize_t n;

    if (likely(kind->read == OP_RECV && plain_may_recv(self, src, buf, len))) {
        if ((n = recv_at_once(self, src, buf, len)) != -EAGAIN ||
            (n = recv_in_turn(self, src, &fut.op, buf, len)) != -EAGAIN)
            return n;
    } else {
        prepare(&fut.op, src, (enum op_kind)kind->read, buf, len);
    }
    return read_goes_on(kind, &fut);
}

static ssize_t try_taking(edo_op *op)
{
    if (!is_settled(op) && !put_back_take(op, &put_back_bytes))
        op->result = op_try(op);
    return (ssize_t)op->result;
}

ssize_t fd_try_read(const fd_kind *kind, source *src, void *buf, size_t len, int flags)
{
    edo_op op;

    prepare(&op, src, (enum op_kind)kind->read, buf, len);
    op.flags = flags;
    return try_taking(&op);
}

ssize_t fd_try_readv(const fd_kind *kind, source *src, const struct iovec *iov, size_t count)
{
    edo_op op;

    prepare_vector(&op, src, (enum op_kind)kind->readv, iov, count);
    return try_taking(&op);
}

/* Write. */

edo_poll fd_write_poll(edo_future *base, const edo_waker *waker)
{
    edo_fd_write_future *fut = container_of(base, edo_fd_write_future, base);

    if (op_is_new(&fut->op) && !coop_proceed(waker))
        return EDO_PENDING;
    if (!is_settled(&fut->op) && op_poll(&fut->op, waker) == EDO_PENDING)
        return EDO_PENDING;
    return io_finish(base, &fut->op);
}

void fd_write_cancel(edo_future *base)
{
    edo_fd_write_future *fut = container_of(base, edo_fd_write_future, base);

    if (fut->op.src)
        op_cancel(&fut->op);
}

static inline void write_init(edo_fd_write_future *fut, const fd_kind *kind, source *src,
                              const void *buf, size_t len)
{
    fut->base = (edo_future)EDO_FUTURE_INIT(kind->write_ops);
    prepare(&fut->op, src, (enum op_kind)kind->write, buf, len);
}

edo_fd_write_future fd_write_future(const fd_kind *kind, source *src, const void *buf, size_t len)
{
    edo_fd_write_future fut;

    write_init(&fut, kind, src, buf, len);
    return fut;
}

edo_fd_write_future fd_writev_future(const fd_kind *kind, source *src, const struct iovec *iov,
                                     size_t count)
{
    edo_fd_write_future fut = {.base = EDO_FUTURE_INIT(kind->write_ops)};

    prepare_vector(&fut.op, src, (enum op_kind)kind->writev, iov, count);
    return fut;
}

ssize_t fd_write(const fd_kind *kind, source *src, const void *buf, size_t len)
{
    thread *self = await_may_be_direct();
    edo_fd_write_future fut;
    ssize_t n;

    if (kind->write == OP_SEND && plain_may_send(self, src, buf, len) &&
        (n = send_at_once(self, src, buf, len)) != -EAGAIN)
        return n;
    write_init(&fut, kind, src, buf, len);
    if (io_goes_on_directly(self, &fut.base, &fut.op))
        return (ssize_t)fut.op.result;
    return (ssize_t)edo_await(&fut.base);
}

ssize_t fd_try_write(const fd_kind *kind, source *src, const void *buf, size_t len)
{
    edo_op op;

    prepare(&op, src, (enum op_kind)kind->write, buf, len);
    return (ssize_t)(is_settled(&op) ? op.result : op_try(&op));
}

ssize_t fd_try_writev(const fd_kind *kind, source *src, const struct iovec *iov, size_t count)
{
    edo_op op;

    prepare_vector(&op, src, (enum op_kind)kind->writev, iov, count);
    return (ssize_t)(is_settled(&op) ? op.result : op_try(&op));
}

/* Write all: op.buf and op.len are what is left. */

edo_poll fd_write_all_poll(edo_future *base, const edo_waker *waker)
{
    edo_fd_write_all_future *fut = container_of(base, edo_fd_write_all_future, base);
    edo_op *op = &fut->op;

    while (!is_settled(op)) {
        if ((op_is_new(op) && !coop_proceed(waker)) || op_poll(op, waker) == EDO_PENDING)
            return EDO_PENDING;
        if (op->result < 0)
            break;
        coop_spend();
        if (op->result == 0) {
            op->result = -EDO_EWRITEZERO;
            break;
        }
        fut->done += (size_t)op->result;
        op->buf = (char *)op->buf + op->result;
        op->len -= (size_t)op->result;
        op->result = 0;
        if (op->len && (base->state & FUTURE_CANCELED)) {
            op->result = -ECANCELED;
            break;
        }
        op_renew(op);
    }
    int64_t result = op->result;
    if (result == -ECANCELED)
        op_renew(op); /* begun anew, it goes on with the rest */
    return edo_future_finish(base, result);
}

void fd_write_all_cancel(edo_future *base)
{
    edo_fd_write_all_future *fut = container_of(base, edo_fd_write_all_future, base);

    if (fut->op.src)
        op_cancel(&fut->op);
}

static inline void write_all_init(edo_fd_write_all_future *fut, const fd_kind *kind, source *src,
                                  const void *buf, size_t len)
{
    fut->base = (edo_future)EDO_FUTURE_INIT(kind->write_all_ops);
    fut->done = 0;
    prepare(&fut->op, src, (enum op_kind)kind->write, buf, len);
}

edo_fd_write_all_future fd_write_all_future(const fd_kind *kind, source *src, const void *buf,
                                            size_t len)
{
    edo_fd_write_all_future fut;

    write_all_init(&fut, kind, src, buf, len);
    return fut;
}

/* `self`: NULL where it has to be awaited. */
static noinline int await_write_all(thread *self, const fd_kind *kind, source *src, const void *buf,
                                    size_t len)
{
    edo_fd_write_all_future fut;

    write_all_init(&fut, kind, src, buf, len);
    if (io_goes_on_directly(self, &fut.base, &fut.op)) {
        if (fut.op.result == (int64_t)len || fut.op.result < 0)
            return fut.op.result < 0 ? (int)fut.op.result : 0;
        future_was_polled(&fut.base); /* a part is done: it goes on with that */
    }
    return (int)edo_await(&fut.base);
}

int fd_write_all(const fd_kind *kind, source *src, const void *buf, size_t len)
{
    thread *self = await_may_be_direct();
    ssize_t n = -EAGAIN;

    if (likely(kind->write == OP_SEND && plain_may_send(self, src, buf, len)))
        n = send_at_once(self, src, buf, len);
    if (likely(n == (ssize_t)len))
        return 0;
    if (n == -EAGAIN)
        return await_write_all(self, kind, src, buf, len);
    return n < 0 ? (int)n
                 : await_write_all(NULL, kind, src, (const char *)buf + n, len - (size_t)n);
}
