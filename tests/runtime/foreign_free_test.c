/*
 * foreign_free_test.c: runtimes that end while others are at work: threads that drive them, threads
 * that spawn into them, tasks of other runtimes.
 */
#include "runtime/rig.h"

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

typedef struct hook_call {
    edo_runtime *other;
    int freed, shut_down;
    bool made; /* atomic */
} hook_call;

static void free_in_hook(void *arg)
{
    hook_call *call = arg;

    if (a_load(&call->made, acquire))
        return;
    call->freed = edo_runtime_free(call->other);
    call->shut_down = edo_runtime_shutdown(call->other, EDO_SECONDS(1));
    a_store(&call->made, true, release);
}

EDO_TEST_PLAIN(current_thread_runtime_is_not_freed_from_a_hook_of_another)
{
    hook_call call = {.other = new_runtime(EDO_CURRENT_THREAD)};
    edo_handle *handle = edo_runtime_handle(call.other);
    edo_task task;

    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .on = handle), wait_long, NULL, &task));
    edo_runtime *hooked = make_runtime(
        EDO_OPTS(runtime, .workers = 1, .on_thread_start = free_in_hook, .hook_arg = &call));
    wait_until(a_load(&call.made, acquire));
    assert_int_equal(call.freed, -EDEADLK);
    assert_int_equal(call.shut_down, -EDEADLK);
    assert_false(edo_task_is_finished(task)); /* nothing was touched */
    assert_int_equal(edo_runtime_free(hooked), 0);
    assert_int_equal(edo_runtime_shutdown(call.other, EDO_SECONDS(5)), 0);
    assert_int_equal(join_result(task), -EDO_ESHUTDOWN);
    assert_int_equal(edo_runtime_free(call.other), 0);
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

typedef struct spawner {
    edo_handle *handle;
    unsigned spawned; /* atomic */
} spawner;

static void *spawn_until_refused(void *arg)
{
    spawner *s = arg;
    edo_spawn_opts opts = {.on = s->handle};
    int rc;

    while ((rc = edo_spawn_with(&opts, nothing, NULL, NULL)) == 0)
        if (a_fetch_add(&s->spawned, 1, release) % 1024 == 1023)
            block_thread_for(1); /* lest a slow machine has to run too many of them */
    return (void *)(intptr_t)rc;
}

EDO_TEST_PLAIN(refused_spawns_do_not_keep_a_shutdown_waiting)
{
    for (unsigned i = 0; i < test_count(300); i++) {
        edo_runtime *rt = new_runtime(EDO_CURRENT_THREAD);
        spawner s = {.handle = edo_runtime_handle(rt)};
        pthread_t thread = start_thread(spawn_until_refused, &s);
        while (a_load(&s.spawned, acquire) < i % 50)
            ; /* in the middle of it */
        assert_int_equal(edo_runtime_shutdown(rt, EDO_FOREVER()), 0);
        assert_int_equal((intptr_t)join_thread(thread), -EDO_ESHUTDOWN);
        assert_int_equal(metrics_of(rt).alive_tasks, 0);
        assert_int_equal(metrics_of(rt).spawned_tasks, s.spawned);
        assert_int_equal(edo_runtime_free(rt), 0);
        edo_handle_unref(s.handle);
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
    for (unsigned i = 0; i < test_count(200000); i++) {
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

typedef struct turn {
    edo_runtime *runtime;
    bool ran; /* atomic */
} turn;

static int have_a_turn(void *arg)
{
    a_store(&((turn *)arg)->ran, true, release);
    return 5;
}

static int wait_for_turn(void *arg)
{
    while (!a_load(&((turn *)arg)->ran, acquire))
        assert_ok(edo_yield());
    return 6;
}

static void *block_on_a_turn(void *arg)
{
    turn *t = arg;

    return (void *)(intptr_t)edo_block_on(t->runtime, have_a_turn, t);
}

/* Its function has ended: that the call itself has not come back yet is no business of the owner's. */
EDO_TEST_PLAIN(runtime_may_go_while_a_second_block_on_returns)
{
    for (unsigned i = 0; i < test_count(300); i++) {
        turn t = {.runtime = new_runtime(EDO_CURRENT_THREAD)};
        pthread_t second = start_thread(block_on_a_turn, &t);
        assert_int_equal(edo_block_on(t.runtime, wait_for_turn, &t), 6);
        assert_int_equal(edo_runtime_free(t.runtime), 0);
        assert_int_equal((intptr_t)join_thread(second), 5);
    }
}
