/*
 * listener.c: listening on a path or a name.
 *
 * Unlink      A path is taken away only while it is the file that our bind made, by its device and inode, and
 *             before the socket is closed: a server that is started meanwhile finds it in use, or gone.
 */
#include <errno.h>
#include <stdlib.h>

#include <edo/await.h>

#include "base/sys.h"
#include "net/unix/unix.h"
#include "sched/current.h"

#define BACKLOG 1024

int unix_socket_open(int type)
{
    return sys_socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static void unlink_own(const unix_listener *listener)
{
    const char *path = edo_unix_addr_path(&listener->addr);
    uint64_t device, inode;

    if (path && sys_file_id(path, &device, &inode) == 0 && device == listener->device &&
        inode == listener->inode)
        sys_unlink(path);
}

int unix_listener_of(int fd, const edo_unix_addr *addr, const edo_unix_listen_opts *opts,
                     unix_listener **ret)
{
    unix_listener *listener = malloc(sizeof *listener);
    const char *path = edo_unix_addr_path(addr);

    if (!listener)
        return -ENOMEM;
    *listener = (unix_listener){.addr = *addr, .unlinks = opts->unlink_on_close && path};
    int rc = listener->unlinks ? sys_file_id(path, &listener->device, &listener->inode) : 0;
    if (rc == 0)
        rc = sys_listen(fd, opts->backlog ? opts->backlog : BACKLOG);
    if (rc == 0)
        rc = socket_listener_open(&listener->base, fd);
    if (rc < 0)
        free(listener);
    else
        *ret = listener;
    return rc;
}

/* The socket is bound; if it can't listen then, its path goes too. */
static int listen_bound(int fd, const edo_unix_addr *addr, const edo_unix_listen_opts *opts,
                        unix_listener **ret)
{
    int rc = unix_listener_of(fd, addr, opts, ret);

    if (rc < 0 && edo_unix_addr_path(addr))
        sys_unlink(edo_unix_addr_path(addr));
    return rc;
}

int unix_listen(int type, const edo_unix_addr *addr, const edo_unix_listen_opts *opts,
                unix_listener **ret)
{
    static const edo_unix_listen_opts defaults;
    driver *d;
    int rc = unix_addr_check(addr);

    if (rc == 0 && (!ret || (opts && opts->backlog < 0)))
        rc = -EINVAL;
    if (rc < 0 ||
        (rc = current_driver(&d)) < 0) /* asked first, so that no socket is made in vain */
        return rc;
    int fd = unix_socket_open(type);
    if (fd < 0)
        return fd;
    rc = sys_bind(fd, (const struct sockaddr *)addr, addr->len);
    if (rc == 0)
        rc = listen_bound(fd, addr, opts ? opts : &defaults, ret);
    if (rc < 0)
        sys_close(fd);
    return rc;
}

int unix_listener_close(unix_listener *listener)
{
    if (listener && listener->unlinks)
        unlink_own(listener);
    return socket_listener_close((socket_listener *)listener);
}

int edo_unix_listen_with(const edo_unix_addr *addr, const edo_unix_listen_opts *opts,
                         edo_unix_listener **ret_listener)
{
    unix_listener *listener;
    int rc = unix_listen(SOCK_STREAM, addr, opts, ret_listener ? &listener : NULL);

    if (rc == 0)
        *ret_listener = (edo_unix_listener *)listener;
    return rc;
}

int edo_unix_listen(const char *path, edo_unix_listener **ret_listener)
{
    edo_unix_addr addr;
    int rc = edo_unix_addr_from_path(path, &addr);

    return rc < 0 ? rc : edo_unix_listen_with(&addr, NULL, ret_listener);
}

int edo_unix_listener_close(edo_unix_listener *listener)
{
    return unix_listener_close((unix_listener *)listener);
}

int edo_unix_listener_addr(const edo_unix_listener *listener, edo_unix_addr *ret_addr)
{
    if (!listener || !ret_addr)
        return -EINVAL;
    return unix_addr_of(sys_getsockname, ((const socket_listener *)listener)->fd, ret_addr);
}

static const edo_future_ops accept_ops =
    SOCKET_ACCEPT_OPS(socket_accept_marked_poll, "unix_accept");

edo_unix_accept_future edo_unix_accept_async(edo_unix_listener *listener,
                                             edo_unix_stream **ret_stream)
{
    return socket_accept_future(&accept_ops, (socket_listener *)listener, ret_stream);
}

int edo_unix_accept(edo_unix_listener *listener, edo_unix_stream **ret_stream)
{
    edo_unix_accept_future fut = edo_unix_accept_async(listener, ret_stream);

    return (int)edo_await(&fut.base);
}
