/* edo/semaphore.h: a number of permits that tasks and threads take, and wait for in order. */
#ifndef EDO_SEMAPHORE_H
#define EDO_SEMAPHORE_H

#include <edo/future.h>
#include <edo/owner.h>
#include <edo/permits.h>

EDO_BEGIN_DECLS

/** The most permits that one can have, free and taken. */
#define EDO_SEMAPHORE_MAX EDO_PERMITS_MAX

/** Its fields are private. It lies with its user and may not move while it is in use. */
typedef struct edo_semaphore {
    edo_permits permits;
} edo_semaphore;

/** `edo_semaphore s = EDO_SEMAPHORE_INIT(5);`, at most EDO_SEMAPHORE_MAX. */
#define EDO_SEMAPHORE_INIT(count)                                                                  \
    {                                                                                              \
        EDO_PERMITS_INIT(count)                                                                    \
    }

/** Makes one with `count` free permits, which may be none. 0; -EINVAL (above the maximum). */
EDO_API_SYNC int edo_semaphore_init(edo_semaphore *semaphore, size_t count);
/**
 * Ends its use: its memory is the caller's again. Permits that are out may be forgotten but not
 * released any more.
 *
 * Returns   0; -EBUSY while somebody waits or is being woken, and then it is as it was.
 */
EDO_API_SYNC int edo_semaphore_fini(edo_semaphore *semaphore);

/** Permits taken together, as a value; whoever has it gives them back once. Zeros are none. */
typedef struct edo_permit {
    edo_semaphore *semaphore;
    size_t count;
    edo_owner owner; /**< of the `_owned` forms: given back after the permits */
} edo_permit;

/** Waiting for permits. Its fields are private; don't move it once it has been polled. */
typedef struct edo_semaphore_acquire_future {
    edo_future base;
    edo_semaphore *semaphore;
    size_t count;
    edo_owner owner;
    edo_permit *ret;
    edo_waiter waiter;
} edo_semaphore_acquire_future;

/**
 * Takes one permit, or `count` together. Waits are served in the order they came: a large request
 * collects what becomes free, and small ones behind it wait. `ret_permit` may be NULL: then the
 * caller counts by itself and gives back by edo_semaphore_add.
 *
 * Returns   0; -EPIPE (closed); -EINVAL (above the maximum); or why the waiting was cut short:
 *           -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN. *ret_permit is written on success only.
 * Suspends  unless they are free and nobody waits; a plain thread parks.
 * Cancel    takes nothing; permits that were granted first are the caller's, and say 0. As a
 *           loser of select puts back.
 */
EDO_API_SYNC int edo_semaphore_acquire(edo_semaphore *semaphore, edo_permit *ret_permit);
EDO_API_SYNC int edo_semaphore_acquire_many(edo_semaphore *semaphore, size_t count,
                                            edo_permit *ret_permit);
EDO_API_SYNC edo_semaphore_acquire_future edo_semaphore_acquire_async(edo_semaphore *semaphore,
                                                                      edo_permit *ret_permit);
EDO_API_SYNC edo_semaphore_acquire_future edo_semaphore_acquire_many_async(edo_semaphore *semaphore,
                                                                           size_t count,
                                                                           edo_permit *ret_permit);
/** The same without waiting: -EAGAIN when too few are free, or somebody waits already. */
EDO_API_SYNC int edo_semaphore_try_acquire(edo_semaphore *semaphore, edo_permit *ret_permit);
EDO_API_SYNC int edo_semaphore_try_acquire_many(edo_semaphore *semaphore, size_t count,
                                                edo_permit *ret_permit);

/**
 * As edo_semaphore_acquire_many, and the permit also holds a reference to what the semaphore lies
 * in. `ret_permit` is needed.
 *
 * Owns      the permit has the reference on success; else it is still the caller's.
 */
EDO_API_SYNC int edo_semaphore_acquire_owned(edo_semaphore *semaphore, size_t count,
                                             edo_owner owner, edo_permit *ret_permit);
EDO_API_SYNC edo_semaphore_acquire_future edo_semaphore_acquire_owned_async(
    edo_semaphore *semaphore, size_t count, edo_owner owner, edo_permit *ret_permit);
EDO_API_SYNC int edo_semaphore_try_acquire_owned(edo_semaphore *semaphore, size_t count,
                                                 edo_owner owner, edo_permit *ret_permit);

/** Gives the permits back, then the reference, and empties the value. An empty one is fine. */
EDO_API_SYNC void edo_permit_release(edo_permit *permit);
/** Takes the permits out of circulation for good; the reference is given back. */
EDO_API_SYNC void edo_permit_forget(edo_permit *permit);
/**
 * Moves `count` of its permits to *ret_part, without the reference, which stays with the rest.
 *
 * Returns   0; -EINVAL: it has fewer, or both are the same place.
 */
EDO_API_SYNC int edo_permit_split(edo_permit *permit, size_t count, edo_permit *ret_part);
/**
 * Adds the permits of `from`, which is emptied; its reference is given back if both have one.
 *
 * Returns   0; -EINVAL: they are of two semaphores, and both stay as they are.
 */
EDO_API_SYNC int edo_permit_merge(edo_permit *permit, edo_permit *from);
/** How many it stands for. */
EDO_API_SYNC size_t edo_permit_count(const edo_permit *permit);

/** How many are free. While somebody waits it is 0: the first in the queue has collected them. */
EDO_API_SYNC size_t edo_semaphore_available(const edo_semaphore *semaphore);
/** Adds permits, for waits first. 0; -EOVERFLOW (more free ones than the maximum; nothing is added). That there is
 * room for those that are taken, when they come back, is the caller's to see to. */
EDO_API_SYNC int edo_semaphore_add(edo_semaphore *semaphore, size_t count);
/** Removes up to `count` free permits for good, and says how many. */
EDO_API_SYNC size_t edo_semaphore_forget(edo_semaphore *semaphore, size_t count);
/** From now on nobody gets a permit: waits and calls say -EPIPE. Those that are out stay good. */
EDO_API_SYNC void edo_semaphore_close(edo_semaphore *semaphore);
EDO_API_SYNC bool edo_semaphore_is_closed(const edo_semaphore *semaphore);

EDO_END_DECLS

#endif
