/* in_place_test.c: a task that blocks in place leaves its worker's other tasks to another thread. */
#include "runtime/blocking_rig.h"

static edo_runtime *make_unwatched(int workers)
{
    return make_runtime(
        EDO_OPTS(runtime, .workers = workers, .monitor = EDO_MONITOR_OFF)); /* no relief helps */
}

static int answer(void *arg)
{
    (void)arg;
    assert_int_equal(edo_worker_index(), -1);
    return 42;
}

static int answer_in_place(void *arg)
{
    return edo_block_in_place(answer, arg);
}

static int answer_in_place_twice(void *arg)
{
    return edo_block_in_place(answer_in_place, arg);
}

static int try_everywhere(void *arg)
{
    edo_task task;
    int rc = answer_in_place(arg);

    assert_ok(edo_spawn(answer_in_place, NULL, &task));
    assert_int_equal(join_result(task), rc);
    return rc;
}

EDO_TEST_PLAIN(it_needs_a_multi_thread_runtime) /* rt-090 */
{
    edo_runtime *multi = make_multi(1), *current = make_current();

    assert_int_equal(edo_block_on(multi, try_everywhere, NULL), 42);
    assert_int_equal(edo_block_on(current, try_everywhere, NULL), -EDO_EMISUSE);
    assert_int_equal(edo_block_in_place(NULL, NULL), -EINVAL);
    assert_int_equal(edo_block_in_place(answer, NULL), 42); /* a plain thread just calls it */
    assert_ok(edo_runtime_free(multi));
    assert_ok(edo_runtime_free(current));
}

static int results_elsewhere[2];

static void in_a_hook(void *arg)
{
    (void)arg;
    results_elsewhere[0] = edo_block_in_place(answer, NULL);
}

static edo_poll in_a_poll(void *arg, const edo_waker *waker, int64_t *ret_value)
{
    (void)arg;
    (void)waker;
    *ret_value = results_elsewhere[1] = edo_block_in_place(answer, NULL);
    return EDO_READY;
}

static int await_one(void *arg)
{
    edo_poll_fn_future fut = edo_poll_fn(in_a_poll, arg);

    return (int)edo_await(&fut.base);
}

EDO_TEST_PLAIN(it_is_misuse_in_hooks_and_poll_functions)
{
    edo_runtime *runtime =
        make_runtime(EDO_OPTS(runtime, .workers = 1, .on_thread_start = in_a_hook));

    assert_int_equal(edo_block_on(runtime, await_one, NULL), -EDO_EMISUSE);
    assert_int_equal(results_elsewhere[0], -EDO_EMISUSE);
    assert_int_equal(results_elsewhere[1], -EDO_EMISUSE);
    assert_ok(edo_runtime_free(runtime));
}

static int nest(void *arg)
{
    edo_task task;

    assert_ok(edo_spawn_blocking(answer_in_place_twice, arg, &task));
    assert_int_equal(join_result(task), 42);
    return answer_in_place_twice(arg);
}

EDO_TEST_PLAIN(nested_or_in_a_call_it_just_calls) /* rt-091 */
{
    edo_runtime *multi = make_multi(1), *current = make_current();
    edo_task task;

    assert_int_equal(edo_block_on(multi, nest, NULL), 42);
    edo_handle *handle = edo_runtime_handle(current);
    assert_ok(edo_spawn_blocking_with(EDO_OPTS(blocking, .on = handle), answer_in_place_twice, NULL,
                                      &task));
    assert_int_equal(join_result(task), 42);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(multi));
    assert_ok(edo_runtime_free(current));
}

/* ---- the others go on --------------------------------------------------------------------------- */

static int count_run(void *arg)
{
    a_fetch_add((int *)arg, 1, acq_rel);
    return 0;
}

static int wait_for_runs(void *arg)
{
    wait_until(a_load((int *)arg, acquire) >= 1000);
    return 0;
}

static int block_until_runs(void *arg)
{
    pid_t tid = gettid();
    int rc = edo_block_in_place(wait_for_runs, arg);

    assert_int_equal(gettid(), tid); /* it stays on its thread */
    return rc;
}

static int block_four(void *arg)
{
    edo_task tasks[4];

    for (int i = 0; i < 4; i++)
        assert_ok(edo_spawn(block_until_runs, arg, &tasks[i]));
    assert_ok(edo_yield());
    for (int i = 0; i < 1000; i++)
        assert_ok(edo_spawn(count_run, arg, NULL));
    for (int i = 0; i < 4; i++)
        assert_int_equal(join_result(tasks[i]), 0);
    return *(int *)arg;
}

EDO_TEST_PLAIN(blocked_in_place_workers_do_not_keep_others_from_running) /* rt-092 */
{
    for (int workers = 1; workers <= 4; workers *= 4) {
        edo_runtime *runtime = make_unwatched(workers);
        int runs = 0;
        assert_int_equal(edo_block_on(runtime, block_four, &runs), 1000);
        assert_int_equal(metrics_of(runtime).reliefs, 0);
        assert_ok(edo_runtime_free(runtime));
    }
}

static int listen_and_block(void *arg)
{
    edo_sleep_future soon = edo_sleep_async(EDO_MILLIS(5));

    (void)arg;
    return (int)edo_await(&soon.base); /* by the wheel of a core that another thread has to drive */
}

static int block_on_own_timer(void *arg)
{
    return edo_block_in_place(listen_and_block, arg);
}

EDO_TEST_PLAIN(timers_of_the_worker_are_driven_meanwhile)
{
    edo_runtime *runtime = make_unwatched(1);

    for (int i = 0; i < 5; i++)
        assert_int_equal(edo_block_on(runtime, block_on_own_timer, NULL), 0);
    assert_ok(edo_runtime_free(runtime));
}

/* The monitor is about to take the core, or has just done so, when the task gives it away. */
static int block_late(void *arg)
{
    (void)arg;
    block_thread_for(9 + (unsigned)(uintptr_t)arg % 8);
    return edo_block_in_place(answer, NULL);
}

static int block_some_late(void *arg)
{
    edo_task tasks[8];

    (void)arg;
    for (uintptr_t i = 0; i < 8; i++)
        assert_ok(edo_spawn(block_late, (void *)i, &tasks[i]));
    for (int i = 0; i < 8; i++)
        assert_int_equal(join_result(tasks[i]), 42);
    return 0;
}

EDO_TEST_PLAIN(the_monitor_and_the_task_may_both_give_the_core_away)
{
    edo_runtime *runtime = make_multi(2);

    for (unsigned i = 0; i < test_count(5); i++)
        assert_int_equal(edo_block_on(runtime, block_some_late, NULL), 0);
    assert_ok(edo_runtime_free(runtime));
}
