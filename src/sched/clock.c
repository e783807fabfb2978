/*
 * clock.c: a runtime's clock: the system's monotonic one plus a skew, or a frozen moment.
 *
 * Only a current-thread runtime's clock is ever paused, by code that runs in it.
 */
#include "sched/sched.h"

/* So far behind is the coarse clock at the most, with a machine that stands still for a while. */
#define COARSE_LAG (100 * NS_PER_MS)

uint64_t sched_time(sched *s, uint64_t now)
{
    if (unlikely(a_load(&s->paused, acquire))) /* pairs with the release of pause */
        return a_load(&s->frozen, relaxed);
    return now + a_load(&s->skew, relaxed);
}

uint64_t sched_now(sched *s)
{
    if (unlikely(a_load(&s->paused, acquire)))
        return a_load(&s->frozen, relaxed);
    return clock_now() + a_load(&s->skew, relaxed);
}

bool sched_has_passed(sched *s, uint64_t at)
{
    uint64_t lately = sched_time(s, clock_now_coarse());

    if (at > lately && at - lately > COARSE_LAG)
        return false;
    return sched_now(s) >= at;
}
