/* blocking_shutdown_test.c: calls that have begun go on and are waited for; the others are dropped. */
#include "runtime/blocking_rig.h"

EDO_TEST_PLAIN(a_shutdown_gives_up_on_a_stuck_call_in_time) /* rt-066 */
{
    FOR_BOTH_SCHEDULERS(kind)
    {
        edo_runtime *runtime = make_with_threads(kind, 0);
        call c = {.result = 3};
        edo_task task = spawn_call(runtime, &c);
        wait_until(has_begun(&c));
        uint64_t began = real_time_ns();
        assert_int_equal(edo_runtime_shutdown(runtime, EDO_MILLIS(100)), -ETIMEDOUT);
        uint64_t took = real_time_ns() - began;
        assert_in_range(took, UINT64_C(100000000), UINT64_C(2000000000) * test_patience());
        let_go(&c);
        assert_int_equal(join_result(task), 3);
        assert_ok(edo_runtime_free(runtime));
    }
}

EDO_TEST_PLAIN(a_shutdown_without_patience_does_not_wait) /* rt-067 */
{
    FOR_BOTH_SCHEDULERS(kind)
    {
        edo_runtime *runtime = make_with_threads(kind, 0);
        call c = {0};
        edo_task task = spawn_call(runtime, &c);
        wait_until(has_begun(&c));
        uint64_t began = real_time_ns();
        assert_int_equal(edo_runtime_shutdown(runtime, EDO_MILLIS(0)), -ETIMEDOUT);
        assert_true(real_time_ns() - began < UINT64_C(1000000000) * test_patience());
        let_go(&c);
        join_result(task);
        assert_ok(edo_runtime_free(runtime));
    }
}

static void *let_go_soon(void *arg)
{
    block_thread_for(50);
    let_go(arg);
    return NULL;
}

EDO_TEST_PLAIN(a_patient_shutdown_ends_with_the_last_call) /* rt-068 */
{
    FOR_BOTH_SCHEDULERS(kind)
    {
        edo_runtime *runtime = make_with_threads(kind, 0);
        call c = {.result = 3};
        edo_task task = spawn_call(runtime, &c);
        wait_until(has_begun(&c));
        pthread_t other = start_thread(let_go_soon, &c);
        assert_ok(edo_runtime_shutdown(runtime, EDO_SECONDS(10000)));
        join_thread(other);
        assert_int_equal(join_result(task), 3);
        assert_ok(edo_runtime_free(runtime));
    }
}

EDO_TEST_PLAIN(a_begun_call_goes_on_over_a_shutdown) /* rt-082 */
{
    FOR_BOTH_SCHEDULERS(kind)
    {
        edo_runtime *runtime = make_with_threads(kind, 0);
        call c = {.result = 42};
        edo_task task = spawn_call(runtime, &c);
        wait_until(has_begun(&c));
        assert_int_equal(edo_runtime_shutdown(runtime, EDO_MILLIS(1)), -ETIMEDOUT);
        assert_false(edo_task_is_finished(task));
        pthread_t other = start_thread(let_go_soon, &c);
        assert_int_equal(join_result(task), 42);
        join_thread(other);
        assert_int_equal(c.released, 0);
        assert_ok(edo_runtime_free(runtime));
    }
}

EDO_TEST_PLAIN(no_call_is_taken_after_a_shutdown) /* rt-083 */
{
    FOR_BOTH_SCHEDULERS(kind)
    {
        edo_runtime *runtime = make_with_threads(kind, 0);
        edo_handle *handle = edo_runtime_handle(runtime);
        edo_blocking_opts opts = {.on = handle, .release = release_call};
        call c = {.go = 1};
        edo_task task = {.gen = 77};
        assert_ok(edo_runtime_shutdown(runtime, EDO_SECONDS(5)));
        assert_int_equal(edo_spawn_blocking_with(&opts, run_call, &c, &task), -EDO_ESHUTDOWN);
        assert_ok(edo_runtime_free(runtime));
        assert_int_equal(edo_spawn_blocking_with(&opts, run_call, &c, &task), -EDO_ESHUTDOWN);
        assert_int_equal(task.gen, 77);
        assert_int_equal(c.begun, 0);
        assert_int_equal(c.released, 0);
        edo_handle_unref(handle);
    }
}

