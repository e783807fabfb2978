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

/* How often the runtime has run or resumed a task: what shows that a yield gave way. */
static uint64_t runs_so_far(bench *b)
{
    edo_handle *handle;
    edo_metrics metrics;

    bench_check(b, edo_handle_current(&handle));
    bench_check(b, edo_handle_metrics(handle, &metrics));
    edo_handle_unref(handle);
    return metrics.polls;
}

static void run_yielders(bench *b, uint64_t count)
{
    yielder *yielders = calloc(count, sizeof *yielders);
    edo_task *tasks = calloc(count, sizeof *tasks);
    uint64_t done = 0, runs = runs_so_far(b);

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
    bench_equal(b, runs_so_far(b) - runs >= b->ops + count, true); /* each begins, too */
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
