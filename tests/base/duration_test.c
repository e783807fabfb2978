/* duration_test.c: spans from seconds, and sums that overflow. */
#include "support/edo_test.h"

#include <math.h>

static uint64_t ns_of(double seconds)
{
    edo_duration span = {0};

    assert_ok(edo_duration_from_seconds(seconds, &span));
    return span.ns;
}

EDO_TEST_PLAIN(duration_from_seconds_rounds_to_the_nearest)
{
    assert_int_equal(ns_of(0), 0);
    assert_int_equal(ns_of(-0.0), 0);
    assert_int_equal(ns_of(1.5), 1500000000);
    assert_int_equal(ns_of(0.1), 100000000);
    assert_int_equal(ns_of(1e-9), 1);
    assert_int_equal(ns_of(0.4e-9), 0);
    assert_int_equal(ns_of(0.6e-9), 1);
    assert_int_equal(ns_of(4e9), UINT64_C(4000000000) * 1000000000);
    assert_int_equal(ns_of(0.9999999999), 1000000000);
}

EDO_TEST_PLAIN(duration_from_seconds_stops_at_for_ever)
{
    assert_int_equal(ns_of(2e10), UINT64_MAX);
    assert_int_equal(ns_of(1e300), UINT64_MAX);
    assert_int_equal(ns_of(INFINITY), UINT64_MAX);
}

EDO_TEST_PLAIN(duration_from_seconds_refuses_what_is_none)
{
    edo_duration span = {7};

    assert_err(edo_duration_from_seconds(-1, &span), -EINVAL);
    assert_err(edo_duration_from_seconds(-INFINITY, &span), -EINVAL);
    assert_err(edo_duration_from_seconds(NAN, &span), -EINVAL);
    assert_err(edo_duration_from_seconds(1, NULL), -EINVAL);
    assert_int_equal(span.ns, 7);
}

EDO_TEST_PLAIN(instant_checked_add_finds_the_overflow)
{
    edo_instant sum = {7};

    assert_err(edo_instant_checked_add((edo_instant){UINT64_MAX}, EDO_NANOS(1), &sum), -EOVERFLOW);
    assert_err(edo_instant_checked_add((edo_instant){1}, EDO_FOREVER(), &sum), -EOVERFLOW);
    assert_int_equal(sum.ns, 7);
    assert_ok(edo_instant_checked_add((edo_instant){UINT64_MAX - 1}, EDO_NANOS(1), &sum));
    assert_int_equal(sum.ns, UINT64_MAX);
    assert_ok(edo_instant_checked_add((edo_instant){40}, EDO_NANOS(2), &sum));
    assert_int_equal(sum.ns, 42);
}

EDO_TEST_PLAIN(duration_arithmetic_saturates)
{
    assert_int_equal(EDO_SECONDS(UINT64_MAX).ns, UINT64_MAX);
    assert_int_equal(EDO_MILLIS(3).ns, 3000000);
    assert_int_equal(EDO_MICROS(3).ns, 3000);
    assert_int_equal(edo_instant_add((edo_instant){5}, EDO_FOREVER()).ns, UINT64_MAX);
    assert_int_equal(edo_instant_sub((edo_instant){5}, EDO_NANOS(6)).ns, 0);
    assert_int_equal(edo_instant_since((edo_instant){5}, (edo_instant){6}).ns, 0);
    assert_int_equal(edo_instant_since((edo_instant){6}, (edo_instant){4}).ns, 2);
}
