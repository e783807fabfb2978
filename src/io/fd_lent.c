/*
 * fd_lent.c: a read without a buffer of its own.
 *
 * Borrowed    The operation borrows one for the time of the system call, and keeps it if that brought bytes.
 *             So while it waits it has none, and it makes the calls that any read makes.
 * Put back    Bytes that nobody wanted are copied, as those of any read are, and the buffer goes back.
 */
#include "io/fd_lent.h"

#include <errno.h>

#include "future/future.h"
#include "io/buffer_pool.h"
#include "io/direct.h"
#include "io/put_back.h"

/* The same operation with its bytes where those of a usual read are. */
static edo_op as_read(const edo_op *op)
{
    const edo_op_lend *lend = op->buf;
    edo_op read = *op;

    read.kind = OP_RECV;
    read.buf = lend->data;
    return read;
}

static void take_lent(edo_op *op)
{
    edo_op_lend *lend = op->buf;

    lend->data = lend->from->take(lend->from);
    if (!lend->data) {
        op->result = -ENOMEM;
        return;
    }
    edo_op read = as_read(op);
    put_back_bytes.take(&read);
    op->result = read.result;
}

static void give_back(edo_op_lend *lend)
{
    if (lend->data)
        lend->from->give(lend->from, lend->data);
    lend->data = NULL;
}

static int append_lent(edo_op *op)
{
    edo_op read = as_read(op);
    int rc = put_back_bytes.append(&read);

    if (rc == 0)
        give_back(op->buf);
    return rc;
}

static const put_back_ops put_back_lent = {.take = take_lent, .append = append_lent};

static inline void init(edo_fd_lent_future *fut, const edo_future_ops *ops, source *src,
                        edo_buffer_pool *from, edo_lent *ret)
{
    *fut = (edo_fd_lent_future){.base = EDO_FUTURE_INIT(ops), .ret = ret};
    if (!src || !from || !ret) {
        fut->op.result = -EINVAL;
        return;
    }
    fut->lend.from = buffer_pool_lender(from);
    fut->pool = from;
    op_init(&fut->op, src, OP_RECV_LENT, &fut->lend, fut->lend.from->size);
}

static inline void deliver(edo_fd_lent_future *fut)
{
    if (fut->op.result >= 0)
        *fut->ret = (edo_lent){fut->lend.data, (size_t)fut->op.result, fut->pool};
}

edo_poll fd_lent_poll(edo_future *base, const edo_waker *waker)
{
    edo_fd_lent_future *fut = container_of(base, edo_fd_lent_future, base);
    bool canceled = base->state & FUTURE_CANCELED;
    edo_op *op = &fut->op;

    if (!op->src)
        return edo_future_finish(base, op->result);
    if (op_is_new(op)) {
        op->buf = &fut->lend; /* it lies where it will stay */
        if (!coop_proceed(waker))
            return EDO_PENDING;
    }
    if (put_back_poll(op, &fut->gives_way, canceled, waker, &put_back_lent) == EDO_PENDING)
        return EDO_PENDING;
    deliver(fut);
    return io_finish(base, op);
}

void fd_lent_cancel(edo_future *base)
{
    edo_fd_lent_future *fut = container_of(base, edo_fd_lent_future, base);

    if (fut->op.src)
        op_cancel(&fut->op);
}

void fd_lent_put_back(edo_future *base)
{
    edo_fd_lent_future *fut = container_of(base, edo_fd_lent_future, base);
    edo_op read = as_read(&fut->op);

    if (base->result > 0 && put_back_bytes_first(&read, (size_t)base->result) < 0)
        return; /* no memory: it keeps its success */
    give_back(&fut->lend);
    *fut->ret = (edo_lent){0};
    op_renew(&fut->op);
    base->result = -ECANCELED;
}

edo_fd_lent_future fd_lent_future(const edo_future_ops *ops, source *src, edo_buffer_pool *from,
                                  edo_lent *ret)
{
    edo_fd_lent_future fut;

    init(&fut, ops, src, from, ret);
    return fut;
}

ssize_t fd_read_lent(const edo_future_ops *ops, source *src, edo_buffer_pool *from, edo_lent *ret)
{
    edo_fd_lent_future fut;

    init(&fut, ops, src, from, ret);
    if (!io_is_done_directly(&fut.base, &fut.op))
        return (ssize_t)edo_await(&fut.base);
    deliver(&fut);
    return (ssize_t)fut.op.result;
}

ssize_t fd_try_read_lent(source *src, edo_buffer_pool *from, edo_lent *ret)
{
    edo_fd_lent_future fut;

    init(&fut, NULL, src, from, ret);
    if (!fut.op.src)
        return (ssize_t)fut.op.result;
    if (!put_back_take(&fut.op, &put_back_lent))
        fut.op.result = op_try(&fut.op);
    deliver(&fut);
    return (ssize_t)fut.op.result;
}
