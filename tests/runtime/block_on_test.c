/* block_on_test.c: from a plain thread into a runtime and back. */
#include "runtime/rig.h"

#include <sys/syscall.h>

static int set_and_return(void *arg)
{
    *(int *)arg = 41;
    return 42;
}

EDO_TEST_PLAIN(a_function_that_never_suspends_returns_its_value) /* rt-010 */
{
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *runtime =
            make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = 2));
        int seen = 0;
        assert_int_equal(edo_block_on(runtime, set_and_return, &seen), 42);
        assert_int_equal(seen, 41);
        assert_int_equal(edo_block_on(runtime, do_nothing, NULL), 0); /* and once more */
        assert_ok(edo_runtime_free(runtime));
    }
}

static void *open_after_50_ms(void *arg)
{
    block_thread_for(50);
    once_open(arg, 77);
    return NULL;
}

static int wait_for_once(void *arg)
{
    return (int)once_wait(arg);
}

EDO_TEST_PLAIN(waits_for_a_foreign_thread_without_cpu) /* rt-011 */
{
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *runtime =
            make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = 2));
        once done = {0};
        uint64_t cpu = cpu_time_ns(), began = real_time_ns();
        pthread_t thread = start_thread(open_after_50_ms, &done);
        assert_int_equal(edo_block_on(runtime, wait_for_once, &done), 77);
        cpu = cpu_time_ns() - cpu;
        assert_true(real_time_ns() - began >= UINT64_C(50000000));
        assert_true(cpu < UINT64_C(25000000) * test_scale()); /* half of it at the very most */
        join_thread(thread);
        assert_ok(edo_runtime_free(runtime));
    }
}

typedef struct left_over {
    once go, done;
    edo_task task;
    int stage;
} left_over;

static int two_stages(void *arg)
{
    left_over *l = arg;

    a_store(&l->stage, 1, seq_cst);
    once_wait(&l->go);
    a_store(&l->stage, 2, seq_cst);
    once_open(&l->done, 5);
    return 9;
}

static int spawn_two_stages(void *arg)
{
    left_over *l = arg;

    assert_ok(edo_spawn(two_stages, l, &l->task));
    return edo_yield();
}

static int finish_two_stages(void *arg)
{
    left_over *l = arg;

    once_open(&l->go, 0);
    return (int)once_wait(&l->done);
}

EDO_TEST_PLAIN(tasks_go_on_in_the_next_call) /* rt-012 */
{
    edo_runtime *runtime = make_current();
    left_over l = {0};

    assert_int_equal(edo_block_on(runtime, spawn_two_stages, &l), 0);
    assert_int_equal(l.stage, 1);
    assert_int_equal(edo_block_on(runtime, do_nothing, NULL), 0);
    assert_int_equal(l.stage, 1);
    assert_int_equal(edo_block_on(runtime, finish_two_stages, &l), 5);
    assert_int_equal(l.stage, 2);
    assert_int_equal(join_result(l.task), 9);
    assert_ok(edo_runtime_free(runtime));
}

typedef struct by_handle {
    edo_handle *handle;
    edo_task task;
    int value;
} by_handle;

static int spawn_by_handle(void *arg)
{
    by_handle *b = arg;

    return edo_spawn_with(EDO_OPTS(spawn, .on = b->handle), set_and_return, &b->value, &b->task);
}

static int join_it(void *arg)
{
    return join_result(((by_handle *)arg)->task);
}

EDO_TEST_PLAIN(a_task_is_joined_in_a_later_call) /* rt-013 */
{
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *runtime =
            make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = 1));
        by_handle b = {.handle = edo_runtime_handle(runtime)};
        assert_int_equal(edo_block_on(runtime, spawn_by_handle, &b), 0);
        assert_int_equal(edo_block_on(runtime, join_it, &b), 42);
        assert_int_equal(b.value, 41);
        edo_handle_unref(b.handle);
        assert_ok(edo_runtime_free(runtime));
    }
}

static int make_another(void *arg)
{
    return edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), arg);
}

static int short_sleep(void *arg)
{
    (void)arg;
    return edo_sleep(EDO_MILLIS(1)) == 0 ? 31 : -1;
}

