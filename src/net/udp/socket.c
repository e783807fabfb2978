/* socket.c: a socket's life, and its addresses. */
#include "net/udp/udp.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <edo/error.h>

#include "base/sys.h"
#include "net/socket/socket.h"
#include "sched/current.h"

int udp_name(const edo_addr *addr, uint32_t name[7])
{
    socklen_t len;

    if (!addr)
        return -EINVAL;
    if (addr->storage.ss_family == AF_INET)
        len = sizeof(struct sockaddr_in);
    else if (addr->storage.ss_family == AF_INET6)
        len = sizeof(struct sockaddr_in6);
    else
        return -EINVAL;
    if (addr->len < len)
        return -EINVAL;
    memcpy(name, &addr->storage,
           sizeof(struct sockaddr_in6)); /* not `len`: a constant is quicker */
    return (int)len;
}

/* Opening and closing. */

static int set_options(int fd, int family, const edo_udp_opts *opts)
{
    int rc = 0;

    if (opts->reuse_addr)
        rc = socket_set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (rc == 0 && opts->reuse_port)
        rc = socket_set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    if (rc == 0 && opts->broadcast)
        rc = socket_set_int(fd, SOL_SOCKET, SO_BROADCAST, 1);
    if (rc == 0 && family == AF_INET6)
        rc = socket_set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, opts->v6_only);
    return rc;
}

static int open_bound(const uint32_t *name, int len, int family, const edo_udp_opts *opts)
{
    int fd = sys_socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);

    if (fd < 0)
        return fd;
    int rc = set_options(fd, family, opts);
    if (rc == 0)
        rc = sys_bind(fd, (const struct sockaddr *)name, (socklen_t)len);
    if (rc == 0)
        return fd;
    sys_close(fd);
    return rc;
}

/* Makes a socket of a descriptor, which is its own on success only. */
static int adopt(driver *d, int fd, int family, edo_udp_socket **ret)
{
    edo_udp_socket *socket = malloc(sizeof *socket);

    if (!socket)
        return -ENOMEM;
    *socket = (edo_udp_socket){.fd = fd, .family = family};
    int rc = source_open(d, fd, false, &socket->src);
    if (rc < 0)
        free(socket);
    else
        *ret = socket;
    return rc;
}

int edo_udp_bind_with(const edo_addr *addr, const edo_udp_opts *opts, edo_udp_socket **ret_socket)
{
    static const edo_udp_opts defaults;
    uint32_t name[7];
    int rc, len = udp_name(addr, name);
    driver *d;

    if (len < 0 || !ret_socket)
        return -EINVAL;
    if ((rc = current_driver(&d)) < 0)
        return rc;
    int family = addr->storage.ss_family;
    int fd = open_bound(name, len, family, opts ? opts : &defaults);
    if (fd < 0)
        return fd;
    if ((rc = adopt(d, fd, family, ret_socket)) < 0)
        sys_close(fd);
    return rc;
}

int edo_udp_bind(const char *address, edo_udp_socket **ret_socket)
{
    edo_addr addr;
    int rc = edo_addr_parse(address, &addr);

    return rc < 0 ? rc : edo_udp_bind_with(&addr, NULL, ret_socket);
}

int edo_udp_close(edo_udp_socket *socket)
{
    if (!socket)
        return -EINVAL;
    source_close(socket->src);
    free(socket);
    return 0;
}

/* Descriptors. */

int edo_udp_from_fd(int fd, edo_udp_socket **ret_socket)
{
    driver *d;
    int family, flags;

    if (!ret_socket)
        return -EINVAL;
    int rc = socket_check(fd, SOCK_DGRAM, IPPROTO_UDP, &family);
    if (rc < 0 || (rc = current_driver(&d)) < 0)
        return rc;
    if ((flags = sys_fcntl_getfl(fd)) < 0 || (rc = socket_set_nonblocking(fd)) < 0)
        return flags < 0 ? flags : rc;
    if ((rc = adopt(d, fd, family, ret_socket)) < 0)
        sys_fcntl_setfl(fd, flags);
    return rc;
}

int edo_udp_into_fd(edo_udp_socket *socket, int *ret_fd)
{
    if (!socket || !ret_fd)
        return -EINVAL;
    int rc = source_release(socket->src, ret_fd);
    if (rc == 0)
        free(socket);
    return rc;
}

int edo_udp_fd(const edo_udp_socket *socket)
{
    return socket ? socket->fd : -EINVAL;
}

/* The peer. */

static int give_peer(edo_udp_socket *socket, const void *name, int len)
{
    if (!socket || len < 0)
        return -EINVAL;
    /* acquire: pairs with the lock under which the shutdown clears it. */
    if (!a_load(&socket->src->home, acquire))
        return -EDO_ESHUTDOWN;
    int rc;
    do
        rc = sys_connect(socket->fd, name, (socklen_t)len);
    while (rc == -EINTR); /* nothing is under way that a second call could meet */
    return rc;
}

int edo_udp_connect_addr(edo_udp_socket *socket, const edo_addr *addr)
{
    uint32_t name[7];
    int len = udp_name(addr, name);

    return give_peer(socket, name, len);
}

int edo_udp_connect(edo_udp_socket *socket, const char *address)
{
    edo_addr addr;
    int rc = edo_addr_parse(address, &addr);

    return rc < 0 ? rc : edo_udp_connect_addr(socket, &addr);
}

static in_port_t *port_of(edo_addr *addr)
{
    return addr->storage.ss_family == AF_INET6 ? &((struct sockaddr_in6 *)&addr->storage)->sin6_port
                                               : &((struct sockaddr_in *)&addr->storage)->sin_port;
}

int edo_udp_disconnect(edo_udp_socket *socket)
{
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    edo_addr before, after;
    int rc;

    if (!socket)
        return -EINVAL;
    if ((rc = edo_udp_local_addr(socket, &before)) < 0 ||
        (rc = give_peer(socket, &none, sizeof none)) < 0 ||
        (rc = edo_udp_local_addr(socket, &after)) < 0 || edo_addr_port(&after))
        return rc;
    /* The system has freed the port, as it does with one that it had chosen itself. */
    *port_of(&after) = *port_of(&before);
    return sys_bind(socket->fd, (const struct sockaddr *)&after.storage, after.len);
}

int edo_udp_local_addr(const edo_udp_socket *socket, edo_addr *ret_addr)
{
    return socket && ret_addr ? socket_addr_of(sys_getsockname, socket->fd, ret_addr) : -EINVAL;
}

int edo_udp_peer_addr(const edo_udp_socket *socket, edo_addr *ret_addr)
{
    return socket && ret_addr ? socket_addr_of(sys_getpeername, socket->fd, ret_addr) : -EINVAL;
}
