/* send.c: sending one datagram, to the peer by send(2), else by sendmsg(2). */
#include <errno.h>

#include <edo/udp_message.h>

#include "await/await.h"
#include "future/future.h"
#include "io/direct.h"
#include "net/udp/udp.h"
#include "sched/coop.h"

_Static_assert(sizeof(edo_udp_send_future) <= 256, "net-048");

/* From here on it doesn't move, so that it may point into itself. */
static inline void settle_down(edo_udp_send_future *fut)
{
    if (!fut->has_msg)
        return;
    fut->op.buf = &fut->msg;
    if (fut->msg.msg_namelen)
        fut->msg.msg_name = fut->name;
    if (!fut->msg.msg_iov)
        fut->msg.msg_iov = &fut->iov;
}

static edo_poll send_poll(edo_future *base, const edo_waker *waker)
{
    edo_udp_send_future *fut = container_of(base, edo_udp_send_future, base);
    edo_op *op = &fut->op;

    if (unlikely(!op->src))
        return edo_future_finish(base, op->result);
    if (op_is_new(op)) {
        if (!coop_proceed(waker))
            return EDO_PENDING;
        settle_down(fut);
    }
    if (op_poll(op, waker) == EDO_PENDING)
        return EDO_PENDING;
    int64_t result = op->result;
    if (unlikely(result == -ECANCELED))
        op_renew(op);
    else
        coop_spend(); /* a send that fails at once must not starve the others either */
    return edo_future_finish(base, result);
}

static void send_cancel(edo_future *base)
{
    edo_udp_send_future *fut = container_of(base, edo_udp_send_future, base);

    if (fut->op.src)
        op_cancel(&fut->op);
}

static const edo_future_ops send_ops = {
    .poll = send_poll, .cancel = send_cancel, .name = "udp_send", .flags = EDO_FUTURE_RESTARTS};

static void refuse(edo_udp_send_future *fut)
{
    fut->has_msg = false;
    fut->base = (edo_future)EDO_FUTURE_INIT(&send_ops);
    fut->op = (edo_op){.result = -EINVAL};
}

static inline void init(edo_udp_send_future *fut, edo_udp_socket *socket, enum op_kind kind,
                        const void *buf, size_t len)
{
    fut->base = (edo_future)EDO_FUTURE_INIT(&send_ops);
    fut->has_msg = false;
    op_init(&fut->op, socket->src, kind, (void *)(uintptr_t)buf, len);
}

static inline void send_init(edo_udp_send_future *fut, edo_udp_socket *socket, const void *buf,
                             size_t len)
{
    if (unlikely(!socket || (!buf && len)))
        refuse(fut);
    else
        init(fut, socket, OP_SEND, buf, len);
}

/* To an address, or with name_len 0 to the peer. */
static inline void send_pieces_init(edo_udp_send_future *fut, edo_udp_socket *socket,
                                    const struct iovec *iov, size_t count, const edo_addr *to)
{
    int name_len = to ? udp_name(to, fut->name) : 0;

    if (unlikely(!socket || name_len < 0)) {
        refuse(fut);
        return;
    }
    init(fut, socket, OP_SENDMSG, NULL, 1);
    fut->has_msg = true;
    fut->msg = (struct msghdr){.msg_namelen = (socklen_t)name_len,
                               .msg_iov = (struct iovec *)(uintptr_t)iov,
                               .msg_iovlen = count};
    fut->iov = (struct iovec){NULL, 0};
}

static inline void send_to_init(edo_udp_send_future *fut, edo_udp_socket *socket, const void *buf,
                                size_t len, const edo_addr *to)
{
    if (unlikely(!to || (!buf && len))) {
        refuse(fut);
        return;
    }
    send_pieces_init(fut, socket, NULL, 1, to);
    fut->op.kind = OP_SENDTO;
    fut->iov = (struct iovec){(void *)(uintptr_t)buf, len};
}

