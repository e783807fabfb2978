/* timeout_test.c: a limit to a wait: success wins, and the future is brought to its end. */
#include "runtime/rig.h"

#define MS UINT64_C(1000000)

static uint64_t ns_since(edo_instant began)
{
    return edo_instant_since(edo_now(), began).ns;
}

typedef struct counted {
    int polls, ready_at;
    int64_t result;
} counted;

static edo_poll count_poll(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    counted *c = arg;

    (void)waker;
    *ret_result = c->result;
    return ++c->polls == c->ready_at ? EDO_READY : EDO_PENDING;
}

EDO_TEST(ready_at_once_wins_over_any_deadline) /* timer-062 */
{
    edo_future now = edo_ready(7), past = edo_ready(8), zero = edo_ready(9);
    edo_instant began = edo_now();

    assert_ok(edo_advance(EDO_SECONDS(2)));
    assert_int_equal(edo_timeout_at(&now, edo_now()), 7);
    assert_int_equal(edo_timeout_at(&past, edo_instant_add(began, EDO_SECONDS(1))), 8);
    assert_int_equal(edo_timeout(&zero, EDO_NANOS(0)), 9);
}

EDO_TEST(a_value_in_time_is_the_result) /* timer-063 */
{
    once event = {0};
    edo_poll_fn_future wait = once_async(&event);
    edo_timeout_future to = edo_timeout_async(&wait.base, EDO_MILLIS(100));

    assert_pending(&to.base);
    assert_ok(edo_advance(EDO_MILLIS(90)));
    assert_woken(0);
    assert_pending(&to.base);
    once_open(&event, 55);
    assert_woken(1);
    assert_ready_eq(&to.base, 55);
    assert_ok(edo_advance(EDO_SECONDS(1)));
    assert_woken(0); /* the timer is gone */
}

EDO_TEST(a_deadline_of_now_ends_at_once) /* timer-064 timer-069 */
{
    counted c = {0};
    edo_poll_fn_future never = edo_poll_fn(count_poll, &c);
    edo_future pending = edo_pending();
    edo_instant began = edo_now();

    assert_int_equal(edo_timeout_at(&pending, began), -ETIMEDOUT);
    assert_true(ns_since(began) <= MS);
    assert_int_equal(edo_timeout(&never.base, EDO_NANOS(0)), -ETIMEDOUT);
    assert_int_equal(c.polls, 1); /* its function was asked exactly once */
    assert_ok(edo_advance(EDO_MICROS(500)));
    began = edo_now();
    pending = edo_pending();
    assert_int_equal(edo_timeout(&pending, EDO_NANOS(0)), -ETIMEDOUT);
    assert_int_equal(ns_since(began), 0); /* not at the next tick */
    assert_true(edo_future_is_ready(&never.base));
    assert_int_equal(never.base.result, -ECANCELED);
}

EDO_TEST(a_deadline_fires_on_time) /* timer-065 */
{
    edo_future never = edo_pending();
    edo_timeout_future to =
        edo_timeout_at_async(&never, edo_instant_add(edo_now(), EDO_MILLIS(300)));

    assert_pending(&to.base);
    assert_ok(edo_advance(EDO_MILLIS(299)));
    assert_woken(0);
    assert_pending(&to.base);
    assert_ok(edo_advance(EDO_MILLIS(2)));
    assert_woken(1);
    assert_ready_eq(&to.base, -ETIMEDOUT);
    assert_true(edo_future_is_ready(&never));
}

EDO_TEST(the_greatest_timeout_does_not_fire) /* timer-066 */
{
    once event = {0};
    edo_poll_fn_future wait = once_async(&event);
    edo_timeout_future to = edo_timeout_async(&wait.base, EDO_FOREVER());

    assert_pending(&to.base);
    assert_ok(edo_advance(EDO_SECONDS(UINT64_C(10) * 365 * 86400)));
    assert_pending(&to.base);
    once_open(&event, 4);
    assert_ready_eq(&to.base, 4);
}

static int time_out(void *arg)
{
    edo_future never = edo_pending();
    uint64_t began = real_time_ns();

    (void)arg;
    if (edo_timeout(&never, EDO_MILLIS(10)) != -ETIMEDOUT)
        return 0;
    return real_time_ns() - began >= 10 * MS;
}

static int time_out_512(void *arg)
{
    edo_task tasks[512];
    int good = 0;

    for (int i = 0; i < 512; i++)
        assert_ok(edo_spawn(time_out, arg, &tasks[i]));
    good += time_out(arg);
    for (int i = 0; i < 512; i++)
        good += join_result(tasks[i]);
    return good;
}

EDO_TEST_PLAIN(five_hundred_timeouts_all_fire) /* timer-067 */
{
    for (int workers = 1; workers <= 4; workers += 3) {
        edo_runtime *runtime = make_multi(workers);
        assert_int_equal(edo_block_on(runtime, time_out_512, NULL), 513);
        assert_ok(edo_runtime_free(runtime));
    }
}

