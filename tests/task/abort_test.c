/* abort_test.c: an aborted task unwinds through its own code. */
#include "support/edo_test.h"
#include "support/gate.h"
#include "support/probe.h"

#include <stdlib.h>

#include "base/atomic.h"

static int sleep_100_s(void *arg)
{
    (void)arg;
    return edo_sleep(EDO_SECONDS(100));
}

EDO_TEST_BOTH(sleeping_task_ends_at_once) /* task-026 task-007 */
{
    uint64_t begin = real_time_ns();
    edo_instant then = edo_now();
    edo_task t;
    int ret = 0;

    assert_ok(edo_spawn(sleep_100_s, NULL, &t));
    assert_ok(edo_yield()); /* it may sleep by now, or begin cancelled */
    assert_false(edo_task_is_finished(t));
    assert_ok(edo_task_abort(t));
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, -ECANCELED);
    assert_true(edo_instant_since(edo_now(), then).ns < EDO_SECONDS(5).ns);
    assert_true(real_time_ns() - begin < UINT64_C(5000000000) * test_patience());
}

static int wait_at(void *arg)
{
    return gate_wait(arg);
}

EDO_TEST_BOTH(finished_is_true_once_the_cancellation_is_through) /* task-007 */
{
    static gate never = GATE_INIT;
    edo_task t;
    int ret = 0;

    assert_ok(edo_spawn(wait_at, &never, &t));
    task_wait_until(gate_waiting(&never) == 1);
    assert_false(edo_task_is_finished(t));
    assert_ok(edo_task_abort(t));
    if (test_time_is_paused())
        assert_false(
            edo_task_is_finished(t)); /* it has to run first, and nothing of it runs here */
    task_wait_until(edo_task_is_finished(t));
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, -ECANCELED);
}

struct cleanup {
    gate gate;
    unsigned runs, freed; /* atomic */
    uint64_t at, id;
    int first, second, result;
};

static struct cleanup *cleanup_new(void)
{
    struct cleanup *c = calloc(1, sizeof *c);

    pthread_mutex_init(&c->gate.lock, NULL);
    return c;
}

static int wait_and_free(void *arg)
{
    struct cleanup *c = arg;

    a_fetch_add(&c->runs, 1, relaxed);
    c->first = gate_wait(&c->gate);
    c->id = edo_task_self_id();
    c->second = edo_yield();
    c->at = real_time_ns();
    a_fetch_add(&c->freed, 1, release);
    return c->result ? c->result : c->first;
}

/* How long after the abort it had freed what it holds; its handle goes right after the call. */
static uint64_t abort_and_detach(void)
{
    struct cleanup *c = cleanup_new();
    edo_task t;

    assert_ok(edo_spawn(wait_and_free, c, &t));
    task_wait_until(gate_waiting(&c->gate) == 1);
    uint64_t begin = real_time_ns();
    assert_ok(edo_task_abort(t));
    assert_ok(edo_task_detach(t));
    task_wait_until(a_load(&c->freed, acquire) == 1);
    uint64_t took = c->at - begin;
    free(c);
    return took;
}

EDO_TEST_BOTH(aborted_task_without_a_handle_frees_within_10_ms) /* task-027 */
{
    uint64_t best = UINT64_MAX;

    for (int i = 0; i < 10; i++) { /* the machine may be busy with others */
        uint64_t took = abort_and_detach();
        best = took < best ? took : best;
    }
    assert_in_range(best, 0, UINT64_C(10000000) * test_scale());
}

static void *abort_from_thread(void *arg)
{
    for (int i = 0; i < 100; i++)
        assert_ok(edo_task_abort(*(edo_task *)arg));
    return NULL;
}

EDO_TEST_BOTH(many_aborts_equal_one) /* task-030 */
{
    static edo_task t;
    struct cleanup *c = cleanup_new();
    int ret = 0;

    assert_ok(edo_spawn(wait_and_free, c, &t));
    task_wait_until(gate_waiting(&c->gate) == 1);
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        threads[i] = start_thread(abort_from_thread, &t);
    assert_ok(edo_task_abort(t));
    assert_ok(edo_task_abort(t));
    for (int i = 0; i < 2; i++)
        join_thread(threads[i]);
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, -ECANCELED);
    assert_int_equal(c->runs, 1);
    assert_int_equal(c->freed, 1);
    assert_int_equal(c->second, -ECANCELED);
    free(c);
}

static int await_probe(void *arg)
{
    probe *p = arg;

    return (int)edo_await(&p->base);
}

EDO_TEST(future_is_cancelled_once_by_many_aborts) /* task-030 */
{
    static probe p;
    edo_task t;
    int ret = 0;

    p = probe_pending();
    p.ignores_cancel = true;
    assert_ok(edo_spawn(await_probe, &p, &t));
    assert_ok(edo_yield());
    for (int i = 0; i < 5; i++) {
        assert_ok(edo_task_abort(t));
        assert_ok(edo_yield());
        assert_int_equal(p.cancels, 1);
    }
    assert_false(edo_task_is_finished(t)); /* its memory is valid until READY */
    probe_finish(&p, -ECANCELED);
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, -ECANCELED);
}

struct outcome {
    edo_task self;
    int before, after;
    bool told_before, told_after;
};

static int abort_oneself(void *arg)
{
    struct outcome *o = arg;

    o->before = edo_yield();
    o->told_before = edo_task_self_is_canceled();
    assert_ok(o->self.header ? edo_task_abort(o->self) : edo_task_self_abort());
    o->told_after = edo_task_self_is_canceled(); /* this stretch goes on */
    o->after = edo_yield();
    return 12;
}

