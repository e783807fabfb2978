/* datagram_message.c: sending and receiving datagrams. */
#include <edo/await.h>

#include "io/fd_ready.h"
#include "net/unix/unix.h"
#include "net/unix/datagram.h"
#include "net/unix/message.h"

static const edo_future_ops receive_ops = UNIX_RECEIVE_OPS("unix_datagram_recv");
static const edo_future_ops send_ops = UNIX_SEND_OPS("unix_datagram_send");
static const edo_future_ops ready_ops = FD_READY_OPS("unix_datagram_ready");
static const fd_ready_kind kind = {.ready_ops = &ready_ops, .able_ops = &ready_ops};

static inline source *source_of(edo_unix_datagram *datagram)
{
    return socket_stream_source((socket_stream *)datagram);
}

/* Sending. */

edo_unix_send_future edo_unix_datagram_send_async(edo_unix_datagram *datagram, const void *buf,
                                                  size_t len)
{
    return unix_send_future(&send_ops, source_of(datagram), buf, len, NULL);
}

ssize_t edo_unix_datagram_send(edo_unix_datagram *datagram, const void *buf, size_t len)
{
    edo_unix_send_future fut = edo_unix_datagram_send_async(datagram, buf, len);

    return (ssize_t)edo_await(&fut.base);
}

edo_unix_send_future edo_unix_datagram_send_to_async(edo_unix_datagram *datagram, const void *buf,
                                                     size_t len, const edo_unix_addr *to)
{
    return unix_send_future(&send_ops, to ? source_of(datagram) : NULL, buf, len, to);
}

ssize_t edo_unix_datagram_send_to(edo_unix_datagram *datagram, const void *buf, size_t len,
                                  const edo_unix_addr *to)
{
    edo_unix_send_future fut = edo_unix_datagram_send_to_async(datagram, buf, len, to);

    return (ssize_t)edo_await(&fut.base);
}

ssize_t edo_unix_datagram_try_send(edo_unix_datagram *datagram, const void *buf, size_t len)
{
    return unix_try_send(source_of(datagram), buf, len, NULL);
}

ssize_t edo_unix_datagram_try_send_to(edo_unix_datagram *datagram, const void *buf, size_t len,
                                      const edo_unix_addr *to)
{
    return unix_try_send(to ? source_of(datagram) : NULL, buf, len, to);
}

edo_unix_send_future edo_unix_datagram_sendmsg_async(edo_unix_datagram *datagram,
                                                     const struct iovec *iov, size_t count,
                                                     const edo_unix_addr *to,
                                                     const edo_unix_control *control)
{
    return unix_sendmsg_future(&send_ops, source_of(datagram), iov, count, to, control);
}

ssize_t edo_unix_datagram_sendmsg(edo_unix_datagram *datagram, const struct iovec *iov,
                                  size_t count, const edo_unix_addr *to,
                                  const edo_unix_control *control)
{
    edo_unix_send_future fut = edo_unix_datagram_sendmsg_async(datagram, iov, count, to, control);

    return (ssize_t)edo_await(&fut.base);
}

/* Receiving. */

edo_unix_receive_future edo_unix_datagram_recv_async(edo_unix_datagram *datagram, void *buf,
                                                     size_t len)
{
    return unix_receive_future(&receive_ops, source_of(datagram), buf, len, 0, NULL);
}

ssize_t edo_unix_datagram_recv(edo_unix_datagram *datagram, void *buf, size_t len)
{
    edo_unix_receive_future fut = edo_unix_datagram_recv_async(datagram, buf, len);

    return (ssize_t)edo_await(&fut.base);
}

edo_unix_receive_future edo_unix_datagram_recv_from_async(edo_unix_datagram *datagram, void *buf,
                                                          size_t len, edo_unix_addr *ret_from)
{
    return unix_receive_future(&receive_ops, ret_from ? source_of(datagram) : NULL, buf, len, 0,
                               ret_from);
}

ssize_t edo_unix_datagram_recv_from(edo_unix_datagram *datagram, void *buf, size_t len,
                                    edo_unix_addr *ret_from)
{
    edo_unix_receive_future fut = edo_unix_datagram_recv_from_async(datagram, buf, len, ret_from);

    return (ssize_t)edo_await(&fut.base);
}

edo_unix_receive_future edo_unix_datagram_peek_async(edo_unix_datagram *datagram, void *buf,
                                                     size_t len, edo_unix_addr *ret_from)
{
    return unix_receive_future(&receive_ops, source_of(datagram), buf, len, MSG_PEEK, ret_from);
}

ssize_t edo_unix_datagram_peek(edo_unix_datagram *datagram, void *buf, size_t len,
                               edo_unix_addr *ret_from)
{
    edo_unix_receive_future fut = edo_unix_datagram_peek_async(datagram, buf, len, ret_from);

    return (ssize_t)edo_await(&fut.base);
}

ssize_t edo_unix_datagram_try_recv(edo_unix_datagram *datagram, void *buf, size_t len)
{
    return unix_try_receive(source_of(datagram), buf, len, 0, NULL);
}

ssize_t edo_unix_datagram_try_recv_from(edo_unix_datagram *datagram, void *buf, size_t len,
                                        edo_unix_addr *ret_from)
{
    return unix_try_receive(ret_from ? source_of(datagram) : NULL, buf, len, 0, ret_from);
}

edo_unix_receive_future edo_unix_datagram_recvmsg_async(edo_unix_datagram *datagram,
                                                        const struct iovec *iov, size_t count,
                                                        edo_unix_addr *ret_from,
                                                        edo_unix_control *control)
{
    return unix_recvmsg_future(&receive_ops, source_of(datagram), iov, count, ret_from, control);
}

ssize_t edo_unix_datagram_recvmsg(edo_unix_datagram *datagram, const struct iovec *iov,
                                  size_t count, edo_unix_addr *ret_from, edo_unix_control *control)
{
    edo_unix_receive_future fut =
        edo_unix_datagram_recvmsg_async(datagram, iov, count, ret_from, control);

    return (ssize_t)edo_await(&fut.base);
}

/* Readiness. */

edo_fd_ready_future edo_unix_datagram_ready_async(edo_unix_datagram *datagram, unsigned interest)
{
    return fd_ready_future(&kind, source_of(datagram), interest);
}

int edo_unix_datagram_ready(edo_unix_datagram *datagram, unsigned interest)
{
    return fd_ready(&kind, source_of(datagram), interest);
}
