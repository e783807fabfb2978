/* sched/in_place.h: a task's function that blocks its thread while another runs the worker. */
#ifndef SCHED_IN_PLACE_H
#define SCHED_IN_PLACE_H

#include "sched/sched.h"

/* On the task's stack. */
typedef struct in_place_call {
    int (*fn)(void *arg);
    void *arg;
    int result;
} in_place_call;

/* The task has left its stack for self->in_place: makes the call, and goes back to the task. Returns
 * when it has left its stack again. */
void in_place_run(thread *self, task *t);

#endif