EDO_TEST_PLAIN(a_runtime_made_inside_is_good_outside) /* rt-014 */
{
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *outer =
            make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = 1));
        edo_runtime *inner = NULL;
        assert_int_equal(edo_block_on(outer, make_another, &inner), 0);
        assert_ok(edo_runtime_free(outer));
        assert_int_equal(edo_block_on(inner, short_sleep, NULL), 31);
        assert_ok(edo_runtime_free(inner));
    }
}

static int count_run(void *arg)
{
    a_fetch_add((int *)arg, 1, seq_cst);
    return 0;
}

static int yield_twice(void *arg)
{
    (void)arg;
    edo_yield();
    return edo_yield();
}

EDO_TEST_PLAIN(nothing_runs_outside_of_block_on_on_current_thread) /* rt-015 */
{
    edo_runtime *runtime = make_current();
    int runs = 0;
    edo_task task = spawn_on(runtime, count_run, &runs);

    block_thread_for(50);
    assert_int_equal(a_load(&runs, seq_cst), 0);
    assert_false(edo_task_is_finished(task));
    assert_int_equal(edo_block_on(runtime, yield_twice, NULL), 0);
    assert_int_equal(a_load(&runs, seq_cst), 1);
    assert_int_equal(join_result(task), 0);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(multi_thread_runs_without_block_on) /* rt-016 */
{
    edo_runtime *runtime = make_multi(test_workers());
    int runs = 0;
    edo_task task = spawn_on(runtime, count_run, &runs);

    wait_until(a_load(&runs, seq_cst) == 1);
    assert_int_equal(join_result(task), 0);
    assert_ok(edo_runtime_free(runtime));
}

static int yield_for_ever(void *arg)
{
    while (edo_yield() == 0)
        a_fetch_add((int *)arg, 1, relaxed);
    return 0;
}

EDO_TEST_PLAIN(returns_although_others_keep_the_runtime_busy) /* rt-017 */
{
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *runtime =
            make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = 1));
        int yields = 0;
        once done = {0};
        edo_task busy = spawn_on(runtime, yield_for_ever, &yields);
        assert_int_equal(edo_block_on(runtime, set_and_return, &(int){0}), 42);
        pthread_t thread = start_thread(open_after_50_ms, &done);
        assert_int_equal(edo_block_on(runtime, wait_for_once, &done), 77);
        assert_true(a_load(&yields, relaxed) > 0);
        join_thread(thread);
        assert_int_equal(edo_task_abort(busy), 0);
        assert_int_equal(edo_task_detach(busy), 0);
        assert_ok(edo_runtime_free(runtime));
    }
}

typedef struct chain {
    once a, b;
    int yields;
    edo_task busy, hop;
} chain;

static int pass_on(void *arg)
{
    chain *c = arg;

    once_open(&c->b, once_wait(&c->a) + 1);
    return 3;
}

static int two_hops(void *arg)
{
    chain *c = arg;

    assert_ok(edo_spawn(yield_for_ever, &c->yields, &c->busy));
    assert_ok(edo_spawn(pass_on, c, &c->hop));
    assert_ok(edo_yield());
    once_open(&c->a, 10);
    int64_t value = once_wait(&c->b);
    assert_int_equal(join_result(c->hop), 3);
    assert_ok(edo_task_abort(c->busy));
    assert_int_equal(join_result(c->busy), 0);
    return (int)value;
}

EDO_TEST_PLAIN(a_chain_ends_beside_one_that_yields_for_ever) /* rt-018 */
{
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *runtime =
            make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = 1));
        chain c = {0};
        assert_int_equal(edo_block_on(runtime, two_hops, &c), 11);
        assert_true(c.yields > 0);
        assert_ok(edo_runtime_free(runtime));
    }
}

static _Thread_local int local_data;

typedef struct where {
    long tid;
    int local, index;
} where;

static int look_around(void *arg)
{
    where *w = arg;

    *w = (where){syscall(SYS_gettid), local_data, edo_worker_index()};
    return 0;
}

EDO_TEST_PLAIN(the_root_task_runs_on_a_worker_or_on_the_caller) /* rt-019 rt-031 */
{
    edo_runtime *multi = make_multi(2), *current = make_current();
    where w;

    local_data = 5;
    assert_int_equal(edo_worker_index(), -1);
    assert_int_equal(edo_block_on(multi, look_around, &w), 0);
    assert_true(w.tid != syscall(SYS_gettid));
    assert_int_equal(w.local, 0);
    assert_in_range(w.index, 0, 1);
    assert_int_equal(edo_block_on(current, look_around, &w), 0);
    assert_int_equal(w.tid, syscall(SYS_gettid));
    assert_int_equal(w.local, 5);
    assert_int_equal(w.index, 0);
    assert_int_equal(edo_worker_index(), -1);
    assert_ok(edo_runtime_free(multi));
    assert_ok(edo_runtime_free(current));
}

