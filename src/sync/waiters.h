/*
 * sync/waiters.h: the waits that stand at an object, in the order they came.
 *
 * Who may touch   All of it under the object's lock. A waiter lies on its waiter's stack: once it is
 *   what          unlinked and its state says so, and the lock is free, it may be gone. So its waker
 *                 is marked before that (wakes_add), and pushed after the lock was dropped.
 * States          IDLE until the first poll; LINKED in the queue; then GRANTED, it has what it came
 *                 for, or CLOSED, it never will. The last two are final.
 */
#ifndef SYNC_WAITERS_H
#define SYNC_WAITERS_H

#include <edo/waiter.h>

#include "base/atomic.h"
#include "base/lock.h"
#include "future/wake.h"

enum waiter_state { WAITER_IDLE, WAITER_LINKED, WAITER_GRANTED, WAITER_CLOSED };

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

/*
 * Ends a linked wait: out of the list, marked, and then told how it ended; `owed` has room. With the
 * state stored its owner, who may look without the lock, can be gone: nothing is touched after it.
 */
static inline void waiters_end(edo_waiters *list, edo_waiter *w, enum waiter_state how, wakes *owed)
{
    waiters_remove(list, w);
    wakes_add(owed, &w->waker);
    /* release: pairs with the acquire in waiter_look. */
    a_store(&w->state, how, release);
}

/* How the wait stands, for its owner, without the lock. */
static inline enum waiter_state waiter_look(const edo_waiter *w)
{
    /* acquire: pairs with the release in waiters_end: what the granter wrote is seen. */
    return (enum waiter_state)a_load(&w->state, acquire);
}

#endif
