/* cancel_test.c: a cancelled timer never wake_counts, one that fires wake_counts once, whoever does it. */
#include "runtime/rig.h"

#include "runtime/runtime.h"

#define TIMERS 64

static int wake_counts[TIMERS];

static void count_wake(void *arg)
{
    a_fetch_add((int *)arg, 1, seq_cst);
}

static edo_waker make_waker(int *count)
{
    edo_waker waker;

    assert_ok(edo_waker_new(count_wake, NULL, count, &waker));
    return waker;
}

static timer_wheel *wheel_of(edo_runtime *runtime)
{
    return &runtime->sched->cores[0]->wheel;
}

EDO_TEST(only_the_latest_waker_is_woken) /* timer-023 */
{
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(5));
    int first = 0, second = 0;
    edo_waker a = make_waker(&first), b = make_waker(&second);

    assert_int_equal(edo_future_poll(&sleep.base, &a), EDO_PENDING);
    assert_int_equal(edo_future_poll(&sleep.base, &b), EDO_PENDING);
    assert_ok(edo_advance(EDO_MILLIS(5)));
    assert_int_equal(first, 0);
    assert_int_equal(second, 1);
    assert_int_equal(edo_future_poll(&sleep.base, &a), EDO_READY);
    edo_waker_drop(a);
    edo_waker_drop(b);
}

static void *cancel_odd(void *arg)
{
    edo_sleep_future *sleeps = arg;

    for (int i = 1; i < TIMERS; i += 2) {
        edo_future_cancel(&sleeps[i].base);
        assert_int_equal(edo_future_poll(&sleeps[i].base, edo_test_waker()), EDO_READY);
        assert_int_equal(sleeps[i].base.result, -ECANCELED);
    }
    return NULL;
}

EDO_TEST(a_cancelled_timer_is_never_woken) /* timer-024 */
{
    for (int round = 0; round < 2; round++) {
        edo_sleep_future sleeps[TIMERS];
        edo_waker wakers[TIMERS];
        memset(wake_counts, 0, sizeof wake_counts);
        for (int i = 0; i < TIMERS; i++) {
            wakers[i] = make_waker(&wake_counts[i]);
            sleeps[i] = edo_sleep_async(EDO_MILLIS((uint64_t)i + 1));
            assert_int_equal(edo_future_poll(&sleeps[i].base, &wakers[i]), EDO_PENDING);
        }
        if (round == 0)
            cancel_odd(sleeps);
        else
            join_thread(start_thread(cancel_odd, sleeps));
        assert_ok(edo_advance(EDO_MILLIS(TIMERS)));
        assert_ok(edo_advance(EDO_MILLIS(TIMERS)));
        for (int i = 0; i < TIMERS; i++) {
            assert_int_equal(wake_counts[i], i % 2 == 0);
            if (i % 2 == 0)
                assert_int_equal(edo_future_poll(&sleeps[i].base, &wakers[i]), EDO_READY);
            edo_waker_drop(wakers[i]);
        }
        assert_int_equal(wheel_of(test_runtime())->count, 0);
    }
}

EDO_TEST(cancelled_before_its_first_poll_it_enters_no_wheel) /* timer-025 */
{
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(5));
    timer_wheel *wheel = wheel_of(test_runtime());

    edo_future_cancel(&sleep.base);
    assert_int_equal(wheel->count, 0);
    assert_int_equal(wheel_next(wheel), UINT64_MAX);
    assert_int_equal(edo_await(&sleep.base), -ECANCELED);
    assert_false(edo_sleep_is_elapsed(&sleep));
    edo_sleep_future other = edo_sleep_async(EDO_MILLIS(5));
    assert_pending(&other.base);
    assert_int_equal(wheel->count, 1);
    edo_future_cancel(&other.base);
    assert_ready_eq(&other.base, -ECANCELED);
    assert_int_equal(wheel->count, 0);
    assert_int_equal(wheel_next(wheel), UINT64_MAX);
}

typedef struct canceller {
    edo_handle *handle;
    pthread_barrier_t *barrier;
    int canceled;
} canceller;

