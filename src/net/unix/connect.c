/*
 * connect.c: opening a connection.
 *
 * Queue       A listener whose queue is full lets no socket wait that doesn't block: the system says to come
 *             again, and never says when. So this sleeps between attempts.
 * Memory      An address has room for 110 bytes, too much for a future; it lies beside the stream that is
 *             being made, on the heap.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <edo/await.h>
#include <edo/error.h>

#include "base/sys.h"
#include "future/future.h"
#include "net/socket/back_off.h"
#include "net/unix/unix.h"
#include "net/unix/socket.h"
#include "sched/coop.h"
#include "sched/current.h"

_Static_assert(sizeof(edo_unix_connect_future) <= 256, "net-048");

typedef struct unix_connecting {
    socket_stream *stream;
    edo_unix_addr addr;
    edo_op op;
    edo_back_off back_off;
} unix_connecting;

static int read_addr(const edo_unix_connect_future *fut, edo_unix_addr *ret_addr)
{
    if (fut->path || !fut->addr)
        return edo_unix_addr_from_path(fut->path, ret_addr);
    *ret_addr = *fut->addr;
    return unix_addr_check(ret_addr);
}

/* Gets a socket for the stream, of its own or the one that the user made, and makes it a source. */
static int open_stream(const edo_unix_connect_future *fut, socket_stream *stream)
{
    int rc;

    if (fut->socket)
        rc = unix_socket_lend(fut->socket, &stream->fd);
    else
        rc = stream->fd =
            unix_socket_open(stream->flow == FLOW_RECORDS ? SOCK_SEQPACKET : SOCK_STREAM);
    if (rc < 0)
        return rc;
    rc = socket_stream_attach(stream);
    if (rc < 0 && fut->socket) {
        unix_socket_give_back(fut->socket, stream->fd);
        stream->fd = -1;
    }
    return rc;
}

static int begin(edo_unix_connect_future *fut, enum socket_flow flow)
{
    unix_connecting *c;
    driver *d;
    int rc = fut->ret_stream ? current_driver(&d) : -EINVAL;

    if (rc < 0)
        return rc;
    if (!(c = calloc(1, sizeof *c)) || !(c->stream = socket_stream_new(flow)))
        rc = -ENOMEM;
    if (rc == 0)
        rc = read_addr(fut, &c->addr);
    if (rc == 0)
        rc = open_stream(fut, c->stream);
    if (rc < 0) {
        if (c)
            socket_stream_drop(c->stream);
        free(c);
        return rc;
    }
    op_init(&c->op, c->stream->src, OP_CONNECT, &c->addr, c->addr.len);
    fut->under_way = c;
    return 0;
}

/* No operation is out: the stream goes, or its socket returns to the user. */
static edo_poll fail(edo_unix_connect_future *fut, int64_t error)
{
    unix_connecting *c = fut->under_way;
    int fd;

    if (fut->socket && source_release(c->stream->src, &fd) == 0) {
        unix_socket_give_back(fut->socket, fd);
        free(c->stream);
    } else {
        socket_stream_drop(c->stream);
    }
    free(c);
    fut->under_way = NULL;
    coop_spend(); /* one that fails at once must not starve the others */
    return edo_future_finish(&fut->base, error);
}

static edo_poll deliver(edo_unix_connect_future *fut)
{
    unix_connecting *c = fut->under_way;

    memcpy(fut->ret_stream, &c->stream, sizeof c->stream); /* a pointer of the kind's own type */
    if (fut->socket)
        unix_socket_used_up(fut->socket);
    free(c);
    fut->under_way = NULL;
    coop_spend();
    return edo_future_finish(&fut->base, 0);
}

static edo_poll go_on(edo_unix_connect_future *fut, const edo_waker *waker)
{
    unix_connecting *c = fut->under_way;
    int rc;

    for (;;) {
        if (c->back_off.waits && (rc = back_off_poll(&c->back_off, waker)) <= 0) {
            if (rc == -EDO_ENOTIME || rc == -EDO_ENORUNTIME)
                rc = -EAGAIN; /* without timers the caller has to know */
            return rc == 0 ? EDO_PENDING : fail(fut, rc);
        }
        if (op_poll(&c->op, waker) == EDO_PENDING)
            return EDO_PENDING;
        if (c->op.result >= 0)
            return deliver(fut);
        if (c->op.result != -EBUSY)
            return fail(fut, c->op.result);
        if (fut->base.state & FUTURE_CANCELED)
            return fail(fut, -ECANCELED);
        back_off_begin(&c->back_off);
        op_renew(&c->op);
    }
}

static inline edo_poll connect_poll(edo_future *base, const edo_waker *waker, enum socket_flow flow)
{
    edo_unix_connect_future *fut = container_of(base, edo_unix_connect_future, base);

    if (!fut->under_way) { /* before the budget is asked: from its first poll on it has the socket */
        int rc = base->state & FUTURE_CANCELED ? -ECANCELED : begin(fut, flow);
        if (rc < 0) {
            coop_spend();
            return edo_future_finish(base, rc);
        }
    }
    if (op_is_new(&fut->under_way->op) && !fut->under_way->back_off.waits && !coop_proceed(waker))
        return EDO_PENDING;
    return go_on(fut, waker);
}

edo_poll unix_connect_poll(edo_future *base, const edo_waker *waker)
{
    return connect_poll(base, waker, FLOW_MARKED);
}

edo_poll unix_connect_records_poll(edo_future *base, const edo_waker *waker)
{
    return connect_poll(base, waker, FLOW_RECORDS);
}

void unix_connect_cancel(edo_future *base)
{
    edo_unix_connect_future *fut = container_of(base, edo_unix_connect_future, base);

    if (!fut->under_way)
        return;
    if (fut->under_way->back_off.waits)
        edo_future_cancel(&fut->under_way->back_off.sleep.base);
    op_cancel(&fut->under_way->op);
}

void unix_connect_put_back(edo_future *base)
{
    edo_unix_connect_future *fut = container_of(base, edo_unix_connect_future, base);
    socket_stream *stream, *none = NULL;

    memcpy(&stream, fut->ret_stream, sizeof stream);
    socket_stream_close(stream);
    memcpy(fut->ret_stream, &none, sizeof none);
    base->result = -ECANCELED;
}

static const edo_future_ops connect_ops = UNIX_CONNECT_OPS(unix_connect_poll, "unix_connect");

edo_unix_connect_future edo_unix_connect_async(const char *path, edo_unix_stream **ret_stream)
{
    return (edo_unix_connect_future){
        .base = EDO_FUTURE_INIT(&connect_ops), .path = path, .ret_stream = ret_stream};
}

edo_unix_connect_future edo_unix_connect_addr_async(const edo_unix_addr *addr,
                                                    edo_unix_stream **ret_stream)
{
    return (edo_unix_connect_future){
        .base = EDO_FUTURE_INIT(&connect_ops), .addr = addr, .ret_stream = ret_stream};
}

int edo_unix_connect(const char *path, edo_unix_stream **ret_stream)
{
    edo_unix_connect_future fut = edo_unix_connect_async(path, ret_stream);

    return (int)edo_await(&fut.base);
}

int edo_unix_connect_addr(const edo_unix_addr *addr, edo_unix_stream **ret_stream)
{
    edo_unix_connect_future fut = edo_unix_connect_addr_async(addr, ret_stream);

    return (int)edo_await(&fut.base);
}