EDO_TEST_PLAIN(a_queued_call_is_released_by_a_shutdown)
{
    FOR_BOTH_SCHEDULERS(kind)
    {
        edo_runtime *runtime = make_with_threads(kind, 1);
        call first = {.result = 1}, second = {0};
        edo_task tasks[2] = {spawn_call(runtime, &first), spawn_call(runtime, &second)};
        wait_until(has_begun(&first));
        do /* though the first one is stuck; on the current thread, it is driven meanwhile */
            assert_int_equal(edo_runtime_shutdown(runtime, EDO_MILLIS(20)), -ETIMEDOUT);
        while (!a_load(&second.released, acquire));
        assert_int_equal(join_result(tasks[1]), -EDO_ESHUTDOWN);
        assert_int_equal(second.begun, 0);
        let_go(&first);
        assert_int_equal(join_result(tasks[0]), 1);
        assert_int_equal(first.released, 0);
        assert_ok(edo_runtime_free(runtime));
        assert_int_equal(second.released, 1);
    }
}

EDO_TEST_PLAIN(each_call_runs_or_is_released_never_both) /* rt-085 */
{
    for (unsigned round = 0; round < test_count(200); round++) {
        edo_runtime *runtime = make_with_threads((int)round % 2, 1 + (int)round / 2 % 2);
        call c[2] = {{.go = 1}, {.go = 1}};
        for (int i = 0; i < 2; i++)
            assert_ok(edo_task_detach(spawn_call(runtime, &c[i])));
        assert_ok(edo_runtime_free(runtime));
        for (int i = 0; i < 2; i++)
            assert_int_equal(c[i].begun + c[i].released, 1);
    }
}

EDO_TEST_PLAIN(what_must_run_runs) /* rt-089 */
{
    for (unsigned round = 0; round < test_count(100); round++) {
        edo_runtime *runtime = make_with_threads((int)round % 2, 1);
        edo_handle *handle = edo_runtime_handle(runtime);
        edo_blocking_opts opts = {.on = handle, .release = release_call, .must_run = true};
        call c[3] = {{.go = 1}, {.go = 1}, {.go = 1}};
        for (int i = 0; i < 3; i++)
            assert_ok(edo_spawn_blocking_with(&opts, run_call, &c[i], NULL));
        edo_handle_unref(handle);
        assert_ok(edo_runtime_free(runtime));
        for (int i = 0; i < 3; i++) {
            assert_int_equal(c[i].begun, 1);
            assert_int_equal(c[i].released, 0);
        }
    }
}

/* ---- waits of a call ----------------------------------------------------------------------- */

typedef struct waiter {
    edo_notify never;
    int begun; /* atomic */
    int results[3];
} waiter;

static int wait_three_times(void *arg)
{
    waiter *w = arg;
    edo_notify_wait_future wait = edo_notify_wait_async(&w->never);

    a_store(&w->begun, 1, release);
    w->results[0] = edo_notify_wait(&w->never);
    w->results[1] = (int)edo_await(&wait.base); /* one that begins afterwards */
    w->results[2] = edo_sleep(EDO_SECONDS(10000));
    return edo_task_self_is_canceled() ? 9 : 0;
}

EDO_TEST_PLAIN(waits_of_a_call_end_with_the_shutdown)
{
    FOR_BOTH_SCHEDULERS(kind)
    {
        edo_runtime *runtime = make_with_threads(kind, 0);
        edo_handle *handle = edo_runtime_handle(runtime);
        waiter w = {.begun = 0};
        edo_task task;
        assert_ok(
            edo_spawn_blocking_with(EDO_OPTS(blocking, .on = handle), wait_three_times, &w, &task));
        wait_until(a_load(&w.begun, acquire));
        if (kind == EDO_MULTI_THREAD)
            block_thread_for(5); /* most often it waits by then; either way it ends */
        assert_ok(edo_runtime_shutdown(runtime, EDO_SECONDS(10)));
        assert_int_equal(join_result(task), 9);
        for (int i = 0; i < 3; i++)
            assert_int_equal(w.results[i], -EDO_ESHUTDOWN);
        edo_handle_unref(handle);
        assert_ok(edo_runtime_free(runtime));
    }
}
