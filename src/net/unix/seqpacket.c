/* seqpacket.c: sending and receiving messages over a connection that keeps them apart, and its end. */
#include <errno.h>

#include <edo/await.h>
#include <edo/unix_seqpacket.h>

#include "base/sys.h"
#include "io/fd_ready.h"
#include "net/socket/socket.h"
#include "net/unix/unix.h"
#include "net/unix/message.h"

struct edo_unix_seqpacket {
    socket_stream base;
};

static const edo_future_ops receive_ops = UNIX_RECEIVE_OPS("unix_seqpacket_recv");
static const edo_future_ops send_ops = UNIX_SEND_OPS("unix_seqpacket_send");
static const edo_future_ops ready_ops = FD_READY_OPS("unix_seqpacket_ready");
static const fd_ready_kind kind = {.ready_ops = &ready_ops, .able_ops = &ready_ops};

static inline source *source_of(edo_unix_seqpacket *conn)
{
    return socket_stream_source((socket_stream *)conn);
}

edo_unix_send_future edo_unix_seqpacket_send_async(edo_unix_seqpacket *conn, const void *buf,
                                                   size_t len)
{
    return unix_send_future(&send_ops, source_of(conn), buf, len, NULL);
}

ssize_t edo_unix_seqpacket_send(edo_unix_seqpacket *conn, const void *buf, size_t len)
{
    edo_unix_send_future fut = edo_unix_seqpacket_send_async(conn, buf, len);

    return (ssize_t)edo_await(&fut.base);
}

ssize_t edo_unix_seqpacket_try_send(edo_unix_seqpacket *conn, const void *buf, size_t len)
{
    return unix_try_send(source_of(conn), buf, len, NULL);
}

edo_unix_send_future edo_unix_seqpacket_sendmsg_async(edo_unix_seqpacket *conn,
                                                      const struct iovec *iov, size_t count,
                                                      const edo_unix_control *control)
{
    return unix_sendmsg_future(&send_ops, source_of(conn), iov, count, NULL, control);
}

ssize_t edo_unix_seqpacket_sendmsg(edo_unix_seqpacket *conn, const struct iovec *iov, size_t count,
                                   const edo_unix_control *control)
{
    edo_unix_send_future fut = edo_unix_seqpacket_sendmsg_async(conn, iov, count, control);

    return (ssize_t)edo_await(&fut.base);
}

edo_unix_receive_future edo_unix_seqpacket_recv_async(edo_unix_seqpacket *conn, void *buf,
                                                      size_t len)
{
    return unix_receive_future(&receive_ops, source_of(conn), buf, len, 0, NULL);
}

ssize_t edo_unix_seqpacket_recv(edo_unix_seqpacket *conn, void *buf, size_t len)
{
    edo_unix_receive_future fut = edo_unix_seqpacket_recv_async(conn, buf, len);

    return (ssize_t)edo_await(&fut.base);
}

edo_unix_receive_future edo_unix_seqpacket_peek_async(edo_unix_seqpacket *conn, void *buf,
                                                      size_t len)
{
    return unix_receive_future(&receive_ops, source_of(conn), buf, len, MSG_PEEK, NULL);
}

ssize_t edo_unix_seqpacket_peek(edo_unix_seqpacket *conn, void *buf, size_t len)
{
    edo_unix_receive_future fut = edo_unix_seqpacket_peek_async(conn, buf, len);

    return (ssize_t)edo_await(&fut.base);
}

ssize_t edo_unix_seqpacket_try_recv(edo_unix_seqpacket *conn, void *buf, size_t len)
{
    return unix_try_receive(source_of(conn), buf, len, 0, NULL);
}

edo_unix_receive_future edo_unix_seqpacket_recvmsg_async(edo_unix_seqpacket *conn,
                                                         const struct iovec *iov, size_t count,
                                                         edo_unix_control *control)
{
    return unix_recvmsg_future(&receive_ops, source_of(conn), iov, count, NULL, control);
}

ssize_t edo_unix_seqpacket_recvmsg(edo_unix_seqpacket *conn, const struct iovec *iov, size_t count,
                                   edo_unix_control *control)
{
    edo_unix_receive_future fut = edo_unix_seqpacket_recvmsg_async(conn, iov, count, control);

    return (ssize_t)edo_await(&fut.base);
}

edo_fd_ready_future edo_unix_seqpacket_ready_async(edo_unix_seqpacket *conn, unsigned interest)
{
    return fd_ready_future(&kind, source_of(conn), interest);
}

int edo_unix_seqpacket_ready(edo_unix_seqpacket *conn, unsigned interest)
{
    return fd_ready(&kind, source_of(conn), interest);
}

int edo_unix_seqpacket_shutdown(edo_unix_seqpacket *conn, edo_half half)
{
    return socket_stream_shutdown((socket_stream *)conn, half);
}

int edo_unix_seqpacket_take_error(edo_unix_seqpacket *conn)
{
    return conn ? socket_take_error(conn->base.fd) : -EINVAL;
}

int edo_unix_seqpacket_close(edo_unix_seqpacket *conn)
{
    return socket_stream_close((socket_stream *)conn);
}

int edo_unix_seqpacket_local_addr(const edo_unix_seqpacket *conn, edo_unix_addr *ret_addr)
{
    return conn && ret_addr ? unix_addr_of(sys_getsockname, conn->base.fd, ret_addr) : -EINVAL;
}

int edo_unix_seqpacket_peer_addr(const edo_unix_seqpacket *conn, edo_unix_addr *ret_addr)
{
    return conn && ret_addr ? unix_addr_of(sys_getpeername, conn->base.fd, ret_addr) : -EINVAL;
}

int edo_unix_seqpacket_peer_cred(const edo_unix_seqpacket *conn, edo_unix_cred *ret_cred)
{
    return conn && ret_cred ? unix_cred_of(conn->base.fd, ret_cred) : -EINVAL;
}

int edo_unix_seqpacket_set_pass_cred(edo_unix_seqpacket *conn, bool pass)
{
    return conn ? socket_set_int(conn->base.fd, SOL_SOCKET, SO_PASSCRED, pass) : -EINVAL;
}
