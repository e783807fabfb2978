/*
 * sync/slot.h: the place of one message: filled by the one sender it was given to, emptied by the
 * receiver, who can leave word in it that it waits for just this message.
 *
 * States        EMPTY → FULL → EMPTY, or EMPTY → WANTED → FULL → EMPTY. The sender exchanges FULL for
 *               what it finds: WANTED means that the receiver has to be woken. The receiver puts
 *               WANTED only in the place of EMPTY, after it has registered its waker.
 * No lost       The two meet in one word: the receiver's exchange fails if it is FULL already, and
 *   wake-up     the sender's finds WANTED if it came first.
 */
#ifndef SYNC_SLOT_H
#define SYNC_SLOT_H

#include "base/atomic.h"
#include "base/macros.h"
#include "base/model.h"
#include "sync/item.h"

enum { SLOT_EMPTY, SLOT_WANTED, SLOT_FULL };

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

/* By the sender whose slot it is. True: the receiver is to be woken. */
static inline bool slot_fill(const slot_shape *shape, char *slot, const void *item)
{
    item_copy(&shape->item, slot, item);
    /* release: pairs with the acquire in slot_is_full. */
    return a_xchg(slot_state(shape, slot), SLOT_FULL, MODEL_BUG(1701, release, relaxed)) ==
           SLOT_WANTED;
}

/* The rest is the receiver's. */

static inline bool slot_is_full(const slot_shape *shape, char *slot)
{
    /* acquire: pairs with the release in slot_fill. */
    return a_load(slot_state(shape, slot), MODEL_BUG(1702, acquire, relaxed)) == SLOT_FULL;
}

/* Its item was moved out or destroyed. */
static inline void slot_empty(const slot_shape *shape, char *slot)
{
    /* relaxed: its next sender gets it in a later turn, by a permit or a new block, which orders. */
    a_store(slot_state(shape, slot), SLOT_EMPTY, relaxed);
}

/* Leaves word. False: it is FULL already. */
static inline bool slot_want(const slot_shape *shape, char *slot)
{
    uint32_t state = SLOT_EMPTY;

    /* relaxed: who finds WANTED takes the lock under which the waker was left, and who finds FULL
     * here looks again by slot_is_full. */
    return MODEL_BUG(1709, a_cas(slot_state(shape, slot), &state, SLOT_WANTED, relaxed, relaxed),
                     a_xchg(slot_state(shape, slot), SLOT_WANTED, relaxed) != SLOT_FULL) ||
           state == SLOT_WANTED;
}

#endif
