/*
 * idle.c: what a task costs that waits.
 *
 * `rss` is what all of them together added to the resident memory, `page_tables` to the tables that
 * map it, both in bytes a task. Cold: run it without a warm-up, or memory of the run before counts.
 */
#include <stdlib.h>

#include "harness/bench.h"
#include "micro/event.h"

typedef struct memory {
    uint64_t rss, page_tables;
} memory;

static memory memory_now(void)
{
    return (memory){.rss = bench_proc("/proc/self/smaps_rollup", "Rss:"),
                    .page_tables = bench_proc("/proc/self/status", "VmPTE:")};
}

static void report_growth(bench *b, memory before)
{
    memory now = memory_now();

    bench_report(b, "rss", (now.rss - before.rss) / b->ops);
    bench_report(b, "page_tables", (now.page_tables - before.page_tables) / b->ops);
}

typedef struct crowd {
    event gate;
    latch gone;
} crowd;

static void wait_until_parked(bench *b, crowd *c)
{
    while (event_waiting(&c->gate) < b->ops)
        bench_check(b, edo_yield());
    for (int i = 0; i < 3; i++) /* the last to be counted has still to leave its stack */
        bench_check(b, edo_yield());
}

static int wait_at_gate(void *arg)
{
    crowd *c = arg;
    int rc = event_wait(&c->gate);

    latch_arrive(&c->gone);
    return rc;
}

/* An op is a task with a stack that waits, and then goes. */
EDO_BENCH(idle_tasks, 1000)
{
    crowd c = {.gone = {.left = b->ops}};
    memory before = memory_now();

    bench_start(b);
    for (uint64_t i = 0; i < b->ops; i++)
        bench_check(b, edo_spawn(wait_at_gate, &c, NULL));
    wait_until_parked(b, &c);
    report_growth(b, before);
    event_open(&c.gate);
    bench_check(b, event_wait(&c.gone.zero));
    bench_stop(b);
    bench_equal(b, c.gone.left, 0);
}

/* ---- without a stack -------------------------------------------------------------------------- */

/* A wait that is a task of its own, and counts itself when it is over. */
typedef struct visitor {
    event_future wait;
    latch *gone;
} visitor;

static edo_poll visitor_poll(edo_future *base, const edo_waker *waker)
{
    edo_poll says = event_poll(base, waker);

    if (says == EDO_READY)
        latch_arrive(((visitor *)base)->gone); /* base is its first member's first */
    return says;
}

static const edo_future_ops visitor_ops = {
    .poll = visitor_poll, .cancel = event_cancel, .name = "visitor"};

/* An op is a task without a stack, a poll function with its state, that waits and then goes. */
EDO_BENCH(idle_poll_tasks, 1000)
{
    crowd c = {.gone = {.left = b->ops}};
    memory before = memory_now();

    bench_start(b);
    for (uint64_t i = 0; i < b->ops; i++) {
        visitor v = {.wait = event_async(&c.gate), .gone = &c.gone};
        v.wait.base.ops = &visitor_ops;
        bench_check(b, edo_spawn_future(&v.wait.base, sizeof v, NULL));
    }
    wait_until_parked(b, &c);
    report_growth(b, before);
    event_open(&c.gate);
    bench_check(b, event_wait(&c.gone.zero));
    bench_stop(b);
    bench_equal(b, c.gone.left, 0);
}

/* ---- without a stack, as a function that waits ------------------------------------------------- */

typedef struct sitter {
    edo_stackless base;
    crowd *crowd;
    EDO_WAITS(event_future);
} sitter;

EDO_STACKLESS(sitter, me)
{
    EDO_BEGIN();
    int rc;

    EDO_AWAIT(rc, event_async(&me->crowd->gate));
    latch_arrive(&me->crowd->gone);
    EDO_END(rc);
}

/* An op is the same task as in idle_tasks, but without a stack. `frame` is what its body keeps. */
EDO_BENCH(idle_stackless_tasks, 1000)
{
    crowd c = {.gone = {.left = b->ops}};
    memory before = memory_now();

    bench_start(b);
    for (uint64_t i = 0; i < b->ops; i++)
        bench_check(b, edo_spawn_stackless(&EDO_FRAME(sitter, .crowd = &c), NULL));
    wait_until_parked(b, &c);
    report_growth(b, before);
    bench_report(b, "frame", sizeof(sitter));
    event_open(&c.gate);
    bench_check(b, event_wait(&c.gone.zero));
    bench_stop(b);
    bench_equal(b, c.gone.left, 0);
}
