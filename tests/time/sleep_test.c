/* sleep_test.c: a sleep never ends early, and at most a tick late. */
#include "runtime/rig.h"

#define MS UINT64_C(1000000)
#define YEARS(n) EDO_SECONDS(UINT64_C(31536000) * (n))

static uint64_t ns_since(edo_instant began)
{
    return edo_instant_since(edo_now(), began).ns;
}

EDO_TEST(a_sleep_until_now_is_no_wait) /* timer-001 timer-006 */
{
    edo_instant began = edo_now();
    edo_sleep_future now = edo_sleep_until_async(began), later = edo_sleep_async(EDO_MILLIS(3));

    assert_false(edo_sleep_is_elapsed(&now));
    assert_int_equal(edo_await(&now.base), 0);
    assert_true(edo_sleep_is_elapsed(&now));
    assert_int_equal(ns_since(began), 0);
    assert_pending(&later.base);
    assert_false(edo_sleep_is_elapsed(&later));
    assert_int_equal(edo_await(&later.base), 0);
    assert_true(edo_sleep_is_elapsed(&later));
    assert_false(edo_sleep_is_elapsed(NULL));
}

static int yield_and_count(void *arg)
{
    while (edo_yield() == 0)
        a_fetch_add((int *)arg, 1, relaxed);
    return 0;
}

/* With several workers the other may begin elsewhere, when all is over. */
EDO_TEST(a_thousand_sleeps_of_nothing_serve_others) /* timer-002 */
{
    int yields = 0;
    edo_task other;

    assert_ok(edo_spawn(yield_and_count, &yields, &other));
    for (int i = 0; i < 1000; i++)
        assert_int_equal(edo_sleep(EDO_NANOS(0)), 0);
    assert_ok(edo_task_abort(other));
    assert_int_equal(join_result(other), 0);
    assert_true(yields >= 5);
}

EDO_TEST(never_early_and_at_most_a_tick_late) /* timer-003 */
{
    const uint64_t spans[] = {1, 10, 60};

    for (int i = 0; i < 3; i++) {
        edo_instant began = edo_now();
        assert_ok(edo_sleep(EDO_MILLIS(spans[i])));
        assert_in_range(ns_since(began), spans[i] * MS, (spans[i] + 1) * MS);
    }
}

EDO_TEST(deadlines_round_up) /* timer-004 */
{
    for (int i = 0; i < 5; i++) {
        edo_instant began = edo_now();
        assert_ok(edo_sleep(EDO_NANOS(MS + 1)));
        assert_in_range(ns_since(began), MS + 1, 2 * MS);
    }
}

EDO_TEST(a_sleep_crosses_the_first_level) /* timer-005 */
{
    assert_ok(edo_sleep(EDO_MILLIS(5)));
    edo_instant began = edo_now();
    assert_ok(edo_sleep_until(edo_instant_add(began, EDO_MILLIS(60))));
    assert_in_range(ns_since(began), 60 * MS, 61 * MS);
}

static int sleep_ten(void *arg)
{
    edo_instant began = edo_now();
    uint64_t real = real_time_ns();

    (void)arg;
    assert_ok(edo_sleep(EDO_MILLIS(10)));
    return ns_since(began) >= 10 * MS && real_time_ns() - real >= 10 * MS;
}

static int spawn_512(void *arg)
{
    edo_task tasks[512];
    int good = 0;

    for (int i = 0; i < 512; i++)
        assert_ok(edo_spawn(sleep_ten, arg, &tasks[i]));
    good += sleep_ten(arg);
    for (int i = 0; i < 512; i++)
        good += join_result(tasks[i]);
    return good;
}

EDO_TEST_PLAIN(five_hundred_sleepers_on_the_real_clock) /* timer-007 */
{
    for (int workers = 1; workers <= 4; workers += 3) {
        edo_runtime *runtime = make_multi(workers);
        assert_int_equal(edo_block_on(runtime, spawn_512, NULL), 513);
        assert_ok(edo_runtime_free(runtime));
    }
}