static void *add_and_cancel(void *arg)
{
    canceller *c = arg;
    edo_sleep_future sleeps[TIMERS];
    edo_enter_guard guard;

    assert_ok(edo_enter(c->handle, &guard));
    for (int i = 0; i < TIMERS; i++) {
        sleeps[i] = edo_sleep_async(EDO_SECONDS(3600 + (uint64_t)i));
        assert_int_equal(edo_future_poll(&sleeps[i].base, edo_test_waker()), EDO_PENDING);
    }
    pthread_barrier_wait(c->barrier);
    pthread_barrier_wait(c->barrier); /* the main thread has counted them */
    for (int i = 0; i < TIMERS; i++) {
        edo_future_cancel(&sleeps[i].base);
        edo_future_cancel(&sleeps[i].base);
        assert_int_equal(edo_future_poll(&sleeps[i].base, edo_test_waker()), EDO_READY);
        c->canceled += sleeps[i].base.result == -ECANCELED;
    }
    edo_leave(&guard);
    return NULL;
}

EDO_TEST_PLAIN(eight_threads_cancel_on_one_wheel) /* timer-026 */
{
    edo_runtime *runtime = make_multi(1);
    edo_handle *handle = edo_runtime_handle(runtime);
    pthread_barrier_t barrier;
    pthread_t threads[8];
    canceller c[8];
    int total = 0, count = 0;

    assert_int_equal(pthread_barrier_init(&barrier, NULL, 9), 0);
    for (int i = 0; i < 8; i++) {
        c[i] = (canceller){.handle = handle, .barrier = &barrier};
        threads[i] = start_thread(add_and_cancel, &c[i]);
    }
    pthread_barrier_wait(&barrier);
    assert_int_equal(wheel_of(runtime)->count, 8 * TIMERS);
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < 8; i++) {
        join_thread(threads[i]);
        total += c[i].canceled;
    }
    assert_int_equal(total, 8 * TIMERS);
    assert_int_equal(wheel_of(runtime)->count, 0);
    pthread_barrier_destroy(&barrier);

    /* What is left in the wheel is woken once by the end, and never after it. */
    edo_enter_guard guard;
    edo_waker waker = make_waker(&count);
    assert_ok(edo_enter(handle, &guard));
    edo_sleep_future left = edo_sleep_async(EDO_SECONDS(3600));
    assert_int_equal(edo_future_poll(&left.base, &waker), EDO_PENDING);
    edo_leave(&guard);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
    assert_int_equal(count, 1);
    assert_int_equal(edo_future_poll(&left.base, &waker), EDO_READY);
    assert_int_equal(left.base.result, -EDO_ESHUTDOWN);
    assert_int_equal(count, 1);
    edo_waker_drop(waker);
}

static int cancel_about_the_deadline(void *arg)
{
    int fired = 0;

    (void)arg;
    for (unsigned i = 0; i < test_count(60); i++) {
        edo_sleep_future sleeps[8];
        edo_instant began = edo_now();
        for (int k = 0; k < 8; k++) {
            sleeps[k] = edo_sleep_until_async(edo_instant_add(began, EDO_MICROS(500)));
            (void)edo_future_poll(&sleeps[k].base, edo_test_waker());
        }
        while (edo_instant_since(edo_now(), began).ns < 300000 + i * 40000)
            ; /* around it: the wheel is processed on another thread */
        for (int k = 0; k < 8; k++) {
            edo_future_cancel(&sleeps[k].base);
            if (!edo_future_is_ready(&sleeps[k].base))
                assert_int_equal(edo_future_poll(&sleeps[k].base, edo_test_waker()), EDO_READY);
            int64_t result = sleeps[k].base.result;
            assert_true(result == -ECANCELED ||
                        (result == 0 && edo_instant_since(edo_now(), began).ns >= 500000));
            fired += result == 0;
        }
        if (i % 8 == 0)
            assert_ok(edo_yield());
    }
    return fired;
}

EDO_TEST_MT(a_sleep_may_be_cancelled_at_any_moment) /* timer-022 */
{
    edo_task tasks[4];

    for (int i = 0; i < 4; i++)
        assert_ok(edo_spawn(cancel_about_the_deadline, NULL, &tasks[i]));
    for (int i = 0; i < 4; i++)
        assert_true(join_result(tasks[i]) >= 0);
    wait_until(metrics_of(test_runtime()).alive_tasks == 1);
    for (unsigned i = 0; i < test_runtime()->sched->core_count; i++)
        assert_int_equal(test_runtime()->sched->cores[i]->wheel.count, 0);
}
