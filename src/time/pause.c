/*
 * pause.c: stopping, moving and releasing a runtime's clock.
 *
 * Only a current-thread runtime's, by code that runs in it: its one core is the only reader that
 * has to agree. A clock that runs again goes on from where it stood: the skew makes up for it.
 */
#include <errno.h>

#include <edo/error.h>
#include <edo/time.h>

#include "base/report.h"
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
    if (span.ns > UINT64_MAX - now)
        return -EINVAL;
    a_store(&s->frozen, now + span.ns, relaxed);
    wheel_advance(&s->cores[0]->wheel, now + span.ns);
    return edo_yield();
}
