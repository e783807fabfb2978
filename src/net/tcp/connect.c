/*
 * connect.c: opening a connection.
 *
 * Invariant   The future owns the stream, and with it the socket, until it is READY with 0. On
 * every other end the socket is closed, so a connection half made is given up.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include <edo/await.h>
#include <edo/error.h>

#include "base/sys.h"
#include "future/future.h"
#include "net/tcp/tcp.h"
#include "net/tcp/dial.h"
#include "net/tcp/name.h"
#include "sched/coop.h"
#include "sched/current.h"

#define ATTEMPT_DELAY_NS UINT64_C(250000000) /* RFC 8305, section 8 */

_Static_assert(sizeof(edo_tcp_connect_future) <= 256, "net-048");
_Static_assert(sizeof(struct sockaddr_in6) <= sizeof(((edo_tcp_connect_future *)0)->addr),
               "room for an address");

/* Makes the socket, and the operation that connects it. */
static int begin(edo_tcp_connect_future *fut)
{
    socket_stream *stream;
    sa_family_t family;
    driver *d;
    int rc = current_driver(&d); /* asked first, so that no socket is made in vain */

    if (rc < 0)
        return rc;
    if (!(stream = socket_stream_new(FLOW_PLAIN)))
        return -ENOMEM;
    memcpy(&family, (char *)fut->addr + offsetof(struct sockaddr, sa_family), sizeof family);
    rc = stream->fd = sys_socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (rc >= 0)
        rc = socket_set_int(stream->fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (rc >= 0)
        rc = socket_stream_attach(stream);
    if (rc < 0) {
        socket_stream_drop(stream);
        return rc;
    }
    fut->stream = (edo_tcp_stream *)stream;
    op_init(&fut->op, stream->src, OP_CONNECT, fut->addr, fut->addr_len);
    return 0;
}

static edo_poll connect_poll(edo_future *base, const edo_waker *waker)
{
    edo_tcp_connect_future *fut = container_of(base, edo_tcp_connect_future, base);

    if (fut->target)
        return tcp_dial_poll(fut, waker);
    if (!fut->stream && !coop_proceed(waker))
        return EDO_PENDING;
    int rc = fut->error;
    if (rc == 0 && !fut->stream)
        rc = base->state & FUTURE_CANCELED ? -ECANCELED : begin(fut);
    if (rc < 0)
        return edo_future_finish(base, rc);
    if (op_poll(&fut->op, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (fut->op.result < 0) {
        socket_stream_drop(&fut->stream->base);
        fut->stream = NULL;
        coop_spend(); /* one that fails at once must not starve the others */
        return edo_future_finish(base, fut->op.result);
    }
    coop_spend();
    *fut->ret_stream = fut->stream;
    return edo_future_finish(base, 0);
}

static void connect_cancel(edo_future *base)
{
    edo_tcp_connect_future *fut = container_of(base, edo_tcp_connect_future, base);

    if (fut->dial)
        tcp_dial_cancel(fut);
    else if (fut->stream)
        op_cancel(&fut->op);
}

static void connect_put_back(edo_future *base)
{
    edo_tcp_connect_future *fut = container_of(base, edo_tcp_connect_future, base);

    edo_tcp_close(fut->stream);
    fut->stream = NULL;
    *fut->ret_stream = NULL;
    base->result = -ECANCELED;
}

static const edo_future_ops connect_ops = {.poll = connect_poll,
                                           .cancel = connect_cancel,
                                           .put_back = connect_put_back,
                                           .name = "tcp_connect",
                                           .flags = EDO_FUTURE_RESTARTS};

edo_tcp_connect_future edo_tcp_connect_addr_async(const edo_addr *addr, edo_tcp_stream **ret_stream)
{
    edo_tcp_connect_future fut = {.base = EDO_FUTURE_INIT(&connect_ops), .ret_stream = ret_stream};
    edo_addr checked;

    fut.error = -EINVAL;
    if (!addr || !ret_stream)
        return fut;
    fut.error =
        edo_addr_from_sockaddr((const struct sockaddr *)&addr->storage, addr->len, &checked);
    if (fut.error < 0)
        return fut;
    memcpy(fut.addr, &checked.storage, checked.len);
    fut.addr_len = checked.len;
    return fut;
}

int edo_tcp_connect_addr(const edo_addr *addr, edo_tcp_stream **ret_stream)
{
    edo_tcp_connect_future fut = edo_tcp_connect_addr_async(addr, ret_stream);

    return (int)edo_await(&fut.base);
}

edo_tcp_connect_future edo_tcp_connect_any_async(const edo_addr *addrs, size_t count,
                                                 const edo_tcp_connect_opts *opts,
                                                 edo_tcp_stream **ret_stream)
{
    edo_tcp_connect_future fut = {.base = EDO_FUTURE_INIT(&connect_ops), .ret_stream = ret_stream};

    if (!addrs || !count || !ret_stream) {
        fut.error = -EINVAL;
        return fut;
    }
    fut.target = addrs;
    fut.target_len = count;
    fut.delay_ns = opts && opts->attempt_delay.ns ? opts->attempt_delay.ns : ATTEMPT_DELAY_NS;
    return fut;
}

int edo_tcp_connect_any(const edo_addr *addrs, size_t count, const edo_tcp_connect_opts *opts,
                        edo_tcp_stream **ret_stream)
{
    edo_tcp_connect_future fut = edo_tcp_connect_any_async(addrs, count, opts, ret_stream);

    return (int)edo_await(&fut.base);
}

/* To an address, if it was one, else to a name. */
static edo_tcp_connect_future connect_text(int rc, const edo_addr *addr, const char *host,
                                           size_t len, unsigned port, edo_tcp_stream **ret_stream)
{
    if (rc == 0)
        return edo_tcp_connect_addr_async(addr, ret_stream);
    edo_tcp_connect_future fut = {.base = EDO_FUTURE_INIT(&connect_ops), .ret_stream = ret_stream};
    fut.error = -EINVAL;
    if (!host || port > UINT16_MAX || !ret_stream)
        return fut;
    fut.target = host;
    fut.target_len = len;
    fut.port = (uint16_t)port;
    fut.is_name = true;
    fut.delay_ns = ATTEMPT_DELAY_NS;
    return fut;
}

edo_tcp_connect_future edo_tcp_connect_async(const char *address, edo_tcp_stream **ret_stream)
{
    const char *host = NULL;
    unsigned port = 0;
    size_t len = 0;
    edo_addr addr;
    int rc = edo_addr_parse(address, &addr);

    if (rc < 0 && tcp_name_split(address, &host, &len, &port) < 0)
        host = NULL;
    return connect_text(rc, &addr, host, len, port, ret_stream);
}

edo_tcp_connect_future edo_tcp_connect_host_async(const char *host, unsigned port,
                                                  edo_tcp_stream **ret_stream)
{
    edo_addr addr;
    int rc = edo_addr_parse_ip(host, port, &addr);

    return connect_text(rc, &addr, host, host ? strlen(host) : 0, port, ret_stream);
}

int edo_tcp_connect(const char *address, edo_tcp_stream **ret_stream)
{
    edo_tcp_connect_future fut = edo_tcp_connect_async(address, ret_stream);

    return (int)edo_await(&fut.base);
}

int edo_tcp_connect_host(const char *host, unsigned port, edo_tcp_stream **ret_stream)
{
    edo_tcp_connect_future fut = edo_tcp_connect_host_async(host, port, ret_stream);

    return (int)edo_await(&fut.base);
}
