/* instant_test.c: points of time: arithmetic stops at the ends, and now never goes back. */
#include "runtime/rig.h"

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
