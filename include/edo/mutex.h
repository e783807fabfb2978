/* edo/mutex.h: a lock that a task may hold while it waits for something else. */
#ifndef EDO_MUTEX_H
#define EDO_MUTEX_H

#include <edo/future.h>
#include <edo/lock.h>
#include <edo/owner.h>
#include <edo/waiter.h>

EDO_BEGIN_DECLS

/**
 * Zeros are a free one. It lies with its user and may not move while it is in use. It belongs to no
 * task or thread: whoever knows that it is held may unlock it.
 *
 * Fairness: waits stand in the order of their first poll, and an unlock wakes the first. Until that
 * one runs, anybody else may take the lock, which is quicker by far when sections are short; the
 * first keeps its place. But once it has waited for a millisecond, the next unlock hands the lock to
 * it and to nobody else; where it was woken and has not run yet, one of the next few. That is by the
 * system's monotonic clock, also where a runtime's time is paused, as plain threads have no other.
 */
typedef struct edo_mutex {
    uint32_t word;       /**< atomic: whether it is held, by an owner, waited for */
    edo_lock lock;       /**< guards the waits, and what the word says of them */
    uint32_t passes;     /**< unlocks while a wait was woken; the holder's */
    edo_waiters waiters; /**< first come first */
    edo_owner owner;     /**< the holder's */
    uint64_t due;        /**< atomic: from when on the first wait is handed the lock */
} edo_mutex;

#define EDO_MUTEX_INIT                                                                             \
    {                                                                                              \
        0, {0}, 0, {NULL, NULL}, {NULL, NULL}, 0                                                   \
    }

/** Makes a free one; EDO_MUTEX_INIT or zeros do as well. 0; -EINVAL. */
EDO_API_SYNC int edo_mutex_init(edo_mutex *mutex);
/**
 * Ends its use: its memory is the caller's again. Whoever frees memory with a mutex in it calls this
 * first, as an unlock by another thread may not have come to its end.
 *
 * Returns   0; -EBUSY while it is held or waited for, and then it is as it was; -EINVAL.
 */
EDO_API_SYNC int edo_mutex_fini(edo_mutex *mutex);

/** Waiting for a mutex. Its fields are private; don't move it once it has been polled. */
typedef struct edo_mutex_lock_future {
    edo_future base;
    edo_mutex *mutex;
    edo_owner owner;
    uint64_t due;
    edo_waiter waiter;
} edo_mutex_lock_future;

/**
 * Locks. What former holders wrote is seen. It is not recursive: who holds it waits for itself.
 *
 * Returns   0; -EINVAL; or why the waiting was cut short, and then it is not held by this call:
 *           -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless it is free; a plain thread parks.
 * Cancel    takes nothing, but the place in the queue is lost; a lock that was handed over first is
 *           the caller's, and says 0. As a loser of select puts back, that is, unlocks.
 */
EDO_API_SYNC int edo_mutex_lock(edo_mutex *mutex);
EDO_API_SYNC edo_mutex_lock_future edo_mutex_lock_async(edo_mutex *mutex);
/** The same without waiting: -EAGAIN while it is held, or handed to a wait. */
EDO_API_SYNC int edo_mutex_try_lock(edo_mutex *mutex);

/**
 * As edo_mutex_lock, and the lock also holds a reference to what the mutex lies in.
 *
 * Owns      the lock has the reference on success, until the unlock; else it is still the caller's.
 */
EDO_API_SYNC int edo_mutex_lock_owned(edo_mutex *mutex, edo_owner owner);
EDO_API_SYNC edo_mutex_lock_future edo_mutex_lock_owned_async(edo_mutex *mutex, edo_owner owner);
EDO_API_SYNC int edo_mutex_try_lock_owned(edo_mutex *mutex, edo_owner owner);

/**
 * Unlocks; what the holder wrote is seen by the next. Then gives the reference of an owned lock
 * back, if it is one. Works in a cancelled task as well.
 *
 * Returns   0; -EDO_EMISUSE when it isn't held (a debug build says so); -EINVAL.
 */
EDO_API_SYNC int edo_mutex_unlock(edo_mutex *mutex);

EDO_END_DECLS

#endif
