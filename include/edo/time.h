/* edo/time.h: sleeping, timeouts, and a clock that tests can stop. */
#ifndef EDO_TIME_H
#define EDO_TIME_H

#include <edo/duration.h>
#include <edo/future.h>

EDO_BEGIN_DECLS

/** The current runtime's clock, which may be paused; outside of one the system's monotonic. */
EDO_API_TIME edo_instant edo_now(void);
/** How long ago that was by the same clock; 0 if it lies ahead. */
EDO_API_TIME edo_duration edo_elapsed(edo_instant since);

/** An entry of a timer wheel. Its fields are private. */
typedef struct edo_timer {
    struct edo_timer *next;
    struct edo_timer **link;
    struct edo_timer *child;
    struct timer_wheel *wheel;
    uint64_t tick;
    edo_waker waker;
    uint32_t state;
    uint32_t slot;
} edo_timer;

/** A sleep under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_sleep_future {
    edo_future base;
    edo_instant deadline;
    edo_timer timer;
    int error;
    bool precise;
} edo_sleep_future;

/**
 * Sleeps: never less than asked, and up to a millisecond more, as timers tick in milliseconds. The
 * deadline is fixed when the future is made.
 *
 * Returns   0; -EDO_ENORUNTIME, -EDO_ENOTIME; or why the waiting was cut short: -ECANCELED,
 *           -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless the deadline has passed.
 * Cancel    takes nothing.
 */
EDO_API_TIME int edo_sleep(edo_duration span);
EDO_API_TIME edo_sleep_future edo_sleep_async(edo_duration span);
/** The same until a point of time; one that has passed is no wait. */
EDO_API_TIME int edo_sleep_until(edo_instant deadline);
EDO_API_TIME edo_sleep_future edo_sleep_until_async(edo_instant deadline);
/**
 * As edo_sleep, but not bound to the tick: it ends as soon after the deadline as the system wakes a
 * thread, mostly within a tenth of a millisecond while there is a processor and a worker to spare. It
 * costs more: such timers lie in a heap, and each is a sleep of the worker's own. For timeouts take the other one.
 *
 * Returns   as edo_sleep.
 * Suspends  unless the deadline has passed.
 * Cancel    takes nothing.
 */
EDO_API_TIME int edo_sleep_precise(edo_duration span);
EDO_API_TIME edo_sleep_future edo_sleep_precise_async(edo_duration span);
/** The same until a point of time. */
EDO_API_TIME int edo_sleep_precise_until(edo_instant deadline);
EDO_API_TIME edo_sleep_future edo_sleep_precise_until_async(edo_instant deadline);

/** Whether the deadline was reached and a poll has seen it. */
EDO_API_TIME bool edo_sleep_is_elapsed(const edo_sleep_future *sleep);
/** When it ends, or has ended. */
EDO_API_TIME edo_instant edo_sleep_deadline(const edo_sleep_future *sleep);
/**
 * Gives a sleep another deadline, from now or as a point of time, at any moment: one that waits goes
 * on to wait, for whoever polled it last, and is never ended by the deadline before; one that is READY
 * is new, and has to be polled again. One that was cancelled and is not READY ends all the same.
 *
 * Returns   0; -EINVAL for NULL; -EDO_ENORUNTIME, -EDO_ENOTIME: what it was made with.
 * Threads   any, but not while another one polls, cancels or resets it.
 */
EDO_API_TIME int edo_sleep_reset(edo_sleep_future *sleep, edo_duration span);
EDO_API_TIME int edo_sleep_reset_until(edo_sleep_future *sleep, edo_instant deadline);

/** A wait with a limit under way. Its fields are private. */
typedef struct edo_timeout_future {
    edo_future base;
    edo_future *inner;
    edo_sleep_future sleep;
    uint32_t phase;
    bool is_ahead;
} edo_timeout_future;

/**
 * Waits for `fut`, but not longer than `span`: then it is cancelled and waited for, and a success
 * that came first still stands. `fut` is polled before the clock is looked at.
 *
 * Returns   the future's result; -ETIMEDOUT, and then it had no effect; -EDO_ENORUNTIME,
 *           -EDO_ENOTIME before it was polled; -EINVAL; or why the waiting was cut short:
 *           -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless the future is READY at once.
 * Cancel    cancels the future; a success stands. Puts back what the future puts back.
 */
EDO_API_TIME int64_t edo_timeout(edo_future *fut, edo_duration span);
EDO_API_TIME edo_timeout_future edo_timeout_async(edo_future *fut, edo_duration span);
/** The same until a point of time. */
EDO_API_TIME int64_t edo_timeout_at(edo_future *fut, edo_instant deadline);
EDO_API_TIME edo_timeout_future edo_timeout_at_async(edo_future *fut, edo_instant deadline);

/**
 * Stops the current runtime's clock. From then on it moves by edo_advance, and by itself to the
 * next deadline whenever no task can run.
 *
 * Returns   0; -EDO_EMISUSE (paused already, or not a current-thread runtime); -EDO_ENORUNTIME.
 */
#define edo_pause() edo_pause_from(EDO_HERE)
EDO_API_TIME int edo_pause_from(const char *place);
/** Lets the clock run on from where it stands. 0; -EDO_EMISUSE (not paused); -EDO_ENORUNTIME. */
#define edo_resume() edo_resume_from(EDO_HERE)
EDO_API_TIME int edo_resume_from(const char *place);
/**
 * Moves the paused clock, fires what is due, and yields.
 *
 * Returns   0; -EINVAL (past the end of time; nothing moved); -EDO_EMISUSE (not paused);
 *           -EDO_ENORUNTIME; or what edo_yield says.
 * Suspends  always.
 */
#define edo_advance(span) edo_advance_from(EDO_HERE, (span))
EDO_API_TIME int edo_advance_from(const char *place, edo_duration span);

EDO_END_DECLS

#endif
