/* precise_test.c: sleeps that end between two ticks of the wheel. */
#include "runtime/rig.h"

#include <time.h>

#include "runtime/runtime.h"

#include <sys/prctl.h>

#define MS UINT64_C(1000000)

EDO_TEST(a_precise_sleep_ends_at_the_nanosecond)
{
    const uint64_t spans[] = {1, 1500, 999999, 1000001, 3141592};

    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        edo_instant began = edo_now();
        assert_ok(edo_sleep_precise(EDO_NANOS(spans[i])));
        assert_int_equal(edo_elapsed(began).ns, spans[i]);
        assert_ok(edo_sleep_precise_until(edo_instant_add(began, EDO_NANOS(spans[i] + 7))));
        assert_int_equal(edo_elapsed(began).ns, spans[i] + 7);
    }
}

typedef struct sleeper {
    uint64_t span;
    bool precise;
    edo_instant began;
    unsigned *log, *next;
    unsigned number;
} sleeper;

static int sleep_and_log(void *arg)
{
    sleeper *s = arg;

    assert_ok(s->precise ? edo_sleep_precise(EDO_NANOS(s->span)) : edo_sleep(EDO_NANOS(s->span)));
    assert_true(edo_elapsed(s->began).ns >= s->span);
    s->log[(*s->next)++] = s->number;
    return 0;
}

EDO_TEST(precise_sleeps_and_the_wheels_end_in_order)
{
    const uint64_t spans[] = {2500000, 2000000, 1999999, 700, 3000000, 2000001, 699, 701};
    const unsigned order[] = {6, 3, 7, 2, 1, 5, 0, 4};
    unsigned log[8], next = 0;
    edo_task tasks[8];
    sleeper s[8];

    for (unsigned i = 0; i < 8; i++) {
        s[i] = (sleeper){spans[i], spans[i] % MS != 0, edo_now(), log, &next, i};
        assert_ok(edo_spawn(sleep_and_log, &s[i], &tasks[i]));
    }
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(join_result(tasks[i]), 0);
    assert_memory_equal(log, order, sizeof order);
}

EDO_TEST(a_precise_sleep_can_be_reset_and_cancelled)
{
    edo_sleep_future sleep =
        edo_sleep_precise_until_async(edo_instant_add(edo_now(), EDO_MICROS(300)));
    timer_wheel *wheel = &test_runtime()->sched->cores[0]->wheel;

    assert_pending(&sleep.base);
    assert_int_equal(wheel_next(wheel), edo_now().ns + 300000);
    assert_ok(edo_sleep_reset(&sleep, EDO_MICROS(500)));
    assert_ok(edo_advance(EDO_MICROS(499)));
    assert_woken(0);
    assert_pending(&sleep.base);
    assert_ok(edo_advance(EDO_MICROS(1)));
    assert_woken(1);
    assert_ready_eq(&sleep.base, 0);
    assert_ok(edo_sleep_reset(&sleep, EDO_MICROS(500)));
    assert_pending(&sleep.base);
    edo_future_cancel(&sleep.base);
    assert_ready_eq(&sleep.base, -ECANCELED);
    assert_int_equal(wheel_next(wheel), UINT64_MAX);
    assert_int_equal(wheel->count, 0);
}

EDO_TEST_PLAIN(a_precise_sleep_needs_a_runtime_with_time)
{
    assert_int_equal(edo_sleep_precise(EDO_MICROS(1)), -EDO_ENORUNTIME);
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

enum { SLEEPS = 200 };

static uint64_t span_of(int i)
{
    return 200000 + (uint64_t)(i % 7) * 111111;
}

/* The control: what a thread's own sleep can do on this machine, now. */
static void *control(void *arg)
{
    uint64_t late[SLEEPS];

    prctl(PR_SET_TIMERSLACK, 1UL);
    for (int i = 0; i < SLEEPS; i++) {
        struct timespec span = {0, (long)span_of(i)};
        uint64_t began = real_time_ns();
        nanosleep(&span, NULL);
        late[i] = real_time_ns() - began - span_of(i);
    }
    qsort(late, SLEEPS, sizeof *late, compare);
    *(uint64_t *)arg = late[SLEEPS / 2];
    return NULL;
}

static int median_lateness(void *arg)
{
    uint64_t late[SLEEPS];

    for (int i = 0; i < SLEEPS; i++) {
        edo_instant began = edo_now();
        assert_ok(edo_sleep_precise(EDO_NANOS(span_of(i))));
        uint64_t spent = edo_elapsed(began).ns;
        assert_true(spent >= span_of(i)); /* never early */
        late[i] = spent - span_of(i);
    }
    qsort(late, SLEEPS, sizeof *late, compare);
    *(uint64_t *)arg = late[SLEEPS / 2];
    return 0;
}

/* In the wheel, the median would be half a millisecond. One quiet moment of several is enough. */
EDO_TEST_PLAIN(a_precise_sleep_is_as_late_as_a_threads_own)
{
    uint64_t most = 100000 * test_scale();

    for (int kind = 0; kind < 4; kind++) {
        edo_runtime *runtime =
            make_runtime(EDO_OPTS(runtime, .kind = kind % 2 ? EDO_CURRENT_THREAD : EDO_MULTI_THREAD,
                                  .workers = 1, .no_io = kind / 2));
        uint64_t own = 0, ours = UINT64_MAX, least = UINT64_MAX;
        for (int round = 0; round < 20 && least > own * 2 + most; round++) {
            assert_ok(edo_block_on(runtime, median_lateness, &ours));
            join_thread(start_thread(control, &own));
            least = ours < least ? ours : least;
        }
        assert_true(least <= own * 2 + most);
        assert_ok(edo_runtime_free(runtime));
    }
}

static int sleep_precisely(void *arg)
{
    (void)arg;
    return edo_sleep_precise(EDO_MICROS(300));
}

EDO_TEST_PLAIN(a_threads_timer_slack_is_its_own_again)
{
    edo_runtime *runtime = make_current();

    assert_int_equal(prctl(PR_SET_TIMERSLACK, 70000UL), 0);
    assert_ok(edo_block_on(runtime, sleep_precisely, NULL));
    assert_int_equal(prctl(PR_GET_TIMERSLACK), 70000);
    assert_ok(edo_runtime_free(runtime));
}
