/*
 * tcp.c: serving the connections of a TCP listener, or of one for each worker.
 *
 * Beside      A listener in the driver of each worker: its events come to that worker, which runs what they
 *             wake. The tasks that accept are not pinned: where a worker is stuck, whoever gets its
 *             driver goes on with its accepts as well.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>

#include "base/atomic.h"
#include "base/sys.h"
#include "net/serve/serve.h"
#include "net/tcp/tcp.h"
#include "sched/current.h"

#define BACKLOG 1024

static edo_socket_accept_future accept_tcp(void *listener, void **ret_conn)
{
    return edo_tcp_accept_async(listener, (edo_tcp_stream **)ret_conn);
}

static int run_tcp(serve_fn *fn, void *conn, void *arg)
{
    return ((int (*)(edo_tcp_stream *, void *))fn)(conn, arg);
}

static void close_tcp(void *conn)
{
    edo_tcp_close(conn);
}

static void close_listener(void *listener)
{
    edo_tcp_listener_close(listener);
}

/* The options that count for who may share an address, and for where connections may come from. */
static int copy_options(int from, int to)
{
    static const int options[][2] = {{SOL_SOCKET, SO_REUSEADDR},
                                     {SOL_SOCKET, SO_REUSEPORT},
                                     {SOL_SOCKET, SO_BINDTOIFINDEX},
                                     {IPPROTO_TCP, TCP_NODELAY},
                                     {IPPROTO_IPV6, IPV6_V6ONLY}};
    int rc = 0, value;

    for (size_t i = 0; i < sizeof options / sizeof *options && rc == 0; i++) {
        socklen_t len = sizeof value;
        if (sys_getsockopt(from, options[i][0], options[i][1], &value, &len) == 0)
            rc = socket_set_int(to, options[i][0], options[i][1], value);
        /* else: it is no IPv6 socket, or a system before Linux 5.1 */
    }
    return rc;
}

static int open_beside(const socket_listener *listener)
{
    edo_addr at;
    int rc = socket_addr_of(sys_getsockname, listener->fd, &at);

    if (rc < 0)
        return rc;
    int fd =
        sys_socket(at.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (fd < 0)
        return fd;
    if ((rc = copy_options(listener->fd, fd)) == 0 &&
        (rc = sys_bind(fd, (struct sockaddr *)&at.storage, at.len)) == 0 &&
        (rc = sys_listen(fd, BACKLOG)) == 0)
        return fd;
    sys_close(fd);
    return rc;
}

static int beside_in(driver *d, const socket_listener *listener, void **ret)
{
    socket_listener *other = malloc(sizeof *other);

    if (!other)
        return -ENOMEM;
    int rc = other->fd = open_beside(listener);
    if (rc >= 0 && (rc = source_open(d, other->fd, false, &other->src)) < 0)
        sys_close(other->fd);
    if (rc < 0)
        free(other);
    else
        *ret = other;
    return rc;
}

static int beside_tcp(void *of, unsigned worker, void **ret)
{
    const socket_listener *listener = of;
    driver *d;
    int rc = current_driver_of(worker, &d);

    if (rc < 0)
        return rc;
    /* relaxed: compared and nothing more. */
    return a_load(&listener->src->home, relaxed) == d ? 1 : beside_in(d, listener, ret);
}

static const serve_kind tcp = {.accept = accept_tcp,
                               .run = run_tcp,
                               .close = close_tcp,
                               .beside = beside_tcp,
                               .close_listener = close_listener};

int edo_serve(edo_tcp_listener *listener, int (*fn)(edo_tcp_stream *conn, void *arg), void *arg,
              const edo_serve_opts *opts)
{
    return serve(&tcp, listener, (serve_fn *)fn, arg, opts);
}
