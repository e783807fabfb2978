/* receiver.c: reading from a pipe, in every form. */
#include <errno.h>

#include <edo/await.h>

#include "io/fd_io.h"
#include "io/fd_ready.h"
#include "io/reading.h"
#include "net/pipe/pipe.h"

_Static_assert(sizeof(edo_pipe_read_future) <= 256, "net-048");

static const edo_future_ops read_ops = FD_READ_OPS("pipe_read");
static const fd_kind pipe_in = {.read = OP_READ, .readv = OP_READV, .read_ops = &read_ops};
static const edo_future_ops ready_ops = FD_READY_OPS("pipe_receiver_ready");
static const edo_future_ops able_ops = FD_READY_OPS("pipe_readable");
static const fd_ready_kind ready_in = {
    .of_pipe = true, .ready_ops = &ready_ops, .able_ops = &able_ops};

static inline source *source_of(edo_pipe_receiver *receiver)
{
    return pipe_source((pipe_end *)receiver);
}

edo_pipe_read_future edo_pipe_read_async(edo_pipe_receiver *receiver, void *buf, size_t len)
{
    return fd_read_future(&pipe_in, source_of(receiver), buf, len, 0);
}

ssize_t edo_pipe_read(edo_pipe_receiver *receiver, void *buf, size_t len)
{
    return fd_read(&pipe_in, source_of(receiver), buf, len);
}

ssize_t edo_pipe_try_read(edo_pipe_receiver *receiver, void *buf, size_t len)
{
    return fd_try_read(&pipe_in, source_of(receiver), buf, len, 0);
}

edo_pipe_read_future edo_pipe_readv_async(edo_pipe_receiver *receiver, const struct iovec *iov,
                                          size_t count)
{
    return fd_readv_future(&pipe_in, source_of(receiver), iov, count);
}

ssize_t edo_pipe_readv(edo_pipe_receiver *receiver, const struct iovec *iov, size_t count)
{
    edo_pipe_read_future fut = edo_pipe_readv_async(receiver, iov, count);

    return (ssize_t)edo_await(&fut.base);
}

ssize_t edo_pipe_try_readv(edo_pipe_receiver *receiver, const struct iovec *iov, size_t count)
{
    return fd_try_readv(&pipe_in, source_of(receiver), iov, count);
}

ssize_t edo_pipe_try_read_buf(edo_pipe_receiver *receiver, edo_buf *buf)
{
    int rc = receiver && buf ? reading_room(buf) : -EINVAL;

    if (rc < 0)
        return rc;
    ssize_t n = edo_pipe_try_read(receiver, edo_buf_end(buf), edo_buf_spare(buf));
    if (n > 0)
        edo_buf_advance(buf, (size_t)n);
    return n;
}

/* Readiness. */

edo_pipe_ready_future edo_pipe_receiver_ready_async(edo_pipe_receiver *receiver, unsigned interest)
{
    return fd_ready_future(&ready_in, source_of(receiver), interest);
}

int edo_pipe_receiver_ready(edo_pipe_receiver *receiver, unsigned interest)
{
    return fd_ready(&ready_in, source_of(receiver), interest);
}

int edo_pipe_receiver_try_ready(edo_pipe_receiver *receiver, unsigned interest)
{
    return fd_try_ready(&ready_in, source_of(receiver), interest);
}

edo_pipe_ready_future edo_pipe_readable_async(edo_pipe_receiver *receiver)
{
    return fd_able_future(&ready_in, source_of(receiver), EDO_READABLE);
}

int edo_pipe_readable(edo_pipe_receiver *receiver)
{
    return fd_able(&ready_in, source_of(receiver), EDO_READABLE);
}

int64_t edo_pipe_receiver_try_io(edo_pipe_receiver *receiver, edo_fd_call *call, void *arg)
{
    return pipe_try_io((pipe_end *)receiver, EDO_READABLE, call, arg);
}

/* As a reader. */

static edo_poll reader_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    return fd_transfer_read(FD_TRANSFER_SOURCE(t, source_of(self)), OP_READ, t, waker);
}

static edo_poll reader_readv(void *self, edo_transfer *t, const edo_waker *waker)
{
    return fd_transfer_read(FD_TRANSFER_SOURCE(t, source_of(self)), OP_READV, t, waker);
}

static void reader_cancel(void *self, edo_transfer *t)
{
    (void)self;
    fd_transfer_cancel(t);
}

static int reader_put_back(void *self, edo_transfer *t)
{
    (void)self;
    return fd_transfer_put_back(t);
}

static const edo_reader_ops reader_ops = {
    .read = reader_read,
    .readv = reader_readv,
    .cancel = reader_cancel,
    .put_back = reader_put_back,
    .name = "pipe",
};

edo_reader edo_pipe_reader(edo_pipe_receiver *receiver)
{
    return (edo_reader){receiver ? &reader_ops : NULL, receiver};
}
