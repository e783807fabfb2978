/*
 * sync/waiters.h: the waits that stand at an object, in the order they came.
 *
 * Who may touch   All of it under the object's lock. A waiter lies on its waiter's stack: once it is
 *   what          unlinked and its state says so, and the lock is free, it may be gone. So its waker
 *                 is marked before that (wakes_add), and pushed after the lock was dropped.
 * States          IDLE until the first poll; LINKED in the queue; then GRANTED, it has what it came
 *                 for, or CLOSED, it never will. The last two are final.
 * No lost         The mark comes before the final state, so who is marked may poll between the two.
 *   wake-up       Before the mark the state is ENDING: whom it wakes sees that at least, and lets the
 *                 final state come instead of going on to wait.
 * Lifetime        So a wait that was ended touches its object no more, and who ended it may free the
 *                 object; but not while it may be cancelled, or polled with another waker.
 */
#ifndef SYNC_WAITERS_H
#define SYNC_WAITERS_H

#include <edo/waiter.h>

#include "base/atomic.h"
#include "base/chaos.h"
#include "base/clock.h"
#include "base/futex.h"
#include "base/lock.h"
#include "base/macros.h"
#include "base/model.h"
#include "future/wake.h"

enum waiter_state { WAITER_IDLE, WAITER_LINKED, WAITER_GRANTED, WAITER_CLOSED, WAITER_ENDING };

static inline bool waiters_is_empty(const edo_waiters *list)
{
    return !list->first;
}

static inline void waiters_link_between(edo_waiters *list, edo_waiter *prev, edo_waiter *w,
                                        edo_waiter *next)
{
    w->prev = prev;
    w->next = next;
    *(prev ? &prev->next : &list->first) = w;
    *(next ? &next->prev : &list->last) = w;
}

/* To the end of the queue. */
static inline void waiters_add(edo_waiters *list, edo_waiter *w)
{
    waiters_link_between(list, list->last, w, NULL);
}

/* To its front: for what goes back to its old place. */
static inline void waiters_add_first(edo_waiters *list, edo_waiter *w)
{
    waiters_link_between(list, NULL, w, list->first);
}

static inline void waiters_remove(edo_waiters *list, edo_waiter *w)
{
    *(w->prev ? &w->prev->next : &list->first) = w->next;
    *(w->next ? &w->next->prev : &list->last) = w->prev;
    w->next = w->prev = NULL;
}

/* All of `from` becomes the content of `to`, which was empty. */
static inline void waiters_move(edo_waiters *to, edo_waiters *from)
{
    *to = *from;
    *from = (edo_waiters){0};
}

/* All of `from` to the end of `to`, in its order. */
static inline void waiters_append(edo_waiters *to, edo_waiters *from)
{
    if (!from->first)
        return;
    from->first->prev = to->last;
    *(to->last ? &to->last->next : &to->first) = from->first;
    to->last = from->last;
    *from = (edo_waiters){0};
}

/*
 * Ends a linked wait: out of the list, marked, and then told how it ended; `owed` has room. With the
 * state stored its owner, who may look without the lock, can be gone: nothing is touched after it.
 */
static inline void waiters_end(edo_waiters *list, edo_waiter *w, enum waiter_state how, wakes *owed)
{
    waiters_remove(list, w);
    /* relaxed: whom the mark wakes, by a release, finds this, or what comes after it. */
    a_store(&w->state, MODEL_BUG(908, WAITER_ENDING, WAITER_LINKED), relaxed);
    wakes_add(owed, &w->waker);
    chaos_point();
    /* release: pairs with the acquire in waiter_peek. */
    a_store(&w->state, how, MODEL_BUG(909, release, relaxed));
}

#define WAITER_LOOKS 64 /* before an owner sleeps between its looks for the final state */
#define WAITER_NAP (NS_PER_MS / 20)

/*
 * The wait is being ended, and the final state is but a store away; who makes that may be preempted
 * and of a lower priority, so it is not spun for without an end. Nobody wakes from the naps.
 */
static inline enum waiter_state waiter_bide(const edo_waiter *w)
{
    uint32_t state;

    for (unsigned looks = 0;
         /* acquire: as in waiter_peek. */
         (state = a_load(&w->state, MODEL_BUG(917, acquire, relaxed))) == WAITER_ENDING; looks++) {
        if (looks < WAITER_LOOKS)
            a_pause();
        else
            futex_wait((uint32_t *)(uintptr_t)&w->state, WAITER_ENDING, clock_now() + WAITER_NAP);
    }
    return (enum waiter_state)state;
}

/*
 * How the wait stands, for its owner, without the lock: IDLE, or final; or LINKED, and then only the
 * lock tells whether it still is.
 */
static inline enum waiter_state waiter_peek(const edo_waiter *w)
{
    /* acquire: pairs with the release in waiters_end: what the granter wrote is seen. */
    enum waiter_state state =
        (enum waiter_state)a_load(&w->state, MODEL_BUG(910, acquire, relaxed));

    return MODEL_BUG(916, unlikely(state == WAITER_ENDING), false) ? waiter_bide(w) : state;
}

/*
 * For a poll of its owner, without the lock: it is linked, by that waker, and nobody has begun to end
 * it, so PENDING may be said. Only the owner writes a waiter's waker.
 */
static inline bool waiter_waits_by(const edo_waiter *w, const edo_waker *waker)
{
    /* relaxed: nothing is concluded but that a mark is still to come. */
    return a_load(&w->state, relaxed) == WAITER_LINKED && wake_is_same(&w->waker, waker);
}

#endif
