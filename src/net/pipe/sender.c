/* sender.c: writing to a pipe, in every form. */
#include <edo/await.h>

#include "io/fd_io.h"
#include "io/fd_ready.h"
#include "net/pipe/pipe.h"

_Static_assert(sizeof(edo_pipe_write_future) <= 256, "net-048");
_Static_assert(sizeof(edo_pipe_write_all_future) <= 256, "net-048");

static const edo_future_ops write_ops = FD_WRITE_OPS("pipe_write");
static const edo_future_ops write_all_ops = FD_WRITE_ALL_OPS("pipe_write_all");
static const fd_kind pipe_out = {.write = OP_WRITE,
                                 .writev = OP_WRITEV,
                                 .write_ops = &write_ops,
                                 .write_all_ops = &write_all_ops};
static const edo_future_ops ready_ops = FD_READY_OPS("pipe_sender_ready");
static const edo_future_ops able_ops = FD_READY_OPS("pipe_writable");
static const fd_ready_kind ready_out = {
    .of_pipe = true, .ready_ops = &ready_ops, .able_ops = &able_ops};

static inline source *source_of(edo_pipe_sender *sender)
{
    return pipe_source((pipe_end *)sender);
}

edo_pipe_write_future edo_pipe_write_async(edo_pipe_sender *sender, const void *buf, size_t len)
{
    return fd_write_future(&pipe_out, source_of(sender), buf, len);
}

ssize_t edo_pipe_write(edo_pipe_sender *sender, const void *buf, size_t len)
{
    return fd_write(&pipe_out, source_of(sender), buf, len);
}

ssize_t edo_pipe_try_write(edo_pipe_sender *sender, const void *buf, size_t len)
{
    return fd_try_write(&pipe_out, source_of(sender), buf, len);
}

edo_pipe_write_future edo_pipe_writev_async(edo_pipe_sender *sender, const struct iovec *iov,
                                            size_t count)
{
    return fd_writev_future(&pipe_out, source_of(sender), iov, count);
}

ssize_t edo_pipe_writev(edo_pipe_sender *sender, const struct iovec *iov, size_t count)
{
    edo_pipe_write_future fut = edo_pipe_writev_async(sender, iov, count);

    return (ssize_t)edo_await(&fut.base);
}

ssize_t edo_pipe_try_writev(edo_pipe_sender *sender, const struct iovec *iov, size_t count)
{
    return fd_try_writev(&pipe_out, source_of(sender), iov, count);
}

edo_pipe_write_all_future edo_pipe_write_all_async(edo_pipe_sender *sender, const void *buf,
                                                   size_t len)
{
    return fd_write_all_future(&pipe_out, source_of(sender), buf, len);
}

int edo_pipe_write_all(edo_pipe_sender *sender, const void *buf, size_t len)
{
    return fd_write_all(&pipe_out, source_of(sender), buf, len);
}

/* Readiness. */

edo_pipe_ready_future edo_pipe_sender_ready_async(edo_pipe_sender *sender, unsigned interest)
{
    return fd_ready_future(&ready_out, source_of(sender), interest);
}

int edo_pipe_sender_ready(edo_pipe_sender *sender, unsigned interest)
{
    return fd_ready(&ready_out, source_of(sender), interest);
}

int edo_pipe_sender_try_ready(edo_pipe_sender *sender, unsigned interest)
{
    return fd_try_ready(&ready_out, source_of(sender), interest);
}

edo_pipe_ready_future edo_pipe_writable_async(edo_pipe_sender *sender)
{
    return fd_able_future(&ready_out, source_of(sender), EDO_WRITABLE);
}

int edo_pipe_writable(edo_pipe_sender *sender)
{
    return fd_able(&ready_out, source_of(sender), EDO_WRITABLE);
}

int64_t edo_pipe_sender_try_io(edo_pipe_sender *sender, edo_fd_call *call, void *arg)
{
    return pipe_try_io((pipe_end *)sender, EDO_WRITABLE, call, arg);
}

/* As a writer. */

static edo_poll writer_write(void *self, edo_transfer *t, const edo_waker *waker)
{
    return fd_transfer_write(FD_TRANSFER_SOURCE(t, source_of(self)), OP_WRITE, t, waker);
}

static edo_poll writer_writev(void *self, edo_transfer *t, const edo_waker *waker)
{
    return fd_transfer_write(FD_TRANSFER_SOURCE(t, source_of(self)), OP_WRITEV, t, waker);
}

static void writer_cancel(void *self, edo_transfer *t)
{
    (void)self;
    fd_transfer_cancel(t);
}

static const edo_writer_ops writer_ops = {
    .write = writer_write,
    .writev = writer_writev,
    .cancel = writer_cancel,
    .name = "pipe",
};

edo_writer edo_pipe_writer(edo_pipe_sender *sender)
{
    return (edo_writer){sender ? &writer_ops : NULL, sender};
}
