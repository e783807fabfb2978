/*
 * once.c: the word of a cell: empty, being made, waited for, or the value itself.
 *
 * Invariant   While the lock is free, the word is ONCE_WAITED exactly if somebody is linked. Whoever
 *             has the lock and sees ONCE_WAITED has the word for itself: all others go for the lock
 *             first. From every other state the word is moved by one compare-and-swap.
 * No lost     A waiter makes the word ONCE_WAITED under the lock. Who puts the value finds that, and
 *   wake-up   takes the lock, when the waiter is linked; or its exchange came first, and the
 *             waiter's fails.
 * Lifetime    Where somebody waits the value appears under the lock: who sees it and frees the cell
 *             goes through once_fini, which takes the lock, so the putter is gone by then. Where
 *             nobody waits the exchange is the last that the putter touches.
 */
#include "sync/once.h"

#include <errno.h>

#include "base/chaos.h"

const char once_marks[2];

/* With the lock held and somebody waiting: the value, and the end of all waits. Drops the lock. */
static void publish(edo_once *o, void *value)
{
    /* release: pairs with the acquire in once_get. */
    a_store(&o->word, value, MODEL_BUG(1303, release, relaxed));
    crowd_wake(&o->crowd, &o->lock);
}

bool once_put(edo_once *o, void *rest, void *value)
{
    for (;;) {
        if (once_give(o, rest, value))
            return true;
        lock_take(&o->lock);
        void *word = a_load(&o->word, relaxed); /* nothing is concluded but what to try */
        if (word == ONCE_WAITED) {
            publish(o, value);
            return true;
        }
        lock_drop(&o->lock);
        if (word != rest) /* else the last that waited has gone meanwhile */
            return false;
    }
}

void *once_take(edo_once *o)
{
    for (;;) {
        void *value = once_get(o);
        if (!value || once_claim(o, value, NULL))
            return value;
    }
}

bool once_link(edo_once *o, void *rest, edo_waiter *w, const edo_waker *waker)
{
    lock_take(&o->lock);
    void *word = rest;
    /* relaxed: whoever finds ONCE_WAITED goes on under the lock. */
    bool links = a_cas(&o->word, &word, ONCE_WAITED, relaxed, relaxed) || word == ONCE_WAITED;
    if (links) {
        chaos_point();
        crowd_add(&o->crowd, w, waker);
        a_store(&w->state, WAITER_LINKED, relaxed); /* relaxed: under the lock */
    }
    lock_drop(&o->lock);
    return links;
}

bool once_advance(edo_once *o, edo_waiter *w, const edo_waker *waker)
{
    if (waiter_waits_by(w, waker))
        return false;
    lock_take(&o->lock);
    bool over = w->state == WAITER_GRANTED;
    if (!over)
        w->waker = *waker;
    lock_drop(&o->lock);
    return over;
}

/* With the lock held. */
static bool leave(edo_once *o, void *rest, edo_waiter *w)
{
    bool told = crowd_leave(&o->crowd, w);

    if (!told && !crowd_has_waits(&o->crowd))
        a_store(&o->word, MODEL_BUG(1304, rest, ONCE_WAITED), relaxed); /* it publishes nothing */
    a_store(&w->state, told ? WAITER_GRANTED : WAITER_IDLE, relaxed);   /* the lock is held */
    return told;
}

bool once_withdraw(edo_once *o, void *rest, edo_waiter *w)
{
    lock_take(&o->lock);
    bool over = w->state == WAITER_GRANTED || leave(o, rest, w);
    lock_drop(&o->lock);
    return over;
}

int once_fini(edo_once *o)
{
    lock_take(&o->lock); /* whoever has put the value while somebody waited has let go of it */
    bool over = crowd_end(&o->crowd, &o->lock);
    /* relaxed: who ends it knows by other means that nobody sets the value any more. */
    void *word = a_load(&o->word, relaxed);
    lock_drop(&o->lock);
    if (!over || word == ONCE_MAKING)
        return -EBUSY;
    if (word && o->destroy)
        o->destroy(word);
    return 0;
}
