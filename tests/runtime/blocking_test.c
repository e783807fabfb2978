/* blocking_test.c: calls that block run on threads of their own, up to a cap, and end with the runtime. */
#include "runtime/blocking_rig.h"

static int block_5_ms(void *arg)
{
    block_thread_for(5);
    return *(int *)arg + 1;
}

EDO_TEST_BOTH(a_call_gives_its_value_to_join) /* rt-080 */
{
    for (int i = 0; i < 100; i++) {
        edo_task task;
        assert_ok(edo_spawn_blocking(block_5_ms, &i, &task));
        assert_int_equal(join_result(task), i + 1);
    }
}

/* ---- what a call may do -------------------------------------------------------------------- */

static int add_one(void *arg)
{
    return *(int *)arg + 1;
}

static int sleep_5_ms(void *arg)
{
    (void)arg;
    return edo_sleep(EDO_MILLIS(5));
}

static int connect_to(void *arg)
{
    edo_tcp_stream *stream;

    assert_ok(edo_tcp_connect(arg, &stream));
    edo_tcp_close(stream);
    return 0;
}

typedef struct place {
    pid_t tid;
    edo_addr addr;
    char name[64];
} place;

static int use_everything(void *arg)
{
    place *p = arg;
    edo_handle *handle = edo_handle_try_current();
    int one = 1;
    edo_task task;

    assert_non_null(handle);
    assert_int_not_equal(gettid(), p->tid);
    assert_int_equal(edo_worker_index(), -1);
    assert_ok(edo_spawn(add_one, &one, &task));
    assert_int_equal(join_result(task), 2);
    assert_ok(edo_spawn_blocking(add_one, &one, &task));
    assert_int_equal(join_result(task), 2);
    assert_ok(edo_sleep(EDO_MILLIS(5))); /* parks the thread */
    assert_int_equal(edo_handle_block_on(handle, sleep_5_ms, NULL), 0);
    assert_int_equal(edo_handle_block_on(handle, connect_to, p->name), 0);
    edo_handle_unref(handle);
    return 5;
}

static int ask_for_all(void *arg)
{
    place *p = arg;
    edo_tcp_listener *listener;
    edo_task task;

    p->tid = gettid();
    assert_ok(edo_tcp_listen("127.0.0.1:0", &listener));
    assert_ok(edo_tcp_listener_addr(listener, &p->addr));
    assert_true(edo_addr_format(&p->addr, p->name, sizeof p->name) > 0);
    assert_ok(edo_spawn_blocking(use_everything, p, &task));
    assert_int_equal(join_result(task), 5);
    edo_tcp_listener_close(listener);
    return 0;
}

EDO_TEST_PLAIN(a_call_may_spawn_and_block_on_and_is_no_worker) /* rt-081 rt-031 */
{
    FOR_BOTH_SCHEDULERS(kind)
    {
        edo_runtime *runtime = make_with_threads(kind, 0);
        place p;
        assert_int_equal(edo_block_on(runtime, ask_for_all, &p), 0);
        assert_ok(edo_runtime_free(runtime));
    }
}

static edo_runtime *inside_of;

static int free_it(void *arg)
{
    (void)arg;
    assert_int_equal(edo_runtime_shutdown(inside_of, EDO_SECONDS(1)), -EDEADLK);
    return edo_runtime_free(inside_of);
}

EDO_TEST_PLAIN(a_call_cannot_free_its_runtime)
{
    FOR_BOTH_SCHEDULERS(kind)
    {
        inside_of = make_with_threads(kind, 0);
        edo_handle *handle = edo_runtime_handle(inside_of);
        edo_task task;
        assert_ok(edo_spawn_blocking_with(EDO_OPTS(blocking, .on = handle), free_it, NULL, &task));
        assert_int_equal(join_result(task), -EDEADLK);
        edo_handle_unref(handle);
        assert_ok(edo_runtime_free(inside_of));
    }
}

static int enter_and_stay(void *arg)
{
    edo_enter_guard guard;

    return edo_enter(arg, &guard); /* never left */
}