static int sleep_until_works(void *arg)
{
    edo_instant until = edo_instant_add(edo_now(), EDO_MILLIS(3));
    edo_task child;
    int good = 0;

    assert_ok(edo_sleep_until(until));
    good += edo_now().ns >= until.ns;
    if (arg)
        return good;
    assert_ok(edo_spawn(sleep_until_works, &child, &child));
    return good + join_result(child);
}

EDO_TEST_BOTH(sleep_until_works_in_root_and_task) /* timer-008 */
{
    assert_int_equal(sleep_until_works(NULL), 2);
}

typedef struct starver {
    edo_sleep_future sleep;
    int polls;
} starver;

static edo_poll starve(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    starver *s = arg;

    s->polls++;
    edo_waker_wake_by_ref(waker);
    if (edo_future_poll(&s->sleep.base, waker) == EDO_PENDING)
        return EDO_PENDING;
    *ret_result = s->sleep.base.result;
    return EDO_READY;
}

static int starve_a_sleep(void *arg)
{
    edo_instant began = edo_now();
    unsigned ms = 20 * test_scale();
    starver s = {.sleep = edo_sleep_async(EDO_MILLIS(ms))};
    edo_poll_fn_future fut = edo_poll_fn(starve, &s);

    (void)arg;
    assert_int_equal(edo_await(&fut.base), 0);
    assert_true(s.polls > 10);
    return ns_since(began) >= ms * MS && ns_since(began) < 500 * MS * test_patience();
}

EDO_TEST_PLAIN(a_starving_sleep_ends_at_its_deadline) /* timer-009 */
{
    for (int workers = 0; workers <= 4; workers += workers ? 3 : 1) {
        edo_runtime *runtime = make_runtime(EDO_OPTS(
            runtime, .kind = workers ? EDO_MULTI_THREAD : EDO_CURRENT_THREAD, .workers = workers));
        assert_int_equal(edo_block_on(runtime, starve_a_sleep, NULL), 1);
        assert_ok(edo_runtime_free(runtime));
    }
}

EDO_TEST(years_end_on_time) /* timer-010 timer-043 */
{
    uint64_t real = real_time_ns();
    const unsigned years[] = {5, 1, 1, 1, 1, 1, 10};

    for (size_t i = 0; i < sizeof years / sizeof *years; i++) {
        edo_instant began = edo_now();
        assert_ok(edo_sleep(YEARS(years[i])));
        assert_in_range(ns_since(began), YEARS(years[i]).ns, YEARS(years[i]).ns + MS);
    }
    assert_true(real_time_ns() - real < UINT64_C(1000000000) * test_patience());
}

EDO_TEST(the_greatest_spans_do_not_overflow) /* timer-011 timer-012 */
{
    const uint64_t spans[] = {UINT64_MAX, UINT64_MAX - MS, EDO_SECONDS(UINT64_MAX / 10).ns};

    for (int i = 0; i < 3; i++) {
        edo_sleep_future shortest = edo_sleep_async(EDO_NANOS(1));
        edo_sleep_future longest = edo_sleep_async((edo_duration){spans[i]});
        assert_int_equal(edo_select_biased(&longest.base, &shortest.base), 1);
        assert_int_equal(longest.base.result, -ECANCELED);
        assert_int_equal(shortest.base.result, 0);
    }
    /* further than the wheel reaches, and woken early inside of it: still not early */
    edo_sleep_future far = edo_sleep_async(YEARS(300)), near = edo_sleep_async(YEARS(4));
    assert_int_equal(edo_select_biased(&far.base, &near.base), 1);
    assert_int_equal(far.base.result, -ECANCELED);
}

