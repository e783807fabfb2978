/*
 * send.c: sending a message, to whom the socket is connected or to an address.
 *
 * Queue       Of whom it is connected to the system tells when there is room. Of an address it does not: poll(2)
 *             looks at the sender's own buffer, of which a quarter is enough to say no, and at the queue of whom
 *             it is connected to; and each send that finds the receiver's queue full is an event. So a send to
 *             an address that finds no room sleeps, from 1 ms on and at last for 100 ms, and tries again. To
 *             wait for readiness would be a loop that never sleeps, or a wait for somebody else.
 */
#include <errno.h>
#include <stdlib.h>

#include <edo/error.h>

#include "future/future.h"
#include "net/socket/back_off.h"
#include "net/unix/addr.h"
#include "net/unix/control.h"
#include "net/unix/message.h"
#include "sched/coop.h"

_Static_assert(sizeof(edo_unix_send_future) <= 256, "net-048");

static edo_poll finish(edo_unix_send_future *fut, int64_t result)
{
    free(fut->back_off);
    fut->back_off = NULL;
    if (result == -ECANCELED)
        op_renew(&fut->op);
    else
        coop_spend(); /* for an error too: one that fails at once must not starve the others */
    return edo_future_finish(&fut->base, result);
}

/* To an address. */

static int64_t try_once(edo_unix_send_future *fut)
{
    op_renew(&fut->op);
    return op_try(&fut->op);
}

/* After -EAGAIN. 0; -ENOMEM. */
static int begin_sleep(edo_unix_send_future *fut)
{
    if (!fut->back_off && !(fut->back_off = calloc(1, sizeof *fut->back_off)))
        return -ENOMEM;
    back_off_begin(fut->back_off);
    return 0;
}

/* 1: it is time to try; 0: not yet; else why it will not be. */
static int poll_sleep(edo_unix_send_future *fut, const edo_waker *waker)
{
    if (!fut->back_off || !fut->back_off->waits)
        return 1;
    int rc = back_off_poll(fut->back_off, waker);
    /* without timers the caller has to know */
    return rc == -EDO_ENOTIME || rc == -EDO_ENORUNTIME ? -EAGAIN : rc;
}

static edo_poll poll_to_address(edo_unix_send_future *fut, const edo_waker *waker)
{
    for (;;) {
        int64_t rc = poll_sleep(fut, waker);
        if (rc == 0)
            return EDO_PENDING;
        if (rc > 0 && (fut->base.state & FUTURE_CANCELED))
            rc = -ECANCELED;
        if (rc < 0)
            return finish(fut, rc);
        if (!coop_proceed(waker))
            return EDO_PENDING;
        if ((rc = try_once(fut)) != -EAGAIN || (rc = begin_sleep(fut)) < 0)
            return finish(fut, rc);
    }
}

edo_poll unix_send_poll(edo_future *base, const edo_waker *waker)
{
    edo_unix_send_future *fut = container_of(base, edo_unix_send_future, base);
    edo_op *op = &fut->op;

    if (!op->src)
        return edo_future_finish(base, op->result);
    if (op_is_new(op)) { /* it lies still from here on */
        if (!fut->msg.msg_iov)
            fut->msg.msg_iov = &fut->iov;
        op->buf = &fut->msg;
    }
    if (fut->msg.msg_name)
        return poll_to_address(fut, waker);
    if ((op_is_new(op) && !coop_proceed(waker)) || op_poll(op, waker) == EDO_PENDING)
        return EDO_PENDING;
    return finish(fut, op->result);
}

void unix_send_cancel(edo_future *base)
{
    edo_unix_send_future *fut = container_of(base, edo_unix_send_future, base);

    if (fut->back_off && fut->back_off->waits)
        edo_future_cancel(&fut->back_off->sleep.base);
    else if (fut->op.src && !fut->msg.msg_name)
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
