/* paused_test.c: a clock that stands still, is moved, and jumps when nothing can run. */
#include "runtime/rig.h"

#define MS UINT64_C(1000000)

static uint64_t ns_since(edo_instant began)
{
    return edo_instant_since(edo_now(), began).ns;
}

EDO_TEST(a_paused_clock_stands_still) /* timer-034 */
{
    edo_instant began = edo_now();

    for (int i = 0; i < 5; i++) {
        block_thread_for(1);
        assert_int_equal(edo_now().ns, began.ns);
    }
}

static int pause_and_resume(void *arg)
{
    (void)arg;
    int rc = edo_pause();
    return rc ? rc : edo_resume();
}

static int in_both(void *arg)
{
    edo_task task;
    int rc = pause_and_resume(arg);

    assert_ok(edo_spawn(pause_and_resume, arg, &task));
    return join_result(task) == rc ? rc : 1;
}

EDO_TEST_PLAIN(only_current_thread_can_pause) /* timer-035 */
{
    edo_runtime *current = make_current(), *multi = make_multi(1);

    assert_int_equal(edo_block_on(current, in_both, NULL), 0);
    assert_int_equal(edo_block_on(multi, in_both, NULL), -EDO_EMISUSE);
    assert_ok(edo_runtime_free(current));
    assert_ok(edo_runtime_free(multi));
}

EDO_TEST(what_does_not_fit_the_clocks_state_is_misuse) /* timer-036 */
{
    edo_instant began = edo_now();

    assert_int_equal(edo_pause(), -EDO_EMISUSE);
    assert_int_equal(edo_now().ns, began.ns);
    assert_ok(edo_advance(EDO_MILLIS(1))); /* paused still */
    assert_int_equal(ns_since(began), MS);
    assert_ok(edo_resume());
    assert_int_equal(edo_resume(), -EDO_EMISUSE);
    assert_int_equal(edo_advance(EDO_SECONDS(5)), -EDO_EMISUSE);
    assert_in_range(ns_since(began), MS, 1000 * MS * test_patience());
    block_thread_for(2);
    assert_true(ns_since(began) >= 3 * MS); /* it runs */
}

EDO_TEST(advance_moves_by_exactly_that) /* timer-037 */
{
    const uint64_t spans[] = {1000 * 1000, 1000, 51592000, 3141592000, 3123456000};

    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        edo_instant began = edo_now();
        assert_ok(edo_advance(EDO_NANOS(spans[i])));
        assert_int_equal(ns_since(began), spans[i]);
    }
}

static int advance_resume_advance(void *arg)
{
    edo_instant began = edo_now();

    (void)arg;
    assert_ok(edo_pause());
    assert_ok(edo_advance(EDO_SECONDS(10)));
    assert_in_range(ns_since(began), 10000 * MS, 11000 * MS);
    assert_ok(edo_resume());
    assert_in_range(ns_since(began), 10000 * MS, 11000 * MS); /* it goes on from there */
    block_thread_for(2);
    assert_true(ns_since(began) >= 10002 * MS);
    assert_ok(edo_sleep(EDO_MILLIS(3)));
    assert_in_range(ns_since(began), 10005 * MS, 11000 * MS);
    assert_ok(edo_pause());
    assert_ok(edo_advance(EDO_SECONDS(10)));
    assert_in_range(ns_since(began), 20000 * MS, 21000 * MS);
    return 0;
}

EDO_TEST_PLAIN(a_running_program_may_be_moved_on) /* timer-038 */
{
    edo_runtime *runtime = make_current();

    assert_int_equal(edo_block_on(runtime, advance_resume_advance, NULL), 0);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST(a_millisecond_in_unequal_steps) /* timer-039 */
{
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(1));

    assert_pending(&sleep.base);
    assert_ok(edo_advance(EDO_MICROS(250)));
    assert_woken(0);
    assert_pending(&sleep.base);
    assert_ok(edo_advance(EDO_MICROS(1500)));
    assert_woken(1);
    assert_ready_eq(&sleep.base, 0);
}

EDO_TEST(a_millisecond_in_quarters) /* timer-040 */
{
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(1));

    assert_pending(&sleep.base);
    for (int i = 0; i < 3; i++) {
        assert_ok(edo_advance(EDO_MICROS(250)));
        assert_woken(0);
        assert_pending(&sleep.base);
    }
    assert_ok(edo_advance(EDO_MICROS(250)));
    assert_woken(1);
    assert_ready_eq(&sleep.base, 0);
}

