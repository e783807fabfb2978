/* poll_contract_test.c: what poll and cancel promise, for edo's own futures and for a user's. */
#include "support/edo_test.h"
#include "support/gate.h"
#include "support/probe.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/atomic.h"
#include "driver/wheel.h"
#include "sched/sched.h"

static int wait_at(void *arg)
{
    return gate_wait(arg) < 0 ? -1 : 17;
}

static int return_5(void *arg)
{
    (void)arg;
    return 5;
}

/* --- the result is final, the memory is one's own ------------------------------------------- */

static void *map_page(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_true(page != MAP_FAILED);
    return page;
}

EDO_TEST_MT(memory_may_be_unmapped_as_soon_as_poll_says_ready) /* future-001 */
{
    for (unsigned i = 0; i < test_count(1000); i++) {
        edo_task t;
        int ret = 0;
        edo_join_future *join = map_page();
        edo_sleep_future *sleep = map_page();
        assert_ok(edo_spawn(return_5, NULL, &t));
        *join = edo_join_async(t, &ret);
        *sleep = edo_sleep_async(EDO_MICROS(i % 3 * 500));
        while (edo_future_poll(&join->base, edo_test_waker()) == EDO_PENDING)
            assert_ok(edo_yield());
        assert_int_equal(join->base.result, 0);
        assert_int_equal(munmap(join, 4096), 0);
        if (edo_future_poll(&sleep->base, edo_test_waker()) == EDO_PENDING && i % 2)
            edo_future_cancel(&sleep->base);
        while (!edo_future_is_ready(&sleep->base) &&
               edo_future_poll(&sleep->base, edo_test_waker()) == EDO_PENDING)
            assert_ok(edo_yield());
        assert_int_equal(munmap(sleep, 4096), 0);
        assert_int_equal(ret, 5);
    }
}

EDO_TEST_BOTH(poll_after_ready_says_the_same_and_takes_nothing)
{
    test_queue *q = calloc(1, sizeof *q);
    probe p = probe_ready(-EIO);
    int item = 0;

    pthread_mutex_init(&q->lock, NULL);
    test_queue_push(q, 7);
    test_queue_push(q, 8);
    test_pop_future pop = test_queue_pop_async(q, &item);
    for (int i = 0; i < 3; i++) {
        assert_ready_eq(&pop.base, 1);
        assert_ready_eq(&p.base, -EIO);
        assert_int_equal(item, 7);
    }
    assert_int_equal(test_queue_len(q), 1);
    assert_int_equal(pop.polls + p.polls, 2); /* the table's poll once each */
    free(q);
}

/* --- wakes ---------------------------------------------------------------------------------- */

EDO_TEST_BOTH(wake_before_the_next_poll_is_not_lost) /* future-002 */
{
    static gate g = GATE_INIT;
    edo_task t;

    assert_ok(edo_spawn(wait_at, &g, &t));
    edo_join_future join = edo_join_async(t, NULL);
    edo_sleep_future sleep =
        edo_sleep_async(EDO_MILLIS(50 * test_scale())); /* long enough for two polls */
    edo_test_task *for_join, *for_sleep;
    assert_ok(edo_test_task_new(&join.base, &for_join));
    assert_ok(edo_test_task_new(&sleep.base, &for_sleep));
    assert_int_equal(edo_test_task_poll(for_join), EDO_PENDING);
    assert_int_equal(edo_test_task_poll(for_sleep), EDO_PENDING);
    gate_open(&g);
    assert_ok(edo_sleep(EDO_MILLIS(60 * test_scale()))); /* nobody polls meanwhile */
    task_wait_until(edo_test_task_is_woken(for_join) && edo_test_task_is_woken(for_sleep));
    assert_int_equal(edo_test_task_wake_count(for_sleep), 1);
    assert_int_equal(edo_test_task_poll(for_join), EDO_READY);
    assert_int_equal(edo_test_task_poll(for_sleep), EDO_READY);
    edo_test_task_release(for_join);
    edo_test_task_release(for_sleep);
}

/* A counted waker that notes what becomes of it. */
struct noted {
    unsigned wakes, destroyed; /* atomic */
};

static void note_wake(void *arg)
{
    a_fetch_add(&((struct noted *)arg)->wakes, 1, relaxed);
}

static void note_destroy(void *arg)
{
    a_fetch_add(&((struct noted *)arg)->destroyed, 1, relaxed);
}

/* Polls with a waker of its own, whose only other reference is dropped right after. */
static edo_poll poll_noted(edo_future *fut, struct noted *n)
{
    edo_waker waker;

    *n = (struct noted){0};
    assert_ok(edo_waker_new(note_wake, note_destroy, n, &waker));
    edo_poll is = edo_future_poll(fut, &waker);
    edo_waker_drop(waker);
    return is;
}

