/*
 * sync/mpsc_wait.h: the one receive that a channel's receiver has under way, once it has said PENDING.
 *
 * Word          BEGUN from its first PENDING until it is READY; GONE: the receiver was freed.
 * Whose end     A receive that has begun may be polled by another thread when the receiver is freed,
 *               if only because that wakes it. So the receiver is ended by whichever of the two finds
 *               in the word that the other has been there.
 * The waker     Is written while the receive wants no slot, and read by who wakes it for the sake of
 *               the slot that it wants (slot.h).
 * No lost       Who frees the receiver sets GONE and then wakes whoever wants a slot. A receive that
 *   wake-up     has begun before, and wants one only now, looks for GONE afterwards. Both are read-
 *               modify-writes of the word: the later one sees what the other did.
 */
#ifndef SYNC_MPSC_WAIT_H
#define SYNC_MPSC_WAIT_H

#include <edo/waker.h>

#include "base/atomic.h"
#include "base/macros.h"
#include "base/model.h"

enum { RECV_BEGUN = 1, RECEIVER_GONE = 2 };

typedef struct mpsc_wait {
    uint32_t word; /* atomic */
    edo_waker waker;
} mpsc_wait;

/* Before its first PENDING. False: another one is under way. */
static inline bool mpsc_wait_begin(mpsc_wait *wait, const edo_waker *waker)
{
    /* relaxed: a receiver is one task's at a time, so the ones before are ordered; else it is misuse,
     * and is found on a best effort. */
    if (unlikely(a_load(&wait->word, relaxed) & RECV_BEGUN))
        return false;
    wait->waker = *waker;
    /* A store: as long as none has begun nobody else writes the word. relaxed: publishes nothing. */
    a_store(&wait->word, RECV_BEGUN, relaxed);
    return true;
}

/* Whether the receiver of one that has begun was freed: then nothing is left but its end. */
static inline bool mpsc_wait_is_orphan(const mpsc_wait *wait)
{
    return a_load(&wait->word, relaxed) & RECEIVER_GONE; /* mpsc_wait_leave has the order */
}

/* The same once it wants a slot: if not, whoever frees the receiver finds that. */
static inline bool mpsc_wait_is_orphan_now(mpsc_wait *wait)
{
    /* release: pairs with the acquire in mpsc_wait_abandon. */
    return a_fetch_or(&wait->word, 0, MODEL_BUG(1806, release, relaxed)) & RECEIVER_GONE;
}

/* It is READY, and wants no slot. True: the receiver is gone, and its end is the caller's. */
static inline bool mpsc_wait_leave(mpsc_wait *wait)
{
    /* release: what it has taken; pairs with the acquire in mpsc_wait_abandon. */
    return a_xchg(&wait->word, 0, MODEL_BUG(1810, release, relaxed)) & RECEIVER_GONE;
}

/* The receiver is freed. True: a receive has begun, and the end is its. */
static inline bool mpsc_wait_abandon(mpsc_wait *wait)
{
    /* acquire: pairs with the releases in mpsc_wait_leave and mpsc_wait_is_orphan_now. */
    return a_fetch_or(&wait->word, RECEIVER_GONE, MODEL_BUG(1808, acquire, relaxed)) &
           MODEL_BUG(1809, RECV_BEGUN, 0);
}

#endif
