/* sync_notify.c: two tasks that wake one another. */
#include <stdatomic.h>

#include "harness/bench.h"

typedef struct pair {
    bench *bench;
    edo_notify ping, pong;
    _Atomic uint64_t answers;
} pair;

static int answer(void *arg)
{
    pair *p = arg;

    for (uint64_t i = 0; i < p->bench->ops; i++) {
        bench_check(p->bench, edo_notify_wait(&p->ping));
        atomic_fetch_add_explicit(&p->answers, 1, memory_order_relaxed);
        edo_notify_one(&p->pong);
    }
    return 0;
}

/* An op is a round trip: a notification each way. */
EDO_BENCH(notify, 1000)
{
    pair p = {.bench = b, .ping = EDO_NOTIFY_INIT, .pong = EDO_NOTIFY_INIT};
    edo_task answerer;

    bench_start(b);
    bench_check(b, edo_spawn(answer, &p, &answerer));
    for (uint64_t i = 0; i < b->ops; i++) {
        edo_notify_one(&p.ping);
        bench_check(b, edo_notify_wait(&p.pong));
    }
    bench_check(b, edo_join(answerer, NULL));
    bench_stop(b);
    bench_equal(b, p.answers, b->ops);
    bench_check(b, edo_notify_fini(&p.ping));
    bench_check(b, edo_notify_fini(&p.pong));
}