EDO_TEST_BOTH(another_waker_replaces_the_stored_one) /* future-003 */
{
    static gate g = GATE_INIT;
    static struct noted old, new;

    gate_future fut = gate_async(&g);
    assert_int_equal(poll_noted(&fut.base, &old), EDO_PENDING);
    assert_int_equal(old.destroyed, 0); /* kept */
    assert_int_equal(poll_noted(&fut.base, &new), EDO_PENDING);
    assert_int_equal(old.destroyed, 1); /* not kept any more */
    gate_open(&g);
    assert_int_equal(old.wakes, 0);
    assert_int_equal(new.wakes, 1);
    assert_int_equal(new.destroyed, 1);
    assert_ready_eq(&fut.base, 0);
}

EDO_TEST_BOTH(sleep_wakes_the_waker_of_its_latest_poll_only) /* future-003 */
{
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(50)); /* long enough for two polls */
    edo_test_task *first, *second;

    assert_ok(edo_test_task_new(&sleep.base, &first));
    assert_ok(edo_test_task_new(&sleep.base, &second));
    assert_int_equal(edo_test_task_poll(first), EDO_PENDING);
    assert_int_equal(edo_test_task_poll(second), EDO_PENDING);
    assert_ok(edo_sleep(EDO_MILLIS(60)));
    task_wait_until(edo_test_task_is_woken(second));
    assert_int_equal(edo_test_task_wake_count(first), 0);
    assert_int_equal(edo_test_task_wake_count(second), 1);
    assert_int_equal(edo_test_task_poll(second), EDO_READY);
    edo_test_task_release(second);
    edo_test_task_release(first);
}

EDO_TEST_BOTH(ready_at_the_first_poll_keeps_no_waker) /* future-004 */
{
    static struct noted n;
    edo_task t;
    probe ready = probe_ready(1), pending = probe_pending();
    edo_future *arms[] = {&ready.base, &pending.base};

    assert_ok(edo_spawn(return_5, NULL, &t));
    task_wait_until(edo_task_is_finished(t));
    edo_join_future join = edo_join_async(t, NULL);
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(0));
    edo_select_future select = edo_select_async(arms, 2);
    edo_future *const all[] = {&join.base, &sleep.base, &select.base};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(poll_noted(all[i], &n), EDO_READY);
        assert_int_equal(n.destroyed, 1);
        assert_int_equal(n.wakes, 0);
    }
}

/* --- cancel --------------------------------------------------------------------------------- */

static edo_poll never_called(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    (void)arg;
    (void)waker;
    *ret_result = 0;
    fail_msg("polled");
    return EDO_READY;
}

EDO_TEST(cancel_before_the_first_poll_has_no_effect) /* future-005 */
{
    static gate g = GATE_INIT;
    edo_task t;
    probe p = probe_ready(1), arm = probe_ready(1);
    edo_future *arms[] = {&arm.base};

    assert_ok(edo_spawn(wait_at, &g, &t));
    edo_join_future join = edo_join_async(t, NULL);
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(5));
    edo_poll_fn_future fn = edo_poll_fn(never_called, NULL);
    edo_yield_future yield = edo_yield_async();
    edo_select_future select = edo_select_async(arms, 1);
    edo_timeout_future timeout = edo_timeout_async(&arm.base, EDO_MILLIS(5));
    edo_join_all_future all = edo_join_all_async(arms, 1);
    edo_future *const futures[] = {&p.base,     &join.base,   &sleep.base,   &fn.base,
                                   &yield.base, &select.base, &timeout.base, &all.base};
    for (int i = 0; i < 8; i++) {
        edo_future_cancel(futures[i]);
        assert_ready_eq(futures[i], -ECANCELED);
        assert_woken(0);
    }
    assert_int_equal(p.polls + p.cancels + arm.polls + arm.cancels, 0);
    assert_int_equal(wheel_next(&thread_self()->core->wheel), UINT64_MAX); /* no timer */
    gate_open(&g);
    assert_ok(edo_join(t, NULL)); /* the join had claimed nothing */
}

EDO_TEST(cancelled_future_that_is_still_pending_wakes_at_its_end) /* future-006 future-007 */
{
    probe p = probe_pending();
    edo_test_task *harness;

    p.ignores_cancel = true;
    assert_ok(edo_test_task_new(&p.base, &harness));
    assert_int_equal(edo_test_task_poll(harness), EDO_PENDING);
    edo_test_task_cancel(harness);
    edo_future_cancel(&p.base);
    assert_int_equal(p.cancels, 1); /* twice equals once */
    assert_int_equal(edo_test_task_poll(harness), EDO_PENDING);
    edo_future_cancel(&p.base);
    assert_int_equal(p.cancels, 1);
    probe_finish(&p, -ECANCELED);
    assert_int_equal(edo_test_task_wake_count(harness), 1);
    assert_int_equal(edo_test_task_poll(harness), EDO_READY);
    edo_test_task_release(harness);
}

