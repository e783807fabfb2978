/*
 * run_queue.c: pushes, pops and thefts, overflow among them: every task comes out once, and with all
 * that its pusher wrote. The ring has four slots here, and its counters are about to wrap.
 */
#include "base/atomic.h"
#include "engine/model.h"
#include "sched/run_queue.h"

#define TASKS 8
#define QUEUES 3

static run_queue queues[QUEUES];
static inject_queue overflow;
static task tasks[TASKS];
static char payload[TASKS];
static unsigned taken[TASKS]; /* how often */
static unsigned pushed;

/* What a worker does first with a task that it took: it reads what the pusher wrote. */
static void take(task *t)
{
    model_assert(t >= tasks && t < tasks + TASKS);
    unsigned i = (unsigned)(t - tasks);
    model_assert(t->arg == &payload[i]);
    t->next = NULL; /* plain: the taker's own now */
    taken[i]++;
}

static void push(run_queue *q)
{
    task *t = &tasks[pushed];

    t->arg = &payload[pushed];
    pushed++;
    run_queue_push(q, t, &overflow);
}

static void begin_at(uint32_t counter)
{
    for (unsigned i = 0; i < QUEUES; i++) {
        queues[i].head = (uint64_t)counter << 32 | counter;
        queues[i].tail = counter;
    }
    model_name(&queues[0].head, "head");
    model_name(&queues[0].tail, "tail");
}

static void fill(unsigned n)
{
    begin_at(UINT32_MAX - 1);
    for (unsigned i = 0; i < n; i++)
        push(&queues[0]);
}

static void setup_empty(void)
{
    fill(0);
}

static void setup_two(void)
{
    fill(2);
}

static void setup_three(void)
{
    fill(3);
}

static void setup_full(void)
{
    fill(4);
}

static void pop_all(run_queue *q)
{
    task *t;

    while ((t = run_queue_pop(q)))
        take(t);
}

static void steal_into(unsigned mine)
{
    unsigned count = 0;
    task *t = run_queue_steal(&queues[0], &queues[mine], &count);

    if (!t)
        return;
    model_assert(count >= 1 && count <= RUN_QUEUE_SIZE / 2);
    take(t);
    pop_all(&queues[mine]);
}

static void thief_1(void)
{
    steal_into(1);
}

static void thief_2(void)
{
    steal_into(2);
}

/* Robs what the first thief may be filling. */
static void thief_of_thief(void)
{
    unsigned count;
    task *t = run_queue_steal(&queues[1], &queues[2], &count);

    if (t)
        take(t);
}

static void thief_1_keeps(void)
{
    unsigned count;
    task *t = run_queue_steal(&queues[0], &queues[1], &count);

    if (t)
        take(t);
}

static void owner_pops(void)
{
    pop_all(&queues[0]);
}

static void owner_pushes_two(void)
{
    push(&queues[0]);
    push(&queues[0]);
}

static void owner_pops_and_pushes(void)
{
    task *t = run_queue_pop(&queues[0]);

    if (t)
        take(t);
    push(&queues[0]);
    push(&queues[0]);
}

/* What a thief has just filled its queue with, it pushes on top of. */
static void thief_1_pushes(void)
{
    thief_1_keeps();
    push(&queues[1]);
    push(&queues[1]);
}

/* Each task that was pushed is somewhere, once. */
static void check(void)
{
    uint64_t n;

    for (unsigned i = 0; i < QUEUES; i++)
        pop_all(&queues[i]);
    for (task *t = inject_pop_list(&overflow, TASKS, &n), *next; t; t = next) {
        next = t->next;
        take(t);
    }
    for (unsigned i = 0; i < pushed; i++)
        if (taken[i] != 1)
            model_fail("task %u was taken %u times", i, taken[i]);
}

static const model_scenario scenarios[] = {
    {.name = "pop_and_two_thieves",
     .setup = setup_three,
     .threads = {owner_pops, thief_1, thief_2},
     .check = check},
    {.name = "push_and_two_thieves",
     .setup = setup_two,
     .threads = {owner_pushes_two, thief_1, thief_2},
     .check = check},
    {.name = "push_to_empty",
     .setup = setup_empty,
     .threads = {owner_pushes_two, thief_1, thief_2},
     .check = check},
    {.name = "overflow_and_two_thieves",
     .setup = setup_full,
     .threads = {owner_pushes_two, thief_1, thief_2},
     .check = check},
    {.name = "pop_push_wrap",
     .setup = setup_full,
     .threads = {owner_pops_and_pushes, thief_1, thief_2},
     .check = check},
    {.name = "thief_is_robbed",
     .setup = setup_full,
     .threads = {owner_pops, thief_1_keeps, thief_of_thief},
     .check = check},
    {.name = "thief_pushes_and_is_robbed",
     .weak = 1,
     .setup = setup_full,
     .threads = {thief_1_pushes, thief_of_thief, owner_pops},
     .check = check},
};

MODEL_PROGRAM("run_queue", scenarios)
