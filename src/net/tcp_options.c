/* tcp_options.c: what a connection is asked and told besides its bytes. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <edo/error.h>

#include "base/atomic.h"
#include "base/sys.h"
#include "net/tcp.h"

int tcp_set_int(int fd, int level, int name, int value)
{
    return sys_setsockopt(fd, level, name, &value, sizeof value);
}

int tcp_addr_of(int (*call)(int fd, struct sockaddr *sa, socklen_t *len), int fd, edo_addr *ret)
{
    edo_addr addr = {.len = sizeof addr.storage};
    int rc = call(fd, (struct sockaddr *)&addr.storage, &addr.len);

    if (rc == 0)
        *ret = addr;
    return rc;
}

int edo_tcp_local_addr(const edo_tcp_stream *stream, edo_addr *ret_addr)
{
    return stream && ret_addr ? tcp_addr_of(sys_getsockname, stream->fd, ret_addr) : -EINVAL;
}

int edo_tcp_peer_addr(const edo_tcp_stream *stream, edo_addr *ret_addr)
{
    return stream && ret_addr ? tcp_addr_of(sys_getpeername, stream->fd, ret_addr) : -EINVAL;
}

int edo_tcp_set_nodelay(edo_tcp_stream *stream, bool nodelay)
{
    return stream ? tcp_set_int(stream->fd, IPPROTO_TCP, TCP_NODELAY, nodelay) : -EINVAL;
}

int edo_tcp_set_linger(edo_tcp_stream *stream, int seconds)
{
    if (!stream)
        return -EINVAL;
    struct linger linger = {.l_onoff = seconds >= 0, .l_linger = seconds >= 0 ? seconds : 0};
    int rc = sys_setsockopt(stream->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    if (rc == 0)
        stream->lingers = seconds > 0;
    return rc;
}

int edo_tcp_shutdown(edo_tcp_stream *stream, edo_half half)
{
    if (!stream || (unsigned)half > EDO_BOTH_HALVES)
        return -EINVAL;
    /* acquire: pairs with the lock under which the shutdown clears it. */
    if (!a_load(&stream->src->home, acquire))
        return -EDO_ESHUTDOWN;
    uint32_t halves = half == EDO_BOTH_HALVES ? 3 : UINT32_C(1) << half;
    int rc =
        sys_shutdown(stream->fd, (int)half); /* SHUT_RD, SHUT_WR, SHUT_RDWR: the same numbers */
    /* Once both sides have ended the system says -ENOTCONN to what was done before. relaxed: the
     * bits say nothing of anything else. */
    if (rc == -ENOTCONN && (a_load(&stream->shut, relaxed) & halves) == halves)
        return 0;
    if (rc == 0)
        a_fetch_or(&stream->shut, halves, relaxed);
    return rc;
}
