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
#include <sys/socket.h>

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

/* The generation is another one: ends the call; false. */
bool source_refuse_call(source *src);
/* The last call of a source that is shut has ended. */
void source_end_last_call(source *src);
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
/*
 * Unlisted calls: those of operations that are neither users nor linked, made without the lock where a
 * readiness driver's source has something left and nobody waits for it. They are counted in `calls`, and the
 * descriptor stays open until the last has ended. CALLS_SHUT: closing, without a home, or the driver isn't
 * one of readiness; no more begin, and together they are one user, who leaves with the last of them.
 */
enum { CALLS_SHUT = 1 << 30 };

/* Whether a call may begin: of an operation of this generation. */
static inline bool source_begin_call(source *src, uint32_t gen)
{
    uint32_t calls = a_load(&src->calls, relaxed); /* a guess: the exchange verifies it */

    do {
        if (unlikely(calls & CALLS_SHUT))
            return false;
        /* acquire: pairs with the release in open_calls; the generation is at least that one's. */
    } while (
        !a_cas_weak(&src->calls, &calls, calls + 1, MODEL_BUG(820, acquire, relaxed), relaxed));
    return likely(a_load(&src->gen, relaxed) == gen) || source_refuse_call(src);
}
/* Counts one less; true: it was the last of a source that is shut, and its user has to leave. */
static inline bool source_count_call_out(source *src)
{
    /* acq_rel: all calls on the descriptor come before its close; pairs with itself and with shut_calls. */
    return a_fetch_sub(&src->calls, 1, MODEL_BUG(821, acq_rel, relaxed)) == (CALLS_SHUT | 1);
}
static inline void source_end_call(source *src)
{
    if (unlikely(source_count_call_out(src)))
        source_end_last_call(src);
}
/* Lock held: notes that nothing is left in a direction, unless there was an event since it was as `seen`. */
static inline void source_note_empty(source *src, enum op_dir dir, uint32_t seen)
{
    op_queue *queue = &src->dir[dir];

    if (MODEL_BUG(801, queue->ready == seen, true))
        a_store(&queue->ready, seen & ~(uint32_t)DIR_READY, relaxed);
}
/* Whether it seems that something is left in a direction, with nobody in its queue but, if it is there, `op`.
 * `ret_seen`: how the direction is before a call. */
static inline bool source_has_something(const source *src, enum op_dir dir, const edo_op *op,
                                        uint32_t *ret_seen)
{
    const op_queue *queue = &src->dir[dir];

    /* acquire: the call that follows comes after it, for events since are to be seen after the call. The
     * checker's system calls are never early, so it can't show this. */
    *ret_seen = a_load(&queue->ready, acquire);
    return (*ret_seen & DIR_READY) && a_load(&queue->first, relaxed) == op;
}
/* Whether a call's result says that nothing is left: -EAGAIN does; for bytes of a stream also fewer than were
 * asked for, but not once something was seen that brings no further edge. */
static inline bool source_is_empty_after(const source *src, int64_t result, size_t len,
                                         uint32_t seen)
{
    return result == -EAGAIN ||
           (result > 0 && (uint64_t)result < len && src->stream && !(seen & DIR_HUP));
}
/* The `len` of the above that an operation asks for: 0 where only -EAGAIN says it, as with a look at bytes that
 * stay. */
static inline size_t op_stream_bytes(const edo_op *op)
{
    const unsigned of_bytes = 1U << OP_RECV | 1U << OP_SEND | 1U << OP_RECV_LENT;

    return (of_bytes >> op->kind & 1) && !(op->flags & MSG_PEEK) ? op->len : 0;
}
/* For who has it open, and needs no operation as it won't wait: whether an unlisted call may be made now. */
static inline bool source_begin_plain_call(source *src, enum op_dir dir, uint32_t *ret_seen)
{
    uint32_t gen = a_load(&src->gen, relaxed);

    return source_has_something(src, dir, NULL, ret_seen) && source_begin_call(src, gen);
}
/* Ends it: of `len` bytes. */
static inline void source_end_plain_call(source *src, enum op_dir dir, int64_t result, size_t len,
                                         uint32_t seen)
{
    if (source_is_empty_after(src, result, len, seen)) {
        lock_take(&src->lock);
        source_note_empty(src, dir, seen);
        lock_drop(&src->lock);
    }
    source_end_call(src);
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
/* Lock held: an operation with a call under way becomes a user, and its call has ended. */
static inline void op_begin_after_call(edo_op *op)
{
    op_begin(op);
    if (unlikely(source_count_call_out(op->src)))
        op->src->users--;
}
/* Lock held: keeps the waker, and stands in the queue if it did not yet. */
static inline void op_wait_in(op_queue *queue, edo_op *op, const edo_waker *waker)
{
    op->waker = *waker;
    if (op->linked)
        return;
    op->linked = LINK_WAITS;
    op->next = NULL;
    op->prev = queue->last;
    if (unlikely(op->prev))
        op->prev->next = op;
    else
        a_store(&queue->first, op, relaxed); /* as of all of it, the lock orders it */
    queue->last = op;
}
static inline void op_wait(edo_op *op, const edo_waker *waker)
{
    op_wait_in(&op->src->dir[op->dir], op, waker);
}
static inline void op_unlink_from(op_queue *queue, edo_op *op)
{
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
        a_store(&queue->first, op->next, relaxed);
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
/* Lock held: whether an operation may make its call, as nobody stands before it. */
static inline bool op_has_turn(const edo_op *op, const op_queue *queue)
{
    return (queue->ready & DIR_READY) && (!queue->first || queue->first == op);
}
/* Whether one that stands in the queue may make it without the lock, since it is a user; `ret_seen`: how its
 * direction is before it. */
static inline bool op_may_call(const edo_op *op, const source *src, enum op_dir dir,
                               uint32_t *ret_seen)
{
    /* Only its own poll makes it first, or no longer that. */
    return source_has_something(src, dir, op, ret_seen) && !op->canceled &&
           !(a_load(&src->calls, relaxed) & CALLS_SHUT);
}
static inline __attribute__((always_inline)) void op_end_in(edo_op *op, enum op_dir dir,
                                                            bool was_user, int64_t result)
{
    source *src = op->src;
    edo_waker next = {0};

    if (MODEL_BUG(806, true, false))
        op_unlink_from(&src->dir[dir], op);
    if (unlikely(src->dir[dir].first) && was_user)
        next = source_mark_next(src, dir);
    op->result = result;
    /* release: publishes the result; pairs with the acquires in op_poll and op_cancel. An operation of a
     * readiness driver is ended by its own poll, and needs neither: they are for drivers that end it
     * from elsewhere. */
    a_store(&op->state, OP_DONE, release);
    if (likely(was_user))
        source_leave(src);
    else
        lock_drop(&src->lock);
    chaos_point();
    op_wake(&next);
}
/*
 * Lock held, and dropped: ends an operation with a result, passes the turn on to the next in the
 * queue if something is left, and finishes a close if it was the last user. It unlinks nobody's
 * memory but the operation's, and its last touch of that is the store of OP_DONE.
 */
static inline void op_end(edo_op *op, int64_t result)
{
    op_end_in(op, (enum op_dir)op->dir, a_load(&op->state, relaxed) != OP_NEW, result);
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
