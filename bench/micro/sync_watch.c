/* sync_watch.c: a value that some wait to see change. */
#include "harness/bench.h"

enum { RECEIVERS = 4 };

typedef struct watching {
    bench *bench;
    edo_watch_receiver *rx;
    uint64_t last;
} watching;

static int watch_until_the_last(void *arg)
{
    watching *w = arg;

    while (w->last < w->bench->ops) {
        edo_watch_ref ref;
        bench_check(w->bench, edo_watch_changed(w->rx));
        w->last = *(const uint64_t *)edo_watch_borrow_and_update(w->rx, &ref);
        edo_watch_borrow_end(&ref);
    }
    return 0;
}

/* An op is a value set and a yield; four receivers wait for each change, and may skip some. */
EDO_BENCH(watch, 1000)
{
    watching watchings[RECEIVERS];
    edo_task tasks[RECEIVERS];
    edo_watch_sender *tx;
    uint64_t first = 0, sum = 0;

    bench_check(b, edo_watch_new(EDO_ITEM(uint64_t), &first, &tx, NULL));
    bench_start(b);
    for (int i = 0; i < RECEIVERS; i++) {
        watchings[i] = (watching){.bench = b};
        bench_check(b, edo_watch_subscribe(tx, &watchings[i].rx));
        bench_check(b, edo_spawn(watch_until_the_last, &watchings[i], &tasks[i]));
    }
    for (uint64_t i = 1; i <= b->ops; i++) {
        bench_check(b, edo_watch_send(tx, &i));
        bench_check(b, edo_yield());
    }
    for (int i = 0; i < RECEIVERS; i++)
        bench_check(b, edo_join(tasks[i], NULL));
    bench_stop(b);
    for (int i = 0; i < RECEIVERS; i++) {
        sum += watchings[i].last;
        edo_watch_receiver_free(watchings[i].rx);
    }
    bench_equal(b, sum, RECEIVERS * b->ops);
    edo_watch_sender_free(tx);
}
