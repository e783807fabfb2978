/* handle_test.c: handles, entering and leaving, nesting, and what is said outside of a runtime. */
#include "runtime/rig.h"

static int count_run(void *arg)
{
    a_fetch_add((int *)arg, 1, seq_cst);
    return 6;
}

typedef struct inside {
    edo_runtime *own, *other;
    edo_handle *handle;
    int runs, nested[4];
} inside;

/* Nor is what it keeps: under LeakSanitizer, which doesn't look for pointers in all memory. */
EDO_TEST_PLAIN(a_handle_that_is_kept_until_the_exit_is_no_leak)
{
    static edo_handle *kept;
    edo_runtime *runtime = make_runtime(EDO_OPTS(runtime, .workers = 2));

    kept = edo_runtime_handle(runtime);
    assert_ok(edo_runtime_free(runtime));
    assert_true(edo_handle_id(kept) > 0);
}

EDO_TEST_PLAIN(block_on_by_handle_until_the_shutdown) /* rt-020 */
{
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *runtime =
            make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = 1));
        edo_handle *handle = edo_runtime_handle(runtime);
        edo_enter_guard guard;
        int runs = 0;
        assert_int_equal(edo_enter(handle, &guard), 0);
        assert_int_equal(edo_handle_block_on(handle, count_run, &runs), 6);
        assert_int_equal(edo_runtime_shutdown(runtime, EDO_SECONDS(5)), 0);
        assert_int_equal(edo_handle_block_on(handle, count_run, &runs), -EDO_ESHUTDOWN);
        assert_int_equal(edo_block_on(runtime, count_run, &runs), -EDO_ESHUTDOWN);
        assert_int_equal(runs, 1);
        edo_yield_future yield = edo_yield_async(); /* plain futures go on */
        assert_pending(&yield.base);
        assert_woken(1);
        assert_ready_eq(&yield.base, 0);
        assert_int_equal(edo_yield(), 0);
        once done = {.open = true, .value = 3};
        assert_int_equal(once_wait(&done), 3);
        edo_leave(&guard);
        assert_ok(edo_runtime_free(runtime));
        assert_int_equal(edo_handle_block_on(handle, count_run, &runs), -EDO_ESHUTDOWN);
        edo_handle_unref(handle);
    }
}

EDO_TEST_PLAIN(outside_of_a_runtime_nothing_is_taken) /* rt-022 */
{
    edo_task task = {0};
    edo_future never = edo_pending();
    edo_tcp_stream *stream = NULL;
    edo_tcp_listener *listener = NULL;
    int runs = 0, fds = open_fds();

    assert_int_equal(edo_spawn(count_run, &runs, &task), -EDO_ENORUNTIME);
    assert_null(task.header);
    assert_int_equal(runs, 0);
    assert_int_equal(edo_sleep(EDO_MILLIS(1)), -EDO_ENORUNTIME);
    assert_int_equal(edo_timeout(&never, EDO_MILLIS(1)), -EDO_ENORUNTIME);
    assert_false(edo_future_is_ready(&never));
    assert_int_equal(edo_tcp_connect("127.0.0.1:1", &stream), -EDO_ENORUNTIME);
    assert_null(stream);
    assert_int_equal(edo_tcp_listen("127.0.0.1:0", &listener), -EDO_ENORUNTIME);
    assert_null(listener);
    assert_int_equal(open_fds(), fds);
}

static void ask_for_current(void *arg)
{
    edo_handle *handle = NULL;

    if (*(int *)arg)
        _exit(edo_handle_try_current() ? 1 : 0);
    _exit(edo_handle_current(&handle) == -EDO_ENORUNTIME && !handle ? 0 : 1);
}

EDO_TEST_PLAIN(the_current_handle_outside_is_none) /* rt-023 */
{
    char err[1024];

    assert_int_equal(run_child(ask_for_current, &(int){0}, err, sizeof err), 0);
    assert_int_equal(strstr(err, "no current runtime") != NULL, EDO_DEBUG);
    assert_int_equal(run_child(ask_for_current, &(int){1}, err, sizeof err), 0);
    assert_string_equal(err, ""); /* the "try" form says nothing */
}