EDO_TEST_BOTH(aborting_oneself_shows_at_the_next_await) /* task-032 */
{
    for (int by_handle = 0; by_handle < 2; by_handle++) {
        struct outcome *o = calloc(1, sizeof *o);
        edo_task t;
        int ret = -1;
        assert_ok(edo_spawn(abort_oneself, o, by_handle ? &o->self : &t));
        if (by_handle)
            t = o->self;
        assert_ok(edo_join(t, &ret));
        assert_int_equal(ret, 12);
        assert_int_equal(o->before, 0);
        assert_false(o->told_before);
        assert_true(o->told_after);
        assert_int_equal(o->after, -ECANCELED);
        free(o);
    }
    assert_false(edo_task_self_is_canceled()); /* it reached nobody else */
}

static int return_5(void *arg)
{
    (void)arg;
    return 5;
}

static int await_everything(void *arg)
{
    gate open = GATE_INIT;
    probe ready = probe_ready(1), pending = probe_pending(), arm = probe_ready(2);
    edo_task child = *(edo_task *)arg;
    int ret = -1;

    gate_open(&open);
    assert_ok(edo_task_self_abort());
    for (int i = 0; i < 3; i++) { /* a level, not an event */
        ready = probe_ready(1);
        arm = probe_ready(2);
        pending = probe_pending();
        assert_err(edo_await(&ready.base), -ECANCELED);
        assert_err(edo_await(&pending.base), -ECANCELED);
        assert_int_equal(ready.polls + pending.polls, 0); /* nothing was started */
        assert_err(gate_wait(&open), -ECANCELED);
        assert_err(edo_sleep(EDO_MILLIS(1)), -ECANCELED);
        assert_err(edo_sleep(EDO_MILLIS(0)), -ECANCELED);
        assert_err(edo_yield(), -ECANCELED);
        assert_err(edo_join(child, &ret), -ECANCELED);
        assert_err(edo_select(&arm.base, &pending.base), -ECANCELED);
        assert_err(edo_timeout(&arm.base, EDO_SECONDS(1)), -ECANCELED);
        assert_int_equal(arm.polls, 0);
    }
    return ret;
}

EDO_TEST_BOTH(await_after_an_abort_starts_nothing) /* task-035 */
{
    static edo_task child;
    edo_task t;
    int ret = 0;

    assert_ok(edo_spawn(return_5, NULL, &child));
    task_wait_until(edo_task_is_finished(child));
    assert_ok(edo_spawn(await_everything, &child, &t));
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, -1);        /* its join took nothing, */
    assert_ok(edo_join(child, &ret)); /* and the handle is still good */
    assert_int_equal(ret, 5);
}

EDO_TEST(await_that_had_succeeded_says_so) /* task-036 */
{
    struct cleanup *c = cleanup_new();
    edo_task t;
    int ret = -1;

    assert_ok(edo_spawn(wait_and_free, c, &t));
    assert_ok(edo_yield());
    gate_open(&c->gate); /* it is woken, and has not run yet */
    assert_ok(edo_task_abort(t));
    assert_ok(edo_join(t, &ret));
    assert_int_equal(c->first, 0);
    assert_int_equal(c->second, -ECANCELED);
    assert_int_equal(ret, 0);
    free(c);
}

EDO_TEST_BOTH(aborted_task_joins_with_what_it_returned) /* task-037 task-034 */
{
    static const int results[] = {42, -EIO}; /* a value all the same; its cleanup failed */

    for (int i = 0; i < 2; i++) {
        struct cleanup *c = cleanup_new();
        edo_task t;
        int ret = 0;
        c->result = results[i];
        assert_ok(edo_spawn(wait_and_free, c, &t));
        task_wait_until(gate_waiting(&c->gate) == 1);
        assert_ok(edo_task_abort(t)); /* the aborter hears nothing of it */
        assert_ok(edo_join(t, &ret));
        assert_int_equal(ret, results[i]);
        assert_int_equal(c->first, -ECANCELED);
        free(c);
        assert_ok(edo_yield()); /* nor does the worker */
    }
}

EDO_TEST_BOTH(id_is_current_during_the_cleanup) /* task-054 */
{
    struct cleanup *c = cleanup_new();
    edo_task t;

    assert_ok(edo_spawn(wait_and_free, c, &t));
    uint64_t id = edo_task_id(t);
    task_wait_until(gate_waiting(&c->gate) == 1);
    assert_ok(edo_task_abort(t));
    assert_ok(edo_join(t, NULL));
    assert_int_equal(c->first, -ECANCELED);
    assert_int_equal(c->id, id);
    free(c);
}

EDO_TEST_BOTH(abort_after_the_end_does_nothing) /* task-029 */
{
    edo_task t;
    edo_abort_handle handle;
    int ret = -1;

    assert_ok(edo_spawn(return_5, NULL, &t));
    task_wait_until(edo_task_is_finished(t));
    assert_ok(edo_abort_handle_new(t, &handle));
    assert_ok(edo_task_abort(t));
    edo_abort_handle_abort(&handle);
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 5);
    assert_err(edo_task_abort(t), -ESRCH);
    edo_abort_handle_abort(&handle);
    edo_abort_handle_drop(handle);
}

EDO_TEST(task_aborted_before_its_first_run_runs_in_the_cancelled_state) /* task-019 */
{
    struct cleanup *c = cleanup_new();
    edo_task t;
    int ret = 0;

    assert_ok(edo_spawn(wait_and_free, c, &t));
    assert_ok(edo_task_abort(t));
    assert_int_equal(c->runs, 0);
    assert_ok(edo_join(t, &ret));
    assert_int_equal(c->runs, 1); /* exactly once */
    assert_int_equal(c->freed, 1);
    assert_int_equal(ret, -ECANCELED);
    free(c);
}
