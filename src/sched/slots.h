/* sched/slots.h: thread-local variables of other code, of which each task has its own values. */
#ifndef SCHED_SLOTS_H
#define SCHED_SLOTS_H

#include "sched/sched.h"

/* The runtime's own list of them, from its options. 0; -EINVAL, -ENOMEM. */
int slots_init(sched *s);
void slots_fini(sched *s);
/* A new task's values: zeros. 0; -ENOMEM. */
int slots_give(const sched *s, task *t);
/* The thread's values against those that the task has, before a run of it and after. */
void slots_swap(const sched *s, task *t);

#endif
