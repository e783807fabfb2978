/* yield.c: giving way. */
#include <stdlib.h>

#include "harness/bench.h"

typedef struct yielder {
    bench *bench;
    uint64_t times, done;
} yielder;

static int yield_often(void *arg)
{
    yielder *y = arg;

    while (y->done < y->times) {
        bench_check(y->bench, edo_yield());
        y->done++;
    }
    return 0;
}

static void run_yielders(bench *b, uint64_t count)
{
    yielder *yielders = calloc(count, sizeof *yielders);
    edo_task *tasks = calloc(count, sizeof *tasks);
    uint64_t done = 0;

    if (!yielders || !tasks)
        bench_check(b, -ENOMEM);
    bench_start(b);
    for (uint64_t i = 0; i < count; i++) {
        yielders[i] = (yielder){.bench = b, .times = b->ops / count};
        bench_check(b, edo_spawn(yield_often, &yielders[i], &tasks[i]));
    }
    for (uint64_t i = 0; i < count; i++) {
        bench_check(b, edo_join(tasks[i], NULL));
        done += yielders[i].done;
    }
    bench_stop(b);
    bench_equal(b, done, b->ops);
    free(yielders);
    free(tasks);
}

/* An op is a yield of a task that is alone: leaving its stack and coming back. */
EDO_BENCH(yield1, 1000)
{
    run_yielders(b, 1);
}

/* An op is a yield of one of 1,000 tasks that take turns: each time on another stack. */
EDO_BENCH(yield1000, 1000)
{
    run_yielders(b, 1000);
}
