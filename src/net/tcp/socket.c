/*
 * socket.c: sockets before they are something.
 *
 * Life        The owner's handle is a reference, and a connect that is under way another one: the socket may be
 *             closed meanwhile, and the connect finds so under the lock.
 * Descriptor  `fd` is the socket's while it is OPEN. A connect makes a source of it, which is the socket's until
 *             the connect has ended: whoever takes the state from CONNECTING to another one, under the lock,
 *             closes it or gives it away.
 */
#include <edo/tcp_socket.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include <edo/await.h>

#include "base/sys.h"
#include "future/future.h"
#include "net/socket/device.h"
#include "net/tcp/fd.h"
#include "net/tcp/option.h"
#include "net/tcp/tcp.h"
#include "sched/coop.h"

_Static_assert(sizeof(edo_tcp_socket_connect_future) <= 256, "net-048");

#define BACKLOG 1024

enum { OPEN, CONNECTING, CONNECTED, LISTENING, SPENT };

struct edo_tcp_socket {
    lock lock; /* guards the rest */
    unsigned refs;
    int state;
    int fd;
    source *src; /* CONNECTING: the descriptor's */
    bool lingers;
};

/* With the lock held: 0, or what one that is spent says. */
static int usable(const edo_tcp_socket *socket)
{
    static const int code[] = {0, -EALREADY, -EISCONN, -EINVAL, -EBADF};

    return code[socket->state];
}

/* With the lock held, which it drops. */
static void drop_reference(edo_tcp_socket *socket)
{
    bool last = --socket->refs == 0;

    lock_drop(&socket->lock);
    if (last)
        free(socket);
}

static int new_socket(int fd, edo_tcp_socket **ret)
{
    edo_tcp_socket *socket = malloc(sizeof *socket);

    if (!socket)
        return -ENOMEM;
    *socket = (edo_tcp_socket){.refs = 1, .fd = fd};
    *ret = socket;
    return 0;
}

int edo_tcp_socket_new(int family, edo_tcp_socket **ret_socket)
{
    if (!ret_socket)
        return -EINVAL;
    if (family != AF_INET && family != AF_INET6)
        return -EAFNOSUPPORT;
    int fd = sys_socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    int rc = fd < 0 ? fd : socket_set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (rc == 0)
        rc = new_socket(fd, ret_socket);
    if (rc < 0 && fd >= 0)
        sys_close(fd);
    return rc;
}

int edo_tcp_socket_close(edo_tcp_socket *socket)
{
    if (!socket)
        return -EINVAL;
    lock_take(&socket->lock);
    int was = socket->state;
    socket->state = SPENT;
    if (was == OPEN)
        sys_close(socket->fd);
    source *src = was == CONNECTING ? socket->src : NULL;
    if (src && socket->lingers) /* it may be connected by now, and close(2) would wait */
        tcp_option_set(socket->fd, EDO_TCP_LINGER, -1);
    drop_reference(socket);
    if (src)
        source_close(src); /* the connect leaves it to us, as it isn't CONNECTING any more */
    return 0;
}

/* Options and addresses: each holds the lock around one call of the system that never waits. */

int edo_tcp_socket_set_option(edo_tcp_socket *socket, edo_tcp_option_name name, int value)
{
    if (!socket)
        return -EINVAL;
    lock_take(&socket->lock);
    int rc = usable(socket);
    if (rc == 0)
        rc = tcp_option_set(socket->fd, name, value);
    if (rc == 0 && name == EDO_TCP_LINGER)
        socket->lingers = value > 0;
    lock_drop(&socket->lock);
    return rc;
}

int edo_tcp_socket_option(edo_tcp_socket *socket, edo_tcp_option_name name, int *ret_value)
{
    if (!socket)
        return -EINVAL;
    lock_take(&socket->lock);
    int rc = usable(socket);
    if (rc == 0)
        rc = tcp_option_read(socket->fd, name, ret_value);
    lock_drop(&socket->lock);
    return rc;
}

