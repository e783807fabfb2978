/* metrics_test.c: the counters say exactly what happened. */
#include "runtime/rig.h"

static edo_metrics mine(void)
{
    edo_handle *handle = edo_handle_try_current();
    edo_metrics metrics;

    assert_int_equal(edo_handle_metrics(handle, &metrics), 0);
    edo_handle_unref(handle);
    return metrics;
}

typedef struct alive {
    uint64_t in_root, in_task;
} alive;

static int note_alive(void *arg)
{
    ((alive *)arg)->in_task = mine().alive_tasks;
    return 0;
}

static int spawn_one(void *arg)
{
    edo_task task;

    ((alive *)arg)->in_root = mine().alive_tasks;
    assert_ok(edo_spawn(note_alive, arg, &task));
    return join_result(task);
}

EDO_TEST_PLAIN(alive_tasks_come_and_go) /* rt-104 */
{
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *runtime =
            make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = 1));
        alive seen = {0};
        assert_int_equal(metrics_of(runtime).alive_tasks, 0);
        assert_int_equal(edo_block_on(runtime, spawn_one, &seen), 0);
        assert_int_equal(seen.in_root, 1);
        assert_int_equal(seen.in_task, 2);
        wait_until(metrics_of(runtime).alive_tasks == 0);
        assert_int_equal(metrics_of(runtime).spawned_tasks, 2);
        assert_ok(edo_runtime_free(runtime));
    }
}

/* Keeps a worker's thread busy until told. */
typedef struct hold {
    int held, release;
} hold;

static int hold_worker(void *arg)
{
    hold *h = arg;

    a_fetch_add(&h->held, 1, seq_cst);
    while (!a_load(&h->release, acquire))
        block_thread_for(1);
    return 0;
}

static edo_runtime *make_unwatched(int workers)
{
    return make_runtime(
        EDO_OPTS(runtime, .workers = workers, .monitor = EDO_MONITOR_OFF, .no_lifo_slot = true));
}

EDO_TEST_PLAIN(the_injection_queue_counts_foreign_spawns) /* rt-105 */
{
    edo_runtime *idle = make_current(), *busy = make_unwatched(2);
    edo_task tasks[10], holders[2];
    hold h = {0};

    assert_ok(edo_task_detach(spawn_on(idle, do_nothing, NULL)));
    assert_int_equal(metrics_of(idle).injected, 1);
    for (int i = 0; i < 2; i++)
        holders[i] = spawn_on(busy, hold_worker, &h);
    wait_until(a_load(&h.held, seq_cst) == 2);
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(metrics_of(busy).injected, i);
        tasks[i] = spawn_on(busy, do_nothing, NULL);
    }
    assert_int_equal(metrics_of(busy).injected, 10);
    a_store(&h.release, 1, release);
    for (int i = 0; i < 10; i++)
        assert_int_equal(join_result(tasks[i]), 0);
    assert_int_equal(join_result(holders[0]) + join_result(holders[1]), 0);
    assert_int_equal(metrics_of(busy).injected, 0);
    assert_ok(edo_runtime_free(idle));
    assert_ok(edo_runtime_free(busy));
}

static int spawn_hundred(void *arg)
{
    (void)arg;
    for (int i = 0; i < 100; i++)
        assert_ok(edo_spawn(do_nothing, NULL, NULL));
    edo_metrics m = mine();
    return (int)(m.queued + 1000 * m.injected);
}

EDO_TEST_PLAIN(the_local_queue_counts_own_spawns) /* rt-106 */
{
    edo_runtime *current = make_current(), *multi = make_unwatched(1);
    edo_runtime *with_lifo = make_runtime(EDO_OPTS(runtime, .workers = 1));

    assert_int_equal(edo_block_on(current, spawn_hundred, NULL), 100);
    assert_int_equal(edo_block_on(multi, spawn_hundred, NULL), 100);
    /* the newest is in the LIFO slot; the others were bumped out of it */
    assert_int_equal(edo_block_on(with_lifo, spawn_hundred, NULL), 99);
    assert_ok(edo_runtime_free(current));
    assert_ok(edo_runtime_free(multi));
    assert_ok(edo_runtime_free(with_lifo));
}