static int current_id(void *arg)
{
    edo_handle *handle = edo_handle_try_current();

    *(uint64_t *)arg = edo_handle_id(handle);
    edo_handle_unref(handle);
    return 0;
}

EDO_TEST_PLAIN(what_a_call_entered_is_left_when_it_ends)
{
    edo_runtime *runtime = make_with_threads(EDO_MULTI_THREAD, 1), *other = make_current();
    edo_handle *handle = edo_runtime_handle(runtime), *entered = edo_runtime_handle(other);
    uint64_t id = 0;
    edo_task task;

    assert_ok(
        edo_spawn_blocking_with(EDO_OPTS(blocking, .on = handle), enter_and_stay, entered, &task));
    assert_ok(join_result(task));
    assert_ok(edo_spawn_blocking_with(EDO_OPTS(blocking, .on = handle), current_id, &id, &task));
    assert_ok(join_result(task));
    assert_true(id == edo_handle_id(handle));
    edo_handle_unref(entered); /* the guard's, which was never given back */
    edo_handle_unref(entered);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
    assert_ok(edo_runtime_free(other));
}

/* ---- what is refused ----------------------------------------------------------------------- */

EDO_TEST_PLAIN(blocking_thread_counts_below_zero_are_refused) /* rt-003 */
{
    edo_runtime *runtime = NULL;

    assert_int_equal(edo_runtime_new(EDO_OPTS(runtime, .max_blocking_threads = -1), &runtime),
                     -EINVAL);
    assert_null(runtime);
    assert_int_equal(edo_runtime_new(EDO_OPTS(runtime, .blocking_stack_size = 100), &runtime),
                     -EINVAL);
    runtime = make_with_threads(EDO_MULTI_THREAD, 1);
    call c = {.go = 1, .result = 4};
    assert_int_equal(join_result(spawn_call(runtime, &c)), 4);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(a_call_needs_a_function_and_a_runtime)
{
    edo_task task = {.gen = 77};
    int one = 1;

    assert_int_equal(edo_spawn_blocking(NULL, NULL, &task), -EINVAL);
    assert_int_equal(edo_spawn_blocking(add_one, &one, &task), -EDO_ENORUNTIME);
    assert_int_equal(
        edo_spawn_blocking_with(EDO_OPTS(blocking, .copy_size = 4), add_one, NULL, &task), -EINVAL);
    assert_int_equal(task.gen, 77);
}

/* ---- threads ------------------------------------------------------------------------------- */

EDO_TEST_PLAIN(threads_come_with_the_first_call_and_are_used_again) /* rt-086 rt-116 */
{
    FOR_BOTH_SCHEDULERS(kind)
    {
        edo_runtime *runtime = make_with_threads(kind, 0);
        call c[2] = {{.go = 1}, {.go = 1}};
        assert_int_equal(metrics_of(runtime).blocking_threads, 0);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(join_result(spawn_call(runtime, &c[i])), 0);
            assert_int_equal(metrics_of(runtime).blocking_threads, 1);
            wait_until(metrics_of(runtime).idle_blocking_threads == 1);
        }
        assert_int_equal(c[0].tid, c[1].tid);
        assert_ok(edo_runtime_free(runtime));
    }
}

EDO_TEST_PLAIN(beyond_the_cap_calls_wait_in_line) /* rt-087 */
{
    FOR_BOTH_SCHEDULERS(kind)
    {
        edo_runtime *runtime = make_with_threads(kind, 1);
        call c[3] = {{.result = 0}, {.result = 1}, {.result = 2}};
        edo_task tasks[3];
        for (int i = 0; i < 3; i++)
            tasks[i] = spawn_call(runtime, &c[i]);
        wait_until(has_begun(&c[0]));
        assert_int_equal(metrics_of(runtime).blocking_queue_depth, 2);
        assert_int_equal(metrics_of(runtime).blocking_threads, 1);
        assert_false(has_begun(&c[1]));
        for (int i = 0; i < 3; i++) {
            let_go(&c[i]);
            assert_int_equal(join_result(tasks[i]), i);
            assert_true(i == 2 || !a_load(&c[2].begun, acquire) || i == 1);
        }
        assert_int_equal(metrics_of(runtime).blocking_queue_depth, 0);
        assert_ok(edo_runtime_free(runtime));
    }
}

