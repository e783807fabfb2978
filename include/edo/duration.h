/* edo/duration.h: spans and points of time in nanoseconds; arithmetic stops at the ends. */
#ifndef EDO_DURATION_H
#define EDO_DURATION_H

#include <edo/macros.h>

EDO_BEGIN_DECLS

/** A span of time. UINT64_MAX nanoseconds is "for ever". */
typedef struct edo_duration {
    uint64_t ns;
} edo_duration;

/** A point of a runtime's clock, in nanoseconds from an arbitrary start. UINT64_MAX is "never". */
typedef struct edo_instant {
    uint64_t ns;
} edo_instant;

static inline edo_duration edo_duration_of(uint64_t count, uint64_t unit_ns)
{
    edo_duration span;
    span.ns = count > UINT64_MAX / unit_ns ? UINT64_MAX : count * unit_ns;
    return span;
}

/** n nanoseconds, microseconds, milliseconds, seconds; saturating. */
static inline edo_duration EDO_NANOS(uint64_t n)
{
    return edo_duration_of(n, 1);
}
static inline edo_duration EDO_MICROS(uint64_t n)
{
    return edo_duration_of(n, 1000);
}
static inline edo_duration EDO_MILLIS(uint64_t n)
{
    return edo_duration_of(n, 1000000);
}
static inline edo_duration EDO_SECONDS(uint64_t n)
{
    return edo_duration_of(n, 1000000000);
}
/** No end: a wait of this length never times out. */
static inline edo_duration EDO_FOREVER(void)
{
    return edo_duration_of(UINT64_MAX, 1);
}

/** From seconds as a double: -EINVAL for a negative one or NaN; too large is EDO_FOREVER. */
EDO_API int edo_duration_from_seconds(double seconds, edo_duration *ret_span);
/** Seconds as a double, which has 53 bits: exact below 104 days. */
static inline double edo_duration_to_seconds(edo_duration span)
{
    return (double)span.ns / 1e9;
}
struct timespec;
/** From a timespec: -EINVAL for a negative one, or NULL; too large is EDO_FOREVER. */
EDO_API int edo_duration_from_timespec(const struct timespec *span, edo_duration *ret_span);

/** a + b, at most EDO_FOREVER. */
static inline edo_duration edo_duration_add(edo_duration a, edo_duration b)
{
    return edo_duration_of(a.ns > UINT64_MAX - b.ns ? UINT64_MAX : a.ns + b.ns, 1);
}
/** a - b, at least 0. */
static inline edo_duration edo_duration_sub(edo_duration a, edo_duration b)
{
    return edo_duration_of(a.ns < b.ns ? 0 : a.ns - b.ns, 1);
}
/** n times as long, at most EDO_FOREVER. */
static inline edo_duration edo_duration_mul(edo_duration span, uint64_t n)
{
    return span.ns ? edo_duration_of(n, span.ns) : span;
}
/** The same into *ret, or -EOVERFLOW where that isn't the true result; then *ret is untouched. */
EDO_API int edo_duration_checked_add(edo_duration a, edo_duration b, edo_duration *ret_sum);
EDO_API int edo_duration_checked_sub(edo_duration a, edo_duration b, edo_duration *ret_rest);
EDO_API int edo_duration_checked_mul(edo_duration span, uint64_t n, edo_duration *ret_product);

/** No point of time: a sleep until then never ends. */
static inline edo_instant EDO_NEVER(void)
{
    edo_instant never;
    never.ns = UINT64_MAX;
    return never;
}

/** at + span, at most "never". */
static inline edo_instant edo_instant_add(edo_instant at, edo_duration span)
{
    edo_instant sum;
    sum.ns = at.ns > UINT64_MAX - span.ns ? UINT64_MAX : at.ns + span.ns;
    return sum;
}
/** at - span, at least 0. */
static inline edo_instant edo_instant_sub(edo_instant at, edo_duration span)
{
    edo_instant rest;
    rest.ns = at.ns < span.ns ? 0 : at.ns - span.ns;
    return rest;
}
/** at + span into *ret_sum, or -EOVERFLOW, and then *ret_sum is untouched. */
EDO_API int edo_instant_checked_add(edo_instant at, edo_duration span, edo_instant *ret_sum);
/** at - span into *ret_rest, or -EOVERFLOW (before the start), and then *ret_rest is untouched. */
EDO_API int edo_instant_checked_sub(edo_instant at, edo_duration span, edo_instant *ret_rest);
/** later - earlier into *ret_span, or -EOVERFLOW (it isn't later), and then it is untouched. */
EDO_API int edo_instant_checked_since(edo_instant later, edo_instant earlier,
                                      edo_duration *ret_span);
/** How long after `earlier` is `later`? 0 if it is not later. */
static inline edo_duration edo_instant_since(edo_instant later, edo_instant earlier)
{
    edo_duration span;
    span.ns = later.ns > earlier.ns ? later.ns - earlier.ns : 0;
    return span;
}

EDO_END_DECLS

#endif
