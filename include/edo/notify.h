/*
 * edo/notify.h: telling a task or thread that something has happened, with no value handed over.
 *
 * What happened is kept elsewhere: the notifier changes that first and notifies then; who was
 * notified looks at it, and waits again if there is nothing for it. A notification that comes while
 * nobody waits is stored, but only one.
 */
#ifndef EDO_NOTIFY_H
#define EDO_NOTIFY_H

#include <edo/crowd.h>
#include <edo/future.h>
#include <edo/lock.h>
#include <edo/owner.h>

EDO_BEGIN_DECLS

/** Its fields are private. It lies with its user and may not move while it is in use. */
typedef struct edo_notify {
    uint64_t word;
    edo_crowd crowd;
    edo_lock lock;
} edo_notify;

/** `edo_notify n = EDO_NOTIFY_INIT;`; zeros do as well. */
#define EDO_NOTIFY_INIT                                                                            \
    {                                                                                              \
        0, {{NULL, NULL}, {NULL, NULL}, 0, NULL},                                                  \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

/** Makes one, with nothing stored. */
EDO_API_SYNC void edo_notify_init(edo_notify *notify);
/**
 * Ends its use: its memory is the caller's again. Those who notified may still be on their way out,
 * and those who were notified need not have run since; but a wait that can still be cancelled, as an
 * arm of select or within a timeout, has to be READY.
 *
 * Returns   0; -EBUSY while somebody waits, and then it is as it was; -EINVAL.
 */
EDO_API_SYNC int edo_notify_fini(edo_notify *notify);

/**
 * Ends the wait that has stood longest; with nobody waiting stores one permit, by which a later
 * wait ends at once. Who was notified sees what the caller had written before.
 */
EDO_API_SYNC void edo_notify_one(edo_notify *notify);
/** The same for the wait that came last: it is the one whose data is still in the cache. */
EDO_API_SYNC void edo_notify_last(edo_notify *notify);
/**
 * Ends every wait that has been made, begun or not, in the order they came. Stores nothing, and
 * leaves a stored permit where it is.
 */
EDO_API_SYNC void edo_notify_waiters(edo_notify *notify);

/** A wait under way. Its fields are private; don't move it once it has been polled or enabled. */
typedef struct edo_notify_wait_future {
    edo_future base;
    edo_notify *notify;
    edo_owner owner;
    uint64_t calls;
    edo_waiter waiter;
} edo_notify_wait_future;

/**
 * Waits until it is notified, or takes the stored permit. A wait made by the async form is ended by
 * every edo_notify_waiters from then on; edo_notify_one reaches it once it has been polled or
 * enabled.
 *
 * Returns   0; -EINVAL; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless a permit is stored; a plain thread parks.
 * Cancel    takes nothing; notified first, it says 0. As a loser of select puts back: the
 *           notification goes to the wait that comes first (or last, as it was meant for), else it
 *           is stored. One by edo_notify_waiters was meant for all: the arm keeps its 0.
 */
EDO_API_SYNC int edo_notify_wait(edo_notify *notify);
EDO_API_SYNC edo_notify_wait_future edo_notify_wait_async(edo_notify *notify);

/**
 * The same with a reference to what `notify` lies in, so that it is there until the wait is over.
 *
 * Owns      the direct form gives the reference back when it says 0, else it is still the caller's.
 *           The future gives it back when it ends with 0 by itself; once it was cancelled the
 *           reference is the caller's, whatever the result. Given back, the notification of a
 *           part of a join can't be put back any more: it keeps its 0.
 */
EDO_API_SYNC int edo_notify_wait_owned(edo_notify *notify, edo_owner owner);
EDO_API_SYNC edo_notify_wait_future edo_notify_wait_owned_async(edo_notify *notify,
                                                                edo_owner owner);

/**
 * Puts the wait into the queue before its first poll: from now on edo_notify_one reaches it. So
 * one can look at a condition after the wait began, and miss nothing. Takes a stored permit. It has
 * been begun then: its memory stays until a poll says READY, after a cancel as well.
 *
 * Returns   1: it is over, and its next poll says READY; 0: it waits; -EINVAL; -ECANCELED: it ended
 *           so.
 * Threads   whoever polls it.
 */
EDO_API_SYNC int edo_notify_wait_enable(edo_notify_wait_future *wait);

EDO_END_DECLS

#endif
