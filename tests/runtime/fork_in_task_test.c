/*
 * fork_in_task_test.c: what a child of fork(2) may count on: no task of its parent's runs in it, a
 * runtime of its own works, and its signals are its own.
 */
#include "runtime/rig.h"

#include "support/tcp.h"

#include <signal.h>

#include "base/macros.h"
#include "runtime/child_leaks.h"

static void wait_for_child(pid_t child, int *ret_status)
{
    assert_true(child > 0);
    assert_int_equal(waitpid(child, ret_status, 0), child);
}

static int add_one(void *arg)
{
    return 1 + *(int *)arg;
}

static int listen_and_close(void)
{
    edo_tcp_listener *listener;
    int rc = edo_tcp_listen("127.0.0.1:0", &listener);

    return rc < 0 ? rc : edo_tcp_listener_close(listener);
}

static int spawn_and_join(void *arg)
{
    edo_task task;
    int ret = 0;
    int rc = edo_spawn(add_one, arg, &task);

    if (rc == 0)
        rc = edo_join(task, &ret);
    if (rc == 0)
        rc = listen_and_close();
    return rc < 0 ? rc : ret;
}

/* 0: a new runtime of this kind works in this process. */
static int try_new_runtime(edo_runtime_kind kind)
{
    edo_runtime_opts opts = {.kind = kind, .workers = kind == EDO_MULTI_THREAD ? 2 : 0};
    edo_runtime *rt;
    int one = 1;

    if (edo_runtime_new(&opts, &rt) < 0)
        return 1;
    if (edo_block_on(rt, spawn_and_join, &one) != 2)
        return 2;
    return edo_runtime_free(rt) < 0 ? 3 : 0;
}

struct collections {
    edo_join_set *set;
    edo_join_map *map;
    edo_group *group;
};

static pid_t runner; /* atomic */

static int note_runner(void *arg)
{
    (void)arg;
    a_store(&runner, getpid(), relaxed);
    return 0;
}

/* In the child. The number of the first thing that is not as it should be; 0: none. */
static int look_around(edo_task other)
{
    if (edo_join(other, NULL) != -EDO_EFORKED)
        return 10;
    if (edo_spawn(note_runner, NULL, NULL) != -EDO_EFORKED)
        return 11;
    if (edo_sleep(EDO_MILLIS(1)) != -EDO_EFORKED)
        return 12;
    if (edo_yield() != 0 || a_load(&runner, relaxed) == getpid())
        return 13;
    int rc = try_new_runtime(EDO_CURRENT_THREAD);
    if (rc || HAS_TSAN || test_is_emulated()) /* which let no child of several threads start any */
        return rc;
    return try_new_runtime(EDO_MULTI_THREAD);
}

/* Of several: the worker's queues hold tasks, the other workers run some. */
static int count_and_yield(void *arg)
{
    uint32_t *counts = arg;

    while (a_load(&counts[0], acquire) == 0) {
        a_fetch_add(&counts[1], 1, relaxed);
        assert_ok(edo_yield());
    }
    return 4;
}

EDO_TEST_MT(child_of_a_busy_worker_runs_none_of_its_parents_tasks) /* rt-079 */
{
    static uint32_t counts[2]; /* stop, runs; atomic */
    edo_task others[8];
    int status, ret = 0;

    settle_threads();
    for (int i = 0; i < 8; i++)
        assert_ok(edo_spawn(count_and_yield, counts, &others[i]));
    task_wait_until(a_load(&counts[1], relaxed) > 8);
    pid_t child = fork();
    if (child == 0) {
        leave_leaks_alone();
        uint32_t runs = a_load(&counts[1], relaxed);
        int wrong = look_around(others[0]);
        _exit(wrong ? wrong : a_load(&counts[1], relaxed) == runs ? 0 : 20);
    }
    wait_for_child(child, &status);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    uint32_t runs = a_load(&counts[1], relaxed);
    task_wait_until(a_load(&counts[1], relaxed) > runs); /* they go on in the parent */
    a_store(&counts[0], 1, release);
    for (int i = 0; i < 8; i++) {
        assert_ok(edo_join(others[i], &ret));
        assert_int_equal(ret, 4);
    }
}

