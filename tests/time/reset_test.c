/* reset_test.c: a sleep that is given another deadline, before, while and after it waits. */
#include "runtime/rig.h"

#include "runtime/runtime.h"

#define MS UINT64_C(1000000)

static uint64_t ms_since(edo_instant began)
{
    return edo_elapsed(began).ns / MS;
}

/* Polls a sleep of 100 ms, resets it at `at` to `to`, both from its start; when is it READY? */
static uint64_t reset_ends_at(unsigned at, unsigned to)
{
    edo_instant began = edo_now();
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(100));

    assert_pending(&sleep.base);
    if (at)
        assert_ok(edo_advance(EDO_MILLIS(at)));
    assert_ok(edo_sleep_reset_until(&sleep, edo_instant_add(began, EDO_MILLIS(to))));
    assert_int_equal(edo_sleep_deadline(&sleep).ns, began.ns + to * MS);
    while (!edo_test_is_woken())
        assert_ok(edo_advance(EDO_MILLIS(1)));
    assert_ready_eq(&sleep.base, 0);
    return ms_since(began);
}

EDO_TEST(a_waiting_sleep_ends_at_its_new_deadline) /* timer-019 */
{
    assert_int_equal(reset_ends_at(0, 200), 200);
    assert_int_equal(reset_ends_at(0, 80), 80);
    assert_int_equal(reset_ends_at(10, 200), 200);
    assert_int_equal(reset_ends_at(10, 80), 80);
}

EDO_TEST(after_its_end_a_sleep_can_be_used_again) /* timer-020 */
{
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(1));

    assert_pending(&sleep.base);
    assert_ok(edo_advance(EDO_MILLIS(1)));
    assert_ready_eq(&sleep.base, 0);
    for (int round = 0; round < 2; round++) {
        assert_ok(edo_sleep_reset(&sleep, EDO_SECONDS(600)));
        assert_false(edo_sleep_is_elapsed(&sleep));
        assert_pending(&sleep.base);
        assert_pending(&sleep.base);
        assert_ok(edo_advance(EDO_SECONDS(600)));
        assert_woken(1);
        assert_ready_eq(&sleep.base, 0);
    }
}

EDO_TEST(fired_and_reset_before_the_poll_it_waits_anew) /* timer-020 */
{
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(1));

    assert_pending(&sleep.base);
    assert_ok(edo_advance(EDO_MILLIS(1)));
    assert_woken(1);
    assert_ok(edo_sleep_reset(&sleep, EDO_SECONDS(600)));
    assert_pending(&sleep.base);
    assert_pending(&sleep.base);
    assert_ok(edo_advance(EDO_SECONDS(600)));
    assert_woken(1);
    assert_ready_eq(&sleep.base, 0);
}

EDO_TEST(a_reset_into_the_past_wakes_at_once)
{
    edo_sleep_future sleep = edo_sleep_async(EDO_SECONDS(9));

    assert_ok(edo_advance(EDO_SECONDS(1)));
    assert_pending(&sleep.base);
    assert_ok(edo_sleep_reset_until(&sleep, edo_instant_sub(edo_now(), EDO_MILLIS(5))));
    assert_woken(1);
    assert_ready_eq(&sleep.base, 0);
    assert_int_equal(test_runtime()->sched->cores[0]->wheel.count, 0);
}

EDO_TEST(a_reset_before_the_first_poll_takes_no_timer)
{
    edo_sleep_future sleep = edo_sleep_async(EDO_SECONDS(9));

    assert_ok(edo_sleep_reset(&sleep, EDO_MILLIS(3)));
    assert_null(sleep.timer.wheel);
    edo_instant began = edo_now();
    assert_int_equal(edo_await(&sleep.base), 0);
    assert_int_equal(ms_since(began), 3);
    edo_sleep_future canceled = edo_sleep_async(EDO_SECONDS(9));
    edo_future_cancel(&canceled.base);
    assert_ok(edo_sleep_reset(&canceled, EDO_MILLIS(4)));
    assert_int_equal(edo_await(&canceled.base), 0);
    assert_int_equal(ms_since(began), 7);
}

