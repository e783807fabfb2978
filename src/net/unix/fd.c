/* fd.c: descriptors from elsewhere, and to elsewhere. Every type here begins with what it has of them. */
#include <errno.h>
#include <stdlib.h>

#include <edo/unix_fd.h>

#include "base/sys.h"
#include "net/socket/socket.h"
#include "net/unix/unix.h"

enum role { LISTENS, CONNECTED, ANY_ROLE };

static int check(int fd, int type, enum role role)
{
    edo_unix_addr peer;
    int family, listens = 0, rc = socket_check(fd, type, 0, &family);

    if (rc == 0 && family != AF_UNIX)
        rc = -EINVAL;
    if (rc == 0 && role != ANY_ROLE)
        rc = socket_int(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens);
    if (rc == 0 && role != ANY_ROLE && (listens != 0) != (role == LISTENS))
        rc = -EINVAL;
    return rc == 0 && role == CONNECTED ? unix_addr_of(sys_getpeername, fd, &peer) : rc;
}

/* Sets it non-blocking for as long as it takes to find out whether `make` has it then. */
static int adopt(int fd, int (*make)(int fd, void *ret), void *ret)
{
    int flags = sys_fcntl_getfl(fd), rc = flags;

    if (rc >= 0)
        rc = socket_set_nonblocking(fd);
    if (rc == 0 && (rc = make(fd, ret)) < 0)
        sys_fcntl_setfl(fd, flags);
    return rc;
}

static int make_stream(int fd, enum socket_flow flow, socket_stream **ret)
{
    socket_stream *stream = socket_stream_new(flow);

    if (!stream)
        return -ENOMEM;
    stream->fd = fd;
    int rc = socket_stream_attach(stream);
    if (rc < 0)
        free(stream);
    else
        *ret = stream;
    return rc;
}

static int make_bytes(int fd, void *ret)
{
    return make_stream(fd, FLOW_MARKED, ret);
}

static int make_records(int fd, void *ret)
{
    return make_stream(fd, FLOW_RECORDS, ret);
}

static int make_listener(int fd, void *ret)
{
    unix_listener *listener = calloc(1, sizeof *listener); /* which takes no path away */

    if (!listener)
        return -ENOMEM;
    int rc = socket_listener_open(&listener->base, fd);
    if (rc < 0)
        free(listener);
    else
        *(unix_listener **)ret = listener;
    return rc;
}

int edo_unix_from_fd(int fd, edo_unix_stream **ret_stream)
{
    socket_stream *stream;
    int rc = ret_stream ? check(fd, SOCK_STREAM, CONNECTED) : -EINVAL;

    if (rc == 0 && (rc = adopt(fd, make_bytes, &stream)) == 0)
        *ret_stream = (edo_unix_stream *)stream;
    return rc;
}

int edo_unix_listener_from_fd(int fd, edo_unix_listener **ret_listener)
{
    unix_listener *listener;
    int rc = ret_listener ? check(fd, SOCK_STREAM, LISTENS) : -EINVAL;

    if (rc == 0 && (rc = adopt(fd, make_listener, &listener)) == 0)
        *ret_listener = (edo_unix_listener *)listener;
    return rc;
}

int edo_unix_datagram_from_fd(int fd, edo_unix_datagram **ret_datagram)
{
    socket_stream *stream;
    int rc = ret_datagram ? check(fd, SOCK_DGRAM, ANY_ROLE) : -EINVAL;

    if (rc == 0 && (rc = adopt(fd, make_records, &stream)) == 0)
        *ret_datagram = (edo_unix_datagram *)stream;
    return rc;
}

int edo_unix_seqpacket_from_fd(int fd, edo_unix_seqpacket **ret_conn)
{
    socket_stream *stream;
    int rc = ret_conn ? check(fd, SOCK_SEQPACKET, CONNECTED) : -EINVAL;

    if (rc == 0 && (rc = adopt(fd, make_records, &stream)) == 0)
        *ret_conn = (edo_unix_seqpacket *)stream;
    return rc;
}

static int take_out(source *src, void *object, int *ret_fd)
{
    int rc = source_release(src, ret_fd);

    if (rc == 0)
        free(object);
    return rc;
}

static int take_out_of_stream(void *object, int *ret_fd)
{
    socket_stream *stream = object;

    return stream && ret_fd ? take_out(stream->src, stream, ret_fd) : -EINVAL;
}

int edo_unix_into_fd(edo_unix_stream *stream, int *ret_fd)
{
    return take_out_of_stream(stream, ret_fd);
}

int edo_unix_datagram_into_fd(edo_unix_datagram *datagram, int *ret_fd)
{
    return take_out_of_stream(datagram, ret_fd);
}

int edo_unix_seqpacket_into_fd(edo_unix_seqpacket *conn, int *ret_fd)
{
    return take_out_of_stream(conn, ret_fd);
}

int edo_unix_listener_into_fd(edo_unix_listener *listener, int *ret_fd)
{
    socket_listener *base = (socket_listener *)listener;

    return base && ret_fd ? take_out(base->src, base, ret_fd) : -EINVAL;
}

int edo_unix_fd(const edo_unix_stream *stream)
{
    return stream ? stream->base.fd : -EINVAL;
}

int edo_unix_listener_fd(const edo_unix_listener *listener)
{
    return listener ? ((const socket_listener *)listener)->fd : -EINVAL;
}

int edo_unix_datagram_fd(const edo_unix_datagram *datagram)
{
    return datagram ? ((const socket_stream *)datagram)->fd : -EINVAL;
}

int edo_unix_seqpacket_fd(const edo_unix_seqpacket *conn)
{
    return conn ? ((const socket_stream *)conn)->fd : -EINVAL;
}