static int spawn_nested(void *arg)
{
    edo_task task;

    if (arg)
        assert_ok(edo_spawn(spawn_nested, NULL, &task));
    return arg ? join_result(task) : 0;
}

EDO_TEST_PLAIN(remote_schedules_are_those_from_outside) /* rt-107 */
{
    edo_runtime *multi = make_multi(1), *current = make_current();

    assert_int_equal(join_result(spawn_on(multi, do_nothing, NULL)), 0);
    assert_int_equal(metrics_of(multi).remote_schedules, 1);
    assert_int_equal(edo_block_on(multi, spawn_nested, multi), 0);
    assert_int_equal(metrics_of(multi).remote_schedules, 2); /* its root task */
    assert_int_equal(edo_block_on(current, spawn_nested, current), 0);
    assert_int_equal(metrics_of(current).remote_schedules, 0);
    assert_ok(edo_task_detach(spawn_on(current, do_nothing, NULL)));
    assert_int_equal(metrics_of(current).remote_schedules, 1);
    assert_ok(edo_runtime_free(multi));
    assert_ok(edo_runtime_free(current));
}

typedef struct burst {
    hold *hold;
    edo_task *tasks;
    int runs;
} burst;

static int count_run(void *arg)
{
    a_fetch_add(&((burst *)arg)->runs, 1, seq_cst);
    return 0;
}

static int spawn_300(void *arg)
{
    burst *b = arg;

    while (a_load(&b->hold->held, seq_cst) == 0)
        edo_yield();
    for (int i = 0; i < 300; i++)
        assert_ok(edo_spawn(count_run, b, &b->tasks[i]));
    return (int)mine().overflows;
}

EDO_TEST_PLAIN(a_burst_of_300_overflows_once) /* rt-108 */
{
    edo_runtime *runtime = make_unwatched(2);
    hold h = {0};
    edo_task tasks[300], holder = spawn_on(runtime, hold_worker, &h);
    burst b = {.hold = &h, .tasks = tasks};

    assert_int_equal(join_result(spawn_on(runtime, spawn_300, &b)), 1);
    for (int i = 0; i < 300; i++)
        assert_int_equal(join_result(tasks[i]), 0);
    assert_int_equal(b.runs, 300);
    assert_int_equal(metrics_of(runtime).overflows, 1);
    a_store(&h.release, 1, release);
    assert_int_equal(join_result(holder), 0);
    assert_ok(edo_runtime_free(runtime));
}

static int spawn_900_and_block(void *arg)
{
    burst *b = arg;

    while (a_load(&b->hold->held, seq_cst) == 0)
        edo_yield();
    for (int i = 0; i < 900; i++)
        assert_ok(edo_spawn(count_run, b, NULL));
    a_store(&b->hold->release, 1, release);
    wait_until(a_load(&b->runs, seq_cst) == 900);
    return (int)mine().overflows;
}

/* Its queue holds 256, and nobody takes the core away from it. */
EDO_TEST_PLAIN(what_overflowed_is_stolen_as_well)
{
    edo_runtime *runtime = make_unwatched(2);
    hold h = {0};
    burst b = {.hold = &h};
    edo_task holder = spawn_on(runtime, hold_worker, &h);

    assert_in_range(join_result(spawn_on(runtime, spawn_900_and_block, &b)), 1, 900);
    assert_int_equal(join_result(holder), 0);
    assert_ok(edo_runtime_free(runtime));
}

static int spawn_and_block(void *arg)
{
    edo_task task;
    hold *h = arg;

    assert_ok(edo_spawn(hold_worker, h, &task));
    wait_until(a_load(&h->held, seq_cst) == 1); /* so it was stolen */
    a_store(&h->release, 1, release);
    return edo_task_detach(task);
}

EDO_TEST_PLAIN(a_stolen_task_is_counted) /* rt-109 */
{
    edo_runtime *runtime = make_unwatched(2);
    hold h = {0};

    assert_int_equal(join_result(spawn_on(runtime, spawn_and_block, &h)), 0);
    assert_int_equal(metrics_of(runtime).steals, 1);
    assert_ok(edo_runtime_free(runtime));
}

