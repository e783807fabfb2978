/*
 * foreign_free_test.c: runtimes that end while others are at work: threads that drive them, threads
 * that spawn into them, tasks of other runtimes.
 */
#include "runtime/rig.h"

#include <edo/callback.h>

#include "support/gate.h"

static edo_runtime *new_runtime(edo_runtime_kind kind)
{
    edo_runtime_opts opts = {.kind = kind, .workers = kind == EDO_MULTI_THREAD ? 2 : 0};
    edo_runtime *rt;

    assert_int_equal(edo_runtime_new(&opts, &rt), 0);
    return rt;
}

static void *free_runtime(void *rt)
{
    return (void *)(intptr_t)edo_runtime_free((edo_runtime *)rt);
}

static int wait_long(void *arg)
{
    (void)arg;
    return edo_sleep(EDO_SECONDS(10000));
}

EDO_TEST_BOTH(current_thread_runtime_is_not_freed_from_a_task_of_another)
{
    edo_runtime *other = new_runtime(EDO_CURRENT_THREAD);
    edo_handle *handle = edo_runtime_handle(other);

    assert_int_equal(edo_runtime_free(other), -EDEADLK); /* no task: the rule is the same */
    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .on = handle), wait_long, NULL, NULL));
    assert_int_equal(edo_runtime_shutdown(other, EDO_SECONDS(1)), -EDEADLK);
    assert_ok(edo_yield()); /* this task's own runtime is whole */
    assert_int_equal((intptr_t)join_thread(start_thread(free_runtime, other)), 0);
    edo_handle_unref(handle);
}

static void *drive(void *rt)
{
    return (void *)(intptr_t)edo_block_on((edo_runtime *)rt, wait_long, NULL);
}

EDO_TEST_PLAIN(runtime_that_another_thread_drives_can_be_shut_down)
{
    edo_runtime *rt = new_runtime(EDO_CURRENT_THREAD);
    edo_handle *handle = edo_runtime_handle(rt);
    edo_metrics m = {0};
    pthread_t driver = start_thread(drive, rt);

    do { /* the task has begun */
        assert_ok(edo_handle_metrics(handle, &m));
    } while (m.polls == 0);
    assert_int_equal(edo_runtime_shutdown(rt, EDO_SECONDS(5)), 0); /* a thread that never parked */
    assert_int_equal((intptr_t)join_thread(driver), -EDO_ESHUTDOWN);
    assert_int_equal(edo_runtime_free(rt), 0);
    edo_handle_unref(handle);
}

static void *shut_down(void *rt)
{
    return (void *)(intptr_t)edo_runtime_shutdown(rt, EDO_SECONDS(10));
}

EDO_TEST_PLAIN(two_threads_may_shut_one_runtime_down)
{
    for (unsigned i = 0; i < test_count(50); i++) {
        edo_runtime *rt = new_runtime(EDO_MULTI_THREAD);
        edo_handle *handle = edo_runtime_handle(rt);
        assert_ok(edo_spawn_with(EDO_OPTS(spawn, .on = handle), wait_long, NULL, NULL));
        pthread_t second = start_thread(shut_down, rt);
        assert_int_equal(edo_runtime_shutdown(rt, EDO_SECONDS(10)), 0);
        assert_int_equal((intptr_t)join_thread(second), 0);
        assert_int_equal(edo_runtime_free(rt), 0);
        edo_handle_unref(handle);
    }
}

static int nothing(void *arg)
{
    (void)arg;
    return 0;
}

static void *spawn_until_refused(void *handle)
{
    edo_spawn_opts opts = {.on = handle};
    int rc;

    while ((rc = edo_spawn_with(&opts, nothing, NULL, NULL)) == 0)
        ;
    return (void *)(intptr_t)rc;
}

EDO_TEST_PLAIN(refused_spawns_do_not_keep_a_shutdown_waiting)
{
    for (unsigned i = 0; i < test_count(200); i++) {
        edo_runtime *rt = new_runtime(EDO_CURRENT_THREAD);
        edo_handle *handle = edo_runtime_handle(rt);
        pthread_t spawner = start_thread(spawn_until_refused, handle);
        assert_int_equal(edo_runtime_free(rt), 0);
        assert_int_equal((intptr_t)join_thread(spawner), -EDO_ESHUTDOWN);
        edo_handle_unref(handle);
    }
}

static int short_life(void *arg)
{
    int *canceled = arg;

    if (edo_task_self_is_canceled())
        a_fetch_add(canceled, 1, relaxed);
    return 0;
}

static int storm(void *arg)
{
    for (unsigned i = 0; i < test_count(20000); i++) {
        int rc = edo_spawn(short_life, arg, NULL);
        if (rc < 0)
            return rc;
        if (i % 64 == 0 && (rc = edo_yield()) < 0)
            return rc;
    }
    return 0;
}

/* A shutdown looks at every header of the process, also at those that end at that moment. */
EDO_TEST_MT(shutdown_of_a_runtime_leaves_the_tasks_of_others_alone)
{
    static int canceled;
    edo_task task;
    int ret;

    assert_ok(edo_spawn(storm, &canceled, &task));
    while (!edo_task_is_finished(task)) {
        edo_runtime *other = new_runtime(EDO_MULTI_THREAD);
        assert_int_equal(edo_runtime_free(other), 0);
        assert_ok(edo_yield());
    }
    assert_ok(edo_join(task, &ret));
    assert_int_equal(ret, 0);
    assert_int_equal(a_load(&canceled, relaxed), 0);
}

static int discards;

static void count_discard(void *arg, int64_t result)
{
    (void)arg;
    discards += (int)result;
}

/* The waiting side of a call ends with its future, polled or not. */
EDO_TEST_BOTH(call_that_a_select_never_polled_is_left) /* future-008 */
{
    edo_callback *call;
    edo_future ready = edo_ready(5);

    assert_ok(edo_callback_new(count_discard, NULL, &call));
    edo_callback_future wait = edo_callback_async(call);
    assert_int_equal(edo_select_biased(&ready, &wait.base), 0);
    assert_int_equal(wait.base.result, -ECANCELED);
    edo_callback_finish(call, 7);
    assert_int_equal(discards, 7);
}

/* A composite that loses gives back what its parts took. */
EDO_TEST_BOTH(join_all_that_loses_a_select_puts_its_parts_back) /* future-032 */
{
    static test_queue queue = TEST_QUEUE_INIT;
    int item = 0;
    edo_future never = edo_pending();
    edo_yield_future winner = edo_yield_async();

    test_queue_push(&queue, 42);
    test_pop_future pop = test_queue_pop_async(&queue, &item);
    edo_future *parts[] = {&pop.base, &never};
    edo_join_all_future both = edo_join_all_async(parts, 2);
    assert_int_equal(edo_select_biased(&both.base, &winner.base), 1);
    assert_int_equal(both.base.result, -ECANCELED);
    assert_int_equal(test_queue_len(&queue), 1);
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

EDO_TEST(clock_that_runs_again_does_not_make_a_sleep_busy) /* timer-017 */
{
    edo_handle *handle = edo_runtime_handle(test_runtime());
    edo_metrics before, after;

    block_thread_for(20); /* the clock falls behind the system's */
    assert_ok(edo_resume());
    assert_ok(edo_handle_metrics(handle, &before));
    assert_ok(edo_sleep(EDO_MILLIS(100)));
    assert_ok(edo_handle_metrics(handle, &after));
    assert_true(after.parks - before.parks < 50);
    edo_handle_unref(handle);
}
