/* sync_mutex.c: one lock, alone with it and in a crowd. */
#include <errno.h>
#include <stdlib.h>

#include "micro/team.h"

enum { TASKS = 8 };

typedef struct counter {
    edo_mutex mutex;
    uint64_t count;
    bool hold; /* over a yield */
} counter;

static int count_on(void *arg)
{
    member *m = arg;
    counter *shared = m->shared;

    for (uint64_t i = 0; i < m->ops; i++) {
        bench_check(m->bench, edo_mutex_lock(&shared->mutex));
        shared->count++;
        if (shared->hold)
            bench_check(m->bench, edo_yield());
        bench_check(m->bench, edo_mutex_unlock(&shared->mutex));
    }
    return 0;
}

/*
 * The counter is on the heap, as the peers' are. On the stack it lay as far into its page as the thread
 * control block does into its own, which each op reads: the processor took the one for the other.
 */
static void count_with(bench *b, unsigned tasks, bool hold)
{
    counter *shared = malloc(sizeof *shared);

    bench_check(b, shared ? 0 : -ENOMEM);
    *shared = (counter){.mutex = EDO_MUTEX_INIT, .hold = hold};
    bench_start(b);
    team_run(b, tasks, count_on, shared);
    bench_stop(b);
    bench_equal(b, shared->count, b->ops);
    free(shared);
}

/* An op is a lock, an addition to a counter and the unlock, of a task that is alone: the floor. */
EDO_BENCH(mutex_uncontended, 1000)
{
    count_with(b, 1, false);
}

/* The same op in one of eight tasks. */
EDO_BENCH(mutex_contended, 1000)
{
    count_with(b, TASKS, false);
}

/* The same with a yield before the unlock, so that all the others queue: each op is a wait. */
EDO_BENCH(mutex_held, 1000)
{
    count_with(b, TASKS, true);
}