static int sleep_300(void *arg)
{
    edo_instant *ended = arg;

    assert_ok(edo_sleep(EDO_MILLIS(300)));
    *ended = edo_now();
    return 0;
}

EDO_TEST(an_advance_short_of_the_deadline_ends_nothing) /* timer-041 */
{
    edo_sleep_future polled = edo_sleep_async(EDO_MILLIS(300));
    edo_sleep_future unpolled = edo_sleep_async(EDO_MILLIS(300));
    edo_instant began = edo_now(), ended = {0};
    edo_task other;

    assert_ok(edo_spawn(sleep_300, &ended, &other));
    assert_pending(&polled.base);
    assert_ok(edo_yield());
    assert_ok(edo_advance(EDO_MILLIS(100)));
    assert_pending(&polled.base);
    assert_pending(&unpolled.base);
    assert_false(edo_task_is_finished(other));
    assert_int_equal(join_result(other), 0);
    assert_int_equal(edo_instant_since(ended, began).ns, 300 * MS);
    assert_ready_eq(&polled.base, 0);
    assert_ready_eq(&unpolled.base, 0);
}

EDO_TEST(no_jump_to_the_end_below_a_millisecond) /* timer-042 */
{
    edo_sleep_future minute = edo_sleep_async(EDO_SECONDS(60));

    assert_ok(edo_advance(EDO_MILLIS(1)));
    assert_pending(&minute.base);
    assert_ok(edo_advance(EDO_MICROS(51592)));
    assert_woken(0);
    assert_pending(&minute.base);
    edo_future_cancel(&minute.base);
    assert_ready_eq(&minute.base, -ECANCELED);
}

typedef struct sleeper {
    uint64_t span;
    edo_instant began;
    uint64_t *log;
    int *next;
} sleeper;

static int sleep_and_log(void *arg)
{
    sleeper *s = arg;

    assert_ok(edo_sleep(EDO_NANOS(s->span)));
    s->log[(*s->next)++] = ns_since(s->began);
    return 0;
}

EDO_TEST(the_clock_jumps_from_timer_to_timer) /* timer-044 */
{
    const uint64_t seconds[] = {3, 1, 2};
    uint64_t log[3], real = real_time_ns();
    int next = 0;
    edo_task tasks[3];

    for (int i = 0; i < 3; i++)
        assert_ok(edo_spawn_copy(sleep_and_log,
                                 &((sleeper){seconds[i] * 1000 * MS, edo_now(), log, &next}),
                                 sizeof(sleeper), &tasks[i]));
    for (int i = 0; i < 3; i++)
        assert_int_equal(join_result(tasks[i]), 0);
    for (uint64_t i = 0; i < 3; i++)
        assert_int_equal(log[i], (i + 1) * 1000 * MS);
    assert_true(real_time_ns() - real < 900 * MS * test_patience());
}

static void random_sleeps(unsigned count, uint64_t *log)
{
    edo_task *tasks = calloc(count, sizeof *tasks);
    uint64_t x = 88172645463325252u;
    int next = 0;

    for (unsigned i = 0; i < count; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        sleeper s = {x % 1000000000, edo_now(), log, &next};
        assert_ok(edo_spawn_copy(sleep_and_log, &s, sizeof s, &tasks[i]));
    }
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(join_result(tasks[i]), 0);
    assert_int_equal(next, count);
    free(tasks);
}

EDO_TEST(ten_thousand_random_sleeps_run_alike) /* timer-046 */
{
    unsigned count = test_count(10000);
    uint64_t *log = calloc(2 * (size_t)count, sizeof *log);

    random_sleeps(count, log);
    /* Deadlines round up to ticks of the runtime's own start: begin the second run on one. */
    assert_ok(edo_sleep(EDO_MILLIS(1)));
    random_sleeps(count, log + count);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(log[i], log[count + i]);
        assert_true(i == 0 || log[i] >= log[i - 1]);
    }
    free(log);
}

EDO_TEST(an_advance_past_the_end_moves_nothing) /* timer-047 */
{
    edo_instant began = edo_now();

    assert_int_equal(edo_advance(EDO_FOREVER()), -EINVAL);
    assert_int_equal(edo_advance(EDO_NANOS(UINT64_MAX - began.ns + 1)), -EINVAL);
    assert_int_equal(edo_now().ns, began.ns);
    assert_ok(edo_advance(EDO_SECONDS(1)));
    assert_int_equal(ns_since(began), 1000 * MS);
    assert_ok(edo_advance(EDO_NANOS(UINT64_MAX - edo_now().ns))); /* to the end */
    assert_int_equal(edo_now().ns, UINT64_MAX);
}

