/*
 * receive.c: receiving a message: bytes, and who sent them, and what came along.
 *
 * Anew        The system writes into the msghdr how much of the room it has used. So the room is set again
 *             before each attempt that may be the first after a success.
 */
#include <errno.h>

#include "future/future.h"
#include "io/put_back.h"
#include "net/unix/addr.h"
#include "net/unix/control.h"
#include "net/unix/message.h"
#include "sched/coop.h"

_Static_assert(sizeof(edo_unix_receive_future) <= 256, "net-048");

void unix_message_room(struct msghdr *msg, edo_unix_control *control)
{
    msg->msg_namelen = msg->msg_name ? UNIX_ADDR_ROOM : 0;
    unix_control_room(control, msg);
}

void unix_message_appended(edo_op *op, int rc)
{
    struct msghdr *msg = op->buf;

    if (rc < 0)
        msg->msg_control = NULL; /* it is in its control already, and stays there */
    else
        unix_message_room(msg, container_of(op, edo_unix_receive_future, op)->control);
}

/* The sender of nothing bound has no address at all here. */
static void set_sender(const struct msghdr *msg)
{
    edo_unix_addr *from = msg->msg_name;

    if (!from)
        return;
    from->len = msg->msg_namelen;
    if (from->len > sizeof from->sun) /* as in unix_addr_of */
        from->len = sizeof from->sun;
    if (from->len == 0) {
        from->sun.sun_family = AF_UNIX;
        from->len = sizeof from->sun.sun_family;
    }
}

static inline edo_poll receive_poll(edo_future *base, const edo_waker *waker,
                                    const put_back_ops *ops)
{
    edo_unix_receive_future *fut = container_of(base, edo_unix_receive_future, base);
    bool canceled = base->state & FUTURE_CANCELED;
    edo_op *op = &fut->op;

    if (!op->src)
        return edo_future_finish(base, op->result);
    if (op_is_new(op)) {
        if (!coop_proceed(waker))
            return EDO_PENDING;
        if (!fut->msg.msg_iov)
            fut->msg.msg_iov = &fut->iov;
        unix_message_room(&fut->msg, fut->control);
        op->buf = &fut->msg;
    }
    if (put_back_poll(op, &fut->gives_way, canceled, waker, ops) == EDO_PENDING)
        return EDO_PENDING;
    if (op->result >= 0) {
        coop_spend();
        set_sender(&fut->msg);
        if (fut->msg.msg_control) /* else an append was here before, and had no memory */
            unix_control_fill(fut->control, &fut->msg);
    } else if (op->result == -ECANCELED) {
        op_renew(op);
    }
    return edo_future_finish(base, op->result);
}

void unix_receive_cancel(edo_future *base)
{
    edo_unix_receive_future *fut = container_of(base, edo_unix_receive_future, base);

    if (fut->op.src)
        op_cancel(&fut->op);
}

/* Messages. */

edo_poll unix_receive_poll(edo_future *base, const edo_waker *waker)
{
    return receive_poll(base, waker, &unix_put_back_messages);
}

void unix_receive_put_back(edo_future *base)
{
    edo_unix_receive_future *fut = container_of(base, edo_unix_receive_future, base);

    if (fut->op.flags & MSG_PEEK)
        return; /* it took nothing */
    if (unix_put_back_first(&fut->op, fut->control) < 0)
        return; /* no memory: it keeps its success */
    op_renew(&fut->op);
    base->result = -ECANCELED;
}

/* Bytes of a stream. */

static edo_unix_control *control_of(const edo_op *op)
{
    return container_of(op, edo_unix_receive_future, op)->control;
}

/* With extra NULL or not, what was received is in the source, or where it was. */
static int put_back(edo_op *op, int (*put)(edo_op *op, kept_extra *extra))
{
    edo_unix_control *control = control_of(op);
    kept_extra *extra;
    int rc = unix_control_keep(control, &extra);

    if (rc == 0 && (rc = put(op, extra)) < 0)
        unix_control_restore(control, extra);
    return rc;
}

static void take_bytes(edo_op *op)
{
    struct msghdr *msg = op->buf;

    msg->msg_controllen = 0; /* unless an extra says more */
    msg->msg_flags = 0;
    put_back_bytes.take(op);
}

static int append_bytes(edo_op *op)
{
    if (op->result == 0)
        return 0; /* the end: the kernel says it again */
    unix_control_fill(control_of(op), op->buf);
    int rc = put_back(op, put_back_bytes_append_with);
    unix_message_appended(op, rc);
    return rc;
}

static const put_back_ops put_back_stream = {.take = take_bytes, .append = append_bytes};

static int put_first(edo_op *op, kept_extra *extra)
{
    return put_back_bytes_first_with(op, (size_t)op->result, extra);
}

edo_poll unix_receive_bytes_poll(edo_future *base, const edo_waker *waker)
{
    return receive_poll(base, waker, &put_back_stream);
}

void unix_receive_bytes_put_back(edo_future *base)
{
    edo_unix_receive_future *fut = container_of(base, edo_unix_receive_future, base);

    if (base->result > 0 && put_back(&fut->op, put_first) < 0)
        return; /* no memory: it keeps its success */
    op_renew(&fut->op);
    base->result = -ECANCELED;
}

/* Making one. */

static void prepare(edo_unix_receive_future *fut, source *src, bool is_good)
{
    if (is_good && src)
        op_init(&fut->op, src, OP_RECVMSG, NULL, 0);
    else
        fut->op.result = -EINVAL;
}

edo_unix_receive_future unix_receive_future(const edo_future_ops *ops, source *src, void *buf,
                                            size_t len, int flags, edo_unix_addr *ret_from)
{
    edo_unix_receive_future fut = {.base = EDO_FUTURE_INIT(ops),
                                   .msg = {.msg_name = ret_from, .msg_iovlen = 1},
                                   .iov = {buf, len}};

    prepare(&fut, src, buf || !len);
    fut.op.flags = flags;
    return fut;
}

edo_unix_receive_future unix_recvmsg_future(const edo_future_ops *ops, source *src,
                                            const struct iovec *iov, size_t count,
                                            edo_unix_addr *ret_from, edo_unix_control *control)
{
    edo_unix_receive_future fut = {.base = EDO_FUTURE_INIT(ops),
                                   .msg = {.msg_name = ret_from,
                                           .msg_iov = (struct iovec *)(uintptr_t)iov,
                                           .msg_iovlen = count},
                                   .control = control};

    prepare(&fut, src, iov && count);
    return fut;
}

ssize_t unix_try_receive(source *src, void *buf, size_t len, int flags, edo_unix_addr *ret_from)
{
    edo_unix_receive_future fut = unix_receive_future(NULL, src, buf, len, flags, ret_from);
    edo_op *op = &fut.op;

    if (!op->src)
        return (ssize_t)op->result;
    fut.msg.msg_iov = &fut.iov;
    unix_message_room(&fut.msg, NULL);
    op->buf = &fut.msg;
    if (!put_back_take(op, &unix_put_back_messages))
        op->result = op_try(op);
    if (op->result >= 0)
        set_sender(&fut.msg);
    return (ssize_t)op->result;
}
