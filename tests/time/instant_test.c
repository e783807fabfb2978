/* instant_test.c: points of time: arithmetic stops at the ends, and now never goes back. */
#include "runtime/rig.h"

#include <time.h>

EDO_TEST_PLAIN(arithmetic_saturates) /* timer-071 */
{
    edo_instant zero = {0}, five = {5}, end = {UINT64_MAX}, sum = {77};

    assert_int_equal(edo_instant_since(zero, five).ns, 0);
    assert_int_equal(edo_instant_since(five, zero).ns, 5);
    assert_int_equal(edo_instant_since(end, zero).ns, UINT64_MAX);
    assert_int_equal(edo_instant_sub(five, EDO_NANOS(6)).ns, 0);
    assert_int_equal(edo_instant_sub(five, EDO_FOREVER()).ns, 0);
    assert_int_equal(edo_instant_add(end, EDO_NANOS(1)).ns, UINT64_MAX);
    assert_int_equal(edo_instant_add(five, EDO_FOREVER()).ns, UINT64_MAX);
    assert_int_equal(edo_instant_checked_add(five, EDO_FOREVER(), &sum), -EOVERFLOW);
    assert_int_equal(sum.ns, 77);
    assert_int_equal(edo_instant_checked_add(five, EDO_NANOS(UINT64_MAX - 5), &sum), 0);
    assert_int_equal(sum.ns, UINT64_MAX);
    assert_int_equal(EDO_MILLIS(UINT64_MAX / 2).ns, UINT64_MAX);
    assert_int_equal(EDO_NEVER().ns, UINT64_MAX);
}

EDO_TEST_PLAIN(differences_are_checked) /* timer-071 */
{
    edo_instant zero = {0}, five = {5}, at = {77};
    edo_duration span = {77};

    assert_int_equal(edo_instant_checked_sub(five, EDO_NANOS(6), &at), -EOVERFLOW);
    assert_int_equal(at.ns, 77);
    assert_int_equal(edo_instant_checked_sub(five, EDO_NANOS(5), &at), 0);
    assert_int_equal(at.ns, 0);
    assert_int_equal(edo_instant_checked_since(zero, five, &span), -EOVERFLOW);
    assert_int_equal(span.ns, 77);
    assert_int_equal(edo_instant_checked_since(five, zero, &span), 0);
    assert_int_equal(span.ns, 5);
    assert_int_equal(edo_instant_checked_since(five, zero, NULL), -EINVAL);
    assert_int_equal(edo_instant_checked_sub(five, span, NULL), -EINVAL);
    assert_int_equal(edo_instant_checked_add(five, span, NULL), -EINVAL);
}

EDO_TEST_PLAIN(spans_saturate_and_are_checked) /* timer-071 */
{
    edo_duration two = {2}, three = {3}, ever = EDO_FOREVER(), ret = {77};

    assert_int_equal(edo_duration_add(two, three).ns, 5);
    assert_int_equal(edo_duration_add(ever, two).ns, UINT64_MAX);
    assert_int_equal(edo_duration_sub(three, two).ns, 1);
    assert_int_equal(edo_duration_sub(two, three).ns, 0);
    assert_int_equal(edo_duration_mul(two, 3).ns, 6);
    assert_int_equal(edo_duration_mul(two, UINT64_MAX / 2 + 1).ns, UINT64_MAX);
    assert_int_equal(edo_duration_mul(EDO_NANOS(0), UINT64_MAX).ns, 0);
    assert_int_equal(edo_duration_checked_add(ever, two, &ret), -EOVERFLOW);
    assert_int_equal(edo_duration_checked_sub(two, three, &ret), -EOVERFLOW);
    assert_int_equal(edo_duration_checked_mul(two, UINT64_MAX / 2 + 1, &ret), -EOVERFLOW);
    assert_int_equal(ret.ns, 77);
    assert_int_equal(edo_duration_checked_add(two, three, &ret), 0);
    assert_int_equal(ret.ns, 5);
    assert_int_equal(edo_duration_checked_sub(three, two, &ret), 0);
    assert_int_equal(ret.ns, 1);
    assert_int_equal(edo_duration_checked_mul(two, UINT64_MAX / 2, &ret), 0);
    assert_int_equal(ret.ns, UINT64_MAX - 1);
    assert_int_equal(edo_duration_checked_mul(two, 2, NULL), -EINVAL);
    assert_int_equal(edo_duration_checked_mul(EDO_NANOS(0), 2, &ret), 0);
    assert_int_equal(ret.ns, 0);
}

EDO_TEST_PLAIN(a_timespec_becomes_a_span) /* timer-016 */
{
    edo_duration span = {77};
    struct timespec below = {-1, 0}, odd = {1, -1}, usual = {2, 5}, end = {INT64_MAX, 999999999};

    assert_int_equal(edo_duration_from_timespec(&below, &span), -EINVAL);
    assert_int_equal(edo_duration_from_timespec(&odd, &span), -EINVAL);
    assert_int_equal(edo_duration_from_timespec(NULL, &span), -EINVAL);
    assert_int_equal(edo_duration_from_timespec(&usual, NULL), -EINVAL);
    assert_int_equal(span.ns, 77);
    assert_int_equal(edo_duration_from_timespec(&usual, &span), 0);
    assert_int_equal(span.ns, 2000000005);
    assert_true(edo_duration_to_seconds(span) > 2 && edo_duration_to_seconds(span) < 2.00000001);
    assert_int_equal(edo_duration_from_timespec(&end, &span), 0); /* a time_t at its limit */
    assert_int_equal(span.ns, UINT64_MAX);
}

EDO_TEST(elapsed_is_what_has_gone_by)
{
    edo_instant began = edo_now();

    assert_ok(edo_advance(EDO_NANOS(1234567)));
    assert_int_equal(edo_elapsed(began).ns, 1234567);
    assert_int_equal(edo_elapsed(edo_instant_add(edo_now(), EDO_NANOS(1))).ns, 0);
}

/* The greatest instant that anybody has read. */
static int read_clock(void *arg)
{
    uint64_t *latest = arg;

    for (unsigned i = 0; i < test_count(20000); i++) {
        uint64_t seen = a_load(latest, acquire), now = edo_now().ns;
        if (now < seen)
            return 1;
        while (seen < now && !a_cas_weak(latest, &seen, now, acq_rel, acquire))
            ;
        if (i % 100 == 0)
            edo_yield();
    }
    return 0;
}

EDO_TEST_MT(now_is_monotonic_on_all_threads) /* timer-072 */
{
    edo_task tasks[8];
    uint64_t latest = 0;

    for (int i = 0; i < 8; i++)
        assert_ok(edo_spawn(read_clock, &latest, &tasks[i]));
    for (int i = 0; i < 8; i++)
        assert_int_equal(join_result(tasks[i]), 0);
    assert_true(latest > 0);
}

EDO_TEST(now_is_monotonic_over_pause_and_resume) /* timer-072 */
{
    edo_instant last = edo_now();

    for (int i = 0; i < 20; i++) {
        assert_ok(i % 2 ? edo_pause() : edo_resume());
        edo_instant now = edo_now();
        assert_true(now.ns >= last.ns);
        last = now;
    }
}
