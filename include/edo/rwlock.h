/* edo/rwlock.h: a lock that many may hold to read, or one to write, also over a wait. */
#ifndef EDO_RWLOCK_H
#define EDO_RWLOCK_H

#include <edo/future.h>
#include <edo/owner.h>
#include <edo/permits.h>

EDO_BEGIN_DECLS

/** The most readers that a lock can have at once. */
#define EDO_RWLOCK_MAX_READERS (UINT32_MAX >> 3)

/**
 * Its fields are private. It lies with its user, may not move while it is in use, and belongs to no
 * task or thread. Waits are served in the order they came, so a writer is not starved: readers that
 * come after a waiting writer wait behind it.
 */
typedef struct edo_rwlock {
    edo_permits permits; /**< one for each reader that there may be; a writer takes all */
    uint32_t max_readers;
    uint32_t writing; /**< atomic: a writer holds it */
} edo_rwlock;

/** One with room for EDO_RWLOCK_MAX_READERS. Zeros are none. */
#define EDO_RWLOCK_INIT                                                                            \
    {                                                                                              \
        EDO_PERMITS_INIT(EDO_RWLOCK_MAX_READERS), EDO_RWLOCK_MAX_READERS, 0                        \
    }

/** Makes a free one with room for so many readers. 0; -EINVAL: for none, or above the maximum. */
EDO_API_SYNC int edo_rwlock_init(edo_rwlock *rwlock, uint32_t max_readers);
/**
 * Ends its use: its memory is the caller's again. Whoever frees memory with one in it calls this
 * first, as an unlock by another thread may not have come to its end.
 *
 * Returns   0; -EBUSY while it is held or waited for, and then it is as it was; -EINVAL.
 */
EDO_API_SYNC int edo_rwlock_fini(edo_rwlock *rwlock);

/** A lock that is held together with a reference to what it lies in. Zeros are none. */
typedef struct edo_rwlock_guard {
    edo_rwlock *rwlock;
    edo_owner owner;
    bool write; /**< it is a write lock */
} edo_rwlock_guard;

/** Waiting for a lock. Its fields are private; don't move it once it has been polled. */
typedef struct edo_rwlock_future {
    edo_future base;
    edo_rwlock *rwlock;
    edo_owner owner;
    edo_rwlock_guard *ret;
    bool write;
    edo_waiter waiter;
} edo_rwlock_future;
typedef edo_rwlock_future edo_rwlock_read_future;
typedef edo_rwlock_future edo_rwlock_write_future;

/**
 * Locks to read, beside other readers. What former writers wrote is seen. Who holds a read lock and
 * asks for another waits for ever if a writer has come in between.
 *
 * Returns   0; -EINVAL; or why the waiting was cut short, and then it is not held by this call:
 *           -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless there is room and nobody waits; a plain thread parks.
 * Cancel    takes nothing; a lock that was granted first is the caller's, and says 0. As a loser of
 *           select puts back, that is, unlocks.
 */
EDO_API_SYNC int edo_rwlock_read(edo_rwlock *rwlock);
EDO_API_SYNC edo_rwlock_read_future edo_rwlock_read_async(edo_rwlock *rwlock);
/** Locks to write, alone. What former holders wrote is seen. Otherwise as edo_rwlock_read. */
EDO_API_SYNC int edo_rwlock_write(edo_rwlock *rwlock);
EDO_API_SYNC edo_rwlock_write_future edo_rwlock_write_async(edo_rwlock *rwlock);
/** The same without waiting: -EAGAIN when it is held in a way that excludes it, or waited for. */
EDO_API_SYNC int edo_rwlock_try_read(edo_rwlock *rwlock);
EDO_API_SYNC int edo_rwlock_try_write(edo_rwlock *rwlock);

/**
 * Gives back one read lock, or the write lock. What a writer wrote is seen by the next. Works in a
 * cancelled task as well.
 *
 * Returns   0; -EDO_EMISUSE when it isn't held, or not in this way (a debug build says so); -EINVAL.
 */
EDO_API_SYNC int edo_rwlock_unlock_read(edo_rwlock *rwlock);
EDO_API_SYNC int edo_rwlock_unlock_write(edo_rwlock *rwlock);
/**
 * Turns the write lock into a read lock: no other writer comes in between, and readers that wait
 * before the next writer come in.
 *
 * Returns   0; -EDO_EMISUSE when it isn't held to write; -EINVAL.
 */
EDO_API_SYNC int edo_rwlock_downgrade(edo_rwlock *rwlock);
/**
 * The same if `may(arg)`, called with the write lock held, says so.
 *
 * Returns   1: it is a read lock; 0: it still is the write lock; -EDO_EMISUSE, -EINVAL, and then
 *           nothing was called.
 */
EDO_API_SYNC int edo_rwlock_downgrade_if(edo_rwlock *rwlock, bool (*may)(void *arg), void *arg);

/**
 * As edo_rwlock_read and edo_rwlock_write, and *ret_guard holds the lock and a reference to what it
 * lies in. Such a lock is given back by edo_rwlock_guard_unlock.
 *
 * Owns      the guard has the reference on success; else it is still the caller's.
 */
EDO_API_SYNC int edo_rwlock_read_owned(edo_rwlock *rwlock, edo_owner owner,
                                       edo_rwlock_guard *ret_guard);
EDO_API_SYNC int edo_rwlock_write_owned(edo_rwlock *rwlock, edo_owner owner,
                                        edo_rwlock_guard *ret_guard);
EDO_API_SYNC edo_rwlock_read_future edo_rwlock_read_owned_async(edo_rwlock *rwlock, edo_owner owner,
                                                                edo_rwlock_guard *ret_guard);
EDO_API_SYNC edo_rwlock_write_future edo_rwlock_write_owned_async(edo_rwlock *rwlock,
                                                                  edo_owner owner,
                                                                  edo_rwlock_guard *ret_guard);
EDO_API_SYNC int edo_rwlock_try_read_owned(edo_rwlock *rwlock, edo_owner owner,
                                           edo_rwlock_guard *ret_guard);
EDO_API_SYNC int edo_rwlock_try_write_owned(edo_rwlock *rwlock, edo_owner owner,
                                            edo_rwlock_guard *ret_guard);
/** Unlocks, then gives the reference back, and empties the guard. An empty one is fine. */
EDO_API_SYNC int edo_rwlock_guard_unlock(edo_rwlock_guard *guard);
/** As edo_rwlock_downgrade and edo_rwlock_downgrade_if; the guard keeps its reference. */
EDO_API_SYNC int edo_rwlock_guard_downgrade(edo_rwlock_guard *guard);
EDO_API_SYNC int edo_rwlock_guard_downgrade_if(edo_rwlock_guard *guard, bool (*may)(void *arg),
                                               void *arg);

EDO_END_DECLS

#endif