/* A future whose cancel takes a while, and which may succeed all the same. */
typedef struct slow_end {
    edo_future base;
    edo_sleep_future end;
    int64_t late_result;
    bool ending;
} slow_end;

static edo_poll slow_poll(edo_future *base, const edo_waker *waker)
{
    slow_end *s = (slow_end *)base;

    if (!s->ending || edo_future_poll(&s->end.base, waker) == EDO_PENDING)
        return EDO_PENDING;
    return edo_future_finish(base, s->late_result);
}

static void slow_cancel(edo_future *base)
{
    slow_end *s = (slow_end *)base;

    s->ending = true;
    s->end = edo_sleep_async(EDO_MILLIS(20));
}

static const edo_future_ops slow_ops = {.poll = slow_poll, .cancel = slow_cancel, .name = "slow"};

EDO_TEST(it_returns_after_the_cancel_is_through) /* timer-070 */
{
    slow_end slow = {.base = EDO_FUTURE_INIT(&slow_ops), .late_result = -ECANCELED};
    edo_instant began = edo_now();

    assert_int_equal(edo_timeout(&slow.base, EDO_MILLIS(10)), -ETIMEDOUT);
    assert_int_equal(ns_since(began), 30 * MS);
    assert_true(edo_future_is_ready(&slow.base));

    slow = (slow_end){.base = EDO_FUTURE_INIT(&slow_ops), .late_result = 12};
    assert_int_equal(edo_timeout(&slow.base, EDO_MILLIS(10)), 12); /* success wins */
}

EDO_TEST(a_cancel_stays_the_reason_though_the_deadline_passes)
{
    slow_end slow = {.base = EDO_FUTURE_INIT(&slow_ops), .late_result = -ECANCELED};
    edo_timeout_future to = edo_timeout_async(&slow.base, EDO_MILLIS(10));

    assert_pending(&to.base);
    edo_future_cancel(&to.base);
    assert_pending(&to.base); /* its end takes 20 ms */
    assert_ok(edo_advance(EDO_MILLIS(15)));
    assert_pending(&to.base);
    assert_ok(edo_advance(EDO_MILLIS(5)));
    assert_ready_eq(&to.base, -ECANCELED);
}

EDO_TEST(nested_timeouts_report_the_one_that_fired) /* timer-070 */
{
    for (int round = 0; round < 2; round++) {
        edo_future never = edo_pending();
        edo_timeout_future inner = edo_timeout_async(&never, EDO_MILLIS(round ? 10 : 50));
        edo_timeout_future outer = edo_timeout_async(&inner.base, EDO_MILLIS(round ? 50 : 10));
        edo_instant began = edo_now();
        assert_int_equal(edo_await(&outer.base), -ETIMEDOUT);
        assert_int_equal(ns_since(began), 10 * MS);
        assert_int_equal(inner.base.result, round ? -ETIMEDOUT : -ECANCELED);
        assert_true(edo_future_is_ready(&never));
    }
}

EDO_TEST(a_cancelled_timeout_cancels_its_future)
{
    edo_future never = edo_pending();
    edo_timeout_future to = edo_timeout_async(&never, EDO_SECONDS(1));
    uint64_t runs = metrics_of(test_runtime()).polls;

    assert_pending(&to.base);
    edo_future_cancel(&to.base);
    assert_ready_eq(&to.base, -ECANCELED);
    assert_int_equal(never.result, -ECANCELED);
    assert_ok(edo_sleep(EDO_SECONDS(2)));
    assert_int_equal(metrics_of(test_runtime()).polls, runs + 1); /* no timer was left at 1 s */
}

EDO_TEST(a_future_that_spends_all_budget_is_timed_out_still)
{
    edo_instant began = edo_now();
    edo_future never = edo_pending();

    while (edo_has_budget())
        assert_ok(edo_consume_budget());
    assert_int_equal(edo_timeout(&never, EDO_MILLIS(5)), -ETIMEDOUT);
    assert_in_range(ns_since(began), 5 * MS, 6 * MS);
}

/* PENDING until it was cancelled; then an error of its own. */
static edo_poll fail_when_canceled(edo_future *fut, const edo_waker *waker)
{
    (void)waker;
    return fut->result ? EDO_READY : EDO_PENDING;
}

static void note_cancel(edo_future *fut)
{
    fut->result = -ECONNRESET;
}

EDO_TEST_BOTH(timeout_keeps_an_error_that_came_all_the_same) /* timer-070 */
{
    static const edo_future_ops ops = {.poll = fail_when_canceled, .cancel = note_cancel};
    edo_future failing = EDO_FUTURE_INIT(&ops);

    assert_int_equal(edo_timeout(&failing, EDO_MILLIS(2)), -ECONNRESET);
}
