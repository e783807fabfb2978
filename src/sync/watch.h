/*
 * sync/watch.h: the present value of a watch, those that were before it, and who waits for the next.
 *
 * watch_value.c   the cells in which values lie, and borrows of them
 * watch_send.c    how one value follows another
 * watch_wait.c    waiting for that, and for the end of all receivers
 * watch.c         the handles
 */
#ifndef SYNC_WATCH_H
#define SYNC_WATCH_H

#include <errno.h>

#include <edo/watch.h>

#include "base/atomic.h"
#include "base/lock.h"
#include "sync/item.h"
#include "sync/waiters.h"

/* A place for a value, which lies behind it. Of one channel, and used again and again. */
typedef struct watch_cell {
    uint64_t version; /* of its value; plain: written before that is published */
    int64_t owed;     /* atomic: once it was replaced, the borrows of it that go on */
    uint32_t index;
    uint32_t next; /* in the list of free cells: 1 + index; 0 ends it */
} watch_cell;

/* Chunk k has 2 << k cells; the first lies in the channel's own memory. */
#define WATCH_CHUNKS 15
#define WATCH_CELLS_MAX ((2U << WATCH_CHUNKS) - 2)
#define WATCH_NO_CELL 0xffffU /* in the word of a channel without a value: above all others */

/* watch.word: the index of the present value's cell, and how many borrow it. */
#define WATCH_INDEX_SHIFT 48
#define WATCH_BORROWS ((UINT64_C(1) << WATCH_INDEX_SHIFT) - 1)

typedef struct watch {
    uint64_t word;    /* atomic */
    uint64_t version; /* atomic: of the newest value; written under the lock, after the word */
    uint64_t senders; /* atomic; once 0 it stays 0 */
    uint64_t refs; /* atomic: all senders together, each receiver, pending waits for the close, and
                      replaced values that are borrowed still */
    uint32_t receivers; /* atomic; written under the lock */
    uint32_t
        free_cells; /* atomic: the list of free cells, from its head; taken from under the lock */
    lock lock;      /* guards what follows, and who is the sender */
    uint32_t spare; /* a free cell besides: 1 + index, or 0 */
    uint32_t cells; /* how many there are */
    edo_waiters changed; /* waits for a version above their `needs` */
    edo_waiters closed;  /* waits for an end of all receivers, from number `needs` on */
    uint64_t closings;   /* how often the last receiver went */
    void *modifier;      /* atomic: the thread in a modify, or NULL: no other may send */
    lock order;          /* held by the modifier */
    bool ended;          /* no handle is left, and the word has no cell */
    edo_item item;
    size_t stride; /* from one cell to the next in a chunk */
    char *chunks[WATCH_CHUNKS];
} watch;

struct edo_watch_receiver {
    watch *channel;
    uint64_t seen; /* atomic: the newest version that it has seen; 0: it is to look again */
    uint32_t refs; /* atomic: the handle, and each pending wait */
    bool freed;    /* atomic: the handle is gone */
};

static inline watch *watch_of(const edo_watch_sender *tx)
{
    return (watch *)(uintptr_t)tx;
}

/* watch_value.c */

static inline size_t watch_value_offset(const edo_item *item)
{
    if (likely(item->align <= alignof(max_align_t))) /* then it is a constant */
        return item_round_up(sizeof(watch_cell), alignof(max_align_t));
    return item_round_up(sizeof(watch_cell), item->align);
}

static inline void *watch_value(const watch *c, watch_cell *cell)
{
    return (char *)cell + watch_value_offset(&c->item);
}

/* A replaced value, and how many borrowed it at that moment. */
typedef struct watch_before {
    watch_cell *cell;
    uint64_t borrows;
} watch_before;

/* Bytes for a channel with its first chunk, whose cells begin at that offset, and how large each is. */
size_t watch_size(const edo_item *item, size_t *ret_first, size_t *ret_stride);
/* A borrow more of the present value; and one less of that cell's. */
watch_cell *watch_borrow(watch *c);
void watch_return(watch *c, watch_cell *cell);
/* A free cell, or NULL without memory. With the lock held. */
watch_cell *watch_cell_take(watch *c);
/* A cell whose value is gone, or never was. */
void watch_cell_put(watch *c, watch_cell *cell);
/* Puts a cell, or none, in the present one's place. With the lock held, or the last to know it. */
watch_before watch_swap(watch *c, watch_cell *next);
/* If nothing is left to be done for the replaced value, its cell is the next: true. With the lock
 * held. */
bool watch_keep(watch *c, const watch_before *before);
/* The replaced value goes, now or with its last borrow; with no lock held. */
void watch_retire(watch *c, const watch_before *before);

/* watch_wait.c */

/* Ends the waits of that list that need less than `limit`; with the lock held, which it drops. */
void watch_wake(watch *c, edo_waiters *list, uint64_t limit, enum waiter_state how);
/* The pending waits of a receiver whose handle has just gone; with the lock held, which it drops. */
void watch_wake_freed(watch *c, const edo_watch_receiver *rx);

/* watch.c */

/* One reference less; without any the value and the memory go. */
void watch_unref(watch *c);
void watch_receiver_unref(edo_watch_receiver *rx);

/* How a receiver that has seen that much stands: 1: there is news; 0; -EPIPE: there won't be. */
static inline int watch_look(const edo_watch_receiver *rx, uint64_t seen)
{
    const watch *c = rx->channel;

    if (a_load(&rx->freed, relaxed)) /* relaxed: it only ends the wait */
        return -EPIPE;
    /* acquire: pairs with the release in edo_watch_sender_free: then the last version is seen. */
    bool over = a_load(&c->senders, MODEL_BUG(1501, acquire, relaxed)) == 0;
    /* acquire: pairs with the release in publish: what the sender wrote is seen. */
    if (a_load(&c->version, MODEL_BUG(1502, acquire, relaxed)) > seen)
        return 1;
    return over ? -EPIPE : 0;
}

#endif
