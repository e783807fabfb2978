/* socket.c: a socket before it is something: its descriptor, and where that went. */
#include "net/unix/socket.h"

#include <errno.h>
#include <stdlib.h>

#include <edo/await.h>

#include "base/sys.h"
#include "future/future.h"
#include "net/unix/unix.h"
#include "net/unix/datagram.h"

enum phase { IS_NEW, IS_CONNECTING, IS_USED_UP };

struct edo_unix_socket {
    int fd; /* -1 unless IS_NEW */
    int type;
    enum phase phase;
};

static int make(int type, edo_unix_socket **ret)
{
    edo_unix_socket *socket = ret ? malloc(sizeof *socket) : NULL;

    if (!socket)
        return ret ? -ENOMEM : -EINVAL;
    int fd = unix_socket_open(type);
    if (fd < 0) {
        free(socket);
        return fd;
    }
    *socket = (edo_unix_socket){.fd = fd, .type = type};
    *ret = socket;
    return 0;
}

int edo_unix_socket_new_stream(edo_unix_socket **ret_socket)
{
    return make(SOCK_STREAM, ret_socket);
}

int edo_unix_socket_new_datagram(edo_unix_socket **ret_socket)
{
    return make(SOCK_DGRAM, ret_socket);
}

int edo_unix_socket_close(edo_unix_socket *socket)
{
    if (!socket)
        return -EINVAL;
    if (socket->phase == IS_CONNECTING)
        return -EALREADY; /* whose future comes back to it */
    if (socket->fd >= 0)
        sys_close(socket->fd);
    free(socket);
    return 0;
}

/* 0: it still is what it was made as. */
static int check(const edo_unix_socket *socket)
{
    if (!socket || socket->phase == IS_USED_UP)
        return -EINVAL;
    return socket->phase == IS_CONNECTING ? -EALREADY : 0;
}

static int check_type(const edo_unix_socket *socket, int type)
{
    int rc = check(socket);

    return rc == 0 && socket->type != type ? -EOPNOTSUPP : rc;
}

int edo_unix_socket_bind_addr(edo_unix_socket *socket, const edo_unix_addr *addr)
{
    int rc = check(socket);

    if (rc == 0)
        rc = unix_addr_check(addr);
    return rc < 0 ? rc : sys_bind(socket->fd, (const struct sockaddr *)addr, addr->len);
}

int edo_unix_socket_bind(edo_unix_socket *socket, const char *path)
{
    edo_unix_addr addr;
    int rc = edo_unix_addr_from_path(path, &addr);

    return rc < 0 ? rc : edo_unix_socket_bind_addr(socket, &addr);
}

int edo_unix_socket_local_addr(const edo_unix_socket *socket, edo_unix_addr *ret_addr)
{
    int rc = ret_addr ? check(socket) : -EINVAL;

    return rc < 0 ? rc : unix_addr_of(sys_getsockname, socket->fd, ret_addr);
}

void unix_socket_used_up(edo_unix_socket *socket)
{
    socket->fd = -1;
    socket->phase = IS_USED_UP;
}

int edo_unix_socket_listen(edo_unix_socket *socket, const edo_unix_listen_opts *opts,
                           edo_unix_listener **ret_listener)
{
    static const edo_unix_listen_opts defaults;
    unix_listener *listener;
    edo_unix_addr addr;
    int rc = check_type(socket, SOCK_STREAM);

    if (rc == 0 && (!ret_listener || (opts && opts->backlog < 0)))
        rc = -EINVAL;
    if (rc == 0)
        rc = unix_addr_of(sys_getsockname, socket->fd, &addr);
    if (rc == 0)
        rc = unix_listener_of(socket->fd, &addr, opts ? opts : &defaults, &listener);
    if (rc < 0)
        return rc;
    unix_socket_used_up(socket);
    *ret_listener = (edo_unix_listener *)listener;
    return 0;
}

int edo_unix_socket_datagram(edo_unix_socket *socket, edo_unix_datagram **ret_datagram)
{
    int rc = check_type(socket, SOCK_DGRAM);

    if (rc == 0)
        rc = ret_datagram ? unix_datagram_of(socket->fd, ret_datagram) : -EINVAL;
    if (rc == 0)
        unix_socket_used_up(socket);
    return rc;
}

/* Connecting. */

int unix_socket_lend(edo_unix_socket *socket, int *ret_fd)
{
    if (socket->phase != IS_NEW)
        return socket->phase == IS_CONNECTING ? -EALREADY : -EISCONN;
    if (socket->type != SOCK_STREAM)
        return -EOPNOTSUPP;
    *ret_fd = socket->fd;
    socket->fd = -1;
    socket->phase = IS_CONNECTING;
    return 0;
}

void unix_socket_give_back(edo_unix_socket *socket, int fd)
{
    socket->fd = fd;
    socket->phase = IS_NEW;
}

static const edo_future_ops connect_ops = UNIX_CONNECT_OPS(unix_connect_poll, "unix_connect");

edo_unix_connect_future edo_unix_socket_connect_async(edo_unix_socket *socket, const char *path,
                                                      edo_unix_stream **ret_stream)
{
    return (edo_unix_connect_future){.base = EDO_FUTURE_INIT(&connect_ops),
                                     .path = path,
                                     .ret_stream = socket ? ret_stream : NULL,
                                     .socket = socket};
}

edo_unix_connect_future edo_unix_socket_connect_addr_async(edo_unix_socket *socket,
                                                           const edo_unix_addr *addr,
                                                           edo_unix_stream **ret_stream)
{
    return (edo_unix_connect_future){.base = EDO_FUTURE_INIT(&connect_ops),
                                     .addr = addr,
                                     .ret_stream = socket ? ret_stream : NULL,
                                     .socket = socket};
}

int edo_unix_socket_connect(edo_unix_socket *socket, const char *path, edo_unix_stream **ret_stream)
{
    edo_unix_connect_future fut = edo_unix_socket_connect_async(socket, path, ret_stream);

    return (int)edo_await(&fut.base);
}

int edo_unix_socket_connect_addr(edo_unix_socket *socket, const edo_unix_addr *addr,
                                 edo_unix_stream **ret_stream)
{
    edo_unix_connect_future fut = edo_unix_socket_connect_addr_async(socket, addr, ret_stream);

    return (int)edo_await(&fut.base);
}
