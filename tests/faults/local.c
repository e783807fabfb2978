/*
 * local.c: tasks that stay on their thread: pins, local sets, a pool of pinned threads, thread slots.
 *
 * Each task that was spawned runs once, on its thread; a call that fails has changed nothing.
 */
#include <unistd.h>

#include "base/atomic.h"
#include "faults/trial.h"

enum { TASKS = 4, THREADS = 2 };

static unsigned runs, taken; /* atomic */
static __thread long slot;

static void *slot_place(void)
{
    return &slot;
}

static __attribute__((noinline)) long *my_slot(void)
{
    __asm__ volatile("");
    return &slot;
}

static int stay(void *arg)
{
    pid_t tid = gettid();
    int rc;

    CHECK(!arg || *my_slot() == 0);
    *my_slot() = 7;
    PERSIST(rc, edo_pin());
    MUST(edo_yield());
    CHECK(rc < 0 || gettid() == tid);
    CHECK(!arg || *my_slot() == 7);
    if (rc == 0)
        MUST(edo_unpin());
    a_fetch_add(&runs, 1, relaxed);
    return 7;
}

static void join_all(edo_task *tasks, unsigned n)
{
    int rc, result = 0;

    a_fetch_add(&taken, n, relaxed);
    for (unsigned i = 0; i < n; i++) {
        PERSIST(rc, edo_join(tasks[i], &result));
        CHECK(rc < 0 || result == 7);
    }
}

static int spawn_locally(void *arg)
{
    edo_task tasks[TASKS];
    unsigned n = 0;

    for (int i = 0; i < TASKS; i++) {
        int rc;
        PERSIST(rc, edo_spawn_local(stay, arg, &tasks[n]));
        n += rc == 0;
    }
    join_all(tasks, n);
    return 0;
}

static void use_set(void *arg)
{
    edo_local_set *set;
    edo_task early;
    int rc, spawned;

    PERSIST(rc, edo_local_set_new(NULL, &set));
    if (rc < 0)
        return;
    PERSIST(spawned, edo_local_set_spawn(set, stay, arg, &early));
    PERSIST(rc, edo_local_set_run_until(set, spawn_locally, arg));
    PERSIST(rc, edo_local_set_drive(set));
    if (spawned == 0 && rc == 0)
        join_all(&early, 1);
    else if (spawned == 0)
        MUST(edo_task_detach(early));
    PERSIST(rc, edo_local_set_free(set));
}

static void use_pool(void)
{
    edo_pinned_pool *pool;
    edo_task tasks[TASKS];
    unsigned n = 0;
    int rc;

    PERSIST(rc, edo_pinned_pool_new(THREADS, &pool));
    if (rc < 0)
        return;
    for (int i = 0; i < TASKS; i++) {
        PERSIST(rc, edo_pinned_pool_spawn(pool, stay, NULL, &tasks[n]));
        n += rc == 0;
    }
    join_all(tasks, n);
    PERSIST(rc, edo_pinned_pool_free(pool));
}

static void use_staying_runtime(void)
{
    edo_runtime *runtime;
    int rc;

    PERSIST(rc, edo_runtime_new(EDO_OPTS(runtime, .workers = 2, .monitor = EDO_MONITOR_OFF,
                                         .migration = EDO_MIGRATION_NEVER),
                                &runtime));
    if (rc == 0)
        MUST(edo_runtime_free(runtime));
}

static int use_all(void *arg)
{
    trial_arm();
    use_set(arg);
    use_pool();
    use_staying_runtime();
    return 0;
}

void use_local(edo_runtime_kind kind)
{
    edo_runtime *runtime = NULL;
    edo_thread_slot slots[] = {{slot_place, sizeof slot}};

    runs = taken = 0;
    MUST(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 2, .thread_slots = slots,
                                  .thread_slot_count = 1),
                         &runtime));
    MUST(edo_block_on(runtime, use_all, slots));
    fault_lift();
    MUST(edo_runtime_free(runtime));
    CHECK(runs == taken);
}
