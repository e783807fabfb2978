/* info_test.c: ids, names, places and stack sizes. */
#include "support/edo_test.h"
#include "support/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/atomic.h"
#include "sched/task.h"

struct told {
    uint64_t id;
    const char *place;
    char name[64];
    bool has_name;
};

static int tell(void *arg)
{
    struct told *told = arg;
    const char *name = edo_task_self_name();

    assert_ok(edo_yield());
    told->id = edo_task_self_id();
    told->place = edo_task_self_place();
    told->has_name = name != NULL;
    snprintf(told->name, sizeof told->name, "%s", name ? name : "-");
    return 0;
}

EDO_TEST_BOTH(id_inside_is_that_of_the_handle) /* task-051 task-052 */
{
    struct told *told = calloc(2, sizeof *told);
    edo_task a, b;
    uint64_t root = edo_task_self_id();

    assert_ok(edo_spawn(tell, &told[0], &a));
    assert_ok(edo_spawn(tell, &told[1], &b));
    uint64_t id_a = edo_task_id(a), id_b = edo_task_id(b);
    assert_ok(edo_join(a, NULL));
    assert_ok(edo_join(b, NULL));
    assert_int_equal(told[0].id, id_a);
    assert_int_equal(told[1].id, id_b);
    assert_true(id_a != id_b && root != id_a && root != id_b);
    assert_true(id_a && id_b && root);
    assert_int_equal(edo_task_self_id(), root);
    assert_int_equal(edo_task_id(a), 0); /* consumed */
    free(told);
}

static int note_id(void *arg)
{
    *(uint64_t *)arg = edo_task_self_id();
    return 0;
}

EDO_TEST_PLAIN(id_outside_of_tasks_is_none) /* task-052 */
{
    edo_runtime *runtime;
    edo_enter_guard guard;
    uint64_t first = 0, second = 0;

    assert_int_equal(edo_task_self_id(), 0);
    assert_null(edo_task_self_name());
    assert_null(edo_task_self_place());
    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime));
    edo_handle *handle = edo_runtime_handle(runtime);
    assert_ok(edo_enter(handle, &guard));
    assert_int_equal(edo_task_self_id(), 0); /* entered is not inside of a task */
    edo_leave(&guard);
    assert_ok(edo_block_on(runtime, note_id, &first));
    assert_ok(edo_block_on(runtime, note_id, &second));
    assert_true(first && second && first != second);
    assert_int_equal(edo_task_self_id(), 0);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}

static int do_nothing(void *arg)
{
    (void)arg;
    return 0;
}