EDO_TEST(a_cancelled_sleep_ends_whatever_its_new_deadline)
{
    edo_sleep_future sleep = edo_sleep_async(EDO_SECONDS(9));

    assert_pending(&sleep.base);
    edo_future_cancel(&sleep.base);
    assert_ok(edo_sleep_reset(&sleep, EDO_SECONDS(1)));
    assert_ready_eq(&sleep.base, -ECANCELED);
    assert_int_equal(test_runtime()->sched->cores[0]->wheel.count, 0);
}

EDO_TEST_PLAIN(what_cannot_be_reset_says_so)
{
    edo_sleep_future outside = edo_sleep_async(EDO_SECONDS(1));

    assert_int_equal(edo_sleep_reset(NULL, EDO_SECONDS(1)), -EINVAL);
    assert_int_equal(edo_sleep_reset(&outside, EDO_SECONDS(1)), -EDO_ENORUNTIME);
    assert_int_equal(edo_sleep_deadline(NULL).ns, EDO_NEVER().ns);
}

typedef struct resetter {
    edo_sleep_future *sleep;
    edo_instant deadline;
    pthread_barrier_t *start;
    unsigned delay;
} resetter;

static void *reset_elsewhere(void *arg)
{
    resetter *r = arg;

    pthread_barrier_wait(r->start);
    for (volatile unsigned i = 0; i < r->delay; i++)
        ;
    assert_ok(edo_sleep_reset_until(r->sleep, r->deadline));
    return NULL;
}

/* One thread processes the time of the old deadline while another gives it a new one. */
EDO_TEST(a_reset_during_the_old_deadline_never_ends_it_early) /* timer-021 */
{
    pthread_barrier_t start;

    assert_int_equal(pthread_barrier_init(&start, NULL, 2), 0);
    for (unsigned i = 0; i < test_count(100); i++) {
        edo_sleep_future sleep = edo_sleep_async(EDO_SECONDS(1));
        resetter r = {&sleep, edo_instant_add(edo_now(), EDO_SECONDS(2)), &start, i * 7};
        assert_pending(&sleep.base);
        pthread_t other = start_thread(reset_elsewhere, &r);
        pthread_barrier_wait(&start);
        assert_ok(edo_advance(EDO_MILLIS(1500)));
        join_thread(other);
        assert_pending(&sleep.base);
        assert_ok(edo_advance(EDO_MILLIS(1000)));
        assert_woken(1);
        assert_ready_eq(&sleep.base, 0);
    }
    pthread_barrier_destroy(&start);
}

typedef struct mover {
    edo_sleep_future *sleep;
    bool cancels;
    uint64_t spent; /* ns from the reset to READY */
} mover;

static edo_runtime *moving_runtime;

/* On whichever worker it runs: takes over a sleep that waits in the wheel of another. */
static int take_over(void *arg)
{
    mover *m = arg;

    if (m->cancels) {
        edo_future_cancel(&m->sleep->base);
        assert_int_equal(edo_await(&m->sleep->base), -ECANCELED);
    } else {
        edo_instant began = edo_now();
        assert_ok(edo_sleep_reset(m->sleep, EDO_MILLIS(5)));
        assert_int_equal(edo_await(&m->sleep->base), 0);
        m->spent = edo_elapsed(began).ns;
    }
    return 0;
}

/* A sleep of an hour that is in the wheel of the first core, whichever worker polls it next. */
static void begin_on_first_core(edo_sleep_future *sleep)
{
    edo_handle *handle = edo_runtime_handle(moving_runtime);
    edo_enter_guard guard;

    assert_ok(edo_enter(handle, &guard));
    *sleep = edo_sleep_async(EDO_SECONDS(3600));
    assert_int_equal(edo_future_poll(&sleep->base, edo_test_waker()), EDO_PENDING);
    edo_leave(&guard);
    edo_handle_unref(handle);
}

EDO_TEST_PLAIN(a_sleep_moves_between_workers) /* timer-027 */
{
    moving_runtime = make_multi(2);
    timer_wheel *first = &moving_runtime->sched->cores[0]->wheel;

    for (int i = 0; i < 40; i++) {
        edo_sleep_future sleep;
        mover m = {.sleep = &sleep, .cancels = i % 2};
        begin_on_first_core(&sleep);
        assert_ptr_equal(sleep.timer.wheel, first);
        assert_int_equal(edo_block_on(moving_runtime, take_over, &m), 0);
        assert_true(m.cancels || m.spent >= 5 * MS);
        assert_true(m.cancels || m.spent < 1000 * MS * test_scale());
        assert_int_equal(first->count, 0);
    }
    assert_ok(edo_runtime_free(moving_runtime));
}

