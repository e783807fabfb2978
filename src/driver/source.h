/*
 * driver/source.h: what drivers share: a source by its number, the queues of waiting operations,
 * and the end of an operation.
 *
 * All of it goes by the source's lock. An operation whose state is not OP_NEW or OP_DONE counts as
 * a user, so its descriptor stays open; a linked one may be marked by whoever holds the lock.
 */
#ifndef DRIVER_SOURCE_H
#define DRIVER_SOURCE_H

#include <errno.h>

#include <edo/error.h>

#include "base/chaos.h"
#include "base/model.h"
#include "driver/driver.h"

/* op_queue.ready: what a readiness driver knows. */
enum { DIR_READY = 1, DIR_HUP = 2, DIR_TICK = 256 };

/* edo_op.linked. LINK_TOLD: marked because its source closed or lost its home. LINK_MARKED: a wait for
 * readiness that was marked and has not polled since. */
enum op_link { LINK_NONE, LINK_WAITS, LINK_MARKED, LINK_TOLD };

/* How many of those that wait for readiness are marked in one go. The rest are marked by those: so that
 * one of these which is not polled holds nobody up unless there are very many. */
#ifndef MARKED_AT_ONCE
#define MARKED_AT_ONCE 8
#endif

/* The source with this number, which a source has or had. */
source *source_at(uint32_t slot);

/* Lock held: 0 if the operation may go on, else -ECANCELED or -EDO_ESHUTDOWN. */
static inline int op_check(const edo_op *op)
{
    const source *src = op->src;

    /* relaxed: both are written under the lock that the caller holds. */
    if (unlikely(op->canceled || src->closing || a_load(&src->gen, relaxed) != op->gen))
        return -ECANCELED;
    return likely(a_load(&src->home, relaxed) != NULL) ? 0 : -EDO_ESHUTDOWN;
}
/* Lock held: the first poll; from here on it is a user. */
static inline void op_begin(edo_op *op)
{
    op->src->users++;
    a_store(&op->state, OP_ARMED, relaxed); /* nobody else knows it yet */
}
/* Lock held, and dropped: it is closing, and no user is left. */
void source_finish_close(source *src);
/* Lock held, and dropped: a user leaves that is no linked operation. */
static inline void source_leave(source *src)
{
    if (unlikely(MODEL_BUG(807, --src->users == 0, true) && src->closing))
        source_finish_close(src);
    else
        lock_drop(&src->lock);
}
/* Lock held: keeps the waker, and stands in the queue if it did not yet. */
static inline void op_wait(edo_op *op, const edo_waker *waker)
{
    op_queue *queue = &op->src->dir[op->dir];

    op->waker = *waker;
    if (op->linked)
        return;
    op->linked = LINK_WAITS;
    op->next = NULL;
    op->prev = queue->last;
    if (unlikely(op->prev))
        op->prev->next = op;
    else
        queue->first = op;
    queue->last = op;
}
static inline void op_unlink(edo_op *op)
{
    op_queue *queue = &op->src->dir[op->dir];

    if (!op->linked)
        return;
    op->linked = LINK_NONE;
    if (unlikely(op->next))
        op->next->prev = op->prev;
    else
        queue->last = op->prev;
    if (unlikely(op->prev))
        op->prev->next = op->next;
    else
        queue->first = op->next;
}
/* Lock held: marks the one whose operation it is; NULL: nobody. What is owed is for op_wake. */
static inline edo_waker op_mark(const edo_op *op)
{
    return op && wake_mark(&op->waker) ? op->waker : (edo_waker){0};
}
/* Lock dropped: pushes what op_mark owes, if it owes any. */
static inline void op_wake(const edo_waker *owed)
{
    if (unlikely(owed->ops))
        wake_push(owed);
}
/* Lock held: marks the next in a direction if there is something to poll for. */
edo_waker source_mark_next(source *src, enum op_dir dir);
/*
 * Lock held, and dropped: ends an operation with a result, passes the turn on to the next in the
 * queue if something is left, and finishes a close if it was the last user. It unlinks nobody's
 * memory but the operation's, and its last touch of that is the store of OP_DONE.
 */
static inline void op_end(edo_op *op, int64_t result)
{
    source *src = op->src;
    enum op_dir dir = op->dir;
    bool was_user = a_load(&op->state, relaxed) != OP_NEW;
    edo_waker next = {0};

    if (MODEL_BUG(806, true, false))
        op_unlink(op);
    if (unlikely(src->dir[dir].first) && was_user)
        next = source_mark_next(src, dir);
    op->result = result;
    /* release: publishes the result; pairs with the acquires in op_poll and op_cancel. */
    a_store(&op->state, OP_DONE, release);
    if (likely(was_user))
        source_leave(src);
    else
        lock_drop(&src->lock);
    chaos_point();
    op_wake(&next);
}
/* Lock held, and dropped: wakes who is first in a direction's queue, as something was put back. */
void source_wake_first(source *src, enum op_dir dir);
/* Lock held, and dropped: something was put back. Wakes who is first to take it, and the first of those
 * that wait to be told. */
void source_wake_for_kept(source *src);
/* Wakes the first of those that wait for readiness in some of these POLL* bits. */
void source_wake_wanting(source *src, uint32_t gen, int bits);
/* Wakes the one behind an operation that is PENDING, if there is one. */
void source_wake_behind(const edo_op *op);

#endif