static int await_probe(void *arg)
{
    probe *p = arg;

    return (int)edo_await(&p->base);
}

EDO_TEST(canceller_polls_at_once_and_waits_for_the_end) /* future-006 */
{
    static probe p;
    edo_task t;
    int ret = 0;

    p = probe_pending();
    p.ignores_cancel = true;
    assert_ok(edo_spawn(await_probe, &p, &t));
    assert_ok(edo_yield());
    assert_int_equal(p.polls, 1);
    assert_ok(edo_task_abort(t));
    assert_ok(edo_yield());
    assert_int_equal(p.cancels, 1);
    assert_int_equal(p.polls, 2); /* in the same run */
    assert_ok(edo_yield());
    assert_int_equal(p.polls, 2);
    probe_finish(&p, 9); /* and it had its effect all the same */
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 9);
}

EDO_TEST_BOTH(cancel_after_ready_has_no_effect) /* future-007 */
{
    probe p = probe_ready(4);
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(0));

    assert_ready_eq(&p.base, 4);
    edo_future_cancel(&p.base);
    edo_future_cancel(&p.base);
    assert_int_equal(p.cancels, 0);
    assert_ready_eq(&p.base, 4);
    assert_ready_eq(&sleep.base, 0);
    edo_future_cancel(&sleep.base);
    assert_ready_eq(&sleep.base, 0);
    assert_true(edo_sleep_is_elapsed(&sleep));
}

/* --- small futures -------------------------------------------------------------------------- */

struct countdown {
    unsigned calls, left;
};

static edo_poll count_down(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    struct countdown *c = arg;

    (void)waker;
    c->calls++;
    if (c->left--)
        return EDO_PENDING;
    *ret_result = 31;
    return EDO_READY;
}

EDO_TEST_PLAIN(ready_pending_and_poll_fn) /* future-010 */
{
    edo_future ready = edo_ready(INT64_C(1) << 40), pending = edo_pending();
    struct countdown c = {.left = 2};
    edo_poll_fn_future fn = edo_poll_fn(count_down, &c);
    struct noted n;

    assert_ready_eq(&ready, INT64_C(1) << 40);
    for (int i = 0; i < 10; i++)
        assert_int_equal(poll_noted(&pending, &n), EDO_PENDING);
    assert_int_equal(n.destroyed, 1); /* it holds nothing */
    edo_future_cancel(&pending);
    assert_ready_eq(&pending, -ECANCELED);
    assert_pending(&fn.base);
    assert_pending(&fn.base);
    assert_int_equal(c.calls, 2);
    assert_ready_eq(&fn.base, 31);
    assert_ready_eq(&fn.base, 31);
    assert_int_equal(c.calls, 3); /* once for each poll and not after READY */
}

static void *open_later(void *arg)
{
    block_thread_for(5);
    gate_open(arg);
    return NULL;
}

EDO_TEST_PLAIN(thread_outside_of_a_runtime_polls_what_needs_no_driver) /* future-011 */
{
    gate g = GATE_INIT;
    edo_yield_future yield = edo_yield_async();
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(1));

    assert_pending(&yield.base);
    assert_woken(1);
    assert_ready_eq(&yield.base, 0);
    assert_ok(edo_yield());
    assert_ready_eq(&sleep.base, -EDO_ENORUNTIME);
    assert_err(edo_sleep(EDO_MILLIS(1)), -EDO_ENORUNTIME);
    pthread_t opener = start_thread(open_later, &g);
    assert_int_equal(gate_wait(&g), 0); /* parks */
    join_thread(opener);
}

struct elsewhere {
    edo_test_task *harness;
    edo_poll said;
};

static void *poll_elsewhere(void *arg)
{
    struct elsewhere *e = arg;

    e->said = edo_test_task_poll(e->harness);
    return NULL;
}

EDO_TEST_BOTH(future_may_be_polled_on_another_thread) /* future-012 */
{
    static gate g = GATE_INIT;
    edo_task t;
    edo_test_task *here;
    struct elsewhere there;

    assert_ok(edo_spawn(wait_at, &g, &t));
    edo_join_future join = edo_join_async(t, NULL);
    assert_ok(edo_test_task_new(&join.base, &here));
    assert_ok(edo_test_task_new(&join.base, &there.harness));
    for (int i = 0; i < 10; i++) {
        assert_int_equal(edo_test_task_poll(here), EDO_PENDING);
        join_thread(start_thread(poll_elsewhere, &there));
        assert_int_equal(there.said, EDO_PENDING);
    }
    gate_open(&g);
    task_wait_until(edo_test_task_is_woken(there.harness));
    assert_int_equal(edo_test_task_wake_count(here), 0);
    join_thread(start_thread(poll_elsewhere, &there));
    assert_int_equal(there.said, EDO_READY);
    assert_int_equal(join.base.result, 0);
    edo_test_task_release(there.harness);
    edo_test_task_release(here);
}
