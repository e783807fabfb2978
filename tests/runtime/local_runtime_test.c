/* local_runtime_test.c: a runtime whose tasks are all local, and who may spawn local ones where. */
#include "task/local_rig.h"

static edo_runtime *make_local(void)
{
    return make_runtime(EDO_OPTS(runtime, .kind = EDO_LOCAL));
}

static int spawn_inside(void *arg)
{
    pid_t tid = 0;
    int result = join_result(spawn_local(tell_thread, &tid));

    (void)arg;
    assert_int_equal(tid, gettid());
    return result;
}

static int join_it(void *arg)
{
    return join_result(*(edo_task *)arg);
}

EDO_TEST_PLAIN(local_tasks_run_in_a_local_runtime) /* rt-124 */
{
    edo_runtime *runtime = make_local();
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_enter_guard guard;
    pid_t tids[2] = {0};
    edo_task before, entered;

    assert_int_equal(edo_block_on(runtime, spawn_inside, NULL), 5);
    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .on = handle, .local = true), tell_thread, &tids[0],
                             &before));
    assert_int_equal(edo_block_on(runtime, join_it, &before), 5);
    assert_ok(edo_enter(handle, &guard));
    entered = spawn_local(tell_thread, &tids[1]);
    assert_int_equal(edo_block_on(runtime, join_it, &entered), 5);
    edo_leave(&guard);
    assert_int_equal(tids[0], gettid());
    assert_int_equal(tids[1], gettid());
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}

typedef struct outside {
    edo_handle *handle;
    edo_runtime *runtime;
    edo_task task;
    pid_t tid;
    gate spawned, waited;
} outside;

static void *spawn_outside(void *arg)
{
    outside *o = arg;
    edo_enter_guard guard;
    edo_task none = {0};

    assert_int_equal(
        edo_spawn_with(EDO_OPTS(spawn, .on = o->handle, .local = true), do_nothing, NULL, &none),
        -EDO_EMISUSE);
    assert_ok(edo_enter(o->handle, &guard));
    assert_int_equal(edo_spawn_local(do_nothing, NULL, &none), -EDO_EMISUSE);
    assert_ok(edo_spawn(tell_thread, &o->tid, &o->task));
    edo_leave(&guard);
    assert_null(none.header);
    assert_int_equal(edo_runtime_shutdown(o->runtime, EDO_SECONDS(1)), -EDO_EMISUSE);
    assert_int_equal(edo_runtime_free(o->runtime), -EDO_EMISUSE);
    gate_open(&o->spawned);
    return NULL;
}

static int join_spawned(void *arg)
{
    outside *o = arg;

    assert_ok(gate_wait(&o->spawned));
    return join_result(o->task);
}

EDO_TEST_PLAIN(other_threads_spawn_plain_tasks_only) /* rt-125 */
{
    edo_runtime *runtime = make_local();
    outside o = {.handle = edo_runtime_handle(runtime), .runtime = runtime, .spawned = GATE_INIT};
    pthread_t thread = start_thread(spawn_outside, &o);

    assert_int_equal(edo_block_on(runtime, join_spawned, &o), 5);
    join_thread(thread);
    assert_int_equal(o.tid, gettid());
    edo_handle_unref(o.handle);
    assert_ok(edo_runtime_free(runtime));
}

static int say_thread(void *arg)
{
    (void)arg;
    return gettid();
}

static void *block_on_it(void *arg)
{
    outside *o = arg;
    int tid = edo_handle_block_on(o->handle, say_thread, NULL);

    gate_open(&o->waited);
    return (void *)(intptr_t)tid;
}

static int wait_for_waited(void *arg)
{
    outside *o = arg;

    return gate_wait(&o->waited);
}

EDO_TEST_PLAIN(a_local_runtime_is_driven_by_its_own_thread_alone)
{
    edo_runtime *runtime = make_local();
    outside o = {.handle = edo_runtime_handle(runtime), .waited = GATE_INIT};
    pthread_t thread = start_thread(block_on_it, &o);

    assert_ok(edo_block_on(runtime, wait_for_waited, &o));
    assert_int_equal((intptr_t)join_thread(thread), gettid());
    edo_handle_unref(o.handle);
    assert_ok(edo_runtime_free(runtime));
}

static int taken;