EDO_TEST_PLAIN(an_idle_thread_ends_after_a_while) /* rt-088 */
{
    int threads = settled_thread_count();
    edo_runtime *runtime = make_runtime(
        EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .blocking_keep_alive = EDO_MILLIS(20)));
    call c[2] = {{0}, {0}};
    edo_task tasks[2];

    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 2; i++) {
            c[i] = (call){0};
            tasks[i] = spawn_call(runtime, &c[i]);
        }
        for (int i = 0; i < 2; i++)
            wait_until(has_begun(&c[i]));
        assert_int_equal(metrics_of(runtime).blocking_threads, 2);
        for (int i = 0; i < 2; i++) {
            let_go(&c[i]);
            join_result(tasks[i]);
        }
        wait_until(metrics_of(runtime).blocking_threads == 0);
        assert_int_equal(metrics_of(runtime).idle_blocking_threads, 0);
    }
    assert_ok(edo_runtime_free(runtime));
    wait_for_thread_count(threads);
}

static int hook_starts, hook_stops, ends; /* atomic */
static pthread_key_t end_key;

/* What a thread does last takes its time, most of all the first one. */
static void end_slowly(void *arg)
{
    static int order; /* atomic */

    block_thread_for(40 >> 2 * a_fetch_add(&order, 1, relaxed));
    a_fetch_add((int *)arg, 1, relaxed);
}

static void count_start(void *arg)
{
    (void)arg;
    pthread_setspecific(end_key, &ends);
    a_fetch_add(&hook_starts, 1, relaxed);
}

static void count_stop(void *arg)
{
    (void)arg;
    a_fetch_add(&hook_stops, 1, relaxed);
}

EDO_TEST_PLAIN(threads_of_calls_are_joined_and_have_their_hooks) /* rt-075 rt-074 */
{
    int threads = settled_thread_count();
    edo_runtime *runtime =
        make_runtime(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .on_thread_start = count_start,
                              .on_thread_stop = count_stop));
    call c[3] = {{0}};
    edo_task tasks[3];

    assert_int_equal(pthread_key_create(&end_key, end_slowly), 0);
    for (int i = 0; i < 3; i++)
        tasks[i] = spawn_call(runtime, &c[i]);
    for (int i = 0; i < 3; i++)
        wait_until(has_begun(&c[i]));
    assert_int_equal(a_load(&hook_starts, relaxed), 3);
    for (int i = 0; i < 3; i++) {
        let_go(&c[i]);
        join_result(tasks[i]);
    }
    assert_ok(edo_runtime_free(runtime));
    assert_int_equal(a_load(&hook_stops, relaxed), 3);
    assert_int_equal(a_load(&ends, relaxed), 3);
    wait_for_thread_count(threads);
}

static int tell_thread(void *arg)
{
    pthread_attr_t attr;
    size_t size = 0;

    assert_int_equal(pthread_getattr_np(pthread_self(), &attr), 0);
    assert_int_equal(pthread_attr_getstacksize(&attr, &size), 0);
    pthread_attr_destroy(&attr);
    assert_int_equal(pthread_getname_np(pthread_self(), arg, 16), 0);
    return (int)(size >> 10);
}

EDO_TEST_PLAIN(threads_of_calls_have_the_name_and_stack_of_the_options)
{
    edo_runtime *runtime =
        make_runtime(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .name = "files",
                              .blocking_stack_size = (size_t)3 << 20));
    edo_handle *handle = edo_runtime_handle(runtime);
    char name[16];
    edo_task task;

    assert_ok(edo_spawn_blocking_with(EDO_OPTS(blocking, .on = handle), tell_thread, name, &task));
    assert_in_range(join_result(task), 3 << 10, 4 << 10);
    assert_string_equal(name, "files");
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}
