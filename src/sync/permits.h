/*
 * sync/permits.h: a number of permits, taken first come, first served: what semaphores, bounded
 * channels and reader-writer locks are made of.
 */
#ifndef SYNC_PERMITS_H
#define SYNC_PERMITS_H

#include <errno.h>

#include <edo/future.h>
#include <edo/permits.h>

#include "base/model.h"
#include "sync/waiters.h"

#define PERMITS_WAITED UINT64_C(1) /* somebody waits; set and cleared under the lock */
#define PERMITS_CLOSED UINT64_C(2) /* for good; set under the lock */
#define PERMITS_ONE UINT64_C(4)

static inline size_t permits_of(uint64_t word)
{
    return (size_t)(word / PERMITS_ONE);
}

static inline size_t permits_available(const edo_permits *p)
{
    return permits_of(a_load(&p->word, relaxed)); /* a number that may be old when it is read */
}

static inline bool permits_is_closed(const edo_permits *p)
{
    /* acquire: pairs with the release in permits_close; what came before the close is seen. */
    return a_load(&p->word, MODEL_BUG(911, acquire, relaxed)) & PERMITS_CLOSED;
}

/* Takes n at once: 0; -EAGAIN, when too few are free or somebody waits; -EPIPE, when closed. */
static inline int permits_try(edo_permits *p, size_t n)
{
    uint64_t word = a_load(&p->word, relaxed); /* a guess: the exchange verifies it */

    do {
        if (unlikely(word & PERMITS_CLOSED)) {
            (void)permits_is_closed(p); /* for the order: what came before the close is seen */
            return -EPIPE;
        }
        if (word < n * PERMITS_ONE) /* there are none while somebody waits, so nobody overtakes */
            return -EAGAIN;
        /* acquire: pairs with the releases in permits_release and hand_out: what a former holder
         * wrote is seen. */
    } while (!a_cas_weak(&p->word, &word, word - n * PERMITS_ONE, MODEL_BUG(901, acquire, relaxed),
                         relaxed));
    return 0;
}

/*
 * The poll of a wait for n > 0, of which `w` lies in the caller's future: how it stands afterwards.
 * GRANTED: the n are the caller's. CLOSED: none are. LINKED: `waker` will be woken.
 */
enum waiter_state permits_poll(edo_permits *p, edo_waiter *w, size_t n, const edo_waker *waker);
/*
 * Ends a wait that was cancelled: GRANTED (it came too late: they are the caller's), CLOSED, or IDLE:
 * it holds nothing, and is as if it had never been polled.
 */
enum waiter_state permits_cancel(edo_permits *p, edo_waiter *w);
/* The poll function of a future that is nothing but a wait for n: READY with 0, -EPIPE, -ECANCELED. */
edo_poll permits_advance(edo_permits *p, edo_waiter *w, size_t n, edo_future *base,
                         const edo_waker *waker);

/* Slow half of the next one: somebody waits. */
void permits_hand_out(edo_permits *p, size_t n);
/* Gives n back, or adds them: first to who waits longest. The caller knows that there is room. */
static inline void permits_release(edo_permits *p, size_t n)
{
    uint64_t word = a_load(&p->word, relaxed); /* a guess: the exchange verifies it */

    do {
        if (MODEL_BUG(902, word & PERMITS_WAITED, false)) {
            permits_hand_out(p, n);
            return;
        }
        /* release: pairs with the acquires in permits_try and begin. */
    } while (!a_cas_weak(&p->word, &word, word + n * PERMITS_ONE, MODEL_BUG(903, release, relaxed),
                         relaxed));
}

/* Adds n unless that makes more than EDO_PERMITS_MAX free ones: -EOVERFLOW. */
int permits_add(edo_permits *p, size_t n);
/* Removes up to n free ones for good; how many. */
size_t permits_forget(edo_permits *p, size_t n);
/* Nobody gets one any more, waiting ones included. False: it was closed already. */
bool permits_close(edo_permits *p);
/*
 * 0, or -EBUSY while somebody waits, or was waiting and is being woken. Afterwards nobody else is in
 * it: the memory may go.
 */
int permits_fini(edo_permits *p);

#endif
