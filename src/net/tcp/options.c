/* options.c: what a connection is asked and told besides its bytes. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "base/sys.h"
#include "net/tcp/tcp.h"

int edo_tcp_local_addr(const edo_tcp_stream *stream, edo_addr *ret_addr)
{
    if (!stream || !ret_addr)
        return -EINVAL;
    return socket_addr_of(sys_getsockname, stream->base.fd, ret_addr);
}

int edo_tcp_peer_addr(const edo_tcp_stream *stream, edo_addr *ret_addr)
{
    if (!stream || !ret_addr)
        return -EINVAL;
    return socket_addr_of(sys_getpeername, stream->base.fd, ret_addr);
}

int edo_tcp_set_nodelay(edo_tcp_stream *stream, bool nodelay)
{
    return stream ? socket_set_int(stream->base.fd, IPPROTO_TCP, TCP_NODELAY, nodelay) : -EINVAL;
}

int edo_tcp_set_linger(edo_tcp_stream *stream, int seconds)
{
    return socket_stream_set_linger((socket_stream *)stream, seconds);
}

int edo_tcp_shutdown(edo_tcp_stream *stream, edo_half half)
{
    return socket_stream_shutdown((socket_stream *)stream, half);
}
