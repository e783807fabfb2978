/*
 * sync/broadcast.h: what a broadcast channel is made of: slots, places, and who waits.
 *
 * Stamps      Item number n lies in slot n modulo the capacity, whose stamp says 2n + 2 while it can
 *             be read, and something odd while it is being overwritten. Stamps only grow.
 * Bytes       An item without `clone` is copied out with no lock: word by word, between two looks at
 *             the stamp. A word of a newer item shows, at the second look, at least its odd stamp:
 *             each word is stored with release and loaded with acquire.
 * Items       with `clone` are guarded by their slot's lock, also while they are cloned, so that no
 *             two clones of one are made at a time. `unseen` counts the receivers that were there
 *             when it was sent and have not got it; at zero there is nothing in the slot.
 * No lost     A receive that found nothing links its wait under the channel's lock, if still no item
 *   wake-up   was added; who adds one does so under that lock, and wakes afterwards.
 * The queue   of waits is in the order of their places, since each was linked with the newest. So who
 *             sent item n wakes from its front all with places up to n, dropping the lock as often
 *             as it must, and never meets one that it has woken already.
 * Lifetime    Each handle and each pending `closed` counts as a reference to the channel; a receiver
 *             is held by its owner, and by the receive that is pending with it.
 * Source      The broadcast channel of tokio: slots, places, the count of the missed. There a slot
 *             has a reader-writer lock; the stamps are those of a sequence lock, with the orders of
 *             Boehm, "Can seqlocks get along with programming language memory models?".
 */
#ifndef SYNC_BROADCAST_H
#define SYNC_BROADCAST_H

#include <errno.h>

#include <edo/broadcast.h>
#include <edo/error.h>

#include "base/atomic.h"
#include "base/lock.h"
#include "base/model.h"
#include "sync/item.h"
#include "sync/waiters.h"

typedef struct slot {
    uint64_t stamp;  /* atomic; written under the channel's lock */
    lock lock;       /* from here on for items with clone only, whose bytes come next */
    uint32_t unseen; /* under the lock */
} slot;

typedef struct broadcast {
    edo_item item;
    uint64_t mask;       /* the capacity, less one */
    size_t stride, head; /* bytes from slot to slot, and from a slot to its item */
    char *slots;
    void *memory;     /* what slots lie in */
    uint64_t refs;    /* atomic */
    uint64_t senders; /* atomic; 0 is final */
    uint64_t weak;    /* atomic */
    char apart[cache_line];
    lock lock;           /* guards the rest */
    uint32_t receivers;  /* atomic: read without it */
    uint64_t end;        /* atomic: the next item's number << 1 | END_CLOSED */
    uint64_t closings;   /* how often there was no receiver or no sender any more */
    edo_waiters waiting; /* receives; needs: their places */
    edo_waiters closers; /* waits for the last receiver's end; needs: the closings they saw */
    edo_broadcast_receiver *first;
} broadcast;

#define END_CLOSED UINT64_C(1)

struct edo_broadcast_receiver {
    broadcast *ch;
    uint64_t place; /* the next item's number; atomic: its user writes, others read */
    void *grave;    /* room for an item that is to be destroyed; NULL without `destroy` */
    uint32_t refs;  /* its owner's and its pending receive's; atomic */
    uint32_t gone;  /* freed by its owner; atomic, set under the lock */
    edo_broadcast_receiver *next, *prev; /* under the lock */
};

static inline broadcast *of_sender(const edo_broadcast_sender *tx)
{
    return (broadcast *)(uintptr_t)tx;
}

/* The number that the next item will have. Lock held; else it may be old. */
static inline uint64_t broadcast_next(const broadcast *ch)
{
    return a_load(&ch->end, relaxed) >> 1; /* written under the lock */
}

void broadcast_ref(broadcast *ch);
void broadcast_unref(broadcast *ch);
void receiver_unref(edo_broadcast_receiver *rx);

/*
 * With the lock held, which is dropped: ends the waits at the front of the list that came before
 * `limit`. Who is woken looks again.
 */
void broadcast_wake(broadcast *ch, edo_waiters *list, uint64_t limit, wakes *owed);
/* Lock held: the receive that waits with this receiver, if there is one, is to look again. */
void broadcast_wake_receiver(edo_broadcast_receiver *rx, wakes *owed);

/* Slots. */