static int compare_ids(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

EDO_TEST_BOTH(ids_grow_and_are_never_used_again) /* task-024 */
{
    enum { COUNT = 1000, ROUNDS = 3 };
    static edo_task tasks[COUNT];
    static uint64_t ids[COUNT * ROUNDS];

    for (int round = 0; round < ROUNDS; round++) { /* the later ones in memory used before */
        uint64_t *row = ids + (ptrdiff_t)round * COUNT;
        for (int i = 0; i < COUNT; i++) {
            assert_ok(edo_spawn(do_nothing, NULL, &tasks[i]));
            row[i] = edo_task_id(tasks[i]);
            assert_true(i == 0 || row[i] > row[i - 1]);
        }
        for (int i = 0; i < COUNT; i++)
            assert_ok(edo_join(tasks[i], NULL));
    }
    qsort(ids, COUNT * ROUNDS, sizeof *ids, compare_ids);
    for (int i = 1; i < COUNT * ROUNDS; i++)
        assert_true(ids[i] != ids[i - 1]);
}

static struct told run_named(const char *name)
{
    char text[64];
    struct told *told = calloc(1, sizeof *told), copy;
    edo_task t;
    edo_spawn_opts opts = {0};

    if (name)
        snprintf(text, sizeof text, "%s", name);
    opts.name = name ? text : NULL;
    assert_ok(edo_spawn_with(&opts, tell, told, &t));
    memset(text, '!', sizeof text); /* it was copied */
    assert_ok(edo_join(t, NULL));
    copy = *told;
    free(told);
    return copy;
}

EDO_TEST_BOTH(name_given_at_spawn_is_the_tasks) /* task-055 */
{
    struct told told = run_named("reader");

    assert_true(told.has_name);
    assert_string_equal(told.name, "reader");
    assert_non_null(strstr(told.place, "info_test.c:"));
    told = run_named("abcdefghijklmnopqrstuvwxyz012345678"); /* 31 bytes of it */
    assert_string_equal(told.name, "abcdefghijklmnopqrstuvwxyz01234");
    told = run_named(NULL);
    assert_false(told.has_name);
    assert_true(told.id > 0);
}

EDO_TEST_BOTH(last_name_wins_and_an_empty_one_is_none) /* task-057 */
{
    struct told *told = calloc(1, sizeof *told);
    edo_spawn_opts opts = {.name = "first"};
    edo_task t;

    opts.name = "second";
    assert_ok(edo_spawn_with(&opts, tell, told, &t));
    assert_ok(edo_join(t, NULL));
    assert_string_equal(told->name, "second");
    free(told);
    assert_false(run_named("").has_name);
}

struct deep {
    gate *gate;
    size_t use;
    uint64_t sum;
};

static int use_stack(void *arg)
{
    struct deep *deep = arg;
    volatile char frame[deep->use];

    for (size_t i = 0; i < deep->use; i += 512)
        frame[i] = (char)i;
    if (deep->gate)
        assert_ok(gate_wait(deep->gate));
    for (size_t i = 0; i < deep->use; i += 512)
        deep->sum += frame[i] == (char)i;
    return 0;
}

/* How large the stack of a suspended task is. */
static size_t size_with(const edo_spawn_opts *opts)
{
    static gate gates[16];
    static unsigned used;
    gate *g = &gates[used++];
    struct deep *deep = malloc(sizeof *deep);
    edo_task t;

    pthread_mutex_init(&g->lock, NULL);
    *deep = (struct deep){.gate = g, .use = 512};
    assert_ok(edo_spawn_with(opts, use_stack, deep, &t));
    task_wait_until(gate_waiting(g) == 1);
    block_thread_for(2); /* it may not have left its stack yet */
    size_t size = t.header->stack->size;
    assert_int_equal(size % 4096, 0);
    gate_open(g);
    assert_ok(edo_join(t, NULL));
    free(deep);
    return size;
}

EDO_TEST_BOTH(stack_size_holds_for_one_task) /* task-056 */
{
    size_t common = size_with(NULL);
    size_t large = size_with(EDO_OPTS(spawn, .stack_size = ((size_t)1 << 20) + 1));
    struct deep *deep = malloc(sizeof *deep);
    edo_task t;

    assert_in_range(large, ((size_t)1 << 20) + 4096, (size_t)2 << 20);
    assert_int_equal(size_with(NULL), common);
    assert_true(common < large);
    *deep = (struct deep){.use = (size_t)900 << 10};
    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .stack_size = (size_t)1 << 20), use_stack, deep, &t));
    assert_ok(edo_join(t, NULL));
    assert_int_equal(deep->sum, 1800);
    free(deep);
}

EDO_TEST_BOTH(stack_below_the_minimum_is_refused) /* task-056 */
{
    edo_task t = {0};
    edo_metrics before, after;
    edo_handle *handle = edo_runtime_handle(test_runtime());

    assert_ok(edo_handle_metrics(handle, &before));
    for (size_t size = 1; size < (size_t)16 << 10; size += 1111)
        assert_err(edo_spawn_with(EDO_OPTS(spawn, .stack_size = size), do_nothing, NULL, &t),
                   -EINVAL);
    assert_err(edo_spawn_with(EDO_OPTS(spawn, .stack_size = SIZE_MAX), do_nothing, NULL, &t),
               -EINVAL);
    assert_null(t.header);
    assert_ok(edo_handle_metrics(handle, &after));
    assert_int_equal(after.spawned_tasks, before.spawned_tasks);
    assert_ok(
        edo_spawn_with(EDO_OPTS(spawn, .stack_size = (size_t)16 << 10), do_nothing, NULL, &t));
    assert_ok(edo_join(t, NULL));
    edo_handle_unref(handle);
}