static int take(void *arg)
{
    (void)arg;
    taken++;
    return 0;
}

EDO_TEST_BOTH(a_local_spawn_needs_something_local_around) /* rt-126 */
{
    edo_task task = {0};
    edo_metrics before = metrics_of(test_runtime());

    assert_int_equal(edo_spawn_local(take, NULL, &task), -EDO_EMISUSE);
    assert_null(task.header);
    assert_ok(edo_yield());
    assert_int_equal(taken, 0);
    assert_int_equal(metrics_of(test_runtime()).spawned_tasks, before.spawned_tasks);
}

/* ---- into collections ---------------------------------------------------------------------- */

#define LOCAL EDO_OPTS(spawn, .local = true)

static uint64_t keys;

/* A local spawn into each of them. */
static void spawn_everywhere(int expected, int (*fn)(void *arg), void *arg, edo_join_set *set,
                             edo_join_map *map, edo_join_queue *queue, edo_tracker *tracker)
{
    uint64_t key = keys++;

    assert_int_equal(edo_join_set_spawn_with(set, LOCAL, fn, arg, NULL), expected);
    assert_int_equal(edo_join_map_spawn_with(map, &key, LOCAL, fn, arg, NULL), expected);
    assert_int_equal(edo_join_queue_spawn_with(queue, LOCAL, fn, arg, NULL), expected);
    assert_int_equal(edo_tracker_spawn_with(tracker, LOCAL, fn, arg, NULL), expected);
}

typedef struct collections {
    edo_join_set *set;
    edo_join_map *map;
    edo_join_queue *queue;
    edo_tracker *tracker;
} collections;

static collections make_collections(void)
{
    collections c;

    assert_ok(edo_join_set_new(&c.set));
    assert_ok(edo_join_map_new(sizeof(uint64_t), &c.map));
    assert_ok(edo_join_queue_new(&c.queue));
    assert_ok(edo_tracker_new(&c.tracker));
    return c;
}

static void free_collections(collections *c)
{
    edo_join_set_free(c->set);
    edo_join_map_free(c->map);
    edo_join_queue_free(c->queue);
    edo_tracker_free(c->tracker);
}

static void assert_lengths(const collections *c, size_t n)
{
    assert_int_equal(edo_join_set_len(c->set), n);
    assert_int_equal(edo_join_map_len(c->map), n);
    assert_int_equal(edo_join_queue_len(c->queue), n);
    assert_int_equal(edo_tracker_len(c->tracker), n);
}

EDO_TEST_PLAIN(collections_take_no_local_task_outside_of_a_runtime) /* util-027, util-073 */
{
    collections c = make_collections();

    spawn_everywhere(-EDO_ENORUNTIME, take, NULL, c.set, c.map, c.queue, c.tracker);
    assert_lengths(&c, 0);
    free_collections(&c);
}

EDO_TEST_BOTH(
    collections_take_no_local_task_outside_of_a_local_context) /* task-050, util-027, util-073 */
{
    collections c = make_collections();

    spawn_everywhere(-EDO_EMISUSE, take, NULL, c.set, c.map, c.queue, c.tracker);
    assert_lengths(&c, 0);
    assert_int_equal(taken, 0);
    free_collections(&c);
}

/* 8 local tasks in each: joined, shut down, released; then spawned into a closed tracker. */
static int use_collections(void *arg)
{
    collections c = make_collections();
    edo_joined joined;
    static int cancelled; /* those of the tracker count on when this has returned */

    cancelled = 0;
    taken = 0;
    for (int i = 0; i < 8; i++)
        spawn_everywhere(0, take, NULL, c.set, c.map, c.queue, c.tracker);
    assert_lengths(&c, 8);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(edo_join_set_next(c.set, &joined), 1);
        assert_int_equal(edo_join_map_next(c.map, NULL, &joined), 1);
        assert_int_equal(edo_join_queue_next(c.queue, &joined), 1);
    }
    edo_tracker_close(c.tracker);
    assert_ok(edo_tracker_wait(c.tracker));
    assert_int_equal(taken, 4 * 8);
    spawn_everywhere(0, wait_and_count, &cancelled, c.set, c.map, c.queue, c.tracker);
    assert_ok(edo_yield());
    assert_ok(edo_join_set_shutdown(c.set));
    assert_ok(edo_join_map_shutdown(c.map));
    assert_ok(edo_join_queue_shutdown(c.queue));
    assert_int_equal(cancelled, 3);
    spawn_everywhere(0, wait_and_count, &cancelled, c.set, c.map, c.queue, c.tracker);
    free_collections(&c);
    while (cancelled < 6)
        assert_ok(edo_yield());
    *(int *)arg = cancelled;
    return 0;
}

