/*
 * unix_send.c: sending a message, to whom the socket is connected or to an address.
 *
 * Queue       Whoever sends to an address is not told when the receiver's full queue has room, unless what it
 *             took out was the sender's own; of a connected socket the system takes care. So a send to an
 *             address that waits looks again by itself, from 1 ms on and at last every 100 ms. It withdraws
 *             what waits in the driver before it does: a message is never sent twice.
 */
#include <errno.h>
#include <stdlib.h>

#include "future/future.h"
#include "net/socket_back_off.h"
#include "net/unix_addr.h"
#include "net/unix_control.h"
#include "net/unix_message.h"
#include "sched/coop.h"

_Static_assert(sizeof(edo_unix_send_future) <= 256, "net-048");

/* Whatever the sleep says: it is over. A cancelled sleep that was polled before ends at its next poll. */
static void drop_back_off(edo_unix_send_future *fut, const edo_waker *waker)
{
    if (!fut->back_off)
        return;
    if (fut->back_off->waits) {
        edo_future_cancel(&fut->back_off->sleep.base);
        back_off_poll(fut->back_off, waker);
    }
    free(fut->back_off);
    fut->back_off = NULL;
}

static edo_poll finish(edo_unix_send_future *fut, const edo_waker *waker)
{
    int64_t result = fut->op.result;

    drop_back_off(fut, waker);
    fut->withdraws = false;
    if (result >= 0)
        coop_spend();
    else if (result == -ECANCELED)
        op_renew(&fut->op);
    return edo_future_finish(&fut->base, result);
}

/* The send waits in the driver; to an address it sleeps besides. True: the sleep is over. */
static bool is_time_to_look(edo_unix_send_future *fut, const edo_waker *waker)
{
    if (!fut->msg.msg_name)
        return false;
    if (!fut->back_off && !(fut->back_off = calloc(1, sizeof *fut->back_off)))
        return false; /* then only the system's own news help */
    if (!fut->back_off->waits)
        back_off_begin(fut->back_off);
    return back_off_poll(fut->back_off, waker) > 0;
}

/* The operation was withdrawn and is DONE. True: the look has decided it. */
static bool look_again(edo_unix_send_future *fut)
{
    edo_op *op = &fut->op;

    fut->withdraws = false;
    if (op->result != -ECANCELED || (fut->base.state & FUTURE_CANCELED))
        return true;
    op_renew(op);
    op->result = op_try(op);
    if (op->result == -EAGAIN)
        return false;
    a_store(&op->state, OP_DONE, relaxed); /* the polling task's own, while it is NEW */
    return true;
}

edo_poll unix_send_poll(edo_future *base, const edo_waker *waker)
{
    edo_unix_send_future *fut = container_of(base, edo_unix_send_future, base);
    edo_op *op = &fut->op;

    if (!op->src)
        return edo_future_finish(base, op->result);
    if (op_is_new(op)) {
        if (!coop_proceed(waker))
            return EDO_PENDING;
        if (!fut->msg.msg_iov)
            fut->msg.msg_iov = &fut->iov;
        op->buf = &fut->msg;
    }
    for (;;) {
        if (op_poll(op, waker) == EDO_READY) {
            if (!fut->withdraws || look_again(fut))
                return finish(fut, waker);
        } else if (fut->withdraws || !is_time_to_look(fut, waker)) {
            return EDO_PENDING;
        } else {
            fut->withdraws = true;
            op_cancel(op);
        }
    }
}

void unix_send_cancel(edo_future *base)
{
    edo_unix_send_future *fut = container_of(base, edo_unix_send_future, base);

    if (fut->op.src)
        op_cancel(&fut->op);
}

/* Making one. */

static void prepare(edo_unix_send_future *fut, source *src, const edo_unix_addr *to, bool is_good)
{
    int rc = is_good && src ? 0 : -EINVAL;

    if (rc == 0 && to)
        rc = unix_addr_check(to);
    if (rc < 0) {
        fut->op.result = rc;
        return;
    }
    op_init(&fut->op, src, OP_SENDMSG, NULL, 0);
    if (to) {
        fut->msg.msg_name = (void *)(uintptr_t)to;
        fut->msg.msg_namelen = to->len;
    }
}

edo_unix_send_future unix_send_future(const edo_future_ops *ops, source *src, const void *buf,
                                      size_t len, const edo_unix_addr *to)
{
    edo_unix_send_future fut = {.base = EDO_FUTURE_INIT(ops),
                                .msg = {.msg_iovlen = 1},
                                .iov = {(void *)(uintptr_t)buf, len}};

    prepare(&fut, src, to, buf || !len);
    return fut;
}

edo_unix_send_future unix_sendmsg_future(const edo_future_ops *ops, source *src,
                                         const struct iovec *iov, size_t count,
                                         const edo_unix_addr *to, const edo_unix_control *control)
{
    edo_unix_send_future fut = {
        .base = EDO_FUTURE_INIT(ops),
        .msg = {.msg_iov = (struct iovec *)(uintptr_t)iov, .msg_iovlen = count}};

    prepare(&fut, src, to, iov && count);
    unix_control_send(control, &fut.msg);
    return fut;
}

ssize_t unix_try_send(source *src, const void *buf, size_t len, const edo_unix_addr *to)
{
    edo_unix_send_future fut = unix_send_future(NULL, src, buf, len, to);
    edo_op *op = &fut.op;

    if (!op->src)
        return (ssize_t)op->result;
    fut.msg.msg_iov = &fut.iov;
    op->buf = &fut.msg;
    return (ssize_t)op_try(op);
}
