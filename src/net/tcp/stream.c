/*
 * stream.c: reading from a TCP connection and writing to it, and its close.
 *
 * Bounds      No future holds a buffer; each is at most 256 bytes.
 */
#include "net/tcp/tcp.h"

#include <sys/socket.h>

#include <edo/await.h>

#include "io/fd_io.h"

_Static_assert(sizeof(edo_tcp_read_future) <= 256, "net-048");
_Static_assert(sizeof(edo_tcp_write_future) <= 256, "net-048");
_Static_assert(sizeof(edo_tcp_write_all_future) <= 256, "net-048");

int edo_tcp_close(edo_tcp_stream *stream)
{
    return socket_stream_close((socket_stream *)stream);
}

/* Reading and writing. */

static const edo_future_ops read_ops = FD_READ_OPS("tcp_read");
static const edo_future_ops write_ops = FD_WRITE_OPS("tcp_write");
static const edo_future_ops write_all_ops = FD_WRITE_ALL_OPS("tcp_write_all");
static const fd_kind tcp = {
    .read = OP_RECV,
    .readv = OP_RECVV,
    .write = OP_SEND,
    .writev = OP_SENDV,
    .read_ops = &read_ops,
    .write_ops = &write_ops,
    .write_all_ops = &write_all_ops,
};

static const edo_future_ops peek_ops = FD_READ_OPS("tcp_peek");
static const fd_kind peeking = {.read = OP_RECV, .read_ops = &peek_ops};

static inline source *source_of(edo_tcp_stream *stream)
{
    return socket_stream_source((socket_stream *)stream);
}

edo_tcp_read_future edo_tcp_read_async(edo_tcp_stream *stream, void *buf, size_t len)
{
    return fd_read_future(&tcp, source_of(stream), buf, len, 0);
}

ssize_t edo_tcp_read(edo_tcp_stream *stream, void *buf, size_t len)
{
    return fd_read(&tcp, source_of(stream), buf, len);
}

ssize_t edo_tcp_try_read(edo_tcp_stream *stream, void *buf, size_t len)
{
    return fd_try_read(&tcp, source_of(stream), buf, len, 0);
}

edo_tcp_write_future edo_tcp_write_async(edo_tcp_stream *stream, const void *buf, size_t len)
{
    return fd_write_future(&tcp, source_of(stream), buf, len);
}

ssize_t edo_tcp_write(edo_tcp_stream *stream, const void *buf, size_t len)
{
    return fd_write(&tcp, source_of(stream), buf, len);
}

ssize_t edo_tcp_try_write(edo_tcp_stream *stream, const void *buf, size_t len)
{
    return fd_try_write(&tcp, source_of(stream), buf, len);
}

edo_tcp_write_all_future edo_tcp_write_all_async(edo_tcp_stream *stream, const void *buf,
                                                 size_t len)
{
    return fd_write_all_future(&tcp, source_of(stream), buf, len);
}

int edo_tcp_write_all(edo_tcp_stream *stream, const void *buf, size_t len)
{
    return fd_write_all(&tcp, source_of(stream), buf, len);
}

/* Peeking: a read that leaves what it shows. */

edo_tcp_read_future edo_tcp_peek_async(edo_tcp_stream *stream, void *buf, size_t len)
{
    return fd_read_future(&peeking, source_of(stream), buf, len, MSG_PEEK);
}

ssize_t edo_tcp_peek(edo_tcp_stream *stream, void *buf, size_t len)
{
    edo_tcp_read_future fut = edo_tcp_peek_async(stream, buf, len);

    return (ssize_t)edo_await(&fut.base);
}

ssize_t edo_tcp_try_peek(edo_tcp_stream *stream, void *buf, size_t len)
{
    return fd_try_read(&tcp, source_of(stream), buf, len, MSG_PEEK);
}

/* Several pieces at once. */

edo_tcp_read_future edo_tcp_readv_async(edo_tcp_stream *stream, const struct iovec *iov,
                                        size_t count)
{
    return fd_readv_future(&tcp, source_of(stream), iov, count);
}

ssize_t edo_tcp_readv(edo_tcp_stream *stream, const struct iovec *iov, size_t count)
{
    edo_tcp_read_future fut = edo_tcp_readv_async(stream, iov, count);

    return (ssize_t)edo_await(&fut.base);
}

ssize_t edo_tcp_try_readv(edo_tcp_stream *stream, const struct iovec *iov, size_t count)
{
    return fd_try_readv(&tcp, source_of(stream), iov, count);
}

edo_tcp_write_future edo_tcp_writev_async(edo_tcp_stream *stream, const struct iovec *iov,
                                          size_t count)
{
    return fd_writev_future(&tcp, source_of(stream), iov, count);
}

ssize_t edo_tcp_writev(edo_tcp_stream *stream, const struct iovec *iov, size_t count)
{
    edo_tcp_write_future fut = edo_tcp_writev_async(stream, iov, count);

    return (ssize_t)edo_await(&fut.base);
}

ssize_t edo_tcp_try_writev(edo_tcp_stream *stream, const struct iovec *iov, size_t count)
{
    return fd_try_writev(&tcp, source_of(stream), iov, count);
}
