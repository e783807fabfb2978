/*
 * spawn.c: tasks of each kind, and a crowd of them.
 *
 * Each spawn that succeeded has to run its function exactly once, with its argument whole; each
 * that failed, not at all.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/atomic.h"
#include "base/macros.h"
#include "faults/trial.h"
#include "support/gate.h"

enum {
    SMALL = 24,
    MIDDLE = 400,
    LARGE = 8 << 10,
    DEEP = 512 << 10,
    CROWD = HAS_ASAN ? 300 : 2000,
    EACH = 2
};

typedef struct work {
    size_t size; /* of the whole argument */
    unsigned char filler[LARGE];
} work;

static unsigned runs, spawned, arrived; /* atomic */

static int count_run(void *arg)
{
    (void)arg;
    a_fetch_add(&runs, 1, relaxed);
    return 7;
}

static int check_copy(void *arg)
{
    const work *w = arg;
    size_t filled = w->size - offsetof(work, filler);

    for (size_t i = 0; i < filled; i++)
        if (w->filler[i] != (unsigned char)i)
            return -1;
    return count_run(NULL);
}

static noinline int use_stack(void *arg)
{
    volatile char deep[DEEP - (32 << 10)];

    for (size_t i = 0; i < sizeof deep; i += 4096)
        deep[i] = 1;
    return deep[4096] == 1 ? count_run(arg) : -1;
}

static edo_poll poll_once(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    (void)waker;
    *ret_result = count_run(arg);
    return EDO_READY;
}

/* A spawn that succeeded is joined, and its result is 7. */
static void settle(int rc, edo_task task)
{
    int result = 0;

    if (rc < 0)
        return;
    a_fetch_add(&spawned, 1, relaxed);
    PERSIST(rc, edo_join(task, &result));
    CHECK(result == 7);
}

static void spawn_copies(void)
{
    const size_t sizes[] = {SMALL, MIDDLE, LARGE};
    static work w;
    edo_task task;
    int rc;

    for (size_t i = 0; i < sizeof w.filler; i++)
        w.filler[i] = (unsigned char)i;
    for (int i = 0; i < 3; i++) {
        w.size = sizes[i];
        PERSIST(rc, edo_spawn_copy(check_copy, &w, w.size, &task));
        settle(rc, task);
    }
}

/* Values that a task inherits: each clone is destroyed once, whatever became of the spawn. */
static unsigned clones, destroyed; /* atomic */

static void *clone_value(void *value)
{
    void *copy = malloc(1);

    (void)value;
    if (copy)
        a_fetch_add(&clones, 1, relaxed);
    return copy;
}

static void destroy_value(void *value)
{
    if (!value)
        return;
    a_fetch_add(&destroyed, 1, relaxed);
    free(value);
}

static void spawn_heirs(void)
{
    static const edo_task_local keys[2] = {{.destroy = destroy_value, .clone = clone_value},
                                           {.destroy = destroy_value, .clone = clone_value}};
    edo_task_binding first = edo_task_bind(&keys[0], NULL), second = edo_task_bind(&keys[1], NULL);
    edo_task task;
    int rc;

    clones = destroyed = 0;
    MUST(edo_task_binding_enter(&first));
    MUST(edo_task_binding_enter(&second));
    PERSIST(rc, edo_spawn_with(EDO_OPTS(spawn, .inherit = true), count_run, NULL, &task));
    settle(rc, task);
    edo_task_binding_leave(&second);
    edo_task_binding_leave(&first);
    CHECK(a_load(&clones, relaxed) == a_load(&destroyed, relaxed));
}

static void run_child(void)
{
    int rc;

    PERSIST(rc, edo_child(count_run, NULL));
    CHECK(rc < 0 || rc == 7);
    if (rc == 7)
        a_fetch_add(&spawned, 1, relaxed);
}

static void *spawn_from_outside(void *arg)
{
    edo_task task;
    int rc;

    PERSIST(rc, edo_spawn_with(EDO_OPTS(spawn, .on = arg), count_run, NULL, &task));
    settle(rc, task);
    return NULL;
}

static int spawn_each_kind(void *arg)
{
    edo_task task;
    edo_poll_fn_future polled = edo_poll_fn(poll_once, NULL);
    int rc;

    (void)arg;
    for (int i = 0; i < EACH; i++) {
        PERSIST(rc, edo_spawn(count_run, NULL, &task));
        settle(rc, task);
        PERSIST(rc, edo_spawn_with(EDO_OPTS(spawn, .name = "named"), count_run, NULL, &task));
        settle(rc, task);
        PERSIST(rc, edo_spawn_with(EDO_OPTS(spawn, .stack_size = DEEP), use_stack, NULL, &task));
        settle(rc, task);
        PERSIST(rc, edo_spawn_future(&polled.base, sizeof polled, &task));
        settle(rc, task);
        spawn_copies();
        spawn_heirs();
        run_child();
    }
    return 0;
}

static edo_runtime *begin(edo_runtime_kind kind)
{
    edo_runtime *runtime = NULL;

    runs = spawned = arrived = 0;
    MUST(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 2), &runtime));
    return runtime;
}

static void end(edo_runtime *runtime)
{
    fault_lift();
    MUST(edo_runtime_free(runtime));
    CHECK(a_load(&runs, relaxed) == a_load(&spawned, relaxed));
}

/* A thread outside joins while it parks: somebody else has to run the task meanwhile. */
void spawn_kinds(edo_runtime_kind kind)
{
    edo_runtime *runtime = begin(kind);
    edo_handle *handle = edo_runtime_handle(runtime);
    pthread_t outside;
    int rc;

    trial_arm();
    PERSIST(rc, edo_block_on(runtime, spawn_each_kind, NULL));
    if (rc == 0 && kind == EDO_MULTI_THREAD) {
        pthread_create(&outside, NULL, spawn_from_outside, handle);
        pthread_join(outside, NULL);
    }
    edo_handle_unref(handle);
    end(runtime);
}

static int wait_at(void *arg)
{
    a_fetch_add(&arrived, 1, relaxed);
    MUST(gate_wait(arg));
    return count_run(NULL);
}

static int gather(void *arg)
{
    static edo_task crowd[CROWD];
    gate together = GATE_INIT;
    unsigned count = 0;
    int rc, result;

    (void)arg;
    trial_arm(); /* not before: the root itself would wait for a stack that never comes */
    for (unsigned i = 0; i < CROWD; i++) {
        PERSIST(rc, edo_spawn(wait_at, &together, &crowd[count]));
        count += rc == 0;
    }
    a_store(&spawned, count, relaxed);
    trial_end_for_ever(); /* they wait as long as there are no stacks */
    while (a_load(&arrived, relaxed) < count)
        MUST(edo_yield());
    gate_open(&together);
    for (unsigned i = 0; i < count; i++) {
        PERSIST(rc, edo_join(crowd[i], &result));
        CHECK(rc < 0 || result == 7);
    }
    return 0;
}

void spawn_crowd(edo_runtime_kind kind)
{
    edo_runtime *runtime = begin(kind);

    MUST(edo_block_on(runtime, gather, NULL));
    end(runtime);
}
