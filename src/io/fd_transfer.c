/* fd_transfer.c: a source's reads and writes as a step of a reader's or writer's transfer. */
#include "io/fd_io.h"
#include "io/put_back.h"
#include "io/transfer.h"

static void begin(source *src, enum op_kind kind, edo_transfer *t)
{
    const struct iovec *first = t->iov ? iov_first(t->iov, t->len) : NULL;

    if (first) /* the system looks at a limited number of pieces */
        op_init(&t->own.op, src, kind, (void *)(uintptr_t)first, t->len - (size_t)(first - t->iov));
    else
        op_init(&t->own.op, src, kind, t->buf, t->len);
}

edo_poll fd_transfer_read(source *src, enum op_kind kind, edo_transfer *t, const edo_waker *waker)
{
    edo_op *op = &t->own.op;

    if (!t->begun)
        begin(src, kind, t);
    if (put_back_poll(op, &t->gives_way, t->canceled, waker, &put_back_bytes) == EDO_PENDING)
        return EDO_PENDING;
    t->result = op->result;
    return EDO_READY;
}

edo_poll fd_transfer_write(source *src, enum op_kind kind, edo_transfer *t, const edo_waker *waker)
{
    if (!t->begun)
        begin(src, kind, t);
    if (op_poll(&t->own.op, waker) == EDO_PENDING)
        return EDO_PENDING;
    t->result = t->own.op.result;
    return EDO_READY;
}

void fd_transfer_cancel(edo_transfer *t)
{
    op_cancel(&t->own.op);
}

int fd_transfer_put_back(edo_transfer *t)
{
    return put_back_bytes_first(&t->own.op, (size_t)t->result);
}

/* True: it is under way. */
static inline bool step_is_begun(source *src, enum op_kind kind, edo_transfer *t,
                                 const edo_waker *waker)
{
    if (t->begun)
        return true;
    if (t->canceled || !coop_proceed(waker))
        return false;
    op_init(&t->own.op, src, kind, t->buf, t->len);
    t->begun = true;
    return true;
}

/* One that is not under way: it was cancelled, or waits for a budget. */
static edo_poll poll_not_begun(edo_transfer *t)
{
    if (!t->canceled)
        return EDO_PENDING;
    t->result = -ECANCELED;
    return EDO_READY;
}

static inline edo_poll finish_step(edo_transfer *t)
{
    t->result = t->own.op.result;
    if (t->result >= 0)
        coop_spend();
    return EDO_READY;
}

edo_poll fd_read_step(source *src, enum op_kind kind, edo_transfer *t,
                      const struct put_back_ops *ops, const edo_waker *waker)
{
    if (!step_is_begun(src, kind, t, waker))
        return poll_not_begun(t);
    if (put_back_poll(&t->own.op, &t->gives_way, t->canceled, waker, ops) == EDO_PENDING)
        return EDO_PENDING;
    return finish_step(t);
}

edo_poll fd_write_step(source *src, enum op_kind kind, edo_transfer *t, const edo_waker *waker)
{
    if (!step_is_begun(src, kind, t, waker))
        return poll_not_begun(t);
    if (op_poll(&t->own.op, waker) == EDO_PENDING)
        return EDO_PENDING;
    return finish_step(t);
}
