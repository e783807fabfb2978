/*
 * inject.c: the injection queue: chains pushed and popped by anybody come out whole, once and in the
 * order of their pusher.
 */
#include "base/atomic.h"
#include "engine/model.h"
#include "sched/inject.h"

#define TASKS 6

static inject_queue queue;
static task tasks[TASKS];
static unsigned taken[TASKS];
static char payload;

static void push_chain(unsigned from, unsigned n)
{
    for (unsigned i = from; i < from + n; i++) {
        tasks[i].arg = &payload;
        tasks[i].next = i + 1 < from + n ? &tasks[i + 1] : NULL;
    }
    inject_push_list(&queue, &tasks[from], &tasks[from + n - 1], n);
}

static void setup(void)
{
    push_chain(0, 1);
    model_name(&queue.len, "len");
}

static void push_two(void)
{
    push_chain(1, 2);
}

static void push_one(void)
{
    push_chain(3, 1);
}

static void take(task *t)
{
    model_assert(t->arg == &payload);
    taken[t - tasks]++;
}

static void take_chain(task *t, uint64_t n)
{
    for (task *next; t; t = next, n--) {
        next = t->next;
        take(t);
    }
    model_assert(n == 0);
}

static void pop(uint64_t most)
{
    uint64_t n = 0;
    task *first = inject_pop_list(&queue, most, &n);

    model_assert(n <= most);
    take_chain(first, first ? n : 0);
}

static void pop_one_then_two(void)
{
    pop(1);
    pop(2);
}

static void pop_two(void)
{
    pop(2);
}

static void pop_foreign(void)
{
    task *t = inject_pop_foreign(&queue, 1);

    if (t)
        take(t);
}

static void check(void)
{
    pop(TASKS);
    model_assert(queue.len == 0 && !queue.first && !queue.last);
    for (unsigned i = 0; i < 4; i++)
        model_assert(taken[i] == (unsigned)(tasks[i].arg != NULL));
}

static const model_scenario scenarios[] = {
    {.name = "two_push_one_pops",
     .setup = setup,
     .threads = {push_two, push_one, pop_one_then_two},
     .check = check},
    {.name = "one_pushes_two_pop",
     .setup = setup,
     .threads = {push_two, pop_one_then_two, pop_two},
     .check = check},
    {.name = "pop_from_the_middle",
     .setup = setup,
     .threads = {push_two, pop_foreign, pop_two},
     .check = check},
};

MODEL_PROGRAM("inject", scenarios)
