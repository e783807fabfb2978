/*
 * gdb_tasks.c: two runtimes with tasks in each state, for gdb_tasks.sh to look at.
 *
 * A breakpoint belongs on all_are_there; with EDO_GDB_TASKS_TRAP in the environment it dies there.
 */
#include <edo.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#define noinline __attribute__((noinline))

static atomic_int running;

noinline void all_are_there(void);
noinline void all_are_there(void)
{
    __asm__ volatile("");
    if (getenv("EDO_GDB_TASKS_TRAP"))
        abort();
}

static void check(int rc)
{
    if (rc < 0)
        abort();
}

static noinline int wait_inside(int depth)
{
    int rc = depth > 0 ? wait_inside(depth - 1) : edo_sleep(EDO_SECONDS(1000));

    __asm__ volatile("" : "+r"(rc)); /* else the calls would be jumps */
    return rc;
}

static int wait_long(void *arg)
{
    int rc = wait_inside(3);

    __asm__ volatile("" : "+r"(rc));
    return rc + (arg != NULL);
}

static int do_nothing(void *arg)
{
    (void)arg;
    return 0;
}

/* Blocks its worker, so what was spawned last stays in the queue. */
static int spin_here(void *arg)
{
    (void)arg;
    check(edo_spawn_with(EDO_OPTS(spawn, .name = "newcomer"), do_nothing, NULL, NULL));
    atomic_fetch_add(&running, 1);
    while (atomic_load(&running) > 0)
        ;
    return 0;
}

/* On the one thread for such calls, so what was made last stays in the queue. */
static int block_here(void *arg)
{
    (void)arg;
    check(edo_spawn_blocking_with(EDO_OPTS(blocking, .name = "patient"), do_nothing, NULL, NULL));
    atomic_fetch_add(&running, 1);
    while (atomic_load(&running) > 0)
        usleep(1000);
    return 0;
}

static int make_tasks(void *arg)
{
    edo_sleep_future sleep = edo_sleep_async(EDO_SECONDS(1000));
    edo_task ended;

    (void)arg;
    check(edo_spawn_with(EDO_OPTS(spawn, .name = "ended"), do_nothing, NULL, &ended));
    check(edo_spawn_with(EDO_OPTS(spawn, .name = "detached"), do_nothing, NULL, NULL));
    check(edo_spawn_with(EDO_OPTS(spawn, .name = "waiter", .stack_size = 1 << 20), wait_long, NULL,
                         NULL));
    check(edo_spawn_future_from(EDO_HERE, EDO_OPTS(spawn, .name = "polled"), &sleep.base,
                                sizeof sleep, NULL));
    while (!edo_task_is_finished(ended))
        check(edo_yield());
    for (int i = 0; i < 3; i++)
        check(edo_yield());
    check(edo_spawn_blocking_with(EDO_OPTS(blocking, .name = "blocker"), block_here, NULL, NULL));
    check(edo_spawn_with(EDO_OPTS(spawn, .name = "spinner"), spin_here, NULL, NULL));
    return wait_inside(0);
}

static void *enter(void *runtime)
{
    check(edo_block_on(runtime, make_tasks, NULL));
    return NULL;
}

int main(void)
{
    edo_runtime *alpha, *beta;
    pthread_t thread;

    check(edo_runtime_new(EDO_OPTS(runtime, .name = "alpha", .workers = 1,
                                   .monitor = EDO_MONITOR_OFF, .max_blocking_threads = 1),
                          &alpha));
    check(edo_runtime_new(
        EDO_OPTS(runtime, .name = "beta", .kind = EDO_CURRENT_THREAD, .max_blocking_threads = 1),
        &beta));
    if (pthread_create(&thread, NULL, enter, alpha) || pthread_create(&thread, NULL, enter, beta))
        return 1;
    while (atomic_load(&running) < 4)
        ;
    all_are_there();
    return 0;
}
