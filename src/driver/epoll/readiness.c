/*
 * readiness.c: waiting until a descriptor is ready for something, whoever does that something.
 *
 * Asked       The kernel is asked (poll(2)) each time, as only it knows what others have read or written
 *             meanwhile. An edge says when to ask again.
 * Turn        They stand in a queue of their own, in which nobody holds up the next. Stale is who has not
 *             asked since an event of a direction that it is interested in: `len` has the ticks at which it
 *             asked last. An event marks the first stale ones; each that polls marks the next behind it that
 *             is stale and not marked yet. So all of them ask once for each event, with one wake each, and
 *             whom an event doesn't concern is let sleep.
 */
#include <poll.h>

#include "base/chaos.h"
#include "base/model.h"
#include "base/sys.h"
#include "driver/epoll/epoll.h"

/* Grows with each event that concerns it. Errors and hang-ups are events of both directions. */
static uint32_t ticks_of(const edo_op *op)
{
    const source *src = op->src;
    uint32_t in = src->dir[OP_IN].ready / DIR_TICK, out = src->dir[OP_OUT].ready / DIR_TICK;

    if (!(op->flags & POLLOUT))
        return MODEL_BUG(813, in, 0);
    return op->flags & (POLLIN | POLLPRI | POLLRDHUP) ? in + out : out;
}

static edo_op *next_stale(edo_op *op)
{
    while (op && (op->linked != LINK_WAITS || op->len == ticks_of(op)))
        op = op->next;
    return op;
}

void epoll_mark_waiting(source *src, wakes *owed)
{
    edo_op *op = MODEL_BUG(814, src->dir[OP_ANY].first, NULL);
    unsigned left = MARKED_AT_ONCE;

    while (left-- > 0 && !wakes_full(owed) && (op = next_stale(op))) {
        op->linked = LINK_MARKED;
        wakes_add(owed, &op->waker);
    }
}

/* With the lock held: the waker of one behind, if its turn has come. */
static edo_waker mark_follower(edo_op *op)
{
    edo_op *next = MODEL_BUG(810, op->linked, false) ? next_stale(op->next) : NULL;

    if (next)
        next->linked = LINK_MARKED;
    return op_mark(next);
}

/* With the lock held, which it drops for a while. */
static int64_t ask(edo_op *op)
{
    source *src = op->src;
    int fd = src->fd;

    op->len = ticks_of(op);
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
        if ((result = op_check(op)) == 0 && MODEL_BUG(811, op->len == ticks_of(op), true))
            break;
    edo_waker next = MODEL_BUG(812, true, result == 0) ? mark_follower(op) : (edo_waker){0};
    if (result == 0) {
        if (op->linked == LINK_MARKED) /* it has asked after that */
            op->linked = MODEL_BUG(809, LINK_WAITS, LINK_MARKED);
        op_wait(op, waker);
        lock_drop(&src->lock);
    } else {
        op_end(op, result);
    }
    op_wake(&next);
    return result == 0 ? EDO_PENDING : EDO_READY;
}
