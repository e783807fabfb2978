/* sync_rwlock.c: a lock that all hold at once, to read. */
#include <stdatomic.h>

#include "micro/team.h"

enum { TASKS = 8 };

typedef struct page {
    edo_rwlock rwlock;
    uint64_t value;
    _Atomic uint64_t sum; /* of what each has read */
} page;

static int read_on(void *arg)
{
    member *m = arg;
    page *shared = m->shared;
    uint64_t sum = 0;

    for (uint64_t i = 0; i < m->ops; i++) {
        bench_check(m->bench, edo_rwlock_read(&shared->rwlock));
        sum += shared->value;
        bench_check(m->bench, edo_rwlock_unlock_read(&shared->rwlock));
    }
    atomic_fetch_add_explicit(&shared->sum, sum, memory_order_relaxed);
    return 0;
}

/* An op is a read lock and its unlock, by one of eight tasks that only read: two exchanges. */
EDO_BENCH(rwlock_read, 1000)
{
    page shared = {.rwlock = EDO_RWLOCK_INIT, .value = 1};

    bench_start(b);
    team_run(b, TASKS, read_on, &shared);
    bench_stop(b);
    bench_equal(b, shared.sum, b->ops);
    bench_check(b, edo_rwlock_fini(&shared.rwlock));
}