static int find_current(void *arg)
{
    edo_handle *mine = NULL, *same = edo_handle_try_current();
    bool equal;

    assert_ok(edo_handle_current(&mine));
    equal = edo_handle_id(mine) == *(uint64_t *)arg && edo_handle_id(same) == *(uint64_t *)arg;
    edo_handle_unref(mine);
    edo_handle_unref(same);
    return equal;
}

static uint64_t current_id(void)
{
    edo_handle *handle = edo_handle_try_current();
    uint64_t id = edo_handle_id(handle);

    edo_handle_unref(handle);
    return id;
}

static int join_arg(void *arg)
{
    return join_result(*(edo_task *)arg);
}

EDO_TEST_PLAIN(a_plain_spawn_goes_to_the_entered_runtime) /* rt-024 */
{
    edo_runtime *runtime = make_current();
    edo_handle *handle = edo_runtime_handle(runtime);
    uint64_t id = edo_handle_id(handle);
    edo_enter_guard guard;
    edo_task task;
    int runs = 0;

    assert_ok(edo_enter(handle, &guard));
    assert_ok(edo_spawn(count_run, &runs, &task));
    edo_leave(&guard);
    assert_int_equal(edo_spawn(count_run, &runs, NULL), -EDO_ENORUNTIME);
    assert_int_equal(edo_block_on(runtime, join_arg, &task), 6);
    assert_int_equal(runs, 1);
    assert_int_equal(edo_block_on(runtime, find_current, &id), 1);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(leaving_restores_the_one_before) /* rt-025 */
{
    edo_runtime *a = make_current(), *b = make_current();
    edo_handle *of_a = edo_runtime_handle(a), *of_b = edo_runtime_handle(b);
    edo_enter_guard first, second;

    assert_ok(edo_enter(of_a, &first));
    assert_int_equal(current_id(), edo_handle_id(of_a));
    assert_ok(edo_enter(of_b, &second));
    assert_int_equal(current_id(), edo_handle_id(of_b));
    edo_leave(&second);
    assert_int_equal(current_id(), edo_handle_id(of_a));
    edo_leave(&first);
    assert_int_equal(current_id(), 0);
    edo_leave(&first); /* left already */
    edo_handle_unref(of_a);
    edo_handle_unref(of_b);
    assert_ok(edo_runtime_free(a));
    assert_ok(edo_runtime_free(b));
}

EDO_TEST_PLAIN(one_runtime_may_be_entered_three_times) /* rt-026 */
{
    edo_runtime *runtime = make_current();
    edo_handle *handle = edo_runtime_handle(runtime);
    uint64_t id = edo_handle_id(handle);
    edo_enter_guard guards[3];

    for (int i = 0; i < 3; i++)
        assert_ok(edo_enter(handle, &guards[i]));
    edo_handle_unref(handle); /* the guards hold references of their own */
    for (int i = 2; i >= 0; i--) {
        assert_int_equal(current_id(), id);
        edo_leave(&guards[i]);
    }
    assert_int_equal(current_id(), 0);
    assert_ok(edo_runtime_free(runtime));
}

static int nest(void *arg)
{
    inside *in = arg;

    in->nested[0] = edo_block_on(in->own, count_run, &in->runs);
    in->nested[1] = edo_block_on(in->other, count_run, &in->runs);
    in->nested[2] = edo_runtime_free(in->own);
    in->nested[3] = edo_runtime_shutdown(in->own, EDO_SECONDS(1));
    return 0;
}

static int nest_in_task(void *arg)
{
    edo_task task;

    assert_ok(edo_spawn(nest, arg, &task));
    return join_result(task);
}

EDO_TEST_PLAIN(block_on_inside_of_block_on_would_wait_for_itself) /* rt-027 */
{
    int (*const ways[])(void *) = {nest, nest_in_task};

    for (int i = 0; i < 4; i++) {
        inside in = {.own = i & 1 ? make_current() : make_multi(2), .other = make_current()};
        assert_int_equal(edo_block_on(in.own, ways[i / 2], &in), 0);
        for (int k = 0; k < 4; k++)
            assert_int_equal(in.nested[k], -EDEADLK);
        assert_int_equal(in.runs, 0);
        assert_int_equal(edo_block_on(in.own, count_run, &in.runs), 6); /* it goes on */
        assert_ok(edo_runtime_free(in.own));
        assert_ok(edo_runtime_free(in.other));
    }
}

EDO_TEST_PLAIN(a_handle_outlives_its_runtime) /* rt-028 */
{
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *runtime =
            make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = 1));
        edo_handle *handle = edo_runtime_handle(runtime);
        edo_task task = {0};
        int runs = 0;
        assert_ok(edo_runtime_free(runtime));
        assert_int_equal(edo_spawn_with(EDO_OPTS(spawn, .on = handle), count_run, &runs, &task),
                         -EDO_ESHUTDOWN);
        assert_null(task.header);
        assert_int_equal(runs, 0);
        edo_handle_unref(handle);
    }
}