typedef struct relay {
    edo_runtime *runtime;
    once go, inside, *opened;
} relay;

static int be_driver(void *arg)
{
    relay *r = arg;

    once_open(&r->inside, 1);
    return (int)once_wait(&r->go);
}

static void *drive(void *arg)
{
    relay *r = arg;

    assert_int_equal(edo_block_on(r->runtime, be_driver, r), 8);
    return NULL;
}

static int wake_driver(void *arg)
{
    relay *r = arg;

    once_open(&r->go, 8);
    return 4;
}

EDO_TEST_PLAIN(a_second_thread_wakes_the_one_that_drives) /* rt-053 */
{
    relay r = {.runtime = make_current()};
    pthread_t thread = start_thread(drive, &r);

    wait_until(once_has_waiter(&r.go)); /* it drives, and sleeps */
    assert_int_equal(edo_block_on(r.runtime, wake_driver, &r), 4);
    join_thread(thread);
    assert_ok(edo_runtime_free(r.runtime));
}

static int sleep_5(void *arg)
{
    uint64_t began = real_time_ns();

    (void)arg;
    assert_ok(edo_sleep(EDO_MILLIS(5)));
    return real_time_ns() - began >= 5000000 ? 1 : -1;
}

static int hello_over_tcp(void *arg);

static void *second_in_line(void *arg)
{
    relay *r = arg;

    assert_int_equal(edo_block_on(r->runtime, sleep_5, NULL), 1);
    return (void *)(intptr_t)edo_block_on(r->runtime, hello_over_tcp, NULL);
}

static int leave_after_5_ms(void *arg)
{
    once_open(&((relay *)arg)->inside, 1);
    return edo_sleep(EDO_MILLIS(5));
}

static void *drive_a_little(void *arg)
{
    relay *r = arg;

    assert_int_equal(edo_block_on(r->runtime, leave_after_5_ms, r), 0);
    return NULL;
}

static int say_hello(void *arg)
{
    edo_tcp_stream *stream;

    assert_ok(edo_tcp_accept(arg, &stream));
    assert_ok(edo_tcp_write_all(stream, "hello world", 11));
    return edo_tcp_close(stream);
}

static int hello_over_tcp(void *arg)
{
    edo_tcp_listener *listener;
    edo_tcp_stream *stream;
    edo_addr addr;
    edo_task server;
    char text[16] = {0};
    size_t got = 0;
    ssize_t n;

    (void)arg;
    assert_ok(edo_tcp_listen("127.0.0.1:0", &listener));
    assert_ok(edo_tcp_listener_addr(listener, &addr));
    assert_ok(edo_spawn(say_hello, listener, &server));
    assert_ok(edo_tcp_connect_addr(&addr, &stream));
    while ((n = edo_tcp_read(stream, text + got, sizeof text - got)) > 0)
        got += (size_t)n;
    assert_string_equal(text, "hello world");
    assert_int_equal(join_result(server), 0);
    edo_tcp_close(stream);
    edo_tcp_listener_close(listener);
    return (int)got;
}

EDO_TEST_PLAIN(the_next_in_line_takes_the_drivers_over) /* rt-054 */
{
    for (int i = 0; i < 10; i++) {
        relay r = {.runtime = make_current()};
        pthread_t first = start_thread(drive_a_little, &r);
        wait_until(once_is_open(&r.inside));
        pthread_t second = start_thread(second_in_line, &r);
        join_thread(first);
        assert_int_equal((intptr_t)join_thread(second), 11);
        assert_ok(edo_runtime_free(r.runtime));
    }
}

EDO_TEST_PLAIN(a_handle_drives_timers_and_io) /* rt-021 */
{
    edo_runtime *runtime = make_current();
    edo_handle *handle = edo_runtime_handle(runtime);

    assert_int_equal(edo_handle_block_on(handle, sleep_5, NULL), 1);
    assert_int_equal(edo_handle_block_on(handle, hello_over_tcp, NULL), 11);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}
