/*
 * slots.c: thread-locals that a task takes along: swapped in before each run of it, and out after.
 *
 * Where a variable lies is asked on the thread, each time. While the task runs its block has the
 * thread's own values. A run begins and ends on one thread, so both get back what is theirs.
 */
#include "sched/slots.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Of a variable, at a time. */
#define STEP 64

int slots_init(sched *s)
{
    size_t n = s->opts.thread_slot_count;

    if (n == 0)
        return 0;
    s->slots = calloc(n, sizeof *s->slots);
    if (!s->slots)
        return -ENOMEM;
    memcpy(s->slots, s->opts.thread_slots, n * sizeof *s->slots);
    s->opts.thread_slots = s->slots; /* the caller's may go */
    for (size_t i = 0; i < n; i++)
        s->slot_bytes += s->slots[i].size;
    return 0;
}

void slots_fini(sched *s)
{
    free(s->slots);
}

int slots_give(const sched *s, task *t)
{
    t->extra->slots = calloc(1, s->slot_bytes);
    return t->extra->slots ? 0 : -ENOMEM;
}

static void swap(char *a, char *b, size_t size)
{
    char between[STEP];

    for (size_t n; size > 0; a += n, b += n, size -= n) {
        n = size < STEP ? size : STEP;
        memcpy(between, a, n);
        memcpy(a, b, n);
        memcpy(b, between, n);
    }
}

void slots_swap(const sched *s, task *t)
{
    char *own = t->extra ? t->extra->slots : NULL;

    if (!own) /* a blocking call that was dropped */
        return;
    for (size_t i = 0; i < s->opts.thread_slot_count; i++) {
        swap(own, s->slots[i].address(), s->slots[i].size);
        own += s->slots[i].size;
    }
}
