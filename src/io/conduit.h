/*
 * io/conduit.h: one direction of a pipe in memory.
 *
 * Who may touch   All of it under its lock. A wait's waiter lies in its transfer, whose owner alone links
 *   what          it; whoever changes something takes all of the waits out that this concerns, and marks
 *                 their wakers, before the lock is dropped.
 * No lost         A wait is linked in the hold of the lock in which it found nothing to do. Whoever changes
 *   wake-up       that later finds it linked; and woken, it looks again. It leaves the list in the hold of the
 *                 lock in which it is found READY, so its waker is never used after that.
 * Lifetime        The two ends have a reference each, and each wait from its first PENDING to READY: so an end
 *                 may be closed while its calls wait.
 */
#ifndef IO_CONDUIT_H
#define IO_CONDUIT_H

#include "base/lock.h"
#include "io/byte_ring.h"
#include "sync/waiters.h"

typedef struct conduit {
    lock lock;
    byte_ring bytes;
    size_t capacity;
    bool ended;       /* shut down: no more comes in */
    bool writer_gone; /* the end that writes was closed, which also ended it */
    bool reader_gone; /* the other one was */
    edo_waiters readers, writers;
} conduit;

/* 0; -ENOMEM. Zeros are fine for fini. */
int conduit_init(conduit *c, size_t capacity);
void conduit_fini(conduit *c);

/* A step of a transfer; `refs` are those of what the conduit lies in. */
edo_poll conduit_read(conduit *c, uint32_t *refs, edo_transfer *t, const edo_waker *waker);
edo_poll conduit_write(conduit *c, uint32_t *refs, edo_transfer *t, const edo_waker *waker);
/* 0; -EPIPE. */
int conduit_flush(conduit *c);
void conduit_end(conduit *c);
void conduit_close_writer(conduit *c);
void conduit_close_reader(conduit *c);
int conduit_put_back(conduit *c, const edo_transfer *t);

/* Whether a READY transfer has had a reference, which its caller gives up now. */
static inline bool conduit_wait_is_over(edo_transfer *t)
{
    bool was = t->own.waiter.kind;

    t->own.waiter.kind = 0;
    return was;
}

#endif