EDO_TEST_PLAIN(collections_work_in_a_local_runtime) /* task-049, util-027, util-066 */
{
    edo_runtime *runtime = make_local();
    int cancelled = 0;

    assert_ok(edo_block_on(runtime, use_collections, &cancelled));
    assert_int_equal(cancelled, 6);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_BOTH(collections_work_in_a_local_set) /* task-049, util-027, util-066 */
{
    edo_local_set *set = new_local_set();
    int cancelled = 0;

    assert_ok(edo_local_set_run_until(set, use_collections, &cancelled));
    assert_int_equal(cancelled, 6);
    assert_ok(edo_local_set_free(set));
}

/* Spawned onto a set that is driven later. */
EDO_TEST_BOTH(a_join_set_joins_what_a_local_set_runs_later) /* task-049, util-066 */
{
    edo_local_set *set = new_local_set();
    edo_join_set *tasks;
    edo_joined joined;
    pid_t tids[8];

    assert_ok(edo_join_set_new(&tasks));
    for (int i = 0; i < 8; i++)
        assert_ok(edo_join_set_spawn_with(tasks, EDO_OPTS(spawn, .local_set = set), tell_thread,
                                          &tids[i], NULL));
    assert_int_equal(edo_join_set_try_next(tasks, &joined), -EAGAIN);
    assert_ok(edo_local_set_drive(set));
    for (int i = 0; i < 8; i++) {
        assert_int_equal(edo_join_set_next(tasks, &joined), 1);
        assert_int_equal(joined.result, 5);
        assert_int_equal(tids[i], tids[0]);
    }
    edo_join_set_free(tasks);
    assert_ok(edo_local_set_free(set));
}

EDO_TEST_BOTH(tasks_released_before_the_drive_run_cancelled_in_it) /* task-049, util-066 */
{
    edo_local_set *set = new_local_set();
    edo_join_set *tasks;
    edo_join_map *map;
    int cancelled = 0;

    assert_ok(edo_join_set_new(&tasks));
    assert_ok(edo_join_map_new(sizeof(int), &map));
    for (int i = 0; i < 8; i++) {
        edo_spawn_opts opts = {.local_set = set};
        assert_ok(edo_join_set_spawn_with(tasks, &opts, wait_and_count, &cancelled, NULL));
        assert_ok(edo_join_map_spawn_with(map, &i, &opts, wait_and_count, &cancelled, NULL));
    }
    edo_join_set_free(tasks);
    edo_join_map_free(map);
    for (int i = 0; i < 20; i++)
        assert_ok(edo_yield());
    assert_int_equal(cancelled, 0);
    assert_int_equal(edo_local_set_len(set), 16);
    assert_ok(edo_local_set_drive(set));
    assert_int_equal(cancelled, 16);
    assert_ok(edo_local_set_free(set));
}

/* ---- in place ------------------------------------------------------------------------------ */

static int try_in_place(void *arg)
{
    return edo_block_in_place(take, arg);
}

static int try_both(void *arg)
{
    assert_int_equal(join_result(spawn_local(try_in_place, arg)), -EDO_EMISUSE);
    return try_in_place(arg);
}

EDO_TEST_MT(nothing_blocks_in_place_in_a_local_set) /* rt-090 */
{
    edo_local_set *set = new_local_set();

    assert_int_equal(edo_local_set_run_until(set, try_both, NULL), -EDO_EMISUSE);
    assert_int_equal(taken, 0);
    assert_ok(edo_local_set_free(set));
    assert_ok(edo_block_in_place(take, NULL)); /* outside of it the task may */
}

EDO_TEST_PLAIN(nothing_blocks_in_place_in_a_local_runtime) /* rt-090 */
{
    edo_runtime *runtime = make_local();

    assert_int_equal(edo_block_on(runtime, try_both, NULL), -EDO_EMISUSE);
    assert_int_equal(taken, 0);
    assert_ok(edo_runtime_free(runtime));
}
