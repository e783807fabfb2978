/*
 * edo/poll_semaphore.h: permits for whoever is polled: a wait that keeps its place from one poll to
 * the next, and is used again after it.
 */
#ifndef EDO_POLL_SEMAPHORE_H
#define EDO_POLL_SEMAPHORE_H

#include <edo/poll_wait.h>
#include <edo/semaphore.h>

EDO_BEGIN_DECLS

/** Its fields are private. It lies with its user, and may not move while a poll of it is pending. */
typedef struct edo_poll_semaphore {
    edo_semaphore *semaphore;
    edo_owner owner;
    edo_poll_wait wait;
} edo_poll_semaphore;

/**
 * Makes one. `owner` is a reference to what the semaphore lies in, or zeros.
 *
 * Returns   0; -EINVAL.
 * Owns      the reference, until edo_poll_semaphore_fini; without success it is the caller's.
 */
EDO_API_SYNC int edo_poll_semaphore_init(edo_poll_semaphore *poll, edo_semaphore *semaphore,
                                         edo_owner owner);
/** Leaves the queue, gives back what it was granted meanwhile, and then the reference. */
EDO_API_SYNC void edo_poll_semaphore_fini(edo_poll_semaphore *poll);

/**
 * Asks for `count` permits together. While it says -EAGAIN it stands in the queue, and `waker`, of
 * which it keeps a clone, will be woken; the latest poll's counts. Permits that it is granted are its
 * own until the next poll takes them. A poll for another number gives up the place, and what came
 * with it, and begins anew. `ret_permit` may be NULL, as in edo_semaphore_acquire; the permit has no
 * reference.
 *
 * Returns   0; -EAGAIN (pending); -EPIPE (closed), each time; -EINVAL. *ret_permit is written on
 *           success only.
 * Threads   one at a time.
 */
EDO_API_SYNC int edo_poll_semaphore_acquire(edo_poll_semaphore *poll, size_t count,
                                            const edo_waker *waker, edo_permit *ret_permit);
/** Leaves the queue, as if it had not been polled. */
EDO_API_SYNC void edo_poll_semaphore_leave(edo_poll_semaphore *poll);

/** Closes the semaphore, for everybody. */
EDO_API_SYNC void edo_poll_semaphore_close(edo_poll_semaphore *poll);
EDO_API_SYNC bool edo_poll_semaphore_is_closed(const edo_poll_semaphore *poll);
/** How many are free in the semaphore. */
EDO_API_SYNC size_t edo_poll_semaphore_available(const edo_poll_semaphore *poll);

EDO_END_DECLS

#endif
