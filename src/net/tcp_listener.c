/*
 * tcp_listener.c: listening, and taking connections.
 *
 * Nothing     An accept gets the stream's memory before it asks for a connection; if the connection
 * lost        can't be made a source then, it hangs on the listener as a bare descriptor, and the
 *             next accept goes on with it.
 * Shortage    Out of descriptors or memory, the accept sleeps for 1 ms, then twice as long each
 *             time, at most 100 ms. The connection stays with the system meanwhile.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>

#include <edo/await.h>
#include <edo/error.h>

#include "base/sys.h"
#include "future/future.h"
#include "io/put_back.h"
#include "net/tcp.h"
#include "sched/coop.h"
#include "sched/current.h"

#define BACKLOG 1024
#define BACKOFF_MAX_MS 100

_Static_assert(sizeof(edo_tcp_accept_future) <= 256, "net-048");

struct edo_tcp_listener {
    source *src;
    int fd;
};

/* Listening. */

static int set_options(int fd, int family, const edo_tcp_listen_opts *opts)
{
    int rc = 0;

    if (!opts->no_reuse_addr)
        rc = tcp_set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (rc == 0 && opts->reuse_port)
        rc = tcp_set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (rc == 0 && family == AF_INET6)
        rc = tcp_set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, opts->v6_only);
    if (rc == 0) /* which the connections inherit */
        rc = tcp_set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    return rc;
}

static int open_socket(const edo_addr *addr, const edo_tcp_listen_opts *opts)
{
    int family = addr->storage.ss_family, backlog = opts->backlog ? opts->backlog : BACKLOG;
    int fd = sys_socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);

    if (fd < 0)
        return fd;
    int rc = set_options(fd, family, opts);
    if (rc == 0)
        rc = sys_bind(fd, (const struct sockaddr *)&addr->storage, addr->len);
    if (rc == 0)
        rc = sys_listen(fd, backlog);
    if (rc == 0)
        return fd;
    sys_close(fd);
    return rc;
}

/* Makes a listener of a socket, which is its own on success only. */
static int adopt(driver *d, int fd, edo_tcp_listener **ret)
{
    edo_tcp_listener *listener = malloc(sizeof *listener);

    if (!listener)
        return -ENOMEM;
    listener->fd = fd;
    int rc = source_open(d, fd, false, &listener->src);
    if (rc < 0)
        free(listener);
    else
        *ret = listener;
    return rc;
}

int edo_tcp_listen_with(const edo_addr *addr, const edo_tcp_listen_opts *opts,
                        edo_tcp_listener **ret_listener)
{
    static const edo_tcp_listen_opts defaults;
    edo_addr checked;
    driver *d;
    int rc;

    if (!addr || !ret_listener || (opts && opts->backlog < 0))
        return -EINVAL;
    rc = edo_addr_from_sockaddr((const struct sockaddr *)&addr->storage, addr->len, &checked);
    if (rc < 0 || (rc = current_driver(&d)) < 0)
        return rc;
    int fd = open_socket(&checked, opts ? opts : &defaults);
    if (fd < 0)
        return fd;
    if ((rc = adopt(d, fd, ret_listener)) < 0)
        sys_close(fd);
    return rc;
}

int edo_tcp_listen(const char *address, edo_tcp_listener **ret_listener)
{
    edo_addr addr;
    int rc = edo_addr_parse(address, &addr);

    return rc < 0 ? rc : edo_tcp_listen_with(&addr, NULL, ret_listener);
}

int edo_tcp_listener_close(edo_tcp_listener *listener)
{
    if (!listener)
        return -EINVAL;
    source_close(listener->src);
    free(listener);
    return 0;
}

int edo_tcp_listener_addr(const edo_tcp_listener *listener, edo_addr *ret_addr)
{
    return listener && ret_addr ? tcp_addr_of(sys_getsockname, listener->fd, ret_addr) : -EINVAL;
}

/* What was put back: streams. An accept's op.buf is its stream. */

static void take_stream(edo_op *op)
{
    edo_tcp_stream *spare = op->buf;
    source_kept *first = op->src->kept;

    free(spare);
    a_store(&op->src->kept, first->next, release); /* pairs with the acquire in put_back's look */
    op->buf = container_of(first, edo_tcp_stream, kept);
    op->result = 0;
}

/* Gives its stream away, and so needs another before: what it accepts next must not be lost. */
static int append_stream(edo_op *op)
{
    edo_tcp_stream *stream = op->buf, *next = tcp_stream_new();

    if (!next)
        return -ENOMEM;
    stream->fd = (int)op->result;
    put_back_append(op->src, &stream->kept);
    op->buf = next;
    return 0;
}

static const put_back_ops put_back_streams = {.take = take_stream, .append = append_stream};

/* Accepting. */

static bool ended_before_taken(int64_t result)
{
    return result == -ECONNABORTED || result == -EPROTO || result == -EINTR;
}

