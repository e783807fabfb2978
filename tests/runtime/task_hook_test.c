/* task_hook_test.c: hooks of tasks: spawn, around each run, end; and how long ready tasks waited. */
#include "runtime/rig.h"

#define MOST 64

/* What the hooks were told, a line a call. */
typedef struct told {
    uint64_t id;
    char place[64];
    bool has_latency;
    uint64_t latency;
} told;

typedef struct log {
    pthread_mutex_t lock;
    told spawned[MOST], begun[MOST], left[MOST], ended[MOST];
    int spawn_count, begin_count, left_count, end_count;
    int await_says; /* atomic: hooks are called by several workers */
} log_of_hooks;

static void note(log_of_hooks *l, told *list, int *count, const edo_task_info *info)
{
    pthread_mutex_lock(&l->lock);
    if (*count < MOST) {
        list[*count] =
            (told){.id = info->id, .has_latency = info->has_latency, .latency = info->latency.ns};
        snprintf(list[*count].place, sizeof list->place, "%s", strrchr(info->place, '/') + 1);
        ++*count;
    }
    pthread_mutex_unlock(&l->lock);
}

static void on_spawn(const edo_task_info *info, void *arg)
{
    log_of_hooks *l = arg;

    note(l, l->spawned, &l->spawn_count, info);
}

static void on_begin(const edo_task_info *info, void *arg)
{
    log_of_hooks *l = arg;
    edo_future never = edo_pending();

    note(l, l->begun, &l->begin_count, info);
    a_store(&l->await_says, (int)edo_await(&never), relaxed); /* a hook must not wait */
}

static void on_left(const edo_task_info *info, void *arg)
{
    log_of_hooks *l = arg;

    note(l, l->left, &l->left_count, info);
}

static void on_end(const edo_task_info *info, void *arg)
{
    log_of_hooks *l = arg;

    note(l, l->ended, &l->end_count, info);
}

static edo_runtime *make_hooked(int kind, log_of_hooks *l, bool track)
{
    *l = (log_of_hooks){.lock = PTHREAD_MUTEX_INITIALIZER};
    return make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = 2,
                                 .on_task_spawn = on_spawn, .on_task_poll_begin = on_begin,
                                 .on_task_poll_end = on_left, .on_task_end = on_end,
                                 .track_latency = track, .hook_arg = l));
}

static int count_of(const told *list, int count, uint64_t id)
{
    int n = 0;

    for (int i = 0; i < count; i++)
        n += list[i].id == id;
    return n;
}

static int yield_thrice(void *arg)
{
    (void)arg;
    for (int i = 0; i < 3; i++)
        assert_ok(edo_yield());
    return 0;
}

static int spawn_yielder(void *arg)
{
    edo_task task;

    assert_ok(edo_spawn(yield_thrice, NULL, &task));
    *(uint64_t *)arg = edo_task_id(task);
    return join_result(task);
}

EDO_TEST_PLAIN(poll_hooks_are_called_around_each_run) /* rt-099 */
{
    for (int kind = 0; kind < 2; kind++) {
        log_of_hooks l;
        edo_runtime *runtime = make_hooked(kind, &l, false);
        uint64_t id = 0;
        assert_int_equal(edo_block_on(runtime, spawn_yielder, &id), 0);
        assert_ok(edo_runtime_free(runtime));
        assert_int_equal(count_of(l.begun, l.begin_count, id), 4);
        assert_int_equal(count_of(l.left, l.left_count, id), 4);
        assert_int_equal(l.await_says, -EDEADLK);
    }
}

static int spawn_eight(void *arg)
{
    uint64_t *ids = arg;
    edo_task tasks[8];

    for (int i = 0; i < 8; i++) {
        assert_ok(edo_spawn(do_nothing, NULL, &tasks[i]));
        ids[i] = edo_task_id(tasks[i]);
    }
    for (int i = 0; i < 8; i++)
        assert_int_equal(join_result(tasks[i]), 0);
    return 0;
}