int edo_tcp_socket_bind_device(edo_tcp_socket *socket, const char *device)
{
    if (!socket)
        return -EINVAL;
    lock_take(&socket->lock);
    int rc = usable(socket);
    if (rc == 0)
        rc = socket_bind_device(socket->fd, device);
    lock_drop(&socket->lock);
    return rc;
}

int edo_tcp_socket_device(edo_tcp_socket *socket, char *text, size_t size)
{
    if (!socket)
        return -EINVAL;
    lock_take(&socket->lock);
    int rc = usable(socket);
    if (rc == 0)
        rc = socket_device(socket->fd, text, size);
    lock_drop(&socket->lock);
    return rc;
}

int edo_tcp_socket_bind(edo_tcp_socket *socket, const edo_addr *addr)
{
    edo_addr checked;

    if (!socket || !addr)
        return -EINVAL;
    int rc = edo_addr_from_sockaddr((const struct sockaddr *)&addr->storage, addr->len, &checked);
    if (rc < 0)
        return rc;
    lock_take(&socket->lock);
    rc = usable(socket);
    if (rc == 0)
        rc = sys_bind(socket->fd, (const struct sockaddr *)&checked.storage, checked.len);
    lock_drop(&socket->lock);
    return rc;
}

int edo_tcp_socket_local_addr(edo_tcp_socket *socket, edo_addr *ret_addr)
{
    if (!socket || !ret_addr)
        return -EINVAL;
    lock_take(&socket->lock);
    int rc = usable(socket);
    if (rc == 0)
        rc = socket_addr_of(sys_getsockname, socket->fd, ret_addr);
    lock_drop(&socket->lock);
    return rc;
}

/* Descriptors. */

int edo_tcp_socket_from_fd(int fd, edo_tcp_socket **ret_socket)
{
    int linger, rc;

    if (!ret_socket)
        return -EINVAL;
    if ((rc = tcp_fd_check(fd, false)) < 0 ||
        (rc = tcp_option_read(fd, EDO_TCP_LINGER, &linger)) < 0)
        return rc;
    edo_tcp_socket *socket;
    if ((rc = new_socket(fd, &socket)) < 0)
        return rc;
    socket->lingers = linger > 0;
    if ((rc = socket_set_nonblocking(fd)) < 0)
        free(socket);
    else
        *ret_socket = socket;
    return rc;
}

int edo_tcp_socket_into_fd(edo_tcp_socket *socket, int *ret_fd)
{
    if (!socket || !ret_fd)
        return -EINVAL;
    lock_take(&socket->lock);
    int rc = usable(socket);
    if (rc < 0) {
        lock_drop(&socket->lock);
        return rc;
    }
    *ret_fd = socket->fd;
    socket->state = SPENT;
    drop_reference(socket);
    return 0;
}

/* Listening. */

int edo_tcp_socket_listen(edo_tcp_socket *socket, int backlog, edo_tcp_listener **ret_listener)
{
    if (!socket || !ret_listener || backlog < 0)
        return -EINVAL;
    lock_take(&socket->lock);
    int rc = usable(socket);
    if (rc == 0)
        rc = sys_listen(socket->fd, backlog ? backlog : BACKLOG);
    if (rc == 0)
        rc = tcp_fd_listen(socket->fd, ret_listener);
    if (rc == 0)
        socket->state = LISTENING;
    lock_drop(&socket->lock);
    return rc;
}

/* Connecting. */

/* With the lock held. */
static int begin(edo_tcp_socket_connect_future *fut)
{
    edo_tcp_socket *socket = fut->socket;
    int rc = usable(socket);

    if (rc < 0)
        return rc;
    socket_stream *stream = socket_stream_new(FLOW_PLAIN);
    if (!stream)
        return -ENOMEM;
    stream->fd = socket->fd;
    stream->lingers = socket->lingers;
    if ((rc = socket_stream_attach(stream)) < 0) {
        free(stream);
        return rc;
    }
    socket->src = stream->src;
    socket->state = CONNECTING;
    socket->refs++;
    fut->stream = (edo_tcp_stream *)stream;
    op_init(&fut->op, stream->src, OP_CONNECT, fut->addr, fut->addr_len);
    return 0;
}

