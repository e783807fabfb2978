/*
 * sync/crowd.h: waits that all end at one moment, and are woken in turns, as whoever wakes them has
 * room for a few wakers at a time, and calls them with no lock held.
 *
 * Their moment is crowd_wake: there they leave the queue together, so that later waits, and whoever
 * ends single ones, have nothing to do with them. Between two turns the object is open: one of the
 * told may be cancelled, finds that it was told already, and leaves by itself; others may be told.
 */
#ifndef SYNC_CROWD_H
#define SYNC_CROWD_H

#include <edo/crowd.h>

#include "sync/waiters.h"

/* All of these are called with the object's lock held. */

/* To the end of the queue. */
void crowd_add(edo_crowd *crowd, edo_waiter *w, const edo_waker *waker);
/* Whether a linked wait has been told. */
static inline bool crowd_has_told(const edo_crowd *crowd, const edo_waiter *w)
{
    return w->needs != crowd->round;
}
/* Takes a linked wait out, for its owner. True: it had been told. */
bool crowd_leave(edo_crowd *crowd, edo_waiter *w);
/* Tells all that wait, and wakes them; drops the lock before it calls anybody. */
void crowd_wake(edo_crowd *crowd, lock *l);
/*
 * Before the object's memory goes: whether nobody is linked any more, and then no crowd_wake touches
 * it again. May drop the lock and take it anew.
 */
bool crowd_end(edo_crowd *crowd, lock *l);

static inline bool crowd_has_waits(const edo_crowd *crowd)
{
    return !waiters_is_empty(&crowd->waits);
}

#endif
