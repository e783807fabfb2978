/* timeout_test.c: a limit around a future. What its numbers are is in tests/time. */
#include "support/edo_test.h"
#include "support/gate.h"
#include "support/probe.h"

#include <stdlib.h>

#include "driver/wheel.h"
#include "sched/sched.h"

/* Uses the whole budget at each poll and wants to come again. */
static edo_poll exhaust(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    ++*(unsigned *)arg;
    while (edo_has_budget())
        assert_ok(edo_consume_budget());
    edo_waker_wake_by_ref(waker);
    *ret_result = 0;
    return EDO_PENDING;
}

EDO_TEST_MT(future_that_exhausts_the_budget_is_timed_out) /* future-050 */
{
    unsigned polls = 0;
    uint64_t begin = real_time_ns();
    edo_poll_fn_future greedy = edo_poll_fn(exhaust, &polls);

    assert_err(edo_timeout(&greedy.base, EDO_MILLIS(20)), -ETIMEDOUT);
    assert_in_range(real_time_ns() - begin, UINT64_C(20000000),
                    UINT64_C(1000000000) * test_scale());
    assert_true(polls > 1);
    assert_int_equal(greedy.base.result, -ECANCELED);
}

EDO_TEST(timeout_cancels_and_waits) /* future-051 */
{
    probe p = probe_pending();
    edo_timeout_future timeout = edo_timeout_async(&p.base, EDO_MILLIS(10));

    p.ignores_cancel = true;
    assert_pending(&timeout.base);
    assert_ok(edo_advance(EDO_MILLIS(11)));
    assert_woken(1);
    assert_pending(&timeout.base); /* it has fired; the future is not over */
    assert_int_equal(p.cancels, 1);
    assert_pending(&timeout.base);
    assert_int_equal(p.cancels, 1);
    probe_finish(&p, -ECANCELED);
    assert_woken(1);
    assert_ready_eq(&timeout.base, -ETIMEDOUT);
    assert_true(edo_future_is_ready(&p.base));
}

EDO_TEST(success_stands_though_the_deadline_has_passed) /* future-051 */
{
    test_queue *q = calloc(1, sizeof *q);
    int item = 0;

    pthread_mutex_init(&q->lock, NULL);
    q->slow_cancel = true;
    test_pop_future pop = test_queue_pop_async(q, &item);
    edo_timeout_future timeout = edo_timeout_async(&pop.base, EDO_MILLIS(10));
    assert_pending(&timeout.base);
    assert_ok(edo_advance(EDO_MILLIS(11)));
    assert_pending(&timeout.base);
    test_queue_push(q, 3); /* it takes an item after it was cancelled */
    test_queue_let_go(q);
    assert_ready_eq(&timeout.base, 1);
    assert_int_equal(item, 3);
    assert_int_equal(q->put_backs, 0); /* one arm: never both, never neither */
    assert_int_equal(test_queue_len(q), 0);
    test_pop_future none = test_queue_pop_async(q, &item);
    assert_err(edo_timeout(&none.base, EDO_MILLIS(5)), -ETIMEDOUT);
    test_queue_push(q, 4);
    assert_int_equal(test_queue_len(q), 1); /* the one that timed out took nothing */
    free(q);
}

EDO_TEST(future_polled_first_wins_over_a_passed_deadline) /* future-051 */
{
    probe ready = probe_ready(8), pending = probe_pending();

    assert_ok(edo_advance(EDO_MILLIS(5)));
    assert_int_equal(edo_timeout_at(&ready.base, (edo_instant){0}), 8);
    assert_err(edo_timeout_at(&pending.base, (edo_instant){0}), -ETIMEDOUT);
    assert_int_equal(pending.cancels, 1);
    assert_err(edo_timeout(NULL, EDO_MILLIS(5)), -EINVAL);
}

EDO_TEST(future_in_time_leaves_no_timer_behind) /* future-052 */
{
    timer_wheel *wheel = &thread_self()->core->wheel;
    probe p = probe_pending();
    edo_test_task *harness;
    edo_timeout_future timeout = edo_timeout_async(&p.base, EDO_MILLIS(10));

    assert_ok(edo_test_task_new(&timeout.base, &harness));
    assert_int_equal(edo_test_task_poll(harness), EDO_PENDING);
    assert_true(wheel_next(wheel) != UINT64_MAX);
    probe_finish(&p, 2);
    assert_int_equal(edo_test_task_poll(harness), EDO_READY);
    assert_int_equal(timeout.base.result, 2);
    assert_true(wheel_next(wheel) == UINT64_MAX);
    assert_ok(edo_advance(EDO_SECONDS(100)));
    assert_false(edo_test_task_is_woken(harness)); /* a late wake would fail it, too */
    edo_test_task_release(harness);
}

static int wait_with_timeout(void *arg)
{
    probe *p = arg;

    return (int)edo_timeout(&p->base, EDO_SECONDS(50));
}

EDO_TEST(aborted_timeout_is_no_timeout) /* future-051 */
{
    static probe p;
    edo_task t;
    int ret = 0;

    p = probe_pending();
    assert_ok(edo_spawn(wait_with_timeout, &p, &t));
    assert_ok(edo_yield());
    assert_ok(edo_task_abort(t));
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, -ECANCELED);
    assert_int_equal(p.cancels, 1);
    assert_true(wheel_next(&thread_self()->core->wheel) == UINT64_MAX);
}
