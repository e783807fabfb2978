/*
 * tcp_stream.c: a connection: its life, and reading from it and writing to it.
 *
 * Bounds      No future holds a buffer; each is at most 256 bytes.
 */
#include "net/tcp.h"

#include <errno.h>
#include <stdlib.h>

#include "base/sys.h"
#include "io/fd_io.h"
#include "sched/current.h"

_Static_assert(sizeof(edo_tcp_read_future) <= 256, "net-048");
_Static_assert(sizeof(edo_tcp_write_future) <= 256, "net-048");
_Static_assert(sizeof(edo_tcp_write_all_future) <= 256, "net-048");

/* The stream's life. */

static void release_stream(source_kept *kept)
{
    edo_tcp_stream *stream = container_of(kept, edo_tcp_stream, kept);

    edo_tcp_set_linger(stream, 0); /* nobody accepted it: its peer is told by a reset */
    tcp_stream_drop(stream);
}

edo_tcp_stream *tcp_stream_new(void)
{
    edo_tcp_stream *stream = malloc(sizeof *stream);

    if (stream)
        *stream = (edo_tcp_stream){.kept.release = release_stream, .fd = -1};
    return stream;
}

int tcp_stream_attach(edo_tcp_stream *stream)
{
    driver *d;
    int rc = current_driver(&d);

    return rc < 0 ? rc : source_open(d, stream->fd, true, &stream->src);
}

void tcp_stream_drop(edo_tcp_stream *stream)
{
    if (!stream)
        return;
    if (stream->src)
        source_close(stream->src);
    else if (stream->fd >= 0)
        sys_close(stream->fd);
    free(stream);
}

int edo_tcp_close(edo_tcp_stream *stream)
{
    if (!stream)
        return -EINVAL;
    if (stream->lingers) /* the system would wait in close(2), also for a non-blocking socket */
        edo_tcp_set_linger(stream, -1);
    tcp_stream_drop(stream);
    return 0;
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

static inline source *source_of(edo_tcp_stream *stream)
{
    return stream ? stream->src : NULL;
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
