/*
 * recv.c: receiving one datagram.
 *
 * Sender      Each receive asks for it, also where the caller doesn't: what is put back keeps it.
 * Handing on  The system fills the future's own message; the caller's variables are written when the receive
 *             has succeeded.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include <edo/udp_message.h>

#include "await/await.h"
#include "future/future.h"
#include "io/direct.h"
#include "net/socket/datagram.h"
#include "net/udp/udp.h"
#include "sched/coop.h"

_Static_assert(sizeof(edo_udp_recv_future) <= 256, "net-048");

static void write_addr(const edo_udp_recv_future *fut, edo_addr *ret)
{
    socklen_t len = fut->msg.hdr.msg_namelen;

    if (unlikely(len == 0)) { /* put back by one that had no room for it */
        *ret = (edo_addr){0};
        return;
    }
    memcpy(&ret->storage, fut->name, sizeof fut->name); /* not `len`: a constant is quicker */
    ret->len = len < sizeof fut->name ? len : sizeof fut->name;
}

static void write_msg(const edo_udp_recv_future *fut, struct msghdr *ret)
{
    socklen_t len = fut->msg.hdr.msg_namelen;

    if (ret->msg_name)
        memcpy(ret->msg_name, fut->name, len < ret->msg_namelen ? len : ret->msg_namelen);
    ret->msg_namelen = ret->msg_name ? len : 0;
    ret->msg_controllen = fut->msg.hdr.msg_controllen;
    ret->msg_flags = fut->msg.hdr.msg_flags & ~MSG_CMSG_CLOEXEC; /* ours, which is told back */
}

static void hand_on(edo_udp_recv_future *fut)
{
    if (!fut->ret)
        return;
    if (fut->is_msg)
        write_msg(fut, fut->ret);
    else
        write_addr(fut, fut->ret);
}

/* From here on it doesn't move, so that it may point into itself. */
static inline void settle_down(edo_udp_recv_future *fut)
{
    fut->op.buf = &fut->msg;
    fut->msg.hdr.msg_name = fut->name;
    if (!fut->is_msg)
        fut->msg.hdr.msg_iov = &fut->iov;
}

static edo_poll recv_poll(edo_future *base, const edo_waker *waker)
{
    edo_udp_recv_future *fut = container_of(base, edo_udp_recv_future, base);
    edo_op *op = &fut->op;

    if (unlikely(!op->src))
        return edo_future_finish(base, op->result);
    if (op_is_new(op)) {
        if (!coop_proceed(waker))
            return EDO_PENDING;
        settle_down(fut);
    }
    if (datagram_poll(op, &fut->gives_way, base->state & FUTURE_CANCELED, waker) == EDO_PENDING)
        return EDO_PENDING;
    int64_t result = op->result;
    if (likely(result >= 0))
        hand_on(fut);
    if (unlikely(result == -ECANCELED)) {
        op_renew(op);
        datagram_restore(op);
    } else {
        coop_spend(); /* after an error the next one may be there */
    }
    return edo_future_finish(base, result);
}

static void recv_cancel(edo_future *base)
{
    edo_udp_recv_future *fut = container_of(base, edo_udp_recv_future, base);

    if (fut->op.src)
        op_cancel(&fut->op);
}

static void recv_put_back(edo_future *base)
{
    edo_udp_recv_future *fut = container_of(base, edo_udp_recv_future, base);

    if (base->result < 0 || (fut->op.flags & MSG_PEEK))
        return; /* it took nothing */
    if (put_back_datagrams_first(&fut->op) < 0)
        return; /* no memory: it keeps its success */
    op_renew(&fut->op);
    datagram_restore(&fut->op);
    base->result = -ECANCELED;
}

static const edo_future_ops recv_ops = {.poll = recv_poll,
                                        .cancel = recv_cancel,
                                        .put_back = recv_put_back,
                                        .name = "udp_recv",
                                        .flags = EDO_FUTURE_RESTARTS};

/* Its parts but the message's pieces. */
static inline void init(edo_udp_recv_future *fut, edo_udp_socket *socket, void *ret, int flags)
{
    fut->base = (edo_future)EDO_FUTURE_INIT(&recv_ops);
    fut->msg =
        (edo_datagram_msg){.hdr.msg_namelen = sizeof fut->name, .name_room = sizeof fut->name};
    fut->ret = ret;
    fut->gives_way = false;
    fut->is_msg = false;
    op_init(&fut->op, socket->src, OP_RECVFROM, NULL, 1);
    fut->op.flags = flags;
}

static void refuse(edo_udp_recv_future *fut)
{
    fut->base = (edo_future)EDO_FUTURE_INIT(&recv_ops);
    fut->op = (edo_op){.result = -EINVAL};
}

static inline void recv_init(edo_udp_recv_future *fut, edo_udp_socket *socket, void *buf,
                             size_t len, edo_addr *ret_from, int flags)
{
    if (unlikely(!socket || (!buf && len))) {
        refuse(fut);
        return;
    }
    init(fut, socket, ret_from, flags);
    fut->msg.hdr.msg_iovlen = 1;
    fut->iov = (struct iovec){buf, len};
}