static void open_seven(void *arg)
{
    once_open(arg, 7);
}

/* The one that sleeps for the wheel has to be woken for a deadline that came nearer. */
EDO_TEST_PLAIN(a_plain_thread_resets_what_a_task_awaits) /* timer-027 */
{
    edo_runtime *runtime = make_multi(1);
    edo_sleep_future sleep;

    moving_runtime = runtime;
    begin_on_first_core(&sleep);
    wait_until(metrics_of(runtime).parks > 0);
    once woken = {0};
    edo_waker waker;
    assert_ok(edo_waker_new(open_seven, NULL, &woken, &waker));
    assert_int_equal(edo_future_poll(&sleep.base, &waker), EDO_PENDING);
    edo_instant began = edo_now();
    assert_ok(edo_sleep_reset(&sleep, EDO_MILLIS(5))); /* from outside of the runtime */
    wait_until(once_is_open(&woken));
    assert_true(edo_elapsed(began).ns >= 5 * MS);
    assert_int_equal(edo_future_poll(&sleep.base, &waker), EDO_READY);
    assert_int_equal(sleep.base.result, 0);
    edo_waker_drop(waker);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(a_reset_after_the_runtimes_end_says_so_at_the_poll)
{
    edo_sleep_future sleep;

    moving_runtime = make_multi(1);
    begin_on_first_core(&sleep);
    assert_ok(edo_runtime_free(moving_runtime));
    assert_ok(edo_sleep_reset(&sleep, EDO_MILLIS(5)));
    assert_int_equal(edo_future_poll(&sleep.base, edo_test_waker()), EDO_READY);
    assert_int_equal(sleep.base.result, -EDO_ESHUTDOWN);
}

/* Sleeps by hand; again if it was over before the first look, as on a busy machine. */
static void sleep_by_hand(bool precise, once *woken, const edo_waker *waker)
{
    edo_sleep_future sleep;
    int tries = 0;

    do {
        assert_in_range(++tries, 1, 100);
        *woken = (once){0};
        sleep = precise ? edo_sleep_precise_async(EDO_MILLIS(5)) : edo_sleep_async(EDO_MILLIS(5));
    } while (edo_future_poll(&sleep.base, waker) == EDO_READY);
    wait_until(once_is_open(woken));
    assert_int_equal(edo_future_poll(&sleep.base, waker), EDO_READY);
    assert_int_equal(sleep.base.result, 0);
}

/* Whoever sleeps for the wheel is woken for a sleep that is nearer than all that were in it. */
EDO_TEST_PLAIN(a_plain_threads_sleep_wakes_the_worker)
{
    edo_sleep_future hour, sleep;
    once woken = {0};
    edo_waker waker;
    edo_enter_guard guard;

    moving_runtime = make_multi(1);
    begin_on_first_core(&hour);
    wait_until(metrics_of(moving_runtime).parks > 0);
    edo_handle *handle = edo_runtime_handle(moving_runtime);
    assert_ok(edo_enter(handle, &guard));
    assert_ok(edo_waker_new(open_seven, NULL, &woken, &waker));
    for (int precise = 0; precise < 2; precise++)
        sleep_by_hand(precise, &woken, &waker);
    /* A wheel that has ended its service, while its runtime has not ended yet. */
    wheel_shutdown(&moving_runtime->sched->cores[0]->wheel);
    sleep = edo_sleep_async(EDO_MILLIS(5));
    assert_int_equal(edo_future_poll(&sleep.base, &waker), EDO_READY);
    assert_int_equal(sleep.base.result, -EDO_ESHUTDOWN);
    assert_int_equal(edo_future_poll(&hour.base, &waker), EDO_READY);
    assert_int_equal(hour.base.result, -EDO_ESHUTDOWN);
    edo_leave(&guard);
    edo_waker_drop(waker);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(moving_runtime));
}