EDO_TEST(child_of_a_task_runs_none_of_its_parents_tasks) /* rt-079 */
{
    edo_task other;
    int status;

    assert_ok(edo_spawn(note_runner, NULL, &other)); /* current-thread: it has not begun */
    pid_t child = fork();
    if (child == 0)
        _exit(look_around(other));
    wait_for_child(child, &status);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_ok(edo_join(other, NULL)); /* the parent is undisturbed */
    assert_int_equal(a_load(&runner, relaxed), getpid());
}

static int fork_and_return(void *arg)
{
    pid_t *ret_child = arg;

    settle_threads();
    pid_t child = fork();
    if (child == 0) {
        leave_leaks_alone();
        return 7; /* there is nothing to go back to */
    }
    *ret_child = child;
    return 0;
}

EDO_TEST_BOTH(child_that_returns_from_its_task_ends_with_its_result) /* rt-079 */
{
    edo_task task;
    pid_t child = 0;
    int status, ret;

    assert_ok(edo_spawn(fork_and_return, &child, &task));
    assert_ok(edo_join(task, &ret));
    assert_int_equal(ret, 0);
    wait_for_child(child, &status);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
}

static edo_poll fork_in_poll(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    (void)waker;
    settle_threads();
    *(pid_t *)arg = fork();
    *ret_result = 0;
    return EDO_READY;
}

