/*
 * unix_send.c: sending a message, to whom the socket is connected or to an address.
 *
 * Queue       Of whom it is connected to the system tells when there is room. Of an address it does not: poll(2)
 *             says that there is, as the sender's own buffer isn't full, and each send that finds the receiver's
 *             queue full is an event that says so again. So a send to an address that finds it full sleeps,
 *             from 1 ms on and at last for 100 ms, and tries again; only if its own buffer is full it waits for
 *             readiness. Waiting for the event to send would be a loop that never sleeps.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include <edo/error.h>

#include "future/future.h"
#include "net/socket_back_off.h"
#include "net/unix_addr.h"
#include "net/unix_control.h"
#include "net/unix_message.h"
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

static void set_kind(edo_op *op, enum op_kind kind, int flags)
{
    op_renew(op);
    op->kind = (uint8_t)kind;
    op->dir = op_dir_of(kind);
    op->flags = flags;
}

/* To an address. */

static int64_t try_once(edo_unix_send_future *fut)
{
    set_kind(&fut->op, OP_SENDMSG, 0);
    return op_try(&fut->op);
}

/* After -EAGAIN: sleeps if the receiver's queue is full, or waits for room in the sender's own buffer. 0; -ENOMEM. */
static int begin_wait(edo_unix_send_future *fut)
{
    set_kind(&fut->op, OP_READINESS, POLLOUT);
    if (op_try(&fut->op) < 0) {
        fut->waits = true;
        return 0;
    }
    if (!fut->back_off && !(fut->back_off = calloc(1, sizeof *fut->back_off)))
        return -ENOMEM;
    back_off_begin(fut->back_off);
    return 0;
}

/* 1: what it waited for is there; 0: not yet; else why it will not be. */
static int64_t poll_wait(edo_unix_send_future *fut, const edo_waker *waker)
{
    if (fut->back_off && fut->back_off->waits) {
        int rc = back_off_poll(fut->back_off, waker);
        /* without timers the caller has to know */
        return rc == -EDO_ENOTIME || rc == -EDO_ENORUNTIME ? -EAGAIN : rc;
    }
    if (!fut->waits)
        return 1;
    if (op_poll(&fut->op, waker) == EDO_PENDING)
        return 0;
    fut->waits = false;
    return fut->op.result < 0 ? fut->op.result : 1;
}

static edo_poll poll_to_address(edo_unix_send_future *fut, const edo_waker *waker)
{
    for (;;) {
        int64_t rc = poll_wait(fut, waker);
        if (rc == 0)
            return EDO_PENDING;
        if (rc > 0 && (fut->base.state & FUTURE_CANCELED))
            rc = -ECANCELED;
        if (rc < 0)
            return finish(fut, rc);
        if (!coop_proceed(waker))
            return EDO_PENDING;
        if ((rc = try_once(fut)) != -EAGAIN || (rc = begin_wait(fut)) < 0)
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
    else if (fut->op.src && (fut->waits || !fut->msg.msg_name))
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
