/* duration.c: the arithmetic of time that can fail. */
#include <edo/duration.h>

#include <edo/errno.h>

#include "base/clock.h"

int edo_duration_from_seconds(double seconds, edo_duration *ret_span)
{
    if (!ret_span || !(seconds >= 0)) /* NaN compares with nothing */
        return -EINVAL;
    if (seconds >= (double)(UINT64_MAX / NS_PER_S)) {
        *ret_span = EDO_FOREVER();
        return 0;
    }
    /* Whole seconds apart, so that only the fraction is rounded, to the nearest nanosecond. */
    uint64_t whole = (uint64_t)seconds;
    double fraction = seconds - (double)whole;
    ret_span->ns = whole * NS_PER_S + (uint64_t)(fraction * (double)NS_PER_S + 0.5);
    return 0;
}

int edo_instant_checked_add(edo_instant at, edo_duration span, edo_instant *ret_sum)
{
    if (!ret_sum)
        return -EINVAL;
    if (at.ns > UINT64_MAX - span.ns)
        return -EOVERFLOW;
    ret_sum->ns = at.ns + span.ns;
    return 0;
}
