/*
 * tcp_stream.c: reading from and writing to a connection, and closing it.
 *
 * Lifetime    A future carries slot and generation of the stream's source, not the stream. So the
 *             stream may be closed and freed while futures wait: they find the source closing, or
 *             with another generation, and say -ECANCELED.
 * Bounds      No future holds a buffer; each is at most 256 bytes.
 */
#include "net/tcp.h"

#include <errno.h>
#include <stdlib.h>

#include <edo/error.h>

#include "await/await.h"
#include "base/sys.h"
#include "future/future.h"
#include "net/put_back.h"
#include "sched/coop.h"
#include "sched/current.h"
#include "sched/debug.h"

_Static_assert(sizeof(edo_tcp_read_future) <= 256, "net-048");
_Static_assert(sizeof(edo_tcp_write_future) <= 256, "net-048");
_Static_assert(sizeof(edo_tcp_write_all_future) <= 256, "net-048");

/* The stream's life. */

static void release_stream(source_kept *kept)
{
    edo_tcp_stream *stream = container_of(kept, edo_tcp_stream, kept);

    edo_tcp_set_linger(stream, 0); /* nobody accepted it: its peer is told by a reset */
    tcp_stream_drop(stream);
}

edo_tcp_stream *tcp_stream_new(void)
{
    edo_tcp_stream *stream = malloc(sizeof *stream);

    if (stream)
        *stream = (edo_tcp_stream){.kept.release = release_stream, .fd = -1};
    return stream;
}

int tcp_stream_attach(edo_tcp_stream *stream)
{
    driver *d;
    int rc = current_driver(&d);

    return rc < 0 ? rc : source_open(d, stream->fd, true, &stream->src);
}

void tcp_stream_drop(edo_tcp_stream *stream)
{
    if (!stream)
        return;
    if (stream->src)
        source_close(stream->src);
    else if (stream->fd >= 0)
        sys_close(stream->fd);
    free(stream);
}

int edo_tcp_close(edo_tcp_stream *stream)
{
    if (!stream)
        return -EINVAL;
    if (stream->lingers) /* the system would wait in close(2), also for a non-blocking socket */
        edo_tcp_set_linger(stream, -1);
    tcp_stream_drop(stream);
    return 0;
}

/* Operations. */

