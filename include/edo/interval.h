/* edo/interval.h: ticks at a regular distance. */
#ifndef EDO_INTERVAL_H
#define EDO_INTERVAL_H

#include <edo/time.h>

EDO_BEGIN_DECLS

/**
 * What becomes of ticks that were missed, as nobody asked while they were due. One that is asked for
 * at most 5 ms late is not missed: the next one is a period after its time, in any case.
 */
typedef enum edo_missed_ticks {
    EDO_MISSED_BURST, /**< all are given, one right after the other, until it has caught up */
    EDO_MISSED_DELAY, /**< the next is a period after the late one was given, and so on from there */
    EDO_MISSED_SKIP   /**< the next is at the next multiple of the period: the beat is kept */
} edo_missed_ticks;

/**
 * Its fields are private. It lies with its user, who gives it up whenever no tick is waited for; it
 * may not move while one is.
 */
typedef struct edo_interval {
    edo_sleep_future sleep; /**< until the next tick */
    edo_duration period;
    edo_missed_ticks missed;
    bool waited_for;
    uint32_t resets; /**< how often it was moved: a tick from before is not put back */
} edo_interval;

/**
 * Makes an interval whose first tick is due at once, or at `start`, and each other one a period after
 * the one before.
 *
 * Returns   0; -EINVAL (a period of 0, or NULL); -EDO_ENORUNTIME, -EDO_ENOTIME.
 */
EDO_API_TIME int edo_interval_init(edo_interval *interval, edo_duration period);
EDO_API_TIME int edo_interval_init_at(edo_interval *interval, edo_instant start,
                                      edo_duration period);

/** A wait for a tick. Its fields are private; don't move it once it has been polled. */
typedef struct edo_interval_tick_future {
    edo_future base;
    edo_interval *interval;
    edo_instant *ret_at;
    edo_instant at; /**< the tick that it took */
    bool waits;
    uint32_t resets; /**< of the interval, as it took the tick */
} edo_interval_tick_future;

/**
 * Waits for the next tick. *ret_at is the time that it was due at, which may be a while ago; NULL is
 * fine.
 *
 * Returns   0; -EINVAL for NULL; -EDO_EMISUSE: another wait for a tick of it is pending; or why the
 *           waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless one is due.
 * Cancel    takes nothing: the tick is the next wait's. As a loser of select puts back.
 * Threads   any, but one call at a time, with those below.
 */
EDO_API_TIME int edo_interval_tick(edo_interval *interval, edo_instant *ret_at);
EDO_API_TIME edo_interval_tick_future edo_interval_tick_async(edo_interval *interval,
                                                              edo_instant *ret_at);
/** The same without waiting: -EAGAIN when none is due. */
EDO_API_TIME int edo_interval_try_tick(edo_interval *interval, edo_instant *ret_at);

/**
 * Moves the next tick, also while it is waited for: a period from now; to now; to a span from now; to
 * a point of time. The others follow from there.
 */
EDO_API_TIME void edo_interval_reset(edo_interval *interval);
EDO_API_TIME void edo_interval_reset_immediately(edo_interval *interval);
EDO_API_TIME void edo_interval_reset_after(edo_interval *interval, edo_duration span);
EDO_API_TIME void edo_interval_reset_at(edo_interval *interval, edo_instant at);

/** What it was made with. */
EDO_API_TIME edo_duration edo_interval_period(const edo_interval *interval);
/** When the next tick is due. */
EDO_API_TIME edo_instant edo_interval_next(const edo_interval *interval);
/** EDO_MISSED_BURST, unless it was set to something else. */
EDO_API_TIME edo_missed_ticks edo_interval_missed(const edo_interval *interval);
EDO_API_TIME void edo_interval_set_missed(edo_interval *interval, edo_missed_ticks missed);

EDO_END_DECLS

#endif