/* The operation has ended. */
static int settle(edo_tcp_socket_connect_future *fut, int result)
{
    edo_tcp_socket *socket = fut->socket;
    socket_stream *stream = (socket_stream *)fut->stream;

    lock_take(&socket->lock);
    bool ours = socket->state == CONNECTING;
    if (ours)
        socket->state = result < 0 ? SPENT : CONNECTED;
    drop_reference(socket);
    if (ours && result == 0)
        return 0;
    if (!ours) { /* it was closed meanwhile, and its source with it */
        stream->src = NULL;
        stream->fd = -1;
        stream->lingers = false;
    }
    socket_stream_close(stream);
    fut->stream = NULL;
    return ours ? result : -ECANCELED;
}

static edo_poll connect_poll(edo_future *base, const edo_waker *waker)
{
    edo_tcp_socket_connect_future *fut = container_of(base, edo_tcp_socket_connect_future, base);

    if (!fut->stream) { /* before the budget is asked: from its first poll on it has the socket */
        int rc = base->state & FUTURE_CANCELED ? -ECANCELED : fut->error;
        if (rc == 0) {
            lock_take(&fut->socket->lock);
            rc = begin(fut);
            lock_drop(&fut->socket->lock);
        }
        if (rc < 0) {
            coop_spend();
            return edo_future_finish(base, rc);
        }
    }
    if (op_is_new(&fut->op) && !coop_proceed(waker))
        return EDO_PENDING;
    if (op_poll(&fut->op, waker) == EDO_PENDING)
        return EDO_PENDING;
    int rc = settle(fut, (int)fut->op.result);
    coop_spend(); /* for a failure too: one that comes at once must not starve the others */
    if (rc == 0)
        *fut->ret_stream = fut->stream;
    return edo_future_finish(base, rc);
}

static void connect_cancel(edo_future *base)
{
    edo_tcp_socket_connect_future *fut = container_of(base, edo_tcp_socket_connect_future, base);

    if (fut->stream)
        op_cancel(&fut->op);
}

static void connect_put_back(edo_future *base)
{
    edo_tcp_socket_connect_future *fut = container_of(base, edo_tcp_socket_connect_future, base);

    edo_tcp_close(*fut->ret_stream);
    *fut->ret_stream = NULL;
    base->result = -ECANCELED;
}

static const edo_future_ops connect_ops = {.poll = connect_poll,
                                           .cancel = connect_cancel,
                                           .put_back = connect_put_back,
                                           .name = "tcp_socket_connect"};

edo_tcp_socket_connect_future edo_tcp_socket_connect_async(edo_tcp_socket *socket,
                                                           const edo_addr *addr,
                                                           edo_tcp_stream **ret_stream)
{
    edo_tcp_socket_connect_future fut = {.base = EDO_FUTURE_INIT(&connect_ops),
                                         .socket = socket,
                                         .ret_stream = ret_stream,
                                         .error = -EINVAL};
    edo_addr checked;

    if (!socket || !addr || !ret_stream)
        return fut;
    fut.error =
        edo_addr_from_sockaddr((const struct sockaddr *)&addr->storage, addr->len, &checked);
    if (fut.error < 0)
        return fut;
    memcpy(fut.addr, &checked.storage, checked.len);
    fut.addr_len = checked.len;
    return fut;
}

int edo_tcp_socket_connect(edo_tcp_socket *socket, const edo_addr *addr,
                           edo_tcp_stream **ret_stream)
{
    edo_tcp_socket_connect_future fut = edo_tcp_socket_connect_async(socket, addr, ret_stream);

    return (int)edo_await(&fut.base);
}
