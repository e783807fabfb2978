/* sync_semaphore.c: permits. */
#include <stdatomic.h>

#include "micro/team.h"

enum { PERMITS = 4, TASKS = 8 };

typedef struct bounded {
    edo_semaphore semaphore;
    _Atomic uint64_t count;
} bounded;

static int hold_permits(void *arg)
{
    member *m = arg;
    bounded *shared = m->shared;

    for (uint64_t i = 0; i < m->ops; i++) {
        edo_permit permit;
        bench_check(m->bench, edo_semaphore_acquire(&shared->semaphore, &permit));
        atomic_fetch_add_explicit(&shared->count, 1, memory_order_relaxed);
        bench_check(m->bench, edo_yield());
        edo_permit_release(&permit);
    }
    return 0;
}

/* An op is one of four permits acquired, a yield, and its release; by eight tasks. */
EDO_BENCH(semaphore, 1000)
{
    bounded shared = {.semaphore = EDO_SEMAPHORE_INIT(PERMITS)};

    bench_start(b);
    team_run(b, TASKS, hold_permits, &shared);
    bench_stop(b);
    bench_equal(b, shared.count, b->ops);
    bench_equal(b, edo_semaphore_available(&shared.semaphore), PERMITS);
}
