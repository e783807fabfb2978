/* datagram.c: a datagram socket's life, and whom it is bound and connected to. */
#include "net/unix/datagram.h"

#include <errno.h>

#include <edo/error.h>

#include "base/atomic.h"
#include "base/sys.h"
#include "net/socket/socket.h"
#include "net/unix/unix.h"
#include "sched/current.h"

struct edo_unix_datagram {
    socket_stream base; /* of records: it is shut down and closed like a connection */
};

int unix_datagram_of(int fd, edo_unix_datagram **ret)
{
    socket_stream *base = socket_stream_new(FLOW_RECORDS);

    if (!base)
        return -ENOMEM;
    base->fd = fd;
    int rc = socket_stream_attach(base);
    if (rc < 0) {
        base->fd = -1;
        socket_stream_drop(base);
        return rc;
    }
    *ret = (edo_unix_datagram *)base;
    return 0;
}

static int open_bound(const edo_unix_addr *addr, edo_unix_datagram **ret)
{
    driver *d;
    int rc = ret ? current_driver(&d) : -EINVAL; /* asked first, so that no path is made in vain */

    if (rc < 0)
        return rc;
    int fd = unix_socket_open(SOCK_DGRAM);
    if (fd < 0)
        return fd;
    bool bound = addr && (rc = sys_bind(fd, (const struct sockaddr *)addr, addr->len)) == 0;
    if (rc == 0)
        rc = unix_datagram_of(fd, ret);
    if (rc < 0 && bound && edo_unix_addr_path(addr))
        sys_unlink(edo_unix_addr_path(addr));
    if (rc < 0)
        sys_close(fd);
    return rc;
}

int edo_unix_datagram_bind_addr(const edo_unix_addr *addr, edo_unix_datagram **ret_datagram)
{
    int rc = unix_addr_check(addr);

    return rc < 0 ? rc : open_bound(addr, ret_datagram);
}

int edo_unix_datagram_bind(const char *path, edo_unix_datagram **ret_datagram)
{
    edo_unix_addr addr;
    int rc = edo_unix_addr_from_path(path, &addr);

    return rc < 0 ? rc : open_bound(&addr, ret_datagram);
}

int edo_unix_datagram_unbound(edo_unix_datagram **ret_datagram)
{
    return open_bound(NULL, ret_datagram);
}

int edo_unix_datagram_pair(edo_unix_datagram **ret_one, edo_unix_datagram **ret_other)
{
    edo_unix_datagram *one;
    int fds[2], rc = ret_one && ret_other ? unix_socket_pair(SOCK_DGRAM, fds) : -EINVAL;

    if (rc < 0)
        return rc;
    if ((rc = unix_datagram_of(fds[0], &one)) < 0) {
        sys_close(fds[0]);
        sys_close(fds[1]);
    } else if ((rc = unix_datagram_of(fds[1], ret_other)) < 0) {
        edo_unix_datagram_close(one);
        sys_close(fds[1]);
    } else {
        *ret_one = one;
    }
    return rc;
}

int edo_unix_datagram_close(edo_unix_datagram *datagram)
{
    return socket_stream_close((socket_stream *)datagram);
}

int edo_unix_datagram_connect_addr(edo_unix_datagram *datagram, const edo_unix_addr *addr)
{
    int rc = datagram ? unix_addr_check(addr) : -EINVAL;

    if (rc < 0)
        return rc;
    /* acquire: pairs with the lock under which the shutdown clears it. */
    if (!a_load(&datagram->base.src->home, acquire))
        return -EDO_ESHUTDOWN;
    return sys_connect(datagram->base.fd, (const struct sockaddr *)addr, addr->len);
}

int edo_unix_datagram_connect(edo_unix_datagram *datagram, const char *path)
{
    edo_unix_addr addr;
    int rc = edo_unix_addr_from_path(path, &addr);

    return rc < 0 ? rc : edo_unix_datagram_connect_addr(datagram, &addr);
}

int edo_unix_datagram_shutdown(edo_unix_datagram *datagram, edo_half half)
{
    return socket_stream_shutdown((socket_stream *)datagram, half);
}

int edo_unix_datagram_take_error(edo_unix_datagram *datagram)
{
    return datagram ? socket_take_error(datagram->base.fd) : -EINVAL;
}

int edo_unix_datagram_local_addr(const edo_unix_datagram *datagram, edo_unix_addr *ret_addr)
{
    if (!datagram || !ret_addr)
        return -EINVAL;
    return unix_addr_of(sys_getsockname, datagram->base.fd, ret_addr);
}

int edo_unix_datagram_peer_addr(const edo_unix_datagram *datagram, edo_unix_addr *ret_addr)
{
    if (!datagram || !ret_addr)
        return -EINVAL;
    return unix_addr_of(sys_getpeername, datagram->base.fd, ret_addr);
}

int edo_unix_datagram_set_pass_cred(edo_unix_datagram *datagram, bool pass)
{
    return datagram ? socket_set_int(datagram->base.fd, SOL_SOCKET, SO_PASSCRED, pass) : -EINVAL;
}
