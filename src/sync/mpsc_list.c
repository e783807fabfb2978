/*
 * mpsc_list.c: a queue of any length from many senders to one receiver.
 *
 * Claim       A sender claims a number by a compare-and-swap of `tail`, and only one below `limit`:
 *             so its slot exists, and a send that finds no memory has claimed nothing.
 * Invariant   A block is retired only when all its messages were taken and it has a next one. So no
 *             block with an unfilled claim, and none after it, is ever retired.
 * No stale    Who claims number n has read a limit above n before, and that was published after
 *   block     `newest` had been set to a block of n's or a later one. So what it finds in `newest`
 *             afterwards isn't retired. If it is a later one it looks for its own under the lock: once
 *             in a block's length, when the block is being added.
 * Source      The list of blocks is that of tokio's channel; there senders walk it without a lock, and
 *             blocks are reclaimed by how far the tail had come. With the memory secured before the
 *             claim neither is needed.
 */
#include "sync/mpsc_list.h"

#include <errno.h>
#include <stdlib.h>

#include "base/chaos.h"

#define TAIL_CLOSED UINT64_C(1)
#define TAIL_ONE UINT64_C(2)

/* Blocks. */

static size_t header_size(const slot_shape *shape)
{
    size_t align = item_align(&shape->item);

    return (sizeof(mpsc_block) + align - 1) & ~(align - 1);
}

static mpsc_block *block_new(const mpsc_list *list)
{
    const slot_shape *shape = &list->shape;
    size_t align = item_align(&shape->item);
    size_t size = list->slots_at + MPSC_BLOCK_SLOTS * shape->stride;
    mpsc_block *block = aligned_alloc(align, (size + align - 1) & ~(align - 1));

    if (!block)
        return NULL;
    *block = (mpsc_block){0};
    for (uint64_t i = 0; i < MPSC_BLOCK_SLOTS; i++)
        *slot_state(shape, mpsc_list_slot(list, block, i)) = SLOT_EMPTY;
    return block;
}

static void free_chain(mpsc_block *block)
{
    for (mpsc_block *next; block; block = next) {
        next = block->next;
        free(block);
    }
}

int mpsc_list_init(mpsc_list *list, const edo_item *item)
{
    *list = (mpsc_list){.shape = slot_shape_of(item), .limit = MPSC_BLOCK_SLOTS};
    list->slots_at = header_size(&list->shape);
    list->first = list->newest = block_new(list);
    return list->first ? 0 : -ENOMEM;
}

void mpsc_list_fini(mpsc_list *list)
{
    free_chain(list->first);
    free_chain(list->spares);
}

/* Sending. */

/* A block that is not in the list; with the lock held. */
static mpsc_block *take_block(mpsc_list *list)
{
    mpsc_block *block = list->spares;

    if (!block)
        return block_new(list);
    list->spares = block->next;
    list->spare_count--;
    a_store(&block->next, NULL, relaxed); /* published with the block */
    return block;
}

/* Adds a block, unless another sender has done so since the limit was read. 0, -ENOMEM. */
static int grow(mpsc_list *list, uint64_t limit)
{
    int rc = 0;

    lock_take(&list->lock);
    /* relaxed: written under the lock */
    if (MODEL_BUG(1713, a_load(&list->limit, relaxed) == limit, true)) {
        mpsc_block *block = take_block(list);
        if (block) {
            block->start = limit;
            if (list->starving)
                *slot_state(&list->shape, mpsc_list_slot(list, block, limit)) = SLOT_WANTED;
            list->starving = MODEL_BUG(1703, false, list->starving);
            a_store(&list->newest->next, block, relaxed); /* read under the lock, or before it */
            /* release: pairs with the acquire in own_block. */
            a_store(&list->newest, block, MODEL_BUG(1705, release, relaxed));
            chaos_point();
            /* release: pairs with the acquire in claim: who reads it finds `newest` as new. */
            a_store(&list->limit, limit + MPSC_BLOCK_SLOTS, MODEL_BUG(1706, release, relaxed));
        } else {
            rc = -ENOMEM;
        }
    }
    lock_drop(&list->lock);
    return rc;
}

/* A number of one's own: 0, -EPIPE, -ENOMEM. */
static int claim(mpsc_list *list, uint64_t *ret_number)
{
    uint64_t tail = a_load(&list->tail, relaxed); /* a guess: the exchange verifies it */

    do {
        int rc;
        uint64_t limit;
        while (!(tail & TAIL_CLOSED) &&
               /* acquire: pairs with the release in grow. */
               tail / TAIL_ONE >=
                   (limit = a_load(&list->limit, MODEL_BUG(1707, acquire, relaxed)))) {
            if ((rc = grow(list, limit)) < 0)
                return rc;
            tail = a_load(&list->tail, relaxed);
        }
        if (tail & TAIL_CLOSED) {
            (void)mpsc_list_is_closed(list); /* for the order: what came before the close is seen */
            return -EPIPE;
        }
        /* relaxed: the message is published by its slot. */
    } while (!a_cas_weak(&list->tail, &tail, tail + TAIL_ONE, relaxed, relaxed));
    *ret_number = tail / TAIL_ONE;
    return 0;
}

/* The one with that number in it, which is not retired; with the lock held. */
static mpsc_block *find_block(const mpsc_list *list, uint64_t number)
{
    mpsc_block *block = list->first;

    while (number - block->start >= MPSC_BLOCK_SLOTS)
        block = a_load(&block->next, relaxed); /* relaxed: written under the lock */
    return block;
}

