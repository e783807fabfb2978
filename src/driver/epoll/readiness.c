/*
 * readiness.c: waiting until a descriptor is ready for something, whoever does that something.
 *
 * Asked       The kernel is asked (poll(2)) each time, as only it knows what others have read or written
 *             meanwhile. An edge says when to ask again.
 * Turn        They stand in a queue of their own, in which nobody holds up the next. An event marks the
 *             first. Whoever polls marks the one behind it, unless that has asked since the event: `len`
 *             has the tick at which an operation asked last. So all of them ask once for each event, with
 *             one wake each, and no walk over the queue under its lock.
 */
#include <poll.h>

#include "base/chaos.h"
#include "base/model.h"
#include "base/sys.h"
#include "driver/epoll/epoll.h"

static uint32_t tick_of(const source *src)
{
    return src->dir[OP_ANY].ready / DIR_TICK;
}

/* With the lock held: the waker of the one behind, if its turn has come. */
static edo_waker mark_follower(const edo_op *op)
{
    const edo_op *behind = op->linked ? op->next : NULL;

    if (!behind || MODEL_BUG(810, behind->len == tick_of(op->src), true) ||
        !wake_mark(&behind->waker))
        return (edo_waker){0};
    return behind->waker;
}

/* With the lock held, which it drops for a while. */
static int64_t ask(edo_op *op)
{
    source *src = op->src;
    int fd = src->fd;

    op->len = tick_of(src);
    lock_drop(&src->lock);
    chaos_point();
    int64_t result = op_perform(op, fd);
    chaos_point();
    lock_take(&src->lock);
    return result;
}

static int watch_for(edo_op *op)
{
    return epoll_watch(op->src, op->flags & POLLOUT);
}

edo_poll epoll_poll_readiness(edo_op *op, const edo_waker *waker)
{
    source *src = op->src;
    int64_t result;

    lock_take(&src->lock);
    if ((result = op_check(op)) == 0 && a_load(&op->state, relaxed) == OP_NEW)
        op_begin(op); /* relaxed: with this driver only the polling task writes it */
    /* Watched before it asks: an edge after the answer is an event. */
    while (result == 0 && (result = watch_for(op)) == 0 && (result = ask(op)) == -EAGAIN)
        if ((result = op_check(op)) == 0 && MODEL_BUG(811, op->len == tick_of(src), true))
            break;
    edo_waker next = MODEL_BUG(812, true, result == 0) ? mark_follower(op) : (edo_waker){0};
    if (result == 0) {
        op_wait(op, waker);
        lock_drop(&src->lock);
    } else {
        op_end(op, result);
    }
    if (next.ops)
        wake_push(&next);
    return result == 0 ? EDO_PENDING : EDO_READY;
}