static int misuse_the_clock(void *arg)
{
    (void)arg;
    return edo_pause() || edo_resume() || edo_resume();
}

static void misuse_in_a_runtime(void *arg)
{
    edo_runtime *runtime = make_current();

    (void)arg;
    assert_int_equal(edo_block_on(runtime, misuse_the_clock, NULL), 1);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(a_debug_build_says_where_time_was_misused)
{
    char text[500];

    assert_int_equal(run_child(misuse_in_a_runtime, NULL, text, sizeof text), 0);
    assert_int_equal(strstr(text, "paused_test.c:") && strstr(text, "time is not paused"),
                     EDO_DEBUG);
}

static uint64_t now_of(edo_runtime *runtime)
{
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_enter_guard guard;

    assert_ok(edo_enter(handle, &guard));
    uint64_t now = edo_now().ns;
    edo_leave(&guard);
    edo_handle_unref(handle);
    return now;
}

static int move_on(void *arg)
{
    (void)arg;
    return edo_advance(EDO_SECONDS(1000));
}

EDO_TEST_PLAIN(the_paused_clock_is_its_runtimes_own) /* timer-048 */
{
    edo_runtime *paused =
        make_runtime(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .start_paused = true));
    edo_runtime *other = make_current(), *multi = make_multi(1);
    uint64_t then[3] = {now_of(paused), now_of(other), now_of(multi)}, system = edo_now().ns;

    assert_int_equal(edo_block_on(paused, move_on, NULL), 0);
    block_thread_for(1);
    assert_int_equal(now_of(paused) - then[0], 1000000 * MS);
    assert_in_range(now_of(other) - then[1], MS, 500000 * MS);
    assert_in_range(now_of(multi) - then[2], MS, 500000 * MS);
    assert_in_range(edo_now().ns - system, MS, 500000 * MS);
    assert_ok(edo_runtime_free(paused));
    assert_ok(edo_runtime_free(other));
    assert_ok(edo_runtime_free(multi));
}

EDO_TEST_PLAIN(only_a_current_thread_runtime_starts_paused) /* timer-049 */
{
    edo_runtime *runtime = NULL;

    assert_int_equal(edo_runtime_new(EDO_OPTS(runtime, .start_paused = true), &runtime), -EINVAL);
    assert_null(runtime);
    runtime = make_runtime(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .start_paused = true));
    uint64_t now = now_of(runtime);
    block_thread_for(2);
    assert_int_equal(now_of(runtime), now);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(outside_there_is_no_clock_to_pause)
{
    assert_int_equal(edo_pause(), -EDO_ENORUNTIME);
    assert_int_equal(edo_resume(), -EDO_ENORUNTIME);
    assert_int_equal(edo_advance(EDO_SECONDS(1)), -EDO_ENORUNTIME);
}

EDO_TEST(a_sleep_on_a_clock_that_runs_again_is_not_busy) /* timer-017 */
{
    block_thread_for(20); /* the clock falls behind the system's */
    assert_ok(edo_resume());
    uint64_t parks = metrics_of(test_runtime()).parks, began = real_time_ns();
    assert_ok(edo_sleep(EDO_MILLIS(200)));
    assert_true(real_time_ns() - began >= 200 * MS);
    assert_in_range(metrics_of(test_runtime()).parks - parks, 1, 50);
}

static void *pause_from_outside(void *arg)
{
    edo_enter_guard guard;

    assert_ok(edo_enter(arg, &guard));
    int rc = edo_pause();
    edo_leave(&guard);
    return rc ? arg : NULL;
}

static int sleep_an_hour(void *arg)
{
    (void)arg;
    return edo_sleep(EDO_SECONDS(3600));
}

static void *drive_an_hour(void *arg)
{
    return (void *)(intptr_t)edo_block_on(arg, sleep_an_hour, NULL);
}

/* The thread that drives the runtime sleeps by the clock as it was, and has to be told. */
EDO_TEST_PLAIN(a_thread_that_entered_stops_the_clock)
{
    edo_runtime *runtime = make_current();
    edo_handle *handle = edo_runtime_handle(runtime);
    pthread_t driver = start_thread(drive_an_hour, runtime);

    wait_until(metrics_of(runtime).parks > 0);
    assert_null(join_thread(start_thread(pause_from_outside, handle)));
    assert_null(join_thread(driver)); /* its hour is over */
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}
