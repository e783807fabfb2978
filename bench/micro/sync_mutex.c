/* sync_mutex.c: one lock, alone with it and in a crowd. */
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

/* An op is a lock, an addition to a counter and the unlock, of a task that is alone: the floor. */
EDO_BENCH(mutex_uncontended, 1000)
{
    counter shared = {.mutex = EDO_MUTEX_INIT};

    bench_start(b);
    team_run(b, 1, count_on, &shared);
    bench_stop(b);
    bench_equal(b, shared.count, b->ops);
}

/* The same op in one of eight tasks. */
EDO_BENCH(mutex_contended, 1000)
{
    counter shared = {.mutex = EDO_MUTEX_INIT};

    bench_start(b);
    team_run(b, TASKS, count_on, &shared);
    bench_stop(b);
    bench_equal(b, shared.count, b->ops);
}

/* The same with a yield before the unlock, so that all the others queue: each op is a wait. */
EDO_BENCH(mutex_held, 1000)
{
    counter shared = {.mutex = EDO_MUTEX_INIT, .hold = true};

    bench_start(b);
    team_run(b, TASKS, count_on, &shared);
    bench_stop(b);
    bench_equal(b, shared.count, b->ops);
}