static int yield_once(void *arg)
{
    (void)arg;
    return edo_yield();
}

EDO_TEST_PLAIN(polls_are_runs_of_tasks) /* rt-111 */
{
    edo_runtime *multi = make_multi(test_workers()), *current = make_current();
    edo_task tasks[5];

    for (int i = 0; i < 5; i++)
        tasks[i] = spawn_on(multi, do_nothing, NULL);
    for (int i = 0; i < 5; i++)
        assert_int_equal(join_result(tasks[i]), 0);
    assert_int_equal(metrics_of(multi).polls, 5);
    for (int i = 0; i < 5; i++)
        assert_ok(edo_task_detach(spawn_on(current, do_nothing, NULL)));
    assert_int_equal(edo_block_on(current, yield_once, NULL), 0);
    assert_int_equal(metrics_of(current).polls, 7);
    assert_ok(edo_runtime_free(multi));
    assert_ok(edo_runtime_free(current));
}

static int connect_and_close(void *arg)
{
    edo_tcp_listener *listener = arg;
    edo_tcp_stream *client, *server;
    edo_addr addr;
    char byte;

    assert_ok(edo_tcp_listen("127.0.0.1:0", &listener));
    assert_ok(edo_tcp_listener_addr(listener, &addr));
    uint64_t before = mine().registered;
    assert_ok(edo_tcp_connect_addr(&addr, &client));
    assert_ok(edo_tcp_accept(listener, &server));
    assert_ok(edo_tcp_write(server, "x", 1) == 1 ? 0 : -1);
    assert_int_equal(edo_tcp_read(client, &byte, 1), 1);
    edo_metrics open = mine();
    edo_tcp_close(client);
    edo_tcp_close(server);
    edo_tcp_listener_close(listener);
    edo_metrics closed = mine();
    assert_true(open.registered > before);
    assert_int_equal(open.deregistered, 0);
    assert_int_equal(closed.registered, open.registered);
    assert_int_equal(closed.deregistered, closed.registered);
    return 0;
}

EDO_TEST_PLAIN(registered_descriptors_are_taken_out_again) /* rt-117 */
{
    edo_runtime *runtime = make_current();

    assert_int_equal(edo_block_on(runtime, connect_and_close, NULL), 0);
    assert_ok(edo_runtime_free(runtime));
}

#define CHOICES 64

/* Which arm wins, when all of several are READY. */
static int choose(void *arg)
{
    int *choices = arg;

    for (int i = 0; i < CHOICES; i++) {
        edo_future a = edo_ready(0), b = edo_ready(0), c = edo_ready(0), d = edo_ready(0);
        choices[i] = edo_select(&a, &b, &c, &d);
    }
    return 0;
}

static void record(edo_runtime_kind kind, uint64_t seed, int calls, int choices[2 * CHOICES])
{
    edo_runtime *runtime =
        make_runtime(EDO_OPTS(runtime, .kind = kind, .workers = 1, .seed = seed));

    for (int i = 0; i < calls; i++)
        assert_int_equal(edo_block_on(runtime, choose, choices + i * CHOICES), 0);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(one_seed_gives_one_sequence_of_choices) /* rt-123 */
{
    const edo_runtime_kind kinds[] = {EDO_CURRENT_THREAD, EDO_MULTI_THREAD};

    for (int k = 0; k < 2; k++) {
        int first[2 * CHOICES], second[2 * CHOICES], other[2 * CHOICES], seen[4] = {0};
        record(kinds[k], 11, 2, first);
        record(kinds[k], 11, 2, second);
        record(kinds[k], 12, 2, other);
        assert_memory_equal(first, second, sizeof first);
        assert_memory_not_equal(first, other, sizeof first);
        assert_memory_not_equal(first, first + CHOICES, sizeof first / 2); /* it goes on */
        for (int i = 0; i < 2 * CHOICES; i++)
            seen[first[i]]++;
        for (int i = 0; i < 4; i++)
            assert_true(seen[i] > 0);
    }
}
