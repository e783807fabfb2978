/* trace_wakes.c: a table of tasks, with open addressing; it is never more than half full. */
#include "runtime/trace_wakes.h"

#include <errno.h>
#include <stdlib.h>

int trace_wakes_init(trace_wakes *w, size_t most)
{
    *w = (trace_wakes){.places = 2};
    while (w->places < 2 * most)
        w->places *= 2;
    w->table = calloc(w->places, sizeof *w->table);
    return w->table ? 0 : -ENOMEM;
}

void trace_wakes_free(trace_wakes *w)
{
    free(w->table);
}

/* Its own place, or the one that it would get. */
static trace_wake *place_of(const trace_wakes *w, uint64_t task)
{
    size_t i = (size_t)(task * UINT64_C(0x9e3779b97f4a7c15) >> 32);

    while (w->table[i & (w->places - 1)].task && w->table[i & (w->places - 1)].task != task)
        i++;
    return &w->table[i & (w->places - 1)];
}

uint64_t trace_wakes_add(trace_wakes *w, uint64_t task)
{
    *place_of(w, task) = (trace_wake){.task = task, .number = ++w->last};
    return w->last;
}

uint64_t trace_wakes_take(trace_wakes *w, uint64_t task)
{
    trace_wake *wake = place_of(w, task);
    uint64_t number = wake->number;

    wake->number = 0;
    return number;
}