static void sendv_init(edo_udp_send_future *fut, edo_udp_socket *socket, const struct iovec *iov,
                       int count, const edo_addr *to)
{
    if (!iov || count < 1)
        refuse(fut);
    else
        send_pieces_init(fut, socket, iov, (size_t)count, to);
}

static void send_msg_init(edo_udp_send_future *fut, edo_udp_socket *socket,
                          const struct msghdr *msg, int flags)
{
    if (!socket || !msg) {
        refuse(fut);
        return;
    }
    init(fut, socket, OP_SENDMSG, msg, 1);
    fut->op.flags = flags;
}

static inline ssize_t await(edo_udp_send_future *fut)
{
    if (unlikely(!io_is_done_directly(&fut->base, &fut->op)))
        return (ssize_t)edo_await(&fut->base);
    if (unlikely(fut->op.result < 0))
        coop_spend(); /* as send_poll does */
    return (ssize_t)fut->op.result;
}

static ssize_t attempt(edo_udp_send_future *fut)
{
    if (!fut->op.src)
        return (ssize_t)fut->op.result;
    return (ssize_t)op_try(&fut->op);
}

/* Futures. */

edo_udp_send_future edo_udp_send_async(edo_udp_socket *socket, const void *buf, size_t len)
{
    edo_udp_send_future fut;

    send_init(&fut, socket, buf, len);
    return fut;
}

edo_udp_send_future edo_udp_send_to_async(edo_udp_socket *socket, const void *buf, size_t len,
                                          const edo_addr *to)
{
    edo_udp_send_future fut;

    send_to_init(&fut, socket, buf, len, to);
    return fut;
}

edo_udp_send_future edo_udp_sendv_async(edo_udp_socket *socket, const struct iovec *iov, int count,
                                        const edo_addr *to)
{
    edo_udp_send_future fut;

    sendv_init(&fut, socket, iov, count, to);
    return fut;
}

edo_udp_send_future edo_udp_send_msg_async(edo_udp_socket *socket, const struct msghdr *msg,
                                           int flags)
{
    edo_udp_send_future fut;

    send_msg_init(&fut, socket, msg, flags);
    return fut;
}

/* Direct forms. */

ssize_t edo_udp_send(edo_udp_socket *socket, const void *buf, size_t len)
{
    edo_udp_send_future fut;

    send_init(&fut, socket, buf, len);
    return await(&fut);
}

ssize_t edo_udp_send_to(edo_udp_socket *socket, const void *buf, size_t len, const edo_addr *to)
{
    edo_udp_send_future fut;

    send_to_init(&fut, socket, buf, len, to);
    settle_down(&fut);
    return await(&fut);
}

ssize_t edo_udp_sendv(edo_udp_socket *socket, const struct iovec *iov, int count,
                      const edo_addr *to)
{
    edo_udp_send_future fut;

    sendv_init(&fut, socket, iov, count, to);
    settle_down(&fut);
    return await(&fut);
}

ssize_t edo_udp_send_msg(edo_udp_socket *socket, const struct msghdr *msg, int flags)
{
    edo_udp_send_future fut;

    send_msg_init(&fut, socket, msg, flags);
    return await(&fut);
}

/* Without waiting. */

ssize_t edo_udp_try_send(edo_udp_socket *socket, const void *buf, size_t len)
{
    edo_udp_send_future fut;

    send_init(&fut, socket, buf, len);
    return attempt(&fut);
}

ssize_t edo_udp_try_send_to(edo_udp_socket *socket, const void *buf, size_t len, const edo_addr *to)
{
    edo_udp_send_future fut;

    send_to_init(&fut, socket, buf, len, to);
    settle_down(&fut);
    return attempt(&fut);
}

ssize_t edo_udp_try_send_msg(edo_udp_socket *socket, const struct msghdr *msg, int flags)
{
    edo_udp_send_future fut;

    send_msg_init(&fut, socket, msg, flags);
    return attempt(&fut);
}
