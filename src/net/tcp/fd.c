/* fd.c: descriptors from elsewhere, and to elsewhere. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "base/sys.h"
#include "net/tcp/tcp.h"
#include "net/tcp/fd.h"
#include "net/tcp/option.h"

int tcp_fd_check(int fd, bool listens)
{
    int family, is;
    int rc = socket_check(fd, SOCK_STREAM, IPPROTO_TCP, &family);

    if (rc == 0)
        rc = socket_int(fd, SOL_SOCKET, SO_ACCEPTCONN, &is);
    return rc < 0 ? rc : (is != 0) == listens ? 0 : -EINVAL;
}

int edo_tcp_from_fd(int fd, edo_tcp_stream **ret_stream)
{
    edo_addr peer;
    int flags, linger, rc;

    if (!ret_stream)
        return -EINVAL;
    if ((rc = tcp_fd_check(fd, false)) < 0 ||
        (rc = socket_addr_of(sys_getpeername, fd, &peer)) < 0 ||
        (rc = tcp_option_read(fd, EDO_TCP_LINGER, &linger)) < 0 ||
        (rc = flags = sys_fcntl_getfl(fd)) < 0)
        return rc;
    socket_stream *stream = socket_stream_new(FLOW_PLAIN);
    if (!stream)
        return -ENOMEM;
    stream->fd = fd;
    stream->lingers = linger > 0;
    rc = socket_set_nonblocking(fd);
    if (rc == 0 && (rc = socket_stream_attach(stream)) < 0)
        sys_fcntl_setfl(fd, flags);
    if (rc < 0)
        free(stream);
    else
        *ret_stream = (edo_tcp_stream *)stream;
    return rc;
}

int tcp_fd_listen(int fd, edo_tcp_listener **ret_listener)
{
    int linger, rc = tcp_option_read(fd, EDO_TCP_LINGER, &linger);

    if (rc == 0 && linger > 0) /* a close of its connections would wait in the system */
        rc = tcp_option_set(fd, EDO_TCP_LINGER, -1);
    if (rc < 0)
        return rc;
    return socket_listener_new(fd, (socket_listener **)(void *)ret_listener);
}

int edo_tcp_listener_from_fd(int fd, edo_tcp_listener **ret_listener)
{
    int flags, rc;

    if (!ret_listener)
        return -EINVAL;
    if ((rc = tcp_fd_check(fd, true)) < 0 || (rc = flags = sys_fcntl_getfl(fd)) < 0 ||
        (rc = socket_set_nonblocking(fd)) < 0)
        return rc;
    if ((rc = tcp_fd_listen(fd, ret_listener)) < 0)
        sys_fcntl_setfl(fd, flags);
    return rc;
}

/* Frees the object only when its source lets go of the descriptor. */
static int take_out(source *src, void *object, bool blocking, int *ret_fd)
{
    int fd, rc = source_release(src, &fd);

    if (rc < 0)
        return rc;
    free(object);
    *ret_fd = fd;
    if (!blocking)
        return 0;
    int flags = sys_fcntl_getfl(fd);
    return flags < 0 ? flags : sys_fcntl_setfl(fd, flags & ~O_NONBLOCK);
}

int edo_tcp_into_fd(edo_tcp_stream *stream, int *ret_fd)
{
    return stream && ret_fd ? take_out(stream->base.src, stream, false, ret_fd) : -EINVAL;
}

int edo_tcp_into_blocking_fd(edo_tcp_stream *stream, int *ret_fd)
{
    return stream && ret_fd ? take_out(stream->base.src, stream, true, ret_fd) : -EINVAL;
}

int edo_tcp_listener_into_fd(edo_tcp_listener *listener, int *ret_fd)
{
    return listener && ret_fd ? take_out(listener->base.src, listener, false, ret_fd) : -EINVAL;
}

int edo_tcp_listener_into_blocking_fd(edo_tcp_listener *listener, int *ret_fd)
{
    return listener && ret_fd ? take_out(listener->base.src, listener, true, ret_fd) : -EINVAL;
}

int edo_tcp_fd(const edo_tcp_stream *stream)
{
    return stream ? stream->base.fd : -EINVAL;
}

int edo_tcp_listener_fd(const edo_tcp_listener *listener)
{
    return listener ? listener->base.fd : -EINVAL;
}
