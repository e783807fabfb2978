/*
 * driver/turn.h: reading from a socket by turns, without a poll: the way of every request of a server.
 *
 * What a readiness driver's poll does, for who makes the call itself and knows which it is. The operation is a
 * usual one at any moment, so whoever can't go on in this way polls it.
 */
#ifndef DRIVER_TURN_H
#define DRIVER_TURN_H

#include "driver/source.h"

/* A new read stands in the queue until it is marked. False: there is something to be said, read or registered
 * first, and nothing was done. */
static inline bool turn_stand(edo_op *op, source *src, const edo_waker *waker)
{
    op_queue *queue = &src->dir[OP_IN];

    lock_take(&src->lock);
    bool stands = src->watched && MODEL_BUG(825, op_check(op) == 0, true) &&
                  MODEL_BUG(826, !op_has_turn(op, queue), true);
    if (likely(stands)) {
        op_begin(op);
        op_wait_in(queue, op, waker);
    }
    lock_drop(&src->lock);
    return stands;
}

/* Ends one that stands with what its call said, before which its direction was as `seen`. */
static inline void turn_end(edo_op *op, source *src, int64_t result, size_t len, uint32_t seen)
{
    lock_take(&src->lock);
    if (source_is_empty_after(src, result, len, seen))
        source_note_empty(src, OP_IN, seen);
    op_end_in(op, OP_IN, true, result);
}

#endif
