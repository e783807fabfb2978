/* sched/finish.h: what is looked at when a task ends. */
#ifndef SCHED_FINISH_H
#define SCHED_FINISH_H

#include "sched/sched.h"

/* Debug builds: says what the task left behind that others may still touch. On its own stack. */
#if EDO_DEBUG
void finish_checks(task *t);
/* Scopes and bindings that it has not left. */
void finish_scopes(const task *t);
#else
static inline void finish_checks(task *t)
{
    (void)t;
}
static inline void finish_scopes(const task *t)
{
    (void)t;
}
#endif

#endif