EDO_TEST_BOTH(child_of_a_poll_function_is_out_of_it) /* rt-079 */
{
    pid_t child = -1;
    int status;
    edo_poll_fn_future fut = edo_poll_fn(fork_in_poll, &child);

    assert_ok(edo_await(&fut.base));
    if (child == 0)
        _exit(edo_sleep(EDO_MILLIS(1)) == -EDO_EFORKED ? 0 : 1);
    wait_for_child(child, &status);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static uint32_t storming; /* atomic */

static void *listen_storm(void *handle)
{
    edo_enter_guard guard;
    int rc = edo_enter(handle, &guard);

    while (rc == 0 && a_load(&storming, acquire))
        rc = listen_and_close();
    edo_leave(&guard);
    return rc < 0 ? handle : NULL; /* which the test takes for a failure */
}

static void *spawn_storm(void *handle)
{
    edo_spawn_opts opts = {.on = handle};
    edo_task task;

    while (a_load(&storming, acquire))
        if (edo_spawn_with(&opts, note_runner, NULL, &task) < 0 || edo_join(task, NULL) < 0)
            return handle; /* which the test takes for a failure */
    return NULL;
}

/* Locks of the process that another thread holds at that moment are not copied held. */
EDO_TEST_PLAIN(child_of_a_busy_process_builds_a_runtime) /* rt-079 */
{
    edo_runtime *runtime = make_multi(2);
    edo_handle *handle = edo_runtime_handle(runtime);
    /* ASan's allocator is copied locked, if it is so at that moment. */
    int count = HAS_ASAN ? 0 : 3;
    pthread_t threads[3];
    int status;

    a_store(&storming, 1, release);
    for (int i = 0; i < count; i++)
        threads[i] = start_thread(i < 2 ? spawn_storm : listen_storm, handle);
    settle_threads();
    for (unsigned i = 0; i < test_count(20); i++) {
        pid_t child = fork();
        if (child == 0) {
            leave_leaks_alone();
            alarm(10 * test_scale());
            _exit(try_new_runtime(EDO_CURRENT_THREAD));
        }
        wait_for_child(child, &status);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    a_store(&storming, 0, release);
    for (int i = 0; i < count; i++)
        assert_null(join_thread(threads[i]));
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_BOTH(signal_of_a_child_is_not_its_parents) /* signal-007 */
{
    edo_signal *signal;
    int status;

    assert_ok(edo_signal_open(SIGTERM, &signal));
    pid_t child = fork();
    if (child == 0) {
        raise(SIGTERM); /* acts by default, as before the first listener */
        _exit(1);
    }
    wait_for_child(child, &status);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
    edo_signal_recv_future recv = edo_signal_recv_async(signal);
    assert_pending(&recv.base);
    edo_future_cancel(&recv.base);
    assert_int_equal(poll_to_end(&recv.base), -ECANCELED);
    edo_signal_close(signal);
}

/* In a child with a runtime of its own. The number of the first thing that is wrong; 0: none. */
static int use_inherited(void *arg)
{
    struct collections *own = arg;
    int key = 1, joined = 2;

    if (edo_join_set_spawn(own->set, note_runner, NULL, NULL) != -EDO_EFORKED)
        return 1;
    if (edo_join_set_try_next(own->set, NULL) != -EDO_EFORKED)
        return 2;
    if (edo_join_set_detach_all(own->set) != 0)
        return 3;
    if (edo_join_map_spawn(own->map, &joined, note_runner, NULL, NULL) != -EDO_EFORKED)
        return 4;
    if (edo_join_map_contains(own->map, &key) || edo_join_map_keys(own->map, &joined, 1) != 0)
        return 5;
    if (edo_join_map_abort(own->map, &key) != 0)
        return 6;
    if (edo_group_spawn(own->group, note_runner, NULL) != -EDO_EFORKED)
        return 7;
    return edo_group_wait(own->group, NULL) != -EDO_EFORKED ? 8 : 0;
}

static int use_inherited_in_new_runtime(struct collections *own)
{
    edo_runtime *rt;

    if (edo_runtime_new(&(edo_runtime_opts){.kind = EDO_CURRENT_THREAD}, &rt) < 0)
        return 9;
    int wrong = edo_block_on(rt, use_inherited, own);
    return edo_runtime_free(rt) < 0 ? 10 : wrong;
}

EDO_TEST(child_does_nothing_with_its_parents_collections)
{
    struct collections own;
    int status, key = 1;

    assert_ok(edo_join_set_new(&own.set));
    assert_ok(edo_join_map_new(sizeof key, &own.map));
    assert_ok(edo_group_new(NULL, &own.group));
    assert_ok(edo_join_set_spawn(own.set, note_runner, NULL, NULL));
    assert_ok(edo_join_map_spawn(own.map, &key, note_runner, NULL, NULL));
    assert_ok(edo_group_spawn(own.group, note_runner, NULL));
    pid_t child = fork();
    if (child == 0)
        _exit(use_inherited_in_new_runtime(&own));
    wait_for_child(child, &status);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_ok(edo_group_wait(own.group, NULL)); /* the parent's are as they were */
    assert_int_equal(edo_join_set_next(own.set, NULL), 1);
    assert_int_equal(edo_join_map_next(own.map, NULL, NULL), 1);
    edo_group_free(own.group);
    edo_join_map_free(own.map);
    edo_join_set_free(own.set);
}

/* The number of the first thing that is wrong; 0: none. */
static int drive_inherited(edo_local_set *set, edo_local_set_drive_future *before)
{
    edo_local_set_drive_future anew = edo_local_set_drive_async(set);

    if (edo_future_poll(&anew.base, edo_test_waker()) != EDO_READY ||
        anew.base.result != -EDO_EFORKED)
        return 1;
    if (edo_future_poll(&before->base, edo_test_waker()) != EDO_READY ||
        before->base.result != -EDO_EFORKED)
        return 2;
    return edo_local_set_free(set) != -EDO_EFORKED ? 3 : 0;
}

EDO_TEST_BOTH(child_drives_no_local_set_of_its_parents)
{
    edo_local_set *set;
    edo_task task;
    int status;

    assert_ok(edo_local_set_new(NULL, &set));
    assert_ok(edo_local_set_spawn(set, wait_for_ever, NULL, &task));
    edo_local_set_drive_future drive = edo_local_set_drive_async(set);
    assert_pending(&drive.base);
    pid_t child = fork();
    if (child == 0)
        _exit(drive_inherited(set, &drive));
    wait_for_child(child, &status);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_ok(edo_task_abort(task)); /* the parent drives on */
    assert_ok(edo_await(&drive.base));
    assert_int_equal(join_result(task), -ECANCELED);
    assert_ok(edo_local_set_free(set));
}
