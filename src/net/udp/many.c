/* many.c: many messages by one system call. */
#include <errno.h>
#include <stdint.h>

#include <edo/udp_message.h>

#include "await/await.h"
#include "future/future.h"
#include "net/socket/datagram.h"
#include "net/udp/udp.h"
#include "sched/coop.h"

_Static_assert(sizeof(edo_udp_many_future) <= 256, "net-048");

static inline bool may_begin(const edo_op *op, const edo_waker *waker)
{
    return !op_is_new(op) || coop_proceed(waker);
}

static edo_poll recv_many_poll(edo_future *base, const edo_waker *waker)
{
    edo_udp_many_future *fut = container_of(base, edo_udp_many_future, base);
    edo_op *op = &fut->op;

    if (!op->src)
        return edo_future_finish(base, op->result);
    if (!may_begin(op, waker) ||
        datagram_poll(op, &fut->gives_way, base->state & FUTURE_CANCELED, waker) == EDO_PENDING)
        return EDO_PENDING;
    int64_t result = op->result;
    if (result == -ECANCELED)
        op_renew(op);
    else
        coop_spend();
    return edo_future_finish(base, result);
}

static edo_poll send_many_poll(edo_future *base, const edo_waker *waker)
{
    edo_udp_many_future *fut = container_of(base, edo_udp_many_future, base);
    edo_op *op = &fut->op;

    if (!op->src)
        return edo_future_finish(base, op->result);
    if (!may_begin(op, waker) || op_poll(op, waker) == EDO_PENDING)
        return EDO_PENDING;
    int64_t result = op->result;
    if (result == -ECANCELED)
        op_renew(op);
    else
        coop_spend();
    return edo_future_finish(base, result);
}

static void many_cancel(edo_future *base)
{
    edo_udp_many_future *fut = container_of(base, edo_udp_many_future, base);

    if (fut->op.src)
        op_cancel(&fut->op);
}

static void recv_many_put_back(edo_future *base)
{
    edo_udp_many_future *fut = container_of(base, edo_udp_many_future, base);

    if (base->result <= 0 || put_back_datagrams_first(&fut->op) < 0)
        return; /* took nothing; or no memory: it keeps its success */
    op_renew(&fut->op);
    datagram_restore(&fut->op);
    base->result = -ECANCELED;
}

static const edo_future_ops recv_many_ops = {.poll = recv_many_poll,
                                             .cancel = many_cancel,
                                             .put_back = recv_many_put_back,
                                             .name = "udp_recv_many",
                                             .flags = EDO_FUTURE_RESTARTS};
static const edo_future_ops send_many_ops = {.poll = send_many_poll,
                                             .cancel = many_cancel,
                                             .name = "udp_send_many",
                                             .flags = EDO_FUTURE_RESTARTS};

static edo_udp_many_future many_future(const edo_future_ops *ops, enum op_kind kind,
                                       edo_udp_socket *socket, struct mmsghdr *msgs, int count)
{
    edo_udp_many_future fut = {.base = EDO_FUTURE_INIT(ops)};

    if (!socket || !msgs || count < 1)
        fut.op.result = -EINVAL;
    else
        op_init(&fut.op, socket->src, kind, msgs, (size_t)count);
    return fut;
}

/* Whether all have the first one's room, which the future remembers. */
static bool are_alike(const struct mmsghdr *msgs, int count)
{
    for (int i = 1; i < count; i++)
        if (msgs[i].msg_hdr.msg_namelen != msgs[0].msg_hdr.msg_namelen ||
            msgs[i].msg_hdr.msg_controllen != msgs[0].msg_hdr.msg_controllen)
            return false;
    return msgs[0].msg_hdr.msg_controllen <= UINT32_MAX;
}

edo_udp_many_future edo_udp_recv_many_async(edo_udp_socket *socket, struct mmsghdr *msgs, int count)
{
    bool good = msgs && count >= 1 && are_alike(msgs, count);
    edo_udp_many_future fut =
        many_future(&recv_many_ops, OP_RECVMMSG, good ? socket : NULL, msgs, count);

    if (good) {
        fut.name_room = msgs[0].msg_hdr.msg_namelen;
        fut.control_room = (uint32_t)msgs[0].msg_hdr.msg_controllen;
    }
    return fut;
}

edo_udp_many_future edo_udp_send_many_async(edo_udp_socket *socket, struct mmsghdr *msgs, int count)
{
    return many_future(&send_many_ops, OP_SENDMMSG, socket, msgs, count);
}

int edo_udp_recv_many(edo_udp_socket *socket, struct mmsghdr *msgs, int count)
{
    edo_udp_many_future fut = edo_udp_recv_many_async(socket, msgs, count);

    return (int)await_directly(await_may_try(), &fut.base, recv_many_poll);
}

int edo_udp_send_many(edo_udp_socket *socket, struct mmsghdr *msgs, int count)
{
    edo_udp_many_future fut = edo_udp_send_many_async(socket, msgs, count);

    return (int)await_directly(await_may_try(), &fut.base, send_many_poll);
}

int edo_udp_try_recv_many(edo_udp_socket *socket, struct mmsghdr *msgs, int count)
{
    edo_udp_many_future fut = edo_udp_recv_many_async(socket, msgs, count);

    return (int)(fut.op.src ? datagram_try(&fut.op) : fut.op.result);
}

int edo_udp_try_send_many(edo_udp_socket *socket, struct mmsghdr *msgs, int count)
{
    edo_udp_many_future fut = edo_udp_send_many_async(socket, msgs, count);

    return (int)(fut.op.src ? op_try(&fut.op) : fut.op.result);
}
