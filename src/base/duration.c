/* duration.c: the arithmetic of time that can fail. */
#include <edo/duration.h>

#include <time.h>

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

int edo_duration_from_timespec(const struct timespec *span, edo_duration *ret_span)
{
    if (!span || !ret_span || span->tv_sec < 0 || span->tv_nsec < 0)
        return -EINVAL;
    *ret_span =
        edo_duration_add(EDO_SECONDS((uint64_t)span->tv_sec), EDO_NANOS((uint64_t)span->tv_nsec));
    return 0;
}

static int store_sum(uint64_t a, uint64_t b, uint64_t *ret)
{
    if (!ret)
        return -EINVAL;
    if (a > UINT64_MAX - b)
        return -EOVERFLOW;
    *ret = a + b;
    return 0;
}

static int store_rest(uint64_t a, uint64_t b, uint64_t *ret)
{
    if (!ret)
        return -EINVAL;
    if (a < b)
        return -EOVERFLOW;
    *ret = a - b;
    return 0;
}

int edo_duration_checked_add(edo_duration a, edo_duration b, edo_duration *ret_sum)
{
    return store_sum(a.ns, b.ns, ret_sum ? &ret_sum->ns : NULL);
}

int edo_duration_checked_sub(edo_duration a, edo_duration b, edo_duration *ret_rest)
{
    return store_rest(a.ns, b.ns, ret_rest ? &ret_rest->ns : NULL);
}

int edo_duration_checked_mul(edo_duration span, uint64_t n, edo_duration *ret_product)
{
    if (!ret_product)
        return -EINVAL;
    if (span.ns && n > UINT64_MAX / span.ns)
        return -EOVERFLOW;
    ret_product->ns = span.ns * n;
    return 0;
}

int edo_instant_checked_add(edo_instant at, edo_duration span, edo_instant *ret_sum)
{
    return store_sum(at.ns, span.ns, ret_sum ? &ret_sum->ns : NULL);
}

int edo_instant_checked_sub(edo_instant at, edo_duration span, edo_instant *ret_rest)
{
    return store_rest(at.ns, span.ns, ret_rest ? &ret_rest->ns : NULL);
}

int edo_instant_checked_since(edo_instant later, edo_instant earlier, edo_duration *ret_span)
{
    return store_rest(later.ns, earlier.ns, ret_span ? &ret_span->ns : NULL);
}
