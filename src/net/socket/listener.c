/*
 * listener.c: taking connections.
 *
 * Nothing     An accept gets the stream's memory before it asks for a connection; if the connection
 * lost        can't be made a source then, it hangs on the listener as a bare descriptor, and the
 *             next accept goes on with it.
 * Shortage    Out of descriptors or memory, the accept sleeps for 1 ms, then twice as long each
 *             time, at most 100 ms. The connection stays with the system meanwhile.
 */
#include "net/socket/listener.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <edo/error.h>

#include "base/sys.h"
#include "future/future.h"
#include "io/put_back.h"
#include "net/socket/back_off.h"
#include "sched/coop.h"
#include "sched/current.h"

_Static_assert(sizeof(edo_socket_accept_future) <= 256, "net-048");

int socket_listener_open(socket_listener *listener, int fd)
{
    driver *d;
    int rc = current_driver(&d);

    listener->fd = fd;
    return rc < 0 ? rc : source_open(d, fd, false, &listener->src);
}

int socket_listener_new(int fd, socket_listener **ret)
{
    socket_listener *listener = malloc(sizeof *listener);

    if (!listener)
        return -ENOMEM;
    int rc = socket_listener_open(listener, fd);
    if (rc < 0)
        free(listener);
    else
        *ret = listener;
    return rc;
}

int socket_listener_close(socket_listener *listener)
{
    if (!listener)
        return -EINVAL;
    source_close(listener->src);
    free(listener);
    return 0;
}

/* What was put back: streams. An accept's op.buf is its stream. */

static void take_stream(edo_op *op)
{
    socket_stream *spare = op->buf;
    source_kept *first = op->src->kept;

    free(spare);
    a_store(&op->src->kept, first->next, release); /* pairs with the acquire in put_back's look */
    op->buf = container_of(first, socket_stream, kept);
    op->result = 0;
}

/* Gives its stream away, and so needs another before: what it accepts next must not be lost. */
static int append_stream(edo_op *op)
{
    socket_stream *stream = op->buf, *next = socket_stream_new(stream->flow);

    if (!next)
        return -ENOMEM;
    stream->fd = (int)op->result;
    put_back_append(op->src, &stream->kept);
    op->buf = next;
    return 0;
}

static const put_back_ops put_back_streams = {.take = take_stream, .append = append_stream};

/* Accepting. */

/* The caller's pointer is to a type of its kind's own, so it is not ours to assign. */
static void hand_out(const edo_socket_accept_future *fut, const socket_stream *stream)
{
    memcpy(fut->ret_stream, &stream, sizeof stream);
}

static bool ended_before_taken(int64_t result)
{
    return result == -ECONNABORTED || result == -EPROTO || result == -EINTR;
}

static bool is_shortage(int64_t result)
{
    return result == -EMFILE || result == -ENFILE || result == -ENOBUFS || result == -ENOMEM;
}

static edo_poll fail(edo_socket_accept_future *fut, int64_t error)
{
    socket_stream_drop(fut->op.buf);
    fut->op.buf = NULL;
    if (error == -ECANCELED)
        op_renew(&fut->op);
    return edo_future_finish(&fut->base, error);
}

/* The operation has a stream, or the descriptor of one. */
static edo_poll deliver(edo_socket_accept_future *fut)
{
    socket_stream *stream = fut->op.buf;

    if (stream->fd < 0)
        stream->fd = (int)fut->op.result;
    int rc = stream->src ? 0 : socket_stream_attach(stream);
    if (rc < 0) {
        put_back_first(&fut->op, &stream->kept);
        return edo_future_finish(&fut->base, rc);
    }
    coop_spend();
    hand_out(fut, stream);
    return edo_future_finish(&fut->base, 0);
}

/* After a failed attempt, sleeps or goes on at once: 0; or why neither. */
static int begin_again(edo_socket_accept_future *fut, int64_t result)
{
    if (fut->base.state & FUTURE_CANCELED)
        return -ECANCELED;
    if (is_shortage(result)) {
        fut->back_off.error = (int)result;
        back_off_begin(&fut->back_off);
    } else if (!ended_before_taken(result)) {
        return (int)result;
    }
    op_renew(&fut->op);
    return 0;
}

/* 1: the time is over; 0: not yet; else an error. */
static int back_off(edo_socket_accept_future *fut, const edo_waker *waker)
{
    int rc = back_off_poll(&fut->back_off, waker);

    /* without timers the caller has to know */
    return rc == -EDO_ENOTIME || rc == -EDO_ENORUNTIME ? fut->back_off.error : rc;
}

static inline edo_poll accept_poll(edo_future *base, const edo_waker *waker, enum socket_flow flow)
{
    edo_socket_accept_future *fut = container_of(base, edo_socket_accept_future, base);
    edo_op *op = &fut->op;
    int rc;

    if (!op->src)
        return edo_future_finish(base, op->result);
    for (;;) {
        if (op_is_new(op) && !fut->back_off.waits && !coop_proceed(waker))
            return EDO_PENDING;
        if (fut->back_off.waits && (rc = back_off(fut, waker)) <= 0)
            return rc == 0 ? EDO_PENDING : fail(fut, rc);
        bool canceled = base->state & FUTURE_CANCELED;
        if (!op->buf && !canceled && !(op->buf = socket_stream_new(flow)))
            return edo_future_finish(base, -ENOMEM);
        if (put_back_poll(op, &fut->back_off.gives_way, canceled, waker, &put_back_streams) ==
            EDO_PENDING)
            return EDO_PENDING;
        if (op->result >= 0)
            return deliver(fut);
        if ((rc = begin_again(fut, op->result)) < 0)
            return fail(fut, rc);
        coop_spend();
    }
}

edo_poll socket_accept_poll(edo_future *base, const edo_waker *waker)
{
    return accept_poll(base, waker, FLOW_PLAIN);
}

edo_poll socket_accept_marked_poll(edo_future *base, const edo_waker *waker)
{
    return accept_poll(base, waker, FLOW_MARKED);
}

edo_poll socket_accept_records_poll(edo_future *base, const edo_waker *waker)
{
    return accept_poll(base, waker, FLOW_RECORDS);
}

void socket_accept_cancel(edo_future *base)
{
    edo_socket_accept_future *fut = container_of(base, edo_socket_accept_future, base);

    if (fut->back_off.waits)
        edo_future_cancel(&fut->back_off.sleep.base);
    if (fut->op.src)
        op_cancel(&fut->op);
}

void socket_accept_put_back(edo_future *base)
{
    edo_socket_accept_future *fut = container_of(base, edo_socket_accept_future, base);
    socket_stream *stream;

    memcpy(&stream, fut->ret_stream, sizeof stream);
    if (source_release(stream->src, &stream->fd) == 0)
        stream->src = NULL; /* whoever accepts it makes it a source of its own driver */
    put_back_first(&fut->op, &stream->kept);
    hand_out(fut, NULL);
    fut->op.buf = NULL;
    op_renew(&fut->op);
    base->result = -ECANCELED;
}

edo_socket_accept_future socket_accept_future(const edo_future_ops *ops, socket_listener *listener,
                                              void *ret_stream)
{
    edo_socket_accept_future fut = {.base = EDO_FUTURE_INIT(ops), .ret_stream = ret_stream};

    if (listener && ret_stream)
        op_init(&fut.op, listener->src, OP_ACCEPT, NULL, 0);
    else
        fut.op.result = -EINVAL;
    return fut;
}
