/*
 * time_stress_test.c: sleeps, precise ones among them, that are reset, cancelled, abandoned and moved
 * between workers at random: none ends early, none is left, and no wheel keeps a timer.
 */
#include "support/edo_test.h"

#include "base/random.h"
#include "runtime/runtime.h"

enum { SLEEPERS = 24, ARMS = 6 };

static edo_sleep_future make_sleep(rng *r, edo_duration span)
{
    return rng_below(r, 3) ? edo_sleep_async(span) : edo_sleep_precise_async(span);
}

static edo_duration random_span(rng *r)
{
    return EDO_MICROS(rng_below(r, 3000));
}

/* Polls, resets and cancels by hand; then waits for all that are left. */
static void disturb(rng *r, edo_sleep_future *sleeps)
{
    for (unsigned k = 0; k < ARMS; k++) {
        if (rng_below(r, 2))
            (void)edo_future_poll(&sleeps[k].base, edo_test_waker());
        if (rng_below(r, 2))
            assert_ok(edo_sleep_reset(&sleeps[k], random_span(r)));
        if (rng_below(r, 4) == 0)
            edo_future_cancel(&sleeps[k].base);
        if (rng_below(r, 4) == 0)
            assert_ok(edo_yield());
    }
}

static void check_sleep(edo_sleep_future *sleep)
{
    int64_t result = edo_await(&sleep->base);

    assert_true(result == 0 || result == -ECANCELED);
    if (result == 0)
        assert_true(edo_now().ns >= edo_sleep_deadline(sleep).ns);
}

static int sleep_at_random(void *arg)
{
    rng r;

    rng_seed(&r, (uintptr_t)arg);
    for (unsigned round = 0; round < test_count(60); round++) {
        edo_sleep_future sleeps[ARMS];
        for (unsigned k = 0; k < ARMS; k++)
            sleeps[k] = make_sleep(&r, random_span(&r));
        disturb(&r, sleeps);
        for (unsigned k = 0; k < ARMS; k++)
            if (edo_future_is_ready(&sleeps[k].base))
                assert_true(sleeps[k].base.result == 0 || sleeps[k].base.result == -ECANCELED);
            else
                check_sleep(&sleeps[k]);
    }
    return 0;
}

EDO_TEST_MT(sleeps_never_end_early_whatever_is_done_to_them)
{
    edo_task tasks[SLEEPERS];

    for (uintptr_t i = 0; i < SLEEPERS; i++)
        assert_ok(edo_spawn(sleep_at_random, (void *)(i + 1), &tasks[i]));
    for (int i = 0; i < SLEEPERS; i++)
        assert_ok(edo_join(tasks[i], NULL));
    for (unsigned i = 0; i < test_runtime()->sched->core_count; i++)
        assert_int_equal(test_runtime()->sched->cores[i]->wheel.count, 0);
}

static int tick_at_random(void *arg)
{
    edo_interval interval;
    edo_instant at, last = {0};
    rng r;

    rng_seed(&r, (uintptr_t)arg);
    assert_ok(edo_interval_init(&interval, EDO_MICROS(200 + rng_below(&r, 800))));
    edo_interval_set_missed(&interval, (edo_missed_ticks)rng_below(&r, 3));
    for (unsigned round = 0; round < test_count(60); round++) {
        edo_interval_tick_future tick = edo_interval_tick_async(&interval, &at);
        int64_t rc = edo_timeout(&tick.base, random_span(&r));
        if (rc == -ETIMEDOUT)
            continue;
        assert_int_equal(rc, 0);
        assert_true(at.ns > last.ns && at.ns <= edo_now().ns);
        last = at;
        if (rng_below(&r, 16) == 0)
            edo_interval_reset(&interval);
    }
    return 0;
}

EDO_TEST_MT(ticks_of_many_tasks_come_in_order)
{
    edo_task tasks[SLEEPERS];

    for (uintptr_t i = 0; i < SLEEPERS; i++)
        assert_ok(edo_spawn(tick_at_random, (void *)(i + 1), &tasks[i]));
    for (int i = 0; i < SLEEPERS; i++)
        assert_ok(edo_join(tasks[i], NULL));
    for (unsigned i = 0; i < test_runtime()->sched->core_count; i++)
        assert_int_equal(test_runtime()->sched->cores[i]->wheel.count, 0);
}
