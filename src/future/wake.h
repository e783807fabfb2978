/*
 * future/wake.h: the two halves of a wake, for everything in edo that keeps a waker.
 *
 * mark   under the lock that guards the waiter's link (or, for a single waiter without a lock,
 *        inside the window of its ARMED bit): from then on the woken one can't go away;
 * push   after that lock was released: puts it on a run queue, or calls a user's function.
 *
 * A borrowed waker may be read and marked only while the lock is held and the waiter still linked.
 */
#ifndef FUTURE_WAKE_H
#define FUTURE_WAKE_H

#include <edo/waker.h>

#include "base/macros.h"

struct edo_waker_ops {
    bool (*mark)(void *data);                       /* true: the caller owes a push */
    void (*push)(void *data);                       /* pays it; data may be gone afterwards */
    int (*clone)(void *data, edo_waker *ret_clone); /* a counted one; 0 or a negative errno */
    void (*drop)(void *data);                       /* NULL for borrowed ones */
};

/* Marks one; with the lock held. True: a push is owed. A waker of zeros is nobody. */
static inline bool wake_mark(const edo_waker *waker)
{
    return waker->ops && waker->ops->mark(waker->data);
}

static inline void wake_push(const edo_waker *waker)
{
    waker->ops->push(waker->data);
}

/* Whether to wake either is the same. */
static inline bool wake_is_same(const edo_waker *a, const edo_waker *b)
{
    return a->data == b->data && a->ops == b->ops;
}

/* Marked wakers whose push is still owed. On the stack of whoever wakes. */
#ifndef WAKES_MAX /* the model checker is content with one */
#define WAKES_MAX 32
#endif
typedef struct wakes {
    unsigned count;
    edo_waker owed[WAKES_MAX];
} wakes;

/* Empties it; what `owed` holds is left as it is, since to zero it would cost more than a poll. */
static inline void wakes_init(wakes *w)
{
    w->count = 0;
}

/* Full: the caller has to release its lock and wakes_push before it adds more. */
static inline bool wakes_full(const wakes *w)
{
    return w->count == WAKES_MAX;
}

/* Marks; with the lock held. Not when full. */
static inline void wakes_add(wakes *w, const edo_waker *waker)
{
    if (wake_mark(waker))
        w->owed[w->count++] = *waker;
}

/* Pays what is owed; with no lock held. Leaves it empty. */
static inline void wakes_push(wakes *w)
{
    for (unsigned i = 0; i < w->count; i++)
        wake_push(&w->owed[i]);
    w->count = 0;
}

#endif
