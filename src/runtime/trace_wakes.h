/*
 * trace_wakes.h: of which wake the next run of a task comes.
 *
 * A viewer draws an arrow from one event to another that has the same number, and never again from
 * that number: so each wake has its own.
 */
#ifndef RUNTIME_TRACE_WAKES_H
#define RUNTIME_TRACE_WAKES_H

#include <stddef.h>
#include <stdint.h>

typedef struct trace_wake {
    uint64_t task;   /* 0: a free place */
    uint64_t number; /* 0: its run is there */
} trace_wake;

typedef struct trace_wakes {
    trace_wake *table; /* a task's place is the first free one, or its own, from its hash on */
    size_t places;     /* a power of two */
    uint64_t last;
} trace_wakes;

/* For at most so many wakes. 0, or -ENOMEM. */
int trace_wakes_init(trace_wakes *w, size_t most);
void trace_wakes_free(trace_wakes *w);
/* Returns the wake's number. A wake before it that no run followed is forgotten. */
uint64_t trace_wakes_add(trace_wakes *w, uint64_t task);
/* The task runs: the number of its wake. 0: it had none. */
uint64_t trace_wakes_take(trace_wakes *w, uint64_t task);

#endif
