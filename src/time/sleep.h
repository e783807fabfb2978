/* time/sleep.h: a sleep as a part of something else, which looks at it without a future's ways. */
#ifndef TIME_SLEEP_H
#define TIME_SLEEP_H

#include <edo/time.h>

#include "driver/wheel.h"

/* Whether it is over, with the result in base.result; else the waker is kept. `is_ahead`: the
 * deadline was ahead a moment ago, so that the clock isn't read again by the first look; if it has
 * passed since, the next tick tells. */
edo_poll sleep_look(edo_sleep_future *sleep, const edo_waker *waker, bool is_ahead);
/* Another deadline, also while it waits. */
void sleep_move(edo_sleep_future *sleep, uint64_t deadline_ns);
/* Its end, whether it was looked at or not: nobody is woken any more. */
static inline void sleep_stop(edo_sleep_future *sleep)
{
    wheel_remove(&sleep->timer);
}

#endif
