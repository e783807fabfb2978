/* ready.c: waiting until a Unix connection is ready. */
#include "io/fd_ready.h"
#include "net/unix/unix.h"

static const edo_future_ops ready_ops = FD_READY_OPS("unix_ready");
static const edo_future_ops able_ops = FD_READY_OPS("unix_readable or writable");
static const fd_ready_kind kind = {.ready_ops = &ready_ops, .able_ops = &able_ops};

static inline source *source_of(edo_unix_stream *stream)
{
    return socket_stream_source((socket_stream *)stream);
}

edo_unix_ready_future edo_unix_ready_async(edo_unix_stream *stream, unsigned interest)
{
    return fd_ready_future(&kind, source_of(stream), interest);
}

int edo_unix_ready(edo_unix_stream *stream, unsigned interest)
{
    return fd_ready(&kind, source_of(stream), interest);
}

int edo_unix_try_ready(edo_unix_stream *stream, unsigned interest)
{
    return fd_try_ready(&kind, source_of(stream), interest);
}

edo_unix_ready_future edo_unix_readable_async(edo_unix_stream *stream)
{
    return fd_able_future(&kind, source_of(stream), EDO_READABLE);
}

int edo_unix_readable(edo_unix_stream *stream)
{
    return fd_able(&kind, source_of(stream), EDO_READABLE);
}

edo_unix_ready_future edo_unix_writable_async(edo_unix_stream *stream)
{
    return fd_able_future(&kind, source_of(stream), EDO_WRITABLE);
}

int edo_unix_writable(edo_unix_stream *stream)
{
    return fd_able(&kind, source_of(stream), EDO_WRITABLE);
}