/* The block of a number that was claimed and is not filled. */
static mpsc_block *own_block(mpsc_list *list, uint64_t number)
{
    /* acquire: pairs with the release in grow. */
    mpsc_block *block = a_load(&list->newest, MODEL_BUG(1708, acquire, relaxed));

    /* An earlier one is far above, unsigned. */
    if (MODEL_BUG(1704, likely(number - block->start < MPSC_BLOCK_SLOTS), true))
        return block;
    lock_take(&list->lock);
    block = find_block(list, number);
    lock_drop(&list->lock);
    return block;
}

int mpsc_list_put(mpsc_list *list, const void *item, const edo_waker *receiver, edo_waker *ret_owed)
{
    uint64_t number;
    int rc = claim(list, &number);

    if (rc < 0)
        return rc;
    chaos_point();
    char *slot = mpsc_list_slot(list, own_block(list, number), number);
    return slot_fill(&list->shape, slot, item, receiver, ret_owed);
}

bool mpsc_list_close(mpsc_list *list)
{
    /* release: pairs with the acquire in mpsc_list_is_closed. */
    return !(a_fetch_or(&list->tail, TAIL_CLOSED, MODEL_BUG(1711, release, relaxed)) & TAIL_CLOSED);
}

bool mpsc_list_is_closed(const mpsc_list *list)
{
    /* acquire: pairs with the release in mpsc_list_close. */
    return a_load(&list->tail, MODEL_BUG(1712, acquire, relaxed)) & TAIL_CLOSED;
}

/* Wakes a receiver that waits for a block yet to come; with the lock held. As slot_wake. */
static bool end_starving(mpsc_list *list, const edo_waker *receiver, edo_waker *ret_owed)
{
    if (!list->starving)
        return false;
    list->starving = false;
    *ret_owed = *receiver;
    return wake_mark(ret_owed);
}

typedef bool wake_at_slot(const slot_shape *shape, char *slot, const edo_waker *receiver,
                          edo_waker *ret_owed);

/* Wakes a receiver that waits for that number, in one of two ways if it has a place. It isn't retired:
 * nobody has taken it. With the lock held. */
static bool wake_at(mpsc_list *list, uint64_t number, wake_at_slot *wake, const edo_waker *receiver,
                    edo_waker *ret_owed)
{
    if (number >= a_load(&list->limit, relaxed)) /* relaxed: written under the lock */
        return MODEL_BUG(1718, end_starving(list, receiver, ret_owed), false);
    char *slot = mpsc_list_slot(list, find_block(list, number), number);
    return MODEL_BUG(1717, wake(&list->shape, slot, receiver, ret_owed), false);
}

bool mpsc_list_end(mpsc_list *list, const edo_waker *receiver, edo_waker *ret_owed)
{
    uint64_t number = a_load(&list->tail, relaxed) / TAIL_ONE; /* it is closed, so it stays */

    lock_take(&list->lock);
    bool owed = wake_at(list, number, slot_end, receiver, ret_owed);
    lock_drop(&list->lock);
    return owed;
}

bool mpsc_list_stir(mpsc_list *list, const edo_waker *receiver, edo_waker *ret_owed)
{
    lock_take(&list->lock);
    /* relaxed: where it waits. As it retires blocks under the lock, it is past the last of them. */
    bool owed = wake_at(list, a_load(&list->head, relaxed), slot_stir, receiver, ret_owed);
    lock_drop(&list->lock);
    return owed;
}

size_t mpsc_list_len(const mpsc_list *list)
{
    uint64_t head = a_load(&list->head, relaxed); /* first: it never passes the tail */

    a_compiler_barrier();
    uint64_t tail = a_load(&list->tail, relaxed) / TAIL_ONE;
    return tail > head ? (size_t)(tail - head) : 0;
}

/* Receiving. */

/* The receiver leaves a block: kept for the next grow, or freed. */
static void retire(mpsc_list *list, mpsc_block *block, mpsc_block *next)
{
    lock_take(&list->lock);
    list->first = next;
    bool keep = list->spare_count < MPSC_SPARES_MAX;
    if (keep) {
        a_store(&block->next, list->spares, relaxed);
        list->spares = block;
        list->spare_count++;
    }
    lock_drop(&list->lock);
    if (!keep)
        free(block);
}

char *mpsc_list_next_head(mpsc_list *list)
{
    mpsc_block *block = list->first;
    /* relaxed: the lock that retire takes was held when it was written. */
    mpsc_block *next = a_load(&block->next, relaxed);

    if (!next)
        return NULL;
    retire(list, block, next);
    return mpsc_list_slot(list, next, list->head);
}

/* The same for the first of a block yet to come. False: it has come. */
static bool starve(mpsc_list *list, bool wants)
{
    lock_take(&list->lock);
    /* relaxed: written under the lock */
    bool starves = MODEL_BUG(1710, a_load(&list->first->next, relaxed) == NULL, true);
    list->starving = starves && wants;
    lock_drop(&list->lock);
    return starves;
}

bool mpsc_list_want(mpsc_list *list)
{
    char *slot;

    while (!(slot = mpsc_list_head(list)))
        if (starve(list, true))
            return true;
    return slot_want(&list->shape, slot);
}

void mpsc_list_unwant(mpsc_list *list)
{
    char *slot;

    while (!(slot = mpsc_list_head(list)))
        if (starve(list, false))
            return;
    slot_unwant(&list->shape, slot);
}