EDO_TEST_PLAIN(the_end_hook_is_called_once_for_each_task) /* rt-100 */
{
    for (int kind = 0; kind < 2; kind++) {
        log_of_hooks l;
        edo_runtime *runtime = make_hooked(kind, &l, false);
        uint64_t ids[8];
        assert_int_equal(edo_block_on(runtime, spawn_eight, ids), 0);
        for (int i = 0; i < 8; i++) /* before each could be joined */
            assert_int_equal(count_of(l.ended, l.end_count, ids[i]), 1);
        assert_ok(edo_runtime_free(runtime));
        assert_int_equal(l.end_count, 9); /* and the root task */
        assert_int_equal(l.spawn_count, 9);
    }
}

static int plain_spawn(void *arg)
{
    edo_task task;
    char *place = arg;

    snprintf(place, 64, "task_hook_test.c:%d", __LINE__ + 1);
    assert_ok(edo_spawn(yield_thrice, NULL, &task));
    return join_result(task);
}

static const told *at_place(const told *list, int count, const char *place)
{
    for (int i = 0; i < count; i++)
        if (strcmp(list[i].place, place) == 0)
            return &list[i];
    return NULL;
}

EDO_TEST_PLAIN(hooks_are_told_the_place_of_the_spawn) /* rt-101 */
{
    for (int kind = 0; kind < 2; kind++) {
        log_of_hooks l;
        edo_runtime *runtime = make_hooked(kind, &l, false);
        edo_handle *handle = edo_runtime_handle(runtime);
        char places[2][64];
        edo_task task;
        snprintf(places[0], 64, "task_hook_test.c:%d", __LINE__ + 1);
        assert_ok(edo_spawn_with(EDO_OPTS(spawn, .on = handle), yield_thrice, NULL, &task));
        assert_int_equal(edo_block_on(runtime, plain_spawn, places[1]), 0);
        assert_int_equal(join_result(task), 0);
        edo_handle_unref(handle);
        assert_ok(edo_runtime_free(runtime));
        for (int i = 0; i < 2; i++) {
            const told *spawned = at_place(l.spawned, l.spawn_count, places[i]);
            const told *begun = at_place(l.begun, l.begin_count, places[i]);
            const told *left = at_place(l.left, l.left_count, places[i]);
            assert_true(spawned && begun && left);
            assert_int_equal(spawned->id, begun->id);
            assert_int_equal(spawned->id, left->id);
        }
        assert_int_equal(l.begin_count, l.left_count);
    }
}

static int block_after_spawn(void *arg)
{
    edo_task task;

    assert_ok(edo_spawn(do_nothing, NULL, &task)); /* into the LIFO slot, where there is one */
    *(uint64_t *)arg = edo_task_id(task);
    block_thread_for(50);
    return join_result(task);
}

static const told *of_id(const told *list, int count, uint64_t id)
{
    for (int i = 0; i < count; i++)
        if (list[i].id == id)
            return &list[i];
    return NULL;
}

static edo_runtime *make_tracked(int way, log_of_hooks *l, bool track)
{
    *l = (log_of_hooks){.lock = PTHREAD_MUTEX_INITIALIZER};
    /* One worker that nobody relieves: the task waits for it. */
    return make_runtime(EDO_OPTS(runtime, .kind = way == 0 ? EDO_CURRENT_THREAD : EDO_MULTI_THREAD,
                                 .workers = 1, .no_lifo_slot = way == 1, .monitor = EDO_MONITOR_OFF,
                                 .on_task_spawn = on_spawn, .on_task_poll_begin = on_begin,
                                 .on_task_end = on_end, .track_latency = track, .hook_arg = l));
}

