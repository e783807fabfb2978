/* tcp_io.c: a connection as a reader and a writer. */
#include <errno.h>

#include "base/sys.h"
#include "io/fd_io.h"
#include "net/tcp.h"

static edo_poll tcp_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    return fd_transfer_read(((edo_tcp_stream *)self)->src, OP_RECV, t, waker);
}

static edo_poll tcp_readv(void *self, edo_transfer *t, const edo_waker *waker)
{
    return fd_transfer_read(((edo_tcp_stream *)self)->src, OP_RECVV, t, waker);
}

static edo_poll tcp_write(void *self, edo_transfer *t, const edo_waker *waker)
{
    return fd_transfer_write(((edo_tcp_stream *)self)->src, OP_SEND, t, waker);
}

static edo_poll tcp_writev(void *self, edo_transfer *t, const edo_waker *waker)
{
    return fd_transfer_write(((edo_tcp_stream *)self)->src, OP_SENDV, t, waker);
}

static edo_poll tcp_shut(void *self, edo_transfer *t, const edo_waker *waker)
{
    (void)waker;
    t->result = edo_tcp_shutdown(self, EDO_WRITE_HALF);
    return EDO_READY;
}

static void tcp_cancel(void *self, edo_transfer *t)
{
    (void)self;
    fd_transfer_cancel(t);
}

static int tcp_put_back(void *self, edo_transfer *t)
{
    (void)self;
    return fd_transfer_put_back(t);
}

static const edo_reader_ops tcp_reader = {
    .read = tcp_read,
    .readv = tcp_readv,
    .cancel = tcp_cancel,
    .put_back = tcp_put_back,
    .name = "tcp",
};

static const edo_writer_ops tcp_writer = {
    .write = tcp_write,
    .writev = tcp_writev,
    .shutdown = tcp_shut,
    .cancel = tcp_cancel,
    .name = "tcp",
};

edo_reader edo_tcp_reader(edo_tcp_stream *stream)
{
    return (edo_reader){stream ? &tcp_reader : NULL, stream};
}

edo_writer edo_tcp_writer(edo_tcp_stream *stream)
{
    return (edo_writer){stream ? &tcp_writer : NULL, stream};
}

edo_io edo_tcp_io(edo_tcp_stream *stream)
{
    return (edo_io){edo_tcp_reader(stream), edo_tcp_writer(stream)};
}
