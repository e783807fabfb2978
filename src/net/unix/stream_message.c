/* stream_message.c: descriptors and credentials over a stream. */
#include <errno.h>

#include <edo/await.h>

#include "net/socket/socket.h"
#include "net/unix/unix.h"
#include "net/unix/message.h"

static const edo_future_ops receive_ops = UNIX_RECEIVE_BYTES_OPS("unix_recvmsg");
static const edo_future_ops send_ops = UNIX_SEND_OPS("unix_sendmsg");

static inline source *source_of(edo_unix_stream *stream)
{
    return socket_stream_source((socket_stream *)stream);
}

edo_unix_receive_future edo_unix_recvmsg_async(edo_unix_stream *stream, const struct iovec *iov,
                                               size_t count, edo_unix_control *control)
{
    return unix_recvmsg_future(&receive_ops, source_of(stream), iov, count, NULL, control);
}

ssize_t edo_unix_recvmsg(edo_unix_stream *stream, const struct iovec *iov, size_t count,
                         edo_unix_control *control)
{
    edo_unix_receive_future fut = edo_unix_recvmsg_async(stream, iov, count, control);

    return (ssize_t)edo_await(&fut.base);
}

edo_unix_send_future edo_unix_sendmsg_async(edo_unix_stream *stream, const struct iovec *iov,
                                            size_t count, const edo_unix_control *control)
{
    return unix_sendmsg_future(&send_ops, source_of(stream), iov, count, NULL, control);
}

ssize_t edo_unix_sendmsg(edo_unix_stream *stream, const struct iovec *iov, size_t count,
                         const edo_unix_control *control)
{
    edo_unix_send_future fut = edo_unix_sendmsg_async(stream, iov, count, control);

    return (ssize_t)edo_await(&fut.base);
}

int edo_unix_set_pass_cred(edo_unix_stream *stream, bool pass)
{
    return stream ? socket_set_int(stream->base.fd, SOL_SOCKET, SO_PASSCRED, pass) : -EINVAL;
}