EDO_TEST_PLAIN(the_hook_before_a_run_is_told_how_long_the_task_was_ready) /* rt-102 */
{
    for (int way = 0; way < 3; way++) {
        log_of_hooks l;
        uint64_t id = 0;
        edo_runtime *runtime = make_tracked(way, &l, true);
        assert_int_equal(edo_block_on(runtime, block_after_spawn, &id), 0);
        assert_ok(edo_runtime_free(runtime));
        const told *begun = of_id(l.begun, l.begin_count, id);
        assert_true(begun && begun->has_latency);
        assert_in_range(begun->latency, 25000000, UINT64_C(5000000000));
        for (int i = 0; i < l.spawn_count; i++)
            assert_false(l.spawned[i].has_latency);
        for (int i = 0; i < l.end_count; i++)
            assert_false(l.ended[i].has_latency);
    }
}

EDO_TEST_PLAIN(without_tracking_nobody_is_told_a_latency) /* rt-102 */
{
    for (int way = 0; way < 3; way++) {
        log_of_hooks l;
        uint64_t id = 0;
        edo_runtime *runtime = make_tracked(way, &l, false);
        assert_int_equal(edo_block_on(runtime, block_after_spawn, &id), 0);
        assert_ok(edo_runtime_free(runtime));
        assert_true(l.begin_count > 0);
        for (int i = 0; i < l.begin_count; i++)
            assert_false(l.begun[i].has_latency);
    }
}

static int call_blocking(void *arg)
{
    edo_task call;

    assert_ok(edo_spawn_blocking(do_nothing, NULL, &call));
    *(uint64_t *)arg = edo_task_id(call);
    return join_result(call);
}

EDO_TEST_PLAIN(a_blocking_call_is_spawned_and_ends_and_is_not_polled)
{
    for (int kind = 0; kind < 2; kind++) {
        log_of_hooks l;
        edo_runtime *runtime = make_hooked(kind, &l, false);
        uint64_t id = 0;
        assert_int_equal(edo_block_on(runtime, call_blocking, &id), 0);
        assert_ok(edo_runtime_free(runtime));
        assert_int_equal(count_of(l.spawned, l.spawn_count, id), 1);
        assert_int_equal(count_of(l.ended, l.end_count, id), 1);
        assert_int_equal(count_of(l.begun, l.begin_count, id), 0);
    }
}

typedef struct ender {
    edo_runtime *runtime;
    unsigned calls, refused; /* atomic */
} ender;

static void try_to_end(ender *e)
{
    a_fetch_add(&e->calls, 1, relaxed);
    if (edo_runtime_shutdown(e->runtime, EDO_MILLIS(0)) == -EDEADLK &&
        edo_runtime_free(e->runtime) == -EDEADLK)
        a_fetch_add(&e->refused, 1, relaxed);
}

static void end_in_hook(const edo_task_info *info, void *arg)
{
    (void)info;
    try_to_end(arg);
}

static void end_in_failure_hook(const edo_task_info *info, int result, void *arg)
{
    (void)info, (void)result;
    try_to_end(arg);
}

static int fail_now(void *arg)
{
    (void)arg;
    return -EIO;
}

/* Who is in one has a task of it in hand, that has just begun, or has not ended. */
EDO_TEST_PLAIN(a_runtime_is_not_ended_in_a_hook_of_its_tasks_on_whatever_thread)
{
    ender e = {0};
    edo_task call, fails;
    edo_runtime *runtime = e.runtime = make_runtime(
        EDO_OPTS(runtime, .workers = 1, .on_task_spawn = end_in_hook, .on_task_end = end_in_hook,
                 .on_task_failure = end_in_failure_hook, .hook_arg = &e));
    edo_handle *handle = edo_runtime_handle(runtime);

    assert_ok(edo_spawn_blocking_with(EDO_OPTS(blocking, .on = handle), do_nothing, NULL, &call));
    assert_int_equal(join_result(call), 0);
    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .on = handle), fail_now, NULL, &fails));
    wait_until(edo_task_is_finished(fails));
    assert_ok(edo_task_detach(fails)); /* the failure is told here */
    assert_int_equal(a_load(&e.calls, relaxed), 5);
    assert_int_equal(a_load(&e.refused, relaxed), 5);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}
