/* progress.h: a live line about work that many tasks do. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdatomic.h>

#include <edo.h>

/** Its fields are private. It may not move between start and stop. */
typedef struct progress {
    atomic_uint_fast64_t messages, bytes;
    uint64_t total;
    edo_instant begin;
    bool live; /* stdout is a terminal: the line is rewritten in place */
    edo_task task;
} progress;

/**
 * Starts a task that prints how far the work is: in place on a terminal, else a line a second.
 *
 * Returns   0; what edo_spawn says.
 */
int progress_start(progress *p, uint64_t total);
/** Counts a message that is done. Any task. */
void progress_add(progress *p, uint64_t bytes);
/** Ends the task, and clears the line of a terminal. */
void progress_stop(progress *p);

#endif
