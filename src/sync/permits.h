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

/* How many are free; with more debts than permits (see permits_grab): none. */
static inline size_t permits_of(uint64_t word)
{
    return MODEL_BUG(918, (int64_t)word < 0, false) ? 0 : (size_t)(word / PERMITS_ONE);
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
        /* There are none while somebody waits, so nobody overtakes. */
        if ((int64_t)word < (int64_t)(n * PERMITS_ONE))
            return -EAGAIN;
        /* acquire: pairs with the releases in permits_release and hand_out: what a former holder
         * wrote is seen. */
    } while (!a_cas_weak(&p->word, &word, word - n * PERMITS_ONE, MODEL_BUG(901, acquire, relaxed),
                         relaxed));
    return 0;
}

/*
 * Takes one that is never closed, without having looked, which is quicker where several do. False: there
 * was none, or somebody waits, and what was taken is a debt, which has to be settled at once.
 */
static inline bool permits_grab(edo_permits *p)
{
    /* acquire: as in permits_try. Debts keep it below one as well, and so does who waits. */
    return (int64_t)a_fetch_sub(&p->word, PERMITS_ONE, MODEL_BUG(919, acquire, relaxed)) >=
           (int64_t)PERMITS_ONE;
}
/* After a grab in vain: true, if one has become free for it since. Else the debt is no more. */
bool permits_settle(edo_permits *p);

/* Slow half of the next one: there is something to change. */
enum waiter_state permits_poll_locked(edo_permits *p, edo_waiter *w, size_t n,
                                      const edo_waker *waker);
/*
 * The poll of a wait for n > 0, of which `w` lies in the caller's future: how it stands afterwards.
 * GRANTED: the n are the caller's. CLOSED: none are. LINKED: `waker` will be woken.
 */
static inline enum waiter_state permits_poll(edo_permits *p, edo_waiter *w, size_t n,
                                             const edo_waker *waker)
{
    if (waiter_waits_by(w, waker))
        return WAITER_LINKED;
    enum waiter_state state = waiter_peek(w);
    return state == WAITER_GRANTED || state == WAITER_CLOSED ? state
                                                             : permits_poll_locked(p, w, n, waker);
}
/*
 * Ends a wait that was cancelled: GRANTED (it came too late: they are the caller's), CLOSED, or IDLE:
 * it holds nothing, and is as if it had never been polled.
 */
enum waiter_state permits_cancel(edo_permits *p, edo_waiter *w);
/* The poll function of a future that is nothing but a wait for n: READY with 0, -EPIPE, -ECANCELED. */
edo_poll permits_advance(edo_permits *p, edo_waiter *w, size_t n, edo_future *base,
                         const edo_waker *waker);
/* Its end: as the wait stands. */
edo_poll permits_finish(edo_future *base, enum waiter_state state);
/* The same of one that isn't cancelled, and has tried in vain, with budget. */
static inline edo_poll permits_go_on(edo_permits *p, edo_waiter *w, size_t n, edo_future *base,
                                     const edo_waker *waker)
{
    enum waiter_state state = permits_poll(p, w, n, waker);

    return state == WAITER_LINKED ? EDO_PENDING : permits_finish(base, state);
}

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
