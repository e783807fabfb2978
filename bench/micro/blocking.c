/* blocking.c: functions that may block, handed to other threads or called in place. */
#include "harness/bench.h"

static int give_number(void *arg)
{
    return (int)(intptr_t)arg;
}

/* An op is a blocking call that returns its number, made and joined before the next one. */
EDO_BENCH(spawn_blocking, 1)
{
    uint64_t sum = 0, expected = 0;

    bench_start(b);
    for (uint64_t i = 0; i < b->ops; i++) {
        edo_task call;
        int number;
        bench_check(b, edo_spawn_blocking(give_number, (void *)(intptr_t)(i % 1000), &call));
        bench_check(b, edo_join(call, &number));
        sum += (uint64_t)number;
        expected += i % 1000;
    }
    bench_stop(b);
    bench_equal(b, sum, expected);
}

enum { BATCH = 100 };

/* The same of a hundred calls at a time. */
EDO_BENCH(spawn_blocking_100, BATCH)
{
    edo_task calls[BATCH];
    uint64_t sum = 0;

    bench_start(b);
    for (uint64_t next = 0; next < b->ops; next += BATCH) {
        for (intptr_t i = 0; i < BATCH; i++)
            bench_check(b, edo_spawn_blocking(give_number, (void *)i, &calls[i]));
        for (int i = 0; i < BATCH; i++) {
            int number;
            bench_check(b, edo_join(calls[i], &number));
            sum += (uint64_t)number;
        }
    }
    bench_stop(b);
    bench_equal(b, sum, b->ops / BATCH * bench_sum_below(BATCH));
}

static int call_in_place(void *arg)
{
    bench *b = arg;
    uint64_t sum = 0, expected = 0;

    bench_start(b);
    for (uint64_t i = 0; i < b->ops; i++) {
        sum += (uint64_t)edo_block_in_place(give_number, (void *)(intptr_t)(i % 1000));
        expected += i % 1000;
        bench_check(b, edo_yield());
    }
    bench_stop(b);
    bench_equal(b, sum, expected);
    return 0;
}

/* An op is a function called in place, by a task that is alone, and a yield: without that the task
 * would have no worker any more that it could hand on. There has to be a thread to hand the
 * worker to: with one thread, this is a multi-thread runtime of one worker all the same. */
EDO_BENCH(block_in_place, 1)
{
    edo_runtime *runtime;
    edo_task work;

    if (b->threads > 1) {
        call_in_place(b);
        return;
    }
    bench_check(b, edo_runtime_new(EDO_OPTS(runtime, .workers = 1), &runtime));
    edo_handle *handle = edo_runtime_handle(runtime);
    bench_check(b, edo_spawn_with(EDO_OPTS(spawn, .on = handle), call_in_place, b, &work));
    bench_check(b, edo_join(work, NULL));
    edo_handle_unref(handle);
    /* Its last task has ended, so this waits for its threads only; but not in a task of another's. */
    bench_check(b, edo_runtime_free(runtime));
}
