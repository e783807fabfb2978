/* seqpacket_open.c: listening for connections that keep messages apart, accepting and making them. */
#include <errno.h>

#include <edo/await.h>
#include <edo/unix_seqpacket.h>

#include "base/sys.h"
#include "net/unix/unix.h"

int edo_unix_seqpacket_listen_with(const edo_unix_addr *addr, const edo_unix_listen_opts *opts,
                                   edo_unix_seqpacket_listener **ret_listener)
{
    unix_listener *listener;
    int rc = unix_listen(SOCK_SEQPACKET, addr, opts, ret_listener ? &listener : NULL);

    if (rc == 0)
        *ret_listener = (edo_unix_seqpacket_listener *)listener;
    return rc;
}

int edo_unix_seqpacket_listen(const char *path, edo_unix_seqpacket_listener **ret_listener)
{
    edo_unix_addr addr;
    int rc = edo_unix_addr_from_path(path, &addr);

    return rc < 0 ? rc : edo_unix_seqpacket_listen_with(&addr, NULL, ret_listener);
}

int edo_unix_seqpacket_listener_close(edo_unix_seqpacket_listener *listener)
{
    return unix_listener_close((unix_listener *)listener);
}

int edo_unix_seqpacket_listener_addr(const edo_unix_seqpacket_listener *listener,
                                     edo_unix_addr *ret_addr)
{
    if (!listener || !ret_addr)
        return -EINVAL;
    return unix_addr_of(sys_getsockname, ((const socket_listener *)listener)->fd, ret_addr);
}

static const edo_future_ops accept_ops =
    SOCKET_ACCEPT_OPS(socket_accept_records_poll, "unix_seqpacket_accept");
static const edo_future_ops connect_ops =
    UNIX_CONNECT_OPS(unix_connect_records_poll, "unix_seqpacket_connect");

edo_unix_accept_future edo_unix_seqpacket_accept_async(edo_unix_seqpacket_listener *listener,
                                                       edo_unix_seqpacket **ret_conn)
{
    return socket_accept_future(&accept_ops, (socket_listener *)listener, ret_conn);
}

int edo_unix_seqpacket_accept(edo_unix_seqpacket_listener *listener, edo_unix_seqpacket **ret_conn)
{
    edo_unix_accept_future fut = edo_unix_seqpacket_accept_async(listener, ret_conn);

    return (int)edo_await(&fut.base);
}

edo_unix_connect_future edo_unix_seqpacket_connect_async(const char *path,
                                                         edo_unix_seqpacket **ret_conn)
{
    return (edo_unix_connect_future){
        .base = EDO_FUTURE_INIT(&connect_ops), .path = path, .ret_stream = ret_conn};
}

int edo_unix_seqpacket_connect(const char *path, edo_unix_seqpacket **ret_conn)
{
    edo_unix_connect_future fut = edo_unix_seqpacket_connect_async(path, ret_conn);

    return (int)edo_await(&fut.base);
}

edo_unix_connect_future edo_unix_seqpacket_connect_addr_async(const edo_unix_addr *addr,
                                                              edo_unix_seqpacket **ret_conn)
{
    return (edo_unix_connect_future){
        .base = EDO_FUTURE_INIT(&connect_ops), .addr = addr, .ret_stream = ret_conn};
}

int edo_unix_seqpacket_connect_addr(const edo_unix_addr *addr, edo_unix_seqpacket **ret_conn)
{
    edo_unix_connect_future fut = edo_unix_seqpacket_connect_addr_async(addr, ret_conn);

    return (int)edo_await(&fut.base);
}

int edo_unix_seqpacket_pair(edo_unix_seqpacket **ret_one, edo_unix_seqpacket **ret_other)
{
    socket_stream *one, *other;

    if (!ret_one || !ret_other)
        return -EINVAL;
    int rc = unix_stream_pair(FLOW_RECORDS, &one, &other);
    if (rc == 0) {
        *ret_one = (edo_unix_seqpacket *)one;
        *ret_other = (edo_unix_seqpacket *)other;
    }
    return rc;
}
