/*
 * pause.c: stopping, moving and releasing a runtime's clock.
 *
 * Only a current-thread runtime's: its one core is the only reader that has to agree. A clock that
 * runs again goes on from where it stood: the skew makes up for it. Mostly it is code that runs in
 * the runtime; a thread that has entered its handle may do so, too, and then wakes who drives it,
 * as that sleeps by the clock as it was.
 */
#include <errno.h>

#include <edo/error.h>
#include <edo/time.h>

#include "base/report.h"
#include "sched/current.h"
#include "sched/sched.h"

static int refuse(const char *place, const char *why)
{
    (void)place; /* of a debug build's sentence */
    (void)why;
    report_misuse("%s: %s", place, why);
    return -EDO_EMISUSE;
}

/* The current runtime, if its clock can be paused. */
static int pausable(const char *place, sched **ret)
{
    sched *s = sched_current(thread_self());

    if (!s)
        return -EDO_ENORUNTIME;
    if (s->multi)
        return refuse(place, "only a current-thread runtime's time can be paused");
    *ret = s;
    return 0;
}

static void look_again(sched *s)
{
    current_wheel_sooner(&s->cores[0]->wheel);
}

int edo_pause_from(const char *place)
{
    sched *s;
    int rc = pausable(place, &s);

    if (rc < 0)
        return rc;
    if (a_load(&s->paused, relaxed)) /* written by this runtime's code only */
        return refuse(place, "time is paused already");
    a_store(&s->frozen, sched_now(s), relaxed);
    a_store(&s->paused, 1, release); /* pairs with the acquire in sched_now */
    look_again(s);
    return 0;
}

int edo_resume_from(const char *place)
{
    sched *s;
    int rc = pausable(place, &s);

    if (rc < 0)
        return rc;
    if (!a_load(&s->paused, relaxed))
        return refuse(place, "time is not paused");
    uint64_t now = clock_now(), frozen = a_load(&s->frozen, relaxed);
    a_store(&s->skew, frozen - now, relaxed); /* modulo 2^64: it may be behind */
    a_store(&s->paused, 0, release);
    look_again(s);
    return 0;
}

int edo_advance_from(const char *place, edo_duration span)
{
    sched *s;
    int rc = pausable(place, &s);

    if (rc < 0)
        return rc;
    if (!a_load(&s->paused, relaxed))
        return refuse(place, "time can be moved only while it is paused");
    uint64_t now = a_load(&s->frozen, relaxed);
    do { /* relaxed: timers are fired under the wheel's lock; meanwhile the clock may have jumped */
        if (span.ns > UINT64_MAX - now)
            return -EINVAL;
    } while (!a_cas_weak(&s->frozen, &now, now + span.ns, relaxed, relaxed));
    wheel_advance(&s->cores[0]->wheel, now + span.ns);
    return edo_yield();
}
