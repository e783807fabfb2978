/* sync/mpsc_list.h: the messages of an unbounded channel: a list of blocks that grows and shrinks. */
#ifndef SYNC_MPSC_LIST_H
#define SYNC_MPSC_LIST_H

#include "base/lock.h"
#include "sync/slot.h"

#ifndef MPSC_BLOCK_SLOTS /* the model checker is content with two */
#define MPSC_BLOCK_SLOTS 64
#endif
#ifndef MPSC_SPARES_MAX /* and with one */
#define MPSC_SPARES_MAX 8
#endif

typedef struct mpsc_block mpsc_block;
struct mpsc_block {
    uint64_t start;   /* the number of its first message */
    mpsc_block *next; /* atomic */
};

typedef struct mpsc_list {
    /* Senders'. */
    _Alignas(cache_line) uint64_t tail; /* atomic: messages claimed << 1 | closed */
    uint64_t limit;                     /* atomic: messages there are blocks for */
    mpsc_block *newest;                 /* atomic */
    slot_shape shape;
    size_t slots_at; /* of a block, from its start */
    /* Receiver's. */
    _Alignas(cache_line) uint64_t head; /* atomic: messages taken; others read it */
    mpsc_block *first;                  /* where that one is, or will be; written under the lock */
    lock lock;                          /* of the list of blocks */
    bool starving; /* the receiver waits for the first of a block yet to come */
    mpsc_block *spares;
    unsigned spare_count;
} mpsc_list;

/* 0, -ENOMEM. */
int mpsc_list_init(mpsc_list *list, const edo_item *item);
/* It has no items any more. */
void mpsc_list_fini(mpsc_list *list);

/* Any thread: 0; 1, and *ret_owed, who was the receiver, is to be pushed; -EPIPE, -ENOMEM. */
int mpsc_list_put(mpsc_list *list, const void *item, const edo_waker *receiver,
                  edo_waker *ret_owed);
/* No put begun later succeeds. False: it was closed. */
bool mpsc_list_close(mpsc_list *list);
/* Once closed: ends the receiver's wait for a next one. True as above. */
bool mpsc_list_end(mpsc_list *list, const edo_waker *receiver, edo_waker *ret_owed);
bool mpsc_list_is_closed(const mpsc_list *list);
/* Wakes a receiver that waits, by who sees where it stands. Likewise. */
bool mpsc_list_stir(mpsc_list *list, const edo_waker *receiver, edo_waker *ret_owed);
size_t mpsc_list_len(const mpsc_list *list);

static inline char *mpsc_list_slot(const mpsc_list *list, mpsc_block *block, uint64_t number)
{
    return (char *)block + list->slots_at + (size_t)(number - block->start) * list->shape.stride;
}

/* The receiver: the slot of the next message, or NULL when it has no block yet. */
char *mpsc_list_next_head(mpsc_list *list);
static inline char *mpsc_list_head(mpsc_list *list)
{
    if (unlikely(list->head - list->first->start == MPSC_BLOCK_SLOTS))
        return mpsc_list_next_head(list);
    return mpsc_list_slot(list, list->first, list->head);
}
/* That slot was emptied. */
static inline void mpsc_list_advance(mpsc_list *list)
{
    a_bump(&list->head, 1);
}
/* Leaves word that it waits for the next message. False: it is there, or none will come. */
bool mpsc_list_want(mpsc_list *list);
/* Takes that back. Afterwards nobody has its waker. */
void mpsc_list_unwant(mpsc_list *list);

#endif
