/* io.c: a connection as a reader and a writer. */
#include "base/sys.h"
#include "io/fd_io.h"
#include "net/socket/stream.h"

static source *source_for(const socket_stream *self, const edo_transfer *t)
{
    return FD_TRANSFER_SOURCE(t, self->src);
}

edo_poll socket_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    return fd_transfer_read(source_for(self, t), OP_RECV, t, waker);
}

edo_poll socket_readv(void *self, edo_transfer *t, const edo_waker *waker)
{
    return fd_transfer_read(source_for(self, t), OP_RECVV, t, waker);
}

edo_poll socket_write(void *self, edo_transfer *t, const edo_waker *waker)
{
    return fd_transfer_write(source_for(self, t), OP_SEND, t, waker);
}

edo_poll socket_writev(void *self, edo_transfer *t, const edo_waker *waker)
{
    return fd_transfer_write(source_for(self, t), OP_SENDV, t, waker);
}

edo_poll socket_end(void *self, edo_transfer *t, const edo_waker *waker)
{
    (void)waker;
    t->result = socket_stream_shutdown(self, EDO_WRITE_HALF);
    return EDO_READY;
}

void socket_cancel(void *self, edo_transfer *t)
{
    (void)self;
    fd_transfer_cancel(t);
}

int socket_put_back(void *self, edo_transfer *t)
{
    (void)self;
    return fd_transfer_put_back(t);
}

source *socket_source(void *self)
{
    const socket_stream *stream = self;

    return stream->flow == FLOW_RECORDS ? NULL
                                        : stream->src; /* records don't flow into each other */
}
