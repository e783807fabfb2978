/*
 * main.c: all kinds of work in one process, for as long as asked.
 *
 *     soak [seconds] [pause-ms]      3600 and 0: no rest between two rounds
 *
 * The last line is "N passed, N failed, N skipped": a check for each figure that is watched, for
 * each kind of work, and for the end.
 */
#include "soak/soak.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/atomic.h"

work task_work[] = {
    {.name = "storm", .round = storm_round, .copies = 2},
    {.name = "timers", .round = timer_round, .copies = 2},
    {.name = "select", .round = select_round, .copies = 2},
    {.name = "echo", .round = echo_round, .copies = 4},
    {.name = "churn", .round = churn_round, .copies = 2},
    {.name = "withdraw", .round = withdraw_round, .copies = 2},
    {.name = "signals", .round = signal_round, .copies = 2},
    {.name = NULL},
};
work thread_work[] = {
    {.name = "runtimes", .round = runtime_round, .copies = 1},
    {.name = NULL},
};

static bool over;         /* atomic */
static uint64_t pause_ms; /* between rounds */

bool soak_is_over(void)
{
    return a_load(&over, relaxed);
}

uint64_t soak_pause_ms(void)
{
    return pause_ms;
}

unsigned soak_random(unsigned n)
{
    static uint64_t state = 88172645463325252; /* atomic; xorshift of a counter */
    uint64_t x = a_fetch_add(&state, UINT64_C(0x9e3779b97f4a7c15), relaxed);

    x ^= x >> 31;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 29;
    return (unsigned)(x % n);
}

void soak_fail(const char *place, const char *what, int64_t rc)
{
    fprintf(stderr, "FAIL %s: %s%s%s\n", place, what, rc < 0 ? ": " : "",
            rc < 0 ? edo_err_name((int)rc) : "");
    abort();
}

static int do_rounds(void *arg)
{
    work *w = arg;

    while (!soak_is_over()) {
        SOAK_OK(w->round(w));
        a_fetch_add(&w->rounds, 1, relaxed);
        if (pause_ms)
            SOAK_OK(edo_sleep(EDO_MILLIS(pause_ms)));
    }
    return 0;
}

static void *do_rounds_in_thread(void *arg)
{
    work *w = arg;
    struct timespec rest = {.tv_sec = (time_t)(pause_ms / 1000),
                            .tv_nsec = (long)(pause_ms % 1000) * 1000000};

    while (!soak_is_over()) {
        SOAK_OK(w->round(w));
        a_fetch_add(&w->rounds, 1, relaxed);
        nanosleep(&rest, NULL);
    }
    return NULL;
}

/* The root task: begins all, and ends when all have ended. */
static int work_all(void *arg)
{
    edo_task tasks[64];
    unsigned count = 0;

    (void)arg;
    SOAK_OK(tcp_open());
    for (work *w = task_work; w->name; w++)
        for (unsigned i = 0; i < w->copies; i++)
            SOAK_OK(edo_spawn(do_rounds, w, &tasks[count++]));
    while (count > 0)
        SOAK_OK(edo_join(tasks[--count], NULL));
    tcp_close_all();
    return 0;
}

static void *run_all(void *runtime)
{
    SOAK_OK(edo_block_on(runtime, work_all, NULL));
    return NULL;
}

static void start(pthread_t *ret, void *(*fn)(void *arg), void *arg)
{
    SOAK_CHECK(pthread_create(ret, NULL, fn, arg) == 0);
}

static unsigned kinds(void)
{
    unsigned n = 0;

    for (const work *w = task_work; w->name; w++)
        n++;
    for (const work *w = thread_work; w->name; w++)
        n++;
    return n;
}

/* Whatever still runs when all has ended was lost. */
static void end(edo_runtime *runtime, edo_handle *handle)
{
    edo_metrics m;

    SOAK_OK(edo_runtime_shutdown(runtime, EDO_SECONDS(30)));
    SOAK_OK(edo_handle_metrics(handle, &m));
    SOAK_CHECK(m.alive_tasks == 0);
    SOAK_CHECK(m.registered == m.deregistered);
    SOAK_OK(edo_runtime_free(runtime));
    edo_handle_unref(handle);
}

int main(int argc, char **argv)
{
    uint64_t seconds = argc > 1 ? strtoull(argv[1], NULL, 10) : 3600;
    edo_runtime *runtime;
    pthread_t tasks, threads;
    unsigned checks;

    pause_ms = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
    signal(SIGUSR1, SIG_IGN); /* one that comes when its listener has just been closed */
    SOAK_OK(edo_runtime_new(EDO_OPTS(runtime, .workers = 4), &runtime));
    edo_handle *handle = edo_runtime_handle(runtime);
    start(&tasks, run_all, runtime);
    start(&threads, do_rounds_in_thread, &thread_work[0]);
    unsigned bad = watch(seconds, handle, &checks);
    a_store(&over, true, relaxed);
    pthread_join(tasks, NULL);
    pthread_join(threads, NULL);
    end(runtime, handle);
    printf("%u passed, %u failed, 0 skipped\n", checks - bad + kinds() + 1, bad);
    return bad > 0;
}
