/*
 * sync/slot.h: the place of one message: filled by the one sender it was given to, emptied by the
 * receiver, who can leave word in it that it waits for just this message.
 *
 * States        EMPTY → FULL → EMPTY; or EMPTY → WANTED → MARKING → FULL → EMPTY. The receiver puts
 *               WANTED in the place of EMPTY after it has left its waker, and takes it back before it
 *               leaves. END instead of FULL, for ever: no message will come, and none after it. EMPTY
 *               instead of FULL: it was woken to look around.
 * No lost       The two meet in one word: the receiver's exchange fails if it is FULL already, and
 *   wake-up     the sender's finds WANTED if it came first.
 * The waker     Is whoever's put MARKING in the place of WANTED, until the next state: its last touch.
 *               The receiver meets MARKING where it would leave, or write another waker; then it bides
 *               for a few instructions. It is marked before it is FULL, so it may run in between.
 */
#ifndef SYNC_SLOT_H
#define SYNC_SLOT_H

#include "base/atomic.h"
#include "base/chaos.h"
#include "base/macros.h"
#include "base/model.h"
#include "future/wake.h"
#include "sync/bide.h"
#include "sync/item.h"

enum { SLOT_EMPTY, SLOT_WANTED, SLOT_MARKING, SLOT_FULL, SLOT_END };

/* What all slots of a channel look like: the item, then the state. */
typedef struct slot_shape {
    edo_item item;
    size_t state_at;
    size_t stride;
} slot_shape;

static inline slot_shape slot_shape_of(const edo_item *item)
{
    size_t align = item->align > alignof(uint32_t) ? item->align : alignof(uint32_t);
    size_t state_at = (item->size + alignof(uint32_t) - 1) & ~(alignof(uint32_t) - 1);

    if (!item->align && item->size >= alignof(max_align_t))
        align = alignof(max_align_t);
    else if (!item->align && item->size > alignof(uint32_t))
        align = alignof(uint64_t);
    return (slot_shape){
        .item = *item,
        .state_at = state_at,
        .stride = (state_at + sizeof(uint32_t) + align - 1) & ~(align - 1),
    };
}

static inline uint32_t *slot_state(const slot_shape *shape, char *slot)
{
    return (uint32_t *)(void *)(slot + shape->state_at);
}

/* Lets whoever has the waker be done with it. */
static inline void slot_bide(const uint32_t *state)
{
    /* acquire: pairs with the release in slot_wake. */
    for (unsigned looks = 0; a_load(state, MODEL_BUG(1715, acquire, relaxed)) == SLOT_MARKING;)
        bide(&looks);
}

/* By who has put MARKING there. True: *ret_owed, who was the receiver, is to be pushed. */
static inline bool slot_wake(uint32_t *state, uint32_t next, const edo_waker *receiver,
                             edo_waker *ret_owed)
{
    *ret_owed = *receiver;
    bool owed = wake_mark(ret_owed);
    chaos_point();
    /* release: the item, and that the waker was read; pairs with the acquires in slot_is_full and
     * slot_bide. */
    a_store(state, next, MODEL_BUG(1714, release, relaxed));
    return owed;
}

/* FULL or END in the place of EMPTY or WANTED; as slot_wake. */
static inline bool slot_settle(uint32_t *state, uint32_t how, const edo_waker *receiver,
                               edo_waker *ret_owed)
{
    uint32_t found = a_load(state, relaxed), next; /* a guess: the exchange verifies it */

    do {
        while (unlikely(found >= SLOT_MARKING)) { /* it is woken to look around */
            if (found == SLOT_END)
                return false;
            slot_bide(state);
            found = a_load(state, relaxed);
        }
        next = found == MODEL_BUG(1720, SLOT_WANTED, SLOT_END) ? SLOT_MARKING : how;
        /* release: publishes the item; pairs with the acquire in slot_is_full. acquire: the waker;
         * pairs with the release in slot_want. */
    } while (!a_cas_weak(state, &found, next, MODEL_BUG(1701, acq_rel, relaxed), relaxed));
    return next == SLOT_MARKING && slot_wake(state, how, receiver, ret_owed);
}

/* By the sender whose slot it is; as slot_wake. */
static inline bool slot_fill(const slot_shape *shape, char *slot, const void *item,
                             const edo_waker *receiver, edo_waker *ret_owed)
{
    item_copy(&shape->item, slot, item);
    return slot_settle(slot_state(shape, slot), SLOT_FULL, receiver, ret_owed);
}

/* By who knows that it has no sender; likewise. */
static inline bool slot_end(const slot_shape *shape, char *slot, const edo_waker *receiver,
                            edo_waker *ret_owed)
{
    return slot_settle(slot_state(shape, slot), SLOT_END, receiver, ret_owed);
}

/* Wakes a receiver that wants it, to look around; likewise. */
static inline bool slot_stir(const slot_shape *shape, char *slot, const edo_waker *receiver,
                             edo_waker *ret_owed)
{
    uint32_t *state = slot_state(shape, slot), wanted = SLOT_WANTED;

    /* acquire: the waker; pairs with the release in slot_want. */
    return a_cas(state, &wanted, SLOT_MARKING, MODEL_BUG(1719, acquire, relaxed), relaxed) &&
           slot_wake(state, SLOT_EMPTY, receiver, ret_owed);
}

/* The rest is the receiver's. */

static inline bool slot_is_full(const slot_shape *shape, char *slot)
{
    /* acquire: pairs with the releases in slot_settle and slot_wake. */
    return a_load(slot_state(shape, slot), MODEL_BUG(1702, acquire, relaxed)) == SLOT_FULL;
}

/* Its item was moved out or destroyed. */
static inline void slot_empty(const slot_shape *shape, char *slot)
{
    /* relaxed: its next sender gets it in a later turn, by a permit or a new block, which orders. */
    a_store(slot_state(shape, slot), SLOT_EMPTY, relaxed);
}

/* Leaves word, after the waker. False: it is FULL, or the END. */
static inline bool slot_want(const slot_shape *shape, char *slot)
{
    uint32_t *state = slot_state(shape, slot), found = SLOT_EMPTY;

    /* release: the waker; pairs with the acquires in slot_settle and slot_stir. */
    if (MODEL_BUG(1709,
                  a_cas(state, &found, SLOT_WANTED, MODEL_BUG(1716, release, relaxed), relaxed),
                  (a_store(state, SLOT_WANTED, release), true)) ||
        found == SLOT_WANTED)
        return true;
    slot_bide(state);
    return false;
}

/* Takes it back. Afterwards nobody has the waker. */
static inline void slot_unwant(const slot_shape *shape, char *slot)
{
    uint32_t *state = slot_state(shape, slot), wanted = SLOT_WANTED;

    /* relaxed: as long as it is WANTED nobody has read the waker. */
    if (a_load(state, relaxed) != SLOT_WANTED ||
        !a_cas(state, &wanted, SLOT_EMPTY, relaxed, relaxed))
        slot_bide(state);
}

#endif