/* Prepares one; an error found here is its result at the first poll, and it has no source then. */
static inline void prepare(edo_op *op, edo_tcp_stream *stream, enum op_kind kind, const void *buf,
                           size_t len)
{
    if (!stream || (!buf && len)) {
        *op = (edo_op){.result = -EINVAL};
        return;
    }
    op_init(op, stream->src, kind, (void *)(uintptr_t)buf, len);
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

static inline edo_poll finish(edo_future *base, edo_op *op)
{
    int64_t result = op->result;

    if (likely(result >= 0))
        coop_spend();
    else if (result == -ECANCELED)
        op_renew(op);
    return edo_future_finish(base, result);
}

static inline edo_poll poll_directly(thread *self, edo_op *op, const edo_waker *waker)
{
    await_poll_begin(self);
    edo_poll is = op_poll(op, waker);
    await_poll_end(self);
    return is;
}

/* A direct form's await without the layers between: the way of every request of a server. False:
 * the future goes on, from wherever its operation is. */
static inline bool is_done_directly(edo_future *base, edo_op *op)
{
    thread *self = await_may_be_direct();

    if (unlikely(!self || !op->src || !op->len || put_back_is_kept(op)))
        return false;
    task *t = self->task;
    edo_waker waker = task_waker(t);
    while (poll_directly(self, op, &waker) == EDO_PENDING) {
        bool stays = put_back_is_kept(op) || debug_holds_mutex(t) || self->task != t;
        if (likely(!stays))
            self = task_suspend(self);
        /* What was put back meanwhile is older than what the kernel has, or has given. */
        if (unlikely(stays || task_why(t) || put_back_is_kept(op))) {
            future_was_polled(base);
            return false;
        }
    }
    if (op->result >= 0 && self->budget > 0)
        self->budget--;
    return true;
}

/* Read. */

static edo_poll read_poll(edo_future *base, const edo_waker *waker)
{
    edo_tcp_read_future *fut = container_of(base, edo_tcp_read_future, base);
    bool canceled = base->state & FUTURE_CANCELED;

    if (op_is_new(&fut->op) && !coop_proceed(waker))
        return EDO_PENDING;
    if (!is_settled(&fut->op) &&
        put_back_poll(&fut->op, &fut->gives_way, canceled, waker, &put_back_bytes) == EDO_PENDING)
        return EDO_PENDING;
    return finish(base, &fut->op);
}

static void read_cancel(edo_future *base)
{
    edo_tcp_read_future *fut = container_of(base, edo_tcp_read_future, base);

    if (fut->op.src)
        op_cancel(&fut->op);
}

static void read_put_back(edo_future *base)
{
    edo_tcp_read_future *fut = container_of(base, edo_tcp_read_future, base);

    if (base->result > 0 && put_back_bytes_first(&fut->op, (size_t)base->result) < 0)
        return; /* no memory: it keeps its success */
    op_renew(&fut->op);
    base->result = -ECANCELED;
}

static const edo_future_ops read_ops = {
    .poll = read_poll,
    .cancel = read_cancel,
    .put_back = read_put_back,
    .name = "tcp_read",
    .flags = EDO_FUTURE_RESTARTS,
};

/* A direct form makes its future in place: to return it by value costs as much as to poll it. */
static inline void read_init(edo_tcp_read_future *fut, edo_tcp_stream *stream, void *buf,
                             size_t len)
{
    fut->base = (edo_future)EDO_FUTURE_INIT(&read_ops);
    fut->gives_way = false;
    prepare(&fut->op, stream, OP_RECV, buf, len);
}

edo_tcp_read_future edo_tcp_read_async(edo_tcp_stream *stream, void *buf, size_t len)
{
    edo_tcp_read_future fut;

    read_init(&fut, stream, buf, len);
    return fut;
}

ssize_t edo_tcp_read(edo_tcp_stream *stream, void *buf, size_t len)
{
    edo_tcp_read_future fut;

    read_init(&fut, stream, buf, len);
    if (is_done_directly(&fut.base, &fut.op))
        return (ssize_t)fut.op.result;
    return (ssize_t)edo_await(&fut.base);
}

ssize_t edo_tcp_try_read(edo_tcp_stream *stream, void *buf, size_t len)
{
    edo_op op;

    prepare(&op, stream, OP_RECV, buf, len);
    if (!is_settled(&op) && !put_back_take(&op, &put_back_bytes))
        op.result = op_try(&op);
    return (ssize_t)op.result;
}

/* Write. */

static edo_poll write_poll(edo_future *base, const edo_waker *waker)
{
    edo_tcp_write_future *fut = container_of(base, edo_tcp_write_future, base);

    if (op_is_new(&fut->op) && !coop_proceed(waker))
        return EDO_PENDING;
    if (!is_settled(&fut->op) && op_poll(&fut->op, waker) == EDO_PENDING)
        return EDO_PENDING;
    return finish(base, &fut->op);
}

static void write_cancel(edo_future *base)
{
    edo_tcp_write_future *fut = container_of(base, edo_tcp_write_future, base);

    if (fut->op.src)
        op_cancel(&fut->op);
}

static const edo_future_ops write_ops = {
    .poll = write_poll,
    .cancel = write_cancel,
    .name = "tcp_write",
    .flags = EDO_FUTURE_RESTARTS,
};

static inline void write_init(edo_tcp_write_future *fut, edo_tcp_stream *stream, const void *buf,
                              size_t len)
{
    fut->base = (edo_future)EDO_FUTURE_INIT(&write_ops);
    prepare(&fut->op, stream, OP_SEND, buf, len);
}

edo_tcp_write_future edo_tcp_write_async(edo_tcp_stream *stream, const void *buf, size_t len)
{
    edo_tcp_write_future fut;

    write_init(&fut, stream, buf, len);
    return fut;
}

ssize_t edo_tcp_write(edo_tcp_stream *stream, const void *buf, size_t len)
{
    edo_tcp_write_future fut;

    write_init(&fut, stream, buf, len);
    if (is_done_directly(&fut.base, &fut.op))
        return (ssize_t)fut.op.result;
    return (ssize_t)edo_await(&fut.base);
}

ssize_t edo_tcp_try_write(edo_tcp_stream *stream, const void *buf, size_t len)
{
    edo_op op;

    prepare(&op, stream, OP_SEND, buf, len);
    if (!is_settled(&op))
        op.result = op_try(&op);
    return (ssize_t)op.result;
}

/* Write all: op.buf and op.len are what is left. */

static edo_poll write_all_poll(edo_future *base, const edo_waker *waker)
{
    edo_tcp_write_all_future *fut = container_of(base, edo_tcp_write_all_future, base);
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

static void write_all_cancel(edo_future *base)
{
    edo_tcp_write_all_future *fut = container_of(base, edo_tcp_write_all_future, base);

    if (fut->op.src)
        op_cancel(&fut->op);
}

static const edo_future_ops write_all_ops = {
    .poll = write_all_poll,
    .cancel = write_all_cancel,
    .name = "tcp_write_all",
    .flags = EDO_FUTURE_RESTARTS,
};

static inline void write_all_init(edo_tcp_write_all_future *fut, edo_tcp_stream *stream,
                                  const void *buf, size_t len)
{
    fut->base = (edo_future)EDO_FUTURE_INIT(&write_all_ops);
    fut->done = 0;
    prepare(&fut->op, stream, OP_SEND, buf, len);
}

edo_tcp_write_all_future edo_tcp_write_all_async(edo_tcp_stream *stream, const void *buf,
                                                 size_t len)
{
    edo_tcp_write_all_future fut;

    write_all_init(&fut, stream, buf, len);
    return fut;
}

int edo_tcp_write_all(edo_tcp_stream *stream, const void *buf, size_t len)
{
    edo_tcp_write_all_future fut;

    write_all_init(&fut, stream, buf, len);
    if (is_done_directly(&fut.base, &fut.op)) {
        if (fut.op.result == (int64_t)len || fut.op.result < 0)
            return fut.op.result < 0 ? (int)fut.op.result : 0;
        future_was_polled(&fut.base); /* a part is done: it goes on with that */
    }
    return (int)edo_await(&fut.base);
}
