/*
 * sync/mpsc_ring.h: the messages of a bounded channel: slots in a ring, at least as many as permits.
 *
 * Claim     Who holds a permit claims the next number by adding one. There are never more numbers
 *           claimed and not yet taken than permits, so the slot of that number is EMPTY.
 * Order     What the receiver did to the slot a turn ago is seen by its next sender: at least one of
 *           those who claimed up to this number got its permit from that taking, and each claim is an
 *           acquire and a release of the tail.
 */
#ifndef SYNC_MPSC_RING_H
#define SYNC_MPSC_RING_H

#include "base/chaos.h"
#include "sync/slot.h"

typedef struct mpsc_ring {
    _Alignas(cache_line) uint64_t tail; /* atomic: messages claimed */
    char *slots;
    size_t mask;
    slot_shape shape;
    _Alignas(cache_line) uint64_t head; /* atomic: messages taken; the receiver's, others read it */
} mpsc_ring;

/* 0, -ENOMEM. */
int mpsc_ring_init(mpsc_ring *ring, const edo_item *item, size_t capacity);
/* It has no items any more. */
void mpsc_ring_fini(mpsc_ring *ring);

static inline char *mpsc_ring_slot(const mpsc_ring *ring, uint64_t number)
{
    return ring->slots + (number & ring->mask) * ring->shape.stride;
}

/* By who holds a permit, which is used up. True: *ret_owed, who was the receiver, is to be pushed. */
static inline bool mpsc_ring_put(mpsc_ring *ring, const void *item, const edo_waker *receiver,
                                 edo_waker *ret_owed)
{
    uint64_t number =
        a_fetch_add(&ring->tail, 1, MODEL_BUG(1801, acq_rel, relaxed)); /* with itself */

    chaos_point();
    return slot_fill(&ring->shape, mpsc_ring_slot(ring, number), item, receiver, ret_owed);
}

/* By who knows that all permits are back for good, by an acquire of their word. As mpsc_ring_put. */
static inline bool mpsc_ring_end(mpsc_ring *ring, const edo_waker *receiver, edo_waker *ret_owed)
{
    uint64_t number = a_load(&ring->tail, relaxed); /* the last claim came before those permits */

    return slot_end(&ring->shape, mpsc_ring_slot(ring, number), receiver, ret_owed);
}

static inline size_t mpsc_ring_len(const mpsc_ring *ring)
{
    /* acquire: pairs with the claims. A head that is read now has passed all that these claims'
     * permits came from, so there are never more than the capacity. */
    uint64_t tail = a_load(&ring->tail, acquire), head = a_load(&ring->head, relaxed);

    return tail > head ? (size_t)(tail - head) : 0;
}

/* The receiver's. */
static inline char *mpsc_ring_head(mpsc_ring *ring)
{
    return mpsc_ring_slot(ring, ring->head);
}

/* Wakes a receiver that waits, by who sees where it stands. As mpsc_ring_put. */
static inline bool mpsc_ring_stir(mpsc_ring *ring, const edo_waker *receiver, edo_waker *ret_owed)
{
    uint64_t head = a_load(&ring->head, relaxed);

    return slot_stir(&ring->shape, mpsc_ring_slot(ring, head), receiver, ret_owed);
}

/* Leaves word that it waits for the next message. False: it is there, or none will come. */
static inline bool mpsc_ring_want(mpsc_ring *ring)
{
    return slot_want(&ring->shape, mpsc_ring_head(ring));
}

/* Takes that back. Afterwards nobody has its waker. */
static inline void mpsc_ring_unwant(mpsc_ring *ring)
{
    slot_unwant(&ring->shape, mpsc_ring_head(ring));
}

static inline void mpsc_ring_advance(mpsc_ring *ring)
{
    a_bump(&ring->head, 1);
}

#endif
