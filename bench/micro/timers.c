/* timers.c: timers that are cancelled, as most are, and timers that fire. */
#include <stdlib.h>

#include "harness/bench.h"
#include "micro/event.h"

/* ---- cancelled -------------------------------------------------------------------------------- */

enum { BATCH = 1000 };

typedef struct timer_batch {
    edo_sleep_future sleeps[BATCH];
    uint64_t pending, canceled;
} timer_batch;

static edo_poll add_and_cancel(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    timer_batch *batch = arg;

    for (uint64_t i = 0; i < BATCH; i++) {
        edo_sleep_future *sleep = &batch->sleeps[i];
        *sleep = edo_sleep_async(EDO_MILLIS(10000 + i));
        batch->pending += edo_future_poll(&sleep->base, waker) == EDO_PENDING;
    }
    for (int i = 0; i < BATCH; i++) {
        edo_sleep_future *sleep = &batch->sleeps[i];
        edo_future_cancel(&sleep->base);
        batch->canceled +=
            edo_future_poll(&sleep->base, waker) == EDO_READY && sleep->base.result == -ECANCELED;
    }
    *ret_result = 0;
    return EDO_READY;
}

/* An op is a timer of 10 s or more, added among 1,000 and cancelled. */
EDO_BENCH(timer_cancel, BATCH)
{
    timer_batch *batch = calloc(1, sizeof *batch);

    if (!batch)
        bench_check(b, -ENOMEM);
    bench_start(b);
    for (uint64_t next = 0; next < b->ops; next += BATCH) {
        edo_poll_fn_future work = edo_poll_fn(add_and_cancel, batch);
        bench_check(b, edo_await(&work.base));
        if (next / BATCH % 16 == 15)
            bench_check(b, edo_yield());
    }
    bench_stop(b);
    bench_equal(b, batch->pending, b->ops);
    bench_equal(b, batch->canceled, b->ops);
    free(batch);
}

/* ---- fired ------------------------------------------------------------------------------------ */

typedef struct sleepers {
    bench *bench;
    latch awake;
    _Atomic uint64_t late_ns, latest_ns;
} sleepers;

typedef struct sleeper {
    sleepers *all;
    uint64_t ms;
} sleeper;

/* The same pseudo-random numbers as in the peers' programs (splitmix64). */
static uint64_t mix(uint64_t i)
{
    uint64_t z = (i + 1) * 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void note_lateness(sleepers *all, uint64_t ns)
{
    uint64_t latest = all->latest_ns;

    all->late_ns += ns;
    while (ns > latest && !atomic_compare_exchange_weak(&all->latest_ns, &latest, ns))
        continue;
}

static int sleep_once(void *arg)
{
    const sleeper *self = arg;
    uint64_t begin = bench_now(), span = self->ms * 1000000;

    bench_check(self->all->bench, edo_sleep(EDO_MILLIS(self->ms)));
    uint64_t took = bench_now() - begin;
    if (took < span)
        bench_check(self->all->bench, -ETIME); /* it woke early */
    note_lateness(self->all, took - span);
    latch_arrive(&self->all->awake);
    return 0;
}

/* An op is a task that sleeps up to a second once. `over_us` is how much longer than the longest
 * sleep all of it took. */
EDO_BENCH(sleep_many, 1000)
{
    sleepers all = {.bench = b, .awake = {.left = b->ops}};
    uint64_t longest = 0;

    bench_start(b);
    for (uint64_t i = 0; i < b->ops; i++) {
        sleeper one = {.all = &all, .ms = mix(i) % 1000};
        longest = one.ms > longest ? one.ms : longest;
        bench_check(b, edo_spawn_copy(sleep_once, &one, sizeof one, NULL));
    }
    bench_check(b, event_wait(&all.awake.zero));
    bench_stop(b);
    bench_equal(b, all.awake.left, 0);
    bench_report(b, "over_us", (b->used.wall_ns - longest * 1000000) / 1000);
    bench_report(b, "late_mean_us", all.late_ns / b->ops / 1000);
    bench_report(b, "late_max_us", all.latest_ns / 1000);
}