static bool is_shortage(int64_t result)
{
    return result == -EMFILE || result == -ENFILE || result == -ENOBUFS || result == -ENOMEM;
}

static edo_poll fail(edo_tcp_accept_future *fut, int64_t error)
{
    tcp_stream_drop(fut->op.buf);
    fut->op.buf = NULL;
    if (error == -ECANCELED)
        op_renew(&fut->op);
    return edo_future_finish(&fut->base, error);
}

/* The operation has a stream, or the descriptor of one. */
static edo_poll deliver(edo_tcp_accept_future *fut)
{
    edo_tcp_stream *stream = fut->op.buf;

    if (stream->fd < 0)
        stream->fd = (int)fut->op.result;
    int rc = stream->src ? 0 : tcp_stream_attach(stream);
    if (rc < 0) {
        put_back_first(&fut->op, &stream->kept);
        return edo_future_finish(&fut->base, rc);
    }
    coop_spend();
    *fut->ret_stream = stream;
    return edo_future_finish(&fut->base, 0);
}

/* After a failed attempt, sleeps or goes on at once: 0; or why neither. */
static int begin_again(edo_tcp_accept_future *fut, int64_t result)
{
    if (fut->base.state & FUTURE_CANCELED)
        return -ECANCELED;
    if (is_shortage(result)) {
        int ms = fut->backoff_ms * 2;
        ms = ms == 0 ? 1 : ms > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : ms;
        fut->backoff_ms = (uint16_t)ms;
        fut->shortage = (int)result;
        fut->backoff = edo_sleep_async(EDO_MILLIS((uint64_t)ms));
        fut->backing_off = true;
    } else if (!ended_before_taken(result)) {
        return (int)result;
    }
    op_renew(&fut->op);
    return 0;
}

/* 1: the time is over; 0: not yet; else an error. */
static int back_off(edo_tcp_accept_future *fut, const edo_waker *waker)
{
    if (edo_future_poll(&fut->backoff.base, waker) == EDO_PENDING)
        return 0;
    fut->backing_off = false;
    int64_t rc = fut->backoff.base.result;
    if (rc == -EDO_ENOTIME || rc == -EDO_ENORUNTIME)
        return fut->shortage; /* no timers: the caller has to know */
    return rc < 0 ? (int)rc : 1;
}

static edo_poll accept_poll(edo_future *base, const edo_waker *waker)
{
    edo_tcp_accept_future *fut = container_of(base, edo_tcp_accept_future, base);
    edo_op *op = &fut->op;
    int rc;

    if (!op->src)
        return edo_future_finish(base, op->result);
    for (;;) {
        if (op_is_new(op) && !fut->backing_off && !coop_proceed(waker))
            return EDO_PENDING;
        if (fut->backing_off && (rc = back_off(fut, waker)) <= 0)
            return rc == 0 ? EDO_PENDING : fail(fut, rc);
        bool canceled = base->state & FUTURE_CANCELED;
        if (!op->buf && !canceled && !(op->buf = tcp_stream_new()))
            return edo_future_finish(base, -ENOMEM);
        if (put_back_poll(op, &fut->gives_way, canceled, waker, &put_back_streams) == EDO_PENDING)
            return EDO_PENDING;
        if (op->result >= 0)
            return deliver(fut);
        if ((rc = begin_again(fut, op->result)) < 0)
            return fail(fut, rc);
        coop_spend();
    }
}

static void accept_cancel(edo_future *base)
{
    edo_tcp_accept_future *fut = container_of(base, edo_tcp_accept_future, base);

    if (fut->backing_off)
        edo_future_cancel(&fut->backoff.base);
    if (fut->op.src)
        op_cancel(&fut->op);
}

static void accept_put_back(edo_future *base)
{
    edo_tcp_accept_future *fut = container_of(base, edo_tcp_accept_future, base);

    put_back_first(&fut->op, &(*fut->ret_stream)->kept);
    *fut->ret_stream = NULL;
    fut->op.buf = NULL;
    op_renew(&fut->op);
    base->result = -ECANCELED;
}

static const edo_future_ops accept_ops = {.poll = accept_poll,
                                          .cancel = accept_cancel,
                                          .put_back = accept_put_back,
                                          .name = "tcp_accept",
                                          .flags = EDO_FUTURE_RESTARTS};

edo_tcp_accept_future edo_tcp_accept_async(edo_tcp_listener *listener, edo_tcp_stream **ret_stream)
{
    edo_tcp_accept_future fut = {.base = EDO_FUTURE_INIT(&accept_ops), .ret_stream = ret_stream};

    if (listener && ret_stream)
        op_init(&fut.op, listener->src, OP_ACCEPT, NULL, 0);
    else
        fut.op.result = -EINVAL;
    return fut;
}

int edo_tcp_accept(edo_tcp_listener *listener, edo_tcp_stream **ret_stream)
{
    edo_tcp_accept_future fut = edo_tcp_accept_async(listener, ret_stream);

    return (int)edo_await(&fut.base);
}
