/* listener.c: listening for TCP connections. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <edo/await.h>

#include "base/sys.h"
#include "net/tcp/tcp.h"
#include "sched/current.h"

#define BACKLOG 1024

static int set_options(int fd, int family, const edo_tcp_listen_opts *opts)
{
    int rc = 0;

    if (!opts->no_reuse_addr)
        rc = socket_set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (rc == 0 && opts->reuse_port)
        rc = socket_set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (rc == 0 && family == AF_INET6)
        rc = socket_set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, opts->v6_only);
    if (rc == 0) /* which the connections inherit */
        rc = socket_set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
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

int edo_tcp_listen_with(const edo_addr *addr, const edo_tcp_listen_opts *opts,
                        edo_tcp_listener **ret_listener)
{
    static const edo_tcp_listen_opts defaults;
    socket_listener *listener;
    edo_addr checked;
    driver *d;
    int rc;

    if (!addr || !ret_listener || (opts && opts->backlog < 0))
        return -EINVAL;
    rc = edo_addr_from_sockaddr((const struct sockaddr *)&addr->storage, addr->len, &checked);
    if (rc < 0 ||
        (rc = current_driver(&d)) < 0) /* asked first, so that no socket is made in vain */
        return rc;
    int fd = open_socket(&checked, opts ? opts : &defaults);
    if (fd < 0)
        return fd;
    if ((rc = socket_listener_new(fd, &listener)) < 0)
        sys_close(fd);
    else
        *ret_listener = (edo_tcp_listener *)listener;
    return rc;
}

int edo_tcp_listener_close(edo_tcp_listener *listener)
{
    return socket_listener_close((socket_listener *)listener);
}

int edo_tcp_listener_addr(const edo_tcp_listener *listener, edo_addr *ret_addr)
{
    if (!listener || !ret_addr)
        return -EINVAL;
    return socket_addr_of(sys_getsockname, listener->base.fd, ret_addr);
}

static const edo_future_ops accept_ops = SOCKET_ACCEPT_OPS(socket_accept_poll, "tcp_accept");

edo_tcp_accept_future edo_tcp_accept_async(edo_tcp_listener *listener, edo_tcp_stream **ret_stream)
{
    return socket_accept_future(&accept_ops, (socket_listener *)listener, ret_stream);
}

int edo_tcp_accept(edo_tcp_listener *listener, edo_tcp_stream **ret_stream)
{
    edo_tcp_accept_future fut = edo_tcp_accept_async(listener, ret_stream);

    return (int)edo_await(&fut.base);
}

static edo_socket_accept_future *accept_of(edo_future *base)
{
    return container_of(base, edo_socket_accept_future, base);
}

static edo_poll accept_from_poll(edo_future *base, const edo_waker *waker)
{
    edo_socket_accept_future *fut = accept_of(base);
    edo_tcp_stream **ret_stream = fut->ret_stream;

    if (socket_accept_poll(base, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (base->result == 0 && fut->ret_peer && edo_tcp_peer_addr(*ret_stream, fut->ret_peer) < 0)
        *fut->ret_peer = (edo_addr){0};
    return EDO_READY;
}

static void accept_from_put_back(edo_future *base)
{
    edo_socket_accept_future *fut = accept_of(base);

    socket_accept_put_back(base);
    if (fut->ret_peer)
        *fut->ret_peer = (edo_addr){0};
}

static const edo_future_ops accept_from_ops = {
    .poll = accept_from_poll,
    .cancel = socket_accept_cancel,
    .put_back = accept_from_put_back,
    .name = "tcp_accept_from",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_tcp_accept_future edo_tcp_accept_from_async(edo_tcp_listener *listener,
                                                edo_tcp_stream **ret_stream, edo_addr *ret_peer)
{
    edo_tcp_accept_future fut =
        socket_accept_future(&accept_from_ops, (socket_listener *)listener, ret_stream);

    fut.ret_peer = ret_peer;
    return fut;
}

int edo_tcp_accept_from(edo_tcp_listener *listener, edo_tcp_stream **ret_stream, edo_addr *ret_peer)
{
    edo_tcp_accept_future fut = edo_tcp_accept_from_async(listener, ret_stream, ret_peer);

    return (int)edo_await(&fut.base);
}
