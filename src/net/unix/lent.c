/* lent.c: reading from a Unix connection into buffers of a pool. */
#include "io/fd_lent.h"
#include "net/unix/unix.h"

static const edo_future_ops ops = FD_LENT_OPS("unix_read_lent");

static source *source_of(edo_unix_stream *stream)
{
    return socket_stream_source((socket_stream *)stream);
}

edo_unix_read_lent_future edo_unix_read_lent_async(edo_unix_stream *stream, edo_buffer_pool *pool,
                                                   edo_lent *ret_lent)
{
    return fd_lent_future(&ops, source_of(stream), pool, ret_lent);
}

ssize_t edo_unix_read_lent(edo_unix_stream *stream, edo_buffer_pool *pool, edo_lent *ret_lent)
{
    return fd_read_lent(&ops, source_of(stream), pool, ret_lent);
}

ssize_t edo_unix_try_read_lent(edo_unix_stream *stream, edo_buffer_pool *pool, edo_lent *ret_lent)
{
    return fd_try_read_lent(source_of(stream), pool, ret_lent);
}
