/* fs_call_test.c: calls that may block, as futures: where they run, and what becomes of them. */
#include "runtime/blocking_rig.h"

#include "fs/fs_call.h"

/* A call of the rig's, as an operation of the file system. */
typedef struct test_future {
    edo_future base;
    edo_job job;
    call *call;
} test_future;
FS_CALL_CHECK(test_future);

static int64_t test_run(edo_future *base)
{
    return run_call(container_of(base, test_future, base)->call);
}

static int64_t test_now(edo_future *base)
{
    call *c = container_of(base, test_future, base)->call;

    if (!a_load(&c->go, acquire))
        return -EAGAIN;
    c->tid = gettid();
    return c->result;
}

static const fs_ops run_ops = FS_OPS("test_run", test_run);
static const fs_ops now_ops = {
    .base = {.poll = fs_call_poll, .cancel = fs_call_cancel}, .run = test_run, .now = test_now};

static test_future make(const fs_ops *ops, call *c)
{
    return (test_future){.base = EDO_FUTURE_INIT(&ops->base), .call = c};
}

EDO_TEST_BOTH(a_call_is_made_on_another_thread) /* fs-069 fs-070 */
{
    call c = {.go = 1, .result = 7};
    test_future fut = make(&run_ops, &c);

    assert_int_equal(fs_await(&fut.base), 7);
    assert_int_equal(c.begun, 1);
    assert_true(c.tid != gettid());
}

EDO_TEST_BOTH(what_can_be_told_at_once_is_told_by_the_task)
{
    call c = {.go = 1, .result = 7};
    test_future fut = make(&now_ops, &c);

    assert_int_equal(fs_await(&fut.base), 7);
    assert_int_equal(c.tid, gettid());
    assert_int_equal(c.begun, 0);
}

EDO_TEST_PLAIN(a_plain_thread_makes_it_itself)
{
    call c = {.go = 1, .result = 7};
    test_future fut = make(&run_ops, &c);

    assert_int_equal(fs_await(&fut.base), 7);
    assert_int_equal(c.tid, gettid());
}

static int call_again(void *arg)
{
    test_future fut = make(&run_ops, arg);

    return (int)fs_await(&fut.base);
}

EDO_TEST_PLAIN(a_blocking_call_makes_it_itself)
{
    call c = {.go = 1, .result = 7};
    int result;
    edo_runtime *runtime = make_with_threads(EDO_MULTI_THREAD, 1);
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_task task;

    assert_ok(edo_spawn_blocking_with(EDO_OPTS(blocking, .on = handle), call_again, &c, &task));
    assert_ok(edo_join(task, &result));
    assert_int_equal(result, 7);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_BOTH(one_that_has_begun_goes_on_to_its_end)
{
    call c = {.result = 7};
    test_future fut = make(&run_ops, &c);

    assert_pending(&fut.base);
    wait_until(has_begun(&c));
    edo_future_cancel(&fut.base);
    assert_pending(&fut.base);
    let_go(&c);
    assert_int_equal(edo_await(&fut.base), 7);
}

static int with_one_thread(void *arg)
{
    call first = {0}, second = {.go = 1};
    test_future held = make(&run_ops, &first), queued = make(&run_ops, &second);

    (void)arg;
    assert_pending(&held.base);
    wait_until(has_begun(&first));
    assert_pending(&queued.base);
    edo_future_cancel(&queued.base);
    assert_ready_eq(&queued.base, -ECANCELED);
    let_go(&first);
    assert_int_equal(edo_await(&held.base), 0);
    assert_int_equal(second.begun, 0);
    queued = make(&run_ops, &second);
    assert_int_equal(edo_await(&queued.base), 0); /* the queue is as it should be */
    return second.begun;
}

EDO_TEST_PLAIN(one_that_has_not_begun_is_dropped)
{
    FOR_BOTH_SCHEDULERS(kind)
    {
        edo_runtime *runtime = make_with_threads(kind, 1);

        assert_int_equal(edo_block_on(runtime, with_one_thread, NULL), 1);
        assert_ok(edo_runtime_free(runtime));
    }
}

/* On the one thread: in which order. */
static int count_up(void *arg)
{
    return ++*(int *)arg;
}

typedef struct count_future {
    edo_future base;
    edo_job job;
    int *count;
} count_future;
FS_CALL_CHECK(count_future);

static int64_t count_run(edo_future *base)
{
    return count_up(container_of(base, count_future, base)->count);
}

static const fs_ops count_ops = FS_OPS("test_count", count_run);

static int call_and_jobs(void *arg)
{
    call first = {0};
    test_future held = make(&run_ops, &first);
    count_future futs[3];
    edo_task tasks[3];
    int count = 0;

    (void)arg;
    assert_pending(&held.base);
    wait_until(has_begun(&first));
    for (int i = 0; i < 3; i++) {
        futs[i] = (count_future){.base = EDO_FUTURE_INIT(&count_ops.base), .count = &count};
        assert_pending(&futs[i].base);
        assert_ok(edo_spawn_blocking(count_up, &count, &tasks[i]));
    }
    let_go(&first);
    assert_int_equal(edo_await(&held.base), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(join_result(tasks[i]), 2 * i + 1);
        assert_int_equal(edo_await(&futs[i].base), 2 * i + 2);
    }
    return count;
}

EDO_TEST_PLAIN(they_go_with_blocking_calls_by_turns)
{
    FOR_BOTH_SCHEDULERS(kind)
    {
        edo_runtime *runtime = make_with_threads(kind, 1);

        assert_int_equal(edo_block_on(runtime, call_and_jobs, NULL), 6);
        assert_ok(edo_runtime_free(runtime));
    }
}

static int abort_me(void *arg)
{
    test_future fut = make(&run_ops, arg);

    return (int)fs_await(&fut.base);
}

EDO_TEST(who_is_aborted_before_it_begins_does_nothing)
{
    call c = {.go = 1};
    edo_task task;

    assert_ok(edo_spawn(abort_me, &c, &task));
    edo_task_abort(task);
    assert_int_equal(join_result(task), -ECANCELED);
    assert_int_equal(c.begun, 0);
}

EDO_TEST_PLAIN(without_its_runtime_it_says_so)
{
    call c = {.go = 1};
    test_future fut = make(&run_ops, &c);
    edo_runtime *runtime = make_current();
    edo_handle *handle = edo_runtime_handle(runtime);

    assert_ok(edo_runtime_free(runtime));
    edo_enter_guard entered;

    assert_ok(edo_enter(handle, &entered));
    assert_int_equal(fs_await(&fut.base), -EDO_ESHUTDOWN);
    assert_int_equal(c.begun, 0);
    edo_leave(&entered);
    edo_handle_unref(handle);
}

EDO_TEST(a_paused_clock_stands_while_one_is_under_way)
{
    call c = {0};
    test_future fut = make(&run_ops, &c);
    edo_sleep_future sleep = edo_sleep_async(EDO_SECONDS(1));

    assert_pending(&fut.base);
    let_go(&c);
    assert_int_equal(edo_select(&sleep.base, &fut.base), 1);
}
