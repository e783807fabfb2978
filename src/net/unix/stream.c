/* stream.c: reading from a connection and writing to it, and its close. */
#include <sys/socket.h>

#include <edo/await.h>

#include "io/fd_io.h"
#include "net/unix/unix.h"

_Static_assert(sizeof(edo_unix_read_future) <= 256, "net-048");
_Static_assert(sizeof(edo_unix_write_all_future) <= 256, "net-048");

static const edo_future_ops read_ops = FD_READ_OPS("unix_read");
static const edo_future_ops write_ops = FD_WRITE_OPS("unix_write");
static const edo_future_ops write_all_ops = FD_WRITE_ALL_OPS("unix_write_all");
static const fd_kind kind = {
    .read = OP_RECV,
    .readv = OP_RECVV,
    .write = OP_SEND,
    .writev = OP_SENDV,
    .read_ops = &read_ops,
    .write_ops = &write_ops,
    .write_all_ops = &write_all_ops,
};

static inline source *source_of(edo_unix_stream *stream)
{
    return socket_stream_source((socket_stream *)stream);
}

int edo_unix_close(edo_unix_stream *stream)
{
    return socket_stream_close((socket_stream *)stream);
}

/* Reading. */

edo_unix_read_future edo_unix_read_async(edo_unix_stream *stream, void *buf, size_t len)
{
    return fd_read_future(&kind, source_of(stream), buf, len, 0);
}

ssize_t edo_unix_read(edo_unix_stream *stream, void *buf, size_t len)
{
    return fd_read(&kind, source_of(stream), buf, len);
}

edo_unix_read_future edo_unix_readv_async(edo_unix_stream *stream, const struct iovec *iov,
                                          size_t count)
{
    return fd_readv_future(&kind, source_of(stream), iov, count);
}

ssize_t edo_unix_readv(edo_unix_stream *stream, const struct iovec *iov, size_t count)
{
    edo_unix_read_future fut = edo_unix_readv_async(stream, iov, count);

    return (ssize_t)edo_await(&fut.base);
}

edo_unix_read_future edo_unix_peek_async(edo_unix_stream *stream, void *buf, size_t len)
{
    return fd_read_future(&kind, source_of(stream), buf, len, MSG_PEEK);
}

ssize_t edo_unix_peek(edo_unix_stream *stream, void *buf, size_t len)
{
    edo_unix_read_future fut = edo_unix_peek_async(stream, buf, len);

    return (ssize_t)edo_await(&fut.base);
}

ssize_t edo_unix_try_read(edo_unix_stream *stream, void *buf, size_t len)
{
    return fd_try_read(&kind, source_of(stream), buf, len, 0);
}

ssize_t edo_unix_try_readv(edo_unix_stream *stream, const struct iovec *iov, size_t count)
{
    return fd_try_readv(&kind, source_of(stream), iov, count);
}

ssize_t edo_unix_try_peek(edo_unix_stream *stream, void *buf, size_t len)
{
    return fd_try_read(&kind, source_of(stream), buf, len, MSG_PEEK);
}

/* Writing. */

edo_unix_write_future edo_unix_write_async(edo_unix_stream *stream, const void *buf, size_t len)
{
    return fd_write_future(&kind, source_of(stream), buf, len);
}

ssize_t edo_unix_write(edo_unix_stream *stream, const void *buf, size_t len)
{
    return fd_write(&kind, source_of(stream), buf, len);
}

edo_unix_write_future edo_unix_writev_async(edo_unix_stream *stream, const struct iovec *iov,
                                            size_t count)
{
    return fd_writev_future(&kind, source_of(stream), iov, count);
}

ssize_t edo_unix_writev(edo_unix_stream *stream, const struct iovec *iov, size_t count)
{
    edo_unix_write_future fut = edo_unix_writev_async(stream, iov, count);

    return (ssize_t)edo_await(&fut.base);
}

ssize_t edo_unix_try_write(edo_unix_stream *stream, const void *buf, size_t len)
{
    return fd_try_write(&kind, source_of(stream), buf, len);
}

ssize_t edo_unix_try_writev(edo_unix_stream *stream, const struct iovec *iov, size_t count)
{
    return fd_try_writev(&kind, source_of(stream), iov, count);
}

edo_unix_write_all_future edo_unix_write_all_async(edo_unix_stream *stream, const void *buf,
                                                   size_t len)
{
    return fd_write_all_future(&kind, source_of(stream), buf, len);
}

int edo_unix_write_all(edo_unix_stream *stream, const void *buf, size_t len)
{
    return fd_write_all(&kind, source_of(stream), buf, len);
}
