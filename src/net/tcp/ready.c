/* ready.c: waiting until a connection is ready. */
#include "io/fd_ready.h"
#include "net/tcp/tcp.h"

static const edo_future_ops ready_ops = FD_READY_OPS("tcp_ready");
static const edo_future_ops able_ops = FD_READY_OPS("tcp_readable or writable");
static const fd_ready_kind tcp = {.ready_ops = &ready_ops, .able_ops = &able_ops};

static inline source *source_of(edo_tcp_stream *stream)
{
    return socket_stream_source((socket_stream *)stream);
}

edo_tcp_ready_future edo_tcp_ready_async(edo_tcp_stream *stream, unsigned interest)
{
    return fd_ready_future(&tcp, source_of(stream), interest);
}

int edo_tcp_ready(edo_tcp_stream *stream, unsigned interest)
{
    return fd_ready(&tcp, source_of(stream), interest);
}

int edo_tcp_try_ready(edo_tcp_stream *stream, unsigned interest)
{
    return fd_try_ready(&tcp, source_of(stream), interest);
}

edo_tcp_ready_future edo_tcp_readable_async(edo_tcp_stream *stream)
{
    return fd_able_future(&tcp, source_of(stream), EDO_READABLE);
}

int edo_tcp_readable(edo_tcp_stream *stream)
{
    return fd_able(&tcp, source_of(stream), EDO_READABLE);
}

edo_tcp_ready_future edo_tcp_writable_async(edo_tcp_stream *stream)
{
    return fd_able_future(&tcp, source_of(stream), EDO_WRITABLE);
}

int edo_tcp_writable(edo_tcp_stream *stream)
{
    return fd_able(&tcp, source_of(stream), EDO_WRITABLE);
}