static void *enter_and_spawn(void *arg)
{
    edo_handle *handle = arg;
    edo_enter_guard guard;
    edo_task task;
    int runs = 0;

    assert_ok(edo_enter(handle, &guard));
    assert_ok(edo_spawn(count_run, &runs, &task));
    edo_leave(&guard);
    assert_int_equal(join_result(task), 6);
    return (void *)(intptr_t)runs;
}

EDO_TEST_PLAIN(a_handle_may_be_entered_on_another_thread) /* rt-029 */
{
    edo_runtime *runtime = make_multi(test_workers());
    edo_handle *handle = edo_runtime_handle(runtime);
    pthread_t thread = start_thread(enter_and_spawn, handle);

    assert_int_equal((intptr_t)join_thread(thread), 1);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}

static pthread_key_t key;
static int cleanups;

static int count_cleanup(void *arg)
{
    int rc = wait_for_ever(arg);

    cleanups += rc == -EDO_ESHUTDOWN;
    return 0;
}

static void free_at_exit(void *arg)
{
    edo_runtime *runtime = arg;
    edo_task task = spawn_on(runtime, do_nothing, NULL);

    assert_int_equal(edo_block_on(runtime, join_arg, &task), 0); /* works at this late hour */
    assert_int_equal(edo_runtime_free(runtime), 0);
    a_fetch_add(&cleanups, 100, seq_cst);
}

static void *keep_in_thread_local(void *arg)
{
    edo_runtime *later;
    edo_task task;

    assert_int_equal(pthread_setspecific(key, arg), 0);
    assert_int_equal(edo_block_on(arg, do_nothing, NULL), 0);
    task = spawn_on(arg, count_cleanup, NULL);
    assert_int_equal(edo_task_detach(task), 0);
    later = make_current();
    assert_int_equal(edo_block_on(later, do_nothing, NULL), 0);
    assert_int_equal(edo_runtime_free(later), 0);
    return NULL;
}

EDO_TEST_PLAIN(a_threads_destructor_frees_its_runtime) /* rt-030 */
{
    edo_runtime *warm_up = make_current();

    assert_ok(edo_block_on(warm_up, do_nothing, NULL)); /* edo's own key is there: before ours */
    assert_ok(edo_runtime_free(warm_up));
    assert_int_equal(pthread_key_create(&key, free_at_exit), 0);
    join_thread(start_thread(keep_in_thread_local, make_current()));
    assert_int_equal(a_load(&cleanups, seq_cst), 101);
    join_thread(start_thread(keep_in_thread_local, make_multi(2)));
    assert_int_equal(a_load(&cleanups, seq_cst), 202);
}

EDO_TEST_PLAIN(a_guard_may_outlast_the_shutdown) /* rt-032 */
{
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *runtime =
            make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = 1));
        edo_handle *handle = edo_runtime_handle(runtime);
        edo_enter_guard guard;
        edo_tcp_stream *stream;
        edo_future never = edo_pending();
        int runs = 0;
        assert_ok(edo_enter(handle, &guard));
        edo_handle_unref(handle);
        assert_int_equal(edo_runtime_shutdown(runtime, EDO_SECONDS(5)), 0);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(edo_spawn(count_run, &runs, NULL), -EDO_ESHUTDOWN);
            assert_int_equal(edo_sleep(EDO_MILLIS(1)), -EDO_ESHUTDOWN);
            assert_int_equal(edo_timeout(&never, EDO_MILLIS(1)), -EDO_ESHUTDOWN);
            assert_int_equal(edo_tcp_connect("127.0.0.1:1", &stream), -EDO_ESHUTDOWN);
            if (i == 0)
                assert_ok(edo_runtime_free(runtime));
        }
        assert_int_equal(runs, 0);
        edo_leave(&guard);
        assert_null(edo_handle_try_current());
    }
}
