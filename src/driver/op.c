/*
 * op.c: an operation of a source, from its making to its end.
 *
 * States      NEW -> ARMED (a user of the source; linked while it waits) -> DONE, and with a
 *             completion driver CANCELING and COMPLETING in between. DONE is stored by whoever ends
 *             it, as the last touch: a poll that reads it may let the memory go.
 * Turn        While a direction of a source has something left (it is READY, or something was put
 *             back) and its queue is not empty, the first in the queue has been marked and has not
 *             polled since. Whoever ends an operation keeps that true by marking the next.
 */
#include <errno.h>

#include <edo/error.h>

#include "base/chaos.h"
#include "base/model.h"
#include "base/sys.h"
#include "driver/source.h"

void op_init(edo_op *op, source *src, enum op_kind kind, void *buf, size_t len)
{
    bool out = kind == OP_SEND || kind == OP_CONNECT;

    *op = (edo_op){.kind = (uint8_t)kind,
                   .dir = out ? OP_OUT : OP_IN,
                   .src = src,
                   .gen = a_load(&src->gen, relaxed), /* the caller holds it open */
                   .buf = buf,
                   .len = len};
}

void op_renew(edo_op *op)
{
    op->canceled = false;
    op->linked = LINK_NONE;
    op->state = OP_NEW;
    op->next = op->prev = NULL;
    op->owner = NULL;
    op->cookie = NULL;
}

edo_poll op_poll(edo_op *op, const edo_waker *waker)
{
    /* acquire: pairs with the release in op_end. */
    if (a_load(&op->state, acquire) == OP_DONE)
        return EDO_READY;
    /* relaxed: if the slot has a new life since, either driver finds so by the generation. */
    return a_load(&op->src->ops, relaxed)->poll(op, waker);
}

void op_cancel(edo_op *op)
{
    /* acquire: pairs with the release in op_end. */
    if (a_load(&op->state, acquire) != OP_DONE)
        a_load(&op->src->ops, relaxed)->cancel(op);
}

int op_check(const edo_op *op)
{
    const source *src = op->src;

    /* relaxed: both are written under the lock that the caller holds. */
    if (op->canceled || src->closing || a_load(&src->gen, relaxed) != op->gen)
        return -ECANCELED;
    return a_load(&src->home, relaxed) ? 0 : -EDO_ESHUTDOWN;
}

void op_begin(edo_op *op)
{
    op->src->users++;
    a_store(&op->state, OP_ARMED, relaxed); /* nobody else knows it yet */
}

void op_wait(edo_op *op, const edo_waker *waker)
{
    op_queue *queue = &op->src->dir[op->dir];

    op->waker = *waker;
    if (op->linked)
        return;
    op->linked = LINK_WAITS;
    op->next = NULL;
    op->prev = queue->last;
    if (op->prev)
        op->prev->next = op;
    else
        queue->first = op;
    queue->last = op;
}

void op_unlink(edo_op *op)
{
    op_queue *queue = &op->src->dir[op->dir];

    if (!op->linked)
        return;
    op->linked = LINK_NONE;
    if (op->next)
        op->next->prev = op->prev;
    else
        queue->last = op->prev;
    if (op->prev)
        op->prev->next = op->next;
    else
        queue->first = op->next;
}

void op_end(edo_op *op, int64_t result, wakes *owed)
{
    source *src = op->src;
    op_queue *queue = &src->dir[op->dir];
    bool was_user = a_load(&op->state, relaxed) != OP_NEW;
    bool left = was_user && ((queue->ready & DIR_READY) || (op->dir == OP_IN && src->kept));

    if (MODEL_BUG(806, true, false))
        op_unlink(op);
    if (MODEL_BUG(805, left, false) && queue->first && !wakes_full(owed))
        wakes_add(owed, &queue->first->waker);
    op->result = result;
    /* release: publishes the result; pairs with the acquires in op_poll and op_cancel. */
    a_store(&op->state, OP_DONE, release);
    if (was_user)
        source_leave(src);
    else
        lock_drop(&src->lock);
    chaos_point();
    wakes_push(owed);
}

int64_t op_try(edo_op *op)
{
    source *src = op->src;

    lock_take(&src->lock);
    int rc = op_check(op);
    if (rc < 0) {
        lock_drop(&src->lock);
        return rc;
    }
    src->users++; /* so that a close meanwhile leaves us the descriptor */
    int fd = src->fd;
    lock_drop(&src->lock);
    int64_t result = op_perform(op, fd);
    lock_take(&src->lock);
    source_leave(src);
    return result;
}

/* flags of a connect whose attempt the kernel has begun */
enum { CONNECT_BEGUN = 1 };

static int64_t connect_state(int fd)
{
    struct sockaddr_storage peer;
    socklen_t len = sizeof(int);
    int error = 0;
    int rc = sys_getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);

    if (rc < 0 || error)
        return rc < 0 ? rc : -error;
    len = sizeof peer;
    rc = sys_getpeername(fd, (struct sockaddr *)&peer, &len);
    return rc == -ENOTCONN ? -EAGAIN : rc; /* no error and no peer: it is still under way */
}

static int64_t connect_perform(edo_op *op, int fd)
{
    if (op->flags & CONNECT_BEGUN)
        return connect_state(fd);
    int rc = sys_connect(fd, op->buf, (socklen_t)op->len);
    if (rc == -EINPROGRESS || rc == -EINTR) {
        op->flags |= CONNECT_BEGUN;
        return -EAGAIN;
    }
    return rc;
}

int64_t op_perform(edo_op *op, int fd)
{
    switch ((enum op_kind)op->kind) {
    case OP_ACCEPT:
        return sys_accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    case OP_CONNECT:
        return connect_perform(op, fd);
    case OP_RECV:
        return sys_recv(fd, op->buf, op->len, op->flags);
    case OP_SEND:
        return sys_send(fd, op->buf, op->len, op->flags | MSG_NOSIGNAL);
    case OP_READ:
        return sys_read(fd, op->buf, op->len);
    }
    return -EINVAL;
}