static inline uint64_t stamp_of(uint64_t n)
{
    return 2 * n + 2;
}

static inline slot *slot_of(const broadcast *ch, uint64_t n)
{
    return (slot *)(void *)(ch->slots + (size_t)(n & ch->mask) * ch->stride);
}

static inline void *bytes_of(const broadcast *ch, slot *s)
{
    return (char *)s + ch->head;
}

/* 1; -EAGAIN: not there yet; -EDO_ELAGGED: overwritten. */
static inline int ring_compare(uint64_t found, uint64_t stamp)
{
    return likely(found == stamp) ? 1 : found < stamp ? -EAGAIN : -EDO_ELAGGED;
}

/* Channel's lock held: stores item number n. */
static inline void ring_put_bytes(broadcast *ch, uint64_t n, const void *item)
{
    slot *s = slot_of(ch, n);
    uint64_t *word = bytes_of(ch, s), value;
    const char *from = item;
    size_t left = ch->item.size;

    /* relaxed: the release of each word after it publishes it. */
    a_store(&s->stamp, MODEL_BUG(1601, stamp_of(n) - 1, a_load(&s->stamp, relaxed)), relaxed);
    for (; left >= sizeof value; left -= sizeof value, from += sizeof value) {
        memcpy(&value, from, sizeof value);
        /* release: pairs with the acquire in ring_take_bytes. */
        a_store(word++, value, MODEL_BUG(1602, release, relaxed));
    }
    if (left) {
        value = 0;
        memcpy(&value, from, left);
        a_store(word, value, MODEL_BUG(1602, release, relaxed)); /* likewise */
    }
    /* release: pairs with the acquire in ring_take_bytes: the item, and all before its send. */
    a_store(&s->stamp, stamp_of(n), MODEL_BUG(1603, release, relaxed));
}

/* Copies item number n out, which has so many bytes; returns as ring_compare. */
static inline int ring_take_bytes(broadcast *ch, uint64_t n, void *item, size_t left)
{
    slot *s = slot_of(ch, n);
    uint64_t *word = bytes_of(ch, s), value;
    char *to = item;
    /* acquire: pairs with the last release in ring_put_bytes. */
    int rc = ring_compare(a_load(&s->stamp, MODEL_BUG(1604, acquire, relaxed)), stamp_of(n));

    if (unlikely(rc != 1))
        return rc;
    for (; left >= sizeof value; left -= sizeof value, to += sizeof value) {
        /* acquire: pairs with the release in ring_put_bytes: a newer word brings its odd stamp. */
        value = a_load(word++, MODEL_BUG(1605, acquire, relaxed));
        memcpy(to, &value, sizeof value);
    }
    if (left) {
        value = a_load(word, MODEL_BUG(1605, acquire, relaxed)); /* likewise */
        memcpy(to, &value, left);
    }
    /* relaxed: the acquire of each word keeps it behind them. */
    return MODEL_BUG(1606, a_load(&s->stamp, relaxed), stamp_of(n)) == stamp_of(n) ? 1
                                                                                   : -EDO_ELAGGED;
}

/*
 * The same for items with clone. One that is overwritten and has to be destroyed goes to `grave`: 1,
 * else 0; -ENOMEM: there is none, and nothing was stored.
 */
int ring_put_item(broadcast *ch, uint64_t n, const void *item, void *grave);
/* Also what clone said. */
int ring_take_item(broadcast *ch, uint64_t n, void *to);

static inline int ring_take(broadcast *ch, uint64_t n, void *to)
{
    return likely(!ch->item.clone) ? ring_take_bytes(ch, n, to, ch->item.size)
                                   : ring_take_item(ch, n, to);
}

/* Whether its items are words without clone. */
static inline bool ring_has_words(const broadcast *ch)
{
    return ch->item.size == sizeof(uint64_t) && !ch->item.clone;
}

/* Makes room for the items. 0; -ENOMEM. */
int broadcast_ring_init(broadcast *ch, size_t capacity);
/* Gives back what ring_take gave, as far as the channel has to know. Its end if that is due. */
void broadcast_ring_put_back(broadcast *ch, uint64_t n, void *item);
/* A receiver that is gone won't take items from n on, up to `end`. Each is destroyed in `grave`. */
void ring_pass(broadcast *ch, uint64_t n, uint64_t end, void *grave);

#endif