EDO_TEST(equal_deadlines_end_in_one_turn) /* timer-014 */
{
    edo_sleep_future a = edo_sleep_async(EDO_MILLIS(7)), b = edo_sleep_async(EDO_MILLIS(7));
    edo_test_task *one, *two;

    assert_ok(edo_test_task_new(&a.base, &one));
    assert_ok(edo_test_task_new(&b.base, &two));
    assert_int_equal(edo_test_task_poll(one), EDO_PENDING);
    assert_int_equal(edo_test_task_poll(two), EDO_PENDING);
    assert_ok(edo_advance(EDO_MILLIS(6)));
    assert_int_equal(edo_test_task_wake_count(one) + edo_test_task_wake_count(two), 0);
    assert_ok(edo_advance(EDO_MILLIS(1)));
    assert_int_equal(edo_test_task_wake_count(one), 1);
    assert_int_equal(edo_test_task_wake_count(two), 1);
    assert_int_equal(edo_test_task_poll(one), EDO_READY);
    assert_int_equal(edo_test_task_poll(two), EDO_READY);
    edo_test_task_release(one);
    edo_test_task_release(two);
}

EDO_TEST(past_deadlines_end_at_once) /* timer-015 */
{
    edo_instant now = edo_now();
    edo_sleep_future past = edo_sleep_until_async(edo_instant_sub(now, EDO_SECONDS(1)));
    edo_sleep_future zero = edo_sleep_until_async((edo_instant){0});

    assert_ready_eq(&past.base, 0);
    assert_ready_eq(&zero.base, 0);
    assert_true(edo_sleep_is_elapsed(&zero));
}

EDO_TEST_PLAIN(spans_below_zero_are_refused) /* timer-016 */
{
    edo_duration span = {77};

    assert_int_equal(edo_duration_from_seconds(-0.001, &span), -EINVAL);
    assert_int_equal(edo_duration_from_seconds(0.0 / 0.0 * 1.0, &span), -EINVAL);
    assert_int_equal(span.ns, 77);
    assert_int_equal(edo_duration_from_seconds(1.5, &span), 0);
    assert_int_equal(span.ns, 1500000000);
    assert_int_equal(edo_duration_from_seconds(1e300, &span), 0);
    assert_int_equal(span.ns, UINT64_MAX);
    assert_int_equal(EDO_SECONDS(INT64_MAX).ns, UINT64_MAX); /* a time_t near its limit */
    assert_int_equal(EDO_SECONDS(INT64_MAX / 1000000000).ns, INT64_C(9223372036000000000));
}

static int rest_below_a_tick(void *arg)
{
    (void)arg;
    edo_yield();
    uint64_t before = metrics_of(*(edo_runtime **)arg).parks;
    assert_ok(edo_sleep(EDO_MICROS(10300)));
    return (int)(metrics_of(*(edo_runtime **)arg).parks - before);
}

EDO_TEST_PLAIN(rests_below_a_millisecond_are_no_busy_loop) /* timer-017 */
{
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *runtime =
            make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = 1));
        assert_in_range(edo_block_on(runtime, rest_below_a_tick, &runtime), 0, 49);
        assert_ok(edo_runtime_free(runtime));
    }
}

EDO_TEST(a_deadline_is_fixed_when_it_is_made) /* timer-018 */
{
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(10));
    edo_sleep_future forgotten = edo_sleep_async(EDO_MILLIS(10));

    assert_int_equal(sleep.deadline.ns, edo_now().ns + 10 * MS);
    uint64_t parks = metrics_of(test_runtime()).polls;
    assert_ok(edo_advance(EDO_MILLIS(20)));
    assert_int_equal(metrics_of(test_runtime()).polls, parks + 1); /* our own: no timer fired */
    assert_null(sleep.timer.wheel);
    assert_ready_eq(&sleep.base, 0);
    assert_null(sleep.timer.wheel);
    assert_null(forgotten.timer.wheel);
}

/* By a clock that is not paused, which is read in two ways: from near and from far. */
EDO_TEST_MT(a_first_poll_sees_that_the_deadline_has_passed) /* timer-018 */
{
    edo_sleep_future near = edo_sleep_async(EDO_MILLIS(5)), far = edo_sleep_async(EDO_SECONDS(100));

    assert_ok(edo_sleep(EDO_MILLIS(6)));
    assert_ready_eq(&near.base, 0);
    assert_null(near.timer.wheel);
    assert_pending(&far.base);
    edo_future_cancel(&far.base);
    assert_ready_eq(&far.base, -ECANCELED);
}
