/* spawn.c: making tasks and learning of their end. */
#include "harness/bench.h"
#include "micro/channel.h"
#include "micro/event.h"

enum { BATCH = 1000 };

static int give_number(void *arg)
{
    return (int)(intptr_t)arg;
}

/* An op is a task that returns its number, spawned among 1,000 and joined. */
EDO_BENCH(spawn_join, BATCH)
{
    static edo_task tasks[BATCH];
    uint64_t sum = 0;

    bench_start(b);
    for (uint64_t next = 0; next < b->ops; next += BATCH) {
        for (intptr_t i = 0; i < BATCH; i++)
            bench_check(b, edo_spawn(give_number, (void *)i, &tasks[i]));
        for (int i = 0; i < BATCH; i++) {
            int number;
            bench_check(b, edo_join(tasks[i], &number));
            sum += (uint64_t)number;
        }
    }
    bench_stop(b);
    bench_equal(b, sum, b->ops / BATCH * bench_sum_below(BATCH));
}

static int arrive(void *arg)
{
    latch_arrive(arg);
    return 0;
}

/* An op is a task that nobody joins and that counts down; all of them are spawned in one go. */
EDO_BENCH(spawn_detached_latch, 1000)
{
    latch done = {.left = b->ops};

    bench_start(b);
    for (uint64_t i = 0; i < b->ops; i++)
        bench_check(b, edo_spawn(arrive, &done, NULL));
    bench_check(b, event_wait(&done.zero));
    bench_stop(b);
    bench_equal(b, done.left, 0);
}

/* ---- chain ------------------------------------------------------------------------------------ */

typedef struct chain_run {
    bench *bench;
    uint64_t left, done;
    event end;
} chain_run;

static int next_link(void *arg)
{
    chain_run *chain = arg;

    chain->done++; /* one at a time is at work on it */
    if (--chain->left == 0)
        event_open(&chain->end);
    else
        bench_check(chain->bench, edo_spawn(next_link, chain, NULL));
    return 0;
}

/* An op is a task that spawns the next one and ends; 1,000 in a chain, of which the last reports. */
EDO_BENCH(chain, BATCH)
{
    uint64_t done = 0;

    bench_start(b);
    for (uint64_t next = 0; next < b->ops; next += BATCH) {
        chain_run chain = {.bench = b, .left = BATCH};
        bench_check(b, edo_spawn(next_link, &chain, NULL));
        bench_check(b, event_wait(&chain.end));
        done += chain.done;
    }
    bench_stop(b);
    bench_equal(b, done, b->ops);
}

/* ---- skynet ----------------------------------------------------------------------------------- */

enum { FAN_OUT = 10 };

typedef struct node {
    bench *bench;
    channel *up;
    uint64_t first, size;
} node;

static uint64_t sum_children(const node *n);

static int run_node(void *arg)
{
    const node *n = arg;

    bench_check(n->bench, channel_send(n->up, n->size == 1 ? n->first : sum_children(n)));
    return 0;
}

static uint64_t sum_children(const node *n)
{
    uint64_t slots[FAN_OUT], sum = 0, value = 0;
    channel up;

    channel_init(&up, slots, FAN_OUT, FAN_OUT);
    for (uint64_t i = 0; i < FAN_OUT; i++) {
        uint64_t size = n->size / FAN_OUT;
        node child = {.bench = n->bench, .up = &up, .first = n->first + i * size, .size = size};
        bench_check(n->bench, edo_spawn_copy(run_node, &child, sizeof child, NULL));
    }
    for (int i = 0; i < FAN_OUT; i++) {
        bench_check(n->bench, channel_recv(&up, &value));
        sum += value;
    }
    return sum;
}

/*
 * An op is a leaf (1.11 tasks) of a tree of tasks, ten to a node, that add their numbers up through
 * a channel for each node. As trees come in powers of ten, ops are made of trees of 10,000 leaves.
 */
EDO_BENCH(skynet, 10000)
{
    uint64_t sum = 0;

    bench_start(b);
    for (uint64_t next = 0; next < b->ops; next += 10000)
        sum += sum_children(&(node){.bench = b, .first = 0, .size = 10000});
    bench_stop(b);
    bench_equal(b, sum, b->ops / 10000 * bench_sum_below(10000));
}
