/* options.c: pairs, and what a connection is asked and told besides its bytes. */
#include <errno.h>

#include "base/sys.h"
#include "net/socket/socket.h"
#include "net/unix/unix.h"
#include "sched/current.h"

int unix_socket_pair(int type, int fds[2])
{
    return sys_socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds);
}

int unix_stream_pair(enum socket_flow flow, socket_stream **ret_one, socket_stream **ret_other)
{
    socket_stream *one, *other = NULL;
    int fds[2], rc = -ENOMEM;

    if ((one = socket_stream_new(flow)) && (other = socket_stream_new(flow)))
        rc = unix_socket_pair(flow == FLOW_RECORDS ? SOCK_SEQPACKET : SOCK_STREAM, fds);
    if (rc == 0) {
        one->fd = fds[0];
        other->fd = fds[1];
        rc = socket_stream_attach(one);
    }
    if (rc == 0)
        rc = socket_stream_attach(other);
    if (rc < 0) {
        socket_stream_drop(one);
        socket_stream_drop(other);
        return rc;
    }
    *ret_one = one;
    *ret_other = other;
    return 0;
}

int edo_unix_pair(edo_unix_stream **ret_one, edo_unix_stream **ret_other)
{
    socket_stream *one, *other;

    if (!ret_one || !ret_other)
        return -EINVAL;
    int rc = unix_stream_pair(FLOW_MARKED, &one, &other);
    if (rc == 0) {
        *ret_one = (edo_unix_stream *)one;
        *ret_other = (edo_unix_stream *)other;
    }
    return rc;
}

int edo_unix_shutdown(edo_unix_stream *stream, edo_half half)
{
    return socket_stream_shutdown((socket_stream *)stream, half);
}

int edo_unix_local_addr(const edo_unix_stream *stream, edo_unix_addr *ret_addr)
{
    if (!stream || !ret_addr)
        return -EINVAL;
    return unix_addr_of(sys_getsockname, stream->base.fd, ret_addr);
}

int edo_unix_peer_addr(const edo_unix_stream *stream, edo_unix_addr *ret_addr)
{
    if (!stream || !ret_addr)
        return -EINVAL;
    return unix_addr_of(sys_getpeername, stream->base.fd, ret_addr);
}

int unix_cred_of(int fd, edo_unix_cred *ret_cred)
{
    struct ucred cred;
    socklen_t len = sizeof cred;
    int rc = sys_getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len);

    if (rc == 0)
        *ret_cred = (edo_unix_cred){.pid = cred.pid, .uid = cred.uid, .gid = cred.gid};
    return rc;
}

int edo_unix_peer_cred(const edo_unix_stream *stream, edo_unix_cred *ret_cred)
{
    return stream && ret_cred ? unix_cred_of(stream->base.fd, ret_cred) : -EINVAL;
}

int edo_unix_take_error(edo_unix_stream *stream)
{
    return stream ? socket_take_error(stream->base.fd) : -EINVAL;
}
