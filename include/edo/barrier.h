/* edo/barrier.h: tasks and threads that go on when all of them have come, round after round. */
#ifndef EDO_BARRIER_H
#define EDO_BARRIER_H

#include <edo/crowd.h>
#include <edo/future.h>
#include <edo/lock.h>

EDO_BEGIN_DECLS

/** Its fields are private. It lies with its user and may not move while it is in use. */
typedef struct edo_barrier {
    edo_crowd crowd;
    edo_lock lock;
    unsigned size;
    unsigned arrived; /**< in this round */
} edo_barrier;

/** `edo_barrier b = EDO_BARRIER_INIT(4);` */
#define EDO_BARRIER_INIT(size)                                                                     \
    {                                                                                              \
        {{NULL, NULL}, {NULL, NULL}, 0, NULL}, {0}, (size), 0                                      \
    }

/** Makes one for `size` at a time; 0 is as 1: nobody waits for anybody. */
EDO_API_SYNC void edo_barrier_init(edo_barrier *barrier, unsigned size);
/**
 * Ends its use: its memory is the caller's again. Those of the last round need not have run since;
 * but a wait that can still be cancelled, as an arm of select or within a timeout, has to be READY.
 *
 * Returns   0; -EBUSY while somebody waits, and then it is as it was; -EINVAL.
 */
EDO_API_SYNC int edo_barrier_fini(edo_barrier *barrier);

/** A wait under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_barrier_wait_future {
    edo_future base;
    edo_barrier *barrier;
    edo_waiter waiter;
} edo_barrier_wait_future;

/**
 * Waits until as many have come as the barrier is for. All of them see what each had written
 * before, and the next round begins; one may wait again while others of this one are still to run.
 *
 * Returns   1 to the one who came last, the round's leader; 0 to the others; -EINVAL; or why the
 *           waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless it comes last; a plain thread parks.
 * Cancel    takes nothing: one less has come. Once the round is full the answer is 0, of a loser of
 *           select as well.
 */
EDO_API_SYNC int edo_barrier_wait(edo_barrier *barrier);
EDO_API_SYNC edo_barrier_wait_future edo_barrier_wait_async(edo_barrier *barrier);

EDO_END_DECLS

#endif