static void recv_msg_init(edo_udp_recv_future *fut, edo_udp_socket *socket, struct msghdr *msg,
                          int flags)
{
    if (!socket || !msg || msg->msg_controllen > UINT32_MAX) {
        refuse(fut);
        return;
    }
    init(fut, socket, msg, flags);
    fut->is_msg = true;
    fut->op.kind = OP_RECVMSG;
    fut->msg.hdr.msg_iov = msg->msg_iov;
    fut->msg.hdr.msg_iovlen = msg->msg_iovlen;
    fut->msg.hdr.msg_control = msg->msg_control;
    fut->msg.hdr.msg_controllen = msg->msg_controllen;
    fut->msg.control_room = (uint32_t)msg->msg_controllen;
}

static inline int64_t await(edo_udp_recv_future *fut)
{
    if (likely(fut->op.src))
        settle_down(fut);
    if (unlikely(!io_is_done_directly(&fut->base, &fut->op)))
        return edo_await(&fut->base);
    if (likely(fut->op.result >= 0))
        hand_on(fut);
    else
        coop_spend(); /* as recv_poll does */
    return fut->op.result;
}

static int64_t attempt(edo_udp_recv_future *fut)
{
    if (!fut->op.src)
        return fut->op.result;
    settle_down(fut);
    int64_t result = datagram_try(&fut->op);
    if (result >= 0)
        hand_on(fut);
    return result;
}

/* Receives and peeks: the same but for a flag. */

edo_udp_recv_future edo_udp_recv_from_async(edo_udp_socket *socket, void *buf, size_t len,
                                            edo_addr *ret_from)
{
    edo_udp_recv_future fut;

    recv_init(&fut, socket, buf, len, ret_from, 0);
    return fut;
}

edo_udp_recv_future edo_udp_recv_async(edo_udp_socket *socket, void *buf, size_t len)
{
    return edo_udp_recv_from_async(socket, buf, len, NULL);
}

edo_udp_recv_future edo_udp_peek_from_async(edo_udp_socket *socket, void *buf, size_t len,
                                            edo_addr *ret_from)
{
    edo_udp_recv_future fut;

    recv_init(&fut, socket, buf, len, ret_from, MSG_PEEK);
    return fut;
}

edo_udp_recv_future edo_udp_peek_async(edo_udp_socket *socket, void *buf, size_t len)
{
    return edo_udp_peek_from_async(socket, buf, len, NULL);
}

edo_udp_recv_future edo_udp_peek_sender_async(edo_udp_socket *socket, edo_addr *ret_from)
{
    return edo_udp_peek_from_async(ret_from ? socket : NULL, NULL, 0, ret_from);
}

edo_udp_recv_future edo_udp_recv_msg_async(edo_udp_socket *socket, struct msghdr *msg, int flags)
{
    edo_udp_recv_future fut;

    recv_msg_init(&fut, socket, msg, flags);
    return fut;
}

ssize_t edo_udp_recv_from(edo_udp_socket *socket, void *buf, size_t len, edo_addr *ret_from)
{
    edo_udp_recv_future fut;

    recv_init(&fut, socket, buf, len, ret_from, 0);
    return (ssize_t)await(&fut);
}

ssize_t edo_udp_recv(edo_udp_socket *socket, void *buf, size_t len)
{
    return edo_udp_recv_from(socket, buf, len, NULL);
}

ssize_t edo_udp_peek_from(edo_udp_socket *socket, void *buf, size_t len, edo_addr *ret_from)
{
    edo_udp_recv_future fut;

    recv_init(&fut, socket, buf, len, ret_from, MSG_PEEK);
    return (ssize_t)await(&fut);
}

ssize_t edo_udp_peek(edo_udp_socket *socket, void *buf, size_t len)
{
    return edo_udp_peek_from(socket, buf, len, NULL);
}

int edo_udp_peek_sender(edo_udp_socket *socket, edo_addr *ret_from)
{
    return (int)edo_udp_peek_from(ret_from ? socket : NULL, NULL, 0, ret_from);
}

ssize_t edo_udp_recv_msg(edo_udp_socket *socket, struct msghdr *msg, int flags)
{
    edo_udp_recv_future fut;

    recv_msg_init(&fut, socket, msg, flags);
    return (ssize_t)await(&fut);
}

ssize_t edo_udp_try_recv_from(edo_udp_socket *socket, void *buf, size_t len, edo_addr *ret_from)
{
    edo_udp_recv_future fut;

    recv_init(&fut, socket, buf, len, ret_from, 0);
    return (ssize_t)attempt(&fut);
}

ssize_t edo_udp_try_recv(edo_udp_socket *socket, void *buf, size_t len)
{
    return edo_udp_try_recv_from(socket, buf, len, NULL);
}

ssize_t edo_udp_try_peek_from(edo_udp_socket *socket, void *buf, size_t len, edo_addr *ret_from)
{
    edo_udp_recv_future fut;

    recv_init(&fut, socket, buf, len, ret_from, MSG_PEEK);
    return (ssize_t)attempt(&fut);
}

ssize_t edo_udp_try_peek(edo_udp_socket *socket, void *buf, size_t len)
{
    return edo_udp_try_peek_from(socket, buf, len, NULL);
}

int edo_udp_try_peek_sender(edo_udp_socket *socket, edo_addr *ret_from)
{
    return (int)edo_udp_try_peek_from(ret_from ? socket : NULL, NULL, 0, ret_from);
}

ssize_t edo_udp_try_recv_msg(edo_udp_socket *socket, struct msghdr *msg, int flags)
{
    edo_udp_recv_future fut;

    recv_msg_init(&fut, socket, msg, flags);
    return (ssize_t)attempt(&fut);
}
