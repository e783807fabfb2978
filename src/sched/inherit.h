/* sched/inherit.h: values that a task has of the one that spawned it. */
#ifndef SCHED_INHERIT_H
#define SCHED_INHERIT_H

#include <edo/task_local.h>

#include "sched/scope.h"

/* On the heap, from the spawn on; destroyed in the task, when its function has returned. */
typedef struct inherited {
    size_t count;
    edo_task_binding bindings[];
} inherited;

/* Clones of the values that the running code has, of keys that can be inherited. NULL: there are none.
 * 0; -ENOMEM. */
int inherited_new(const thread *self, inherited **ret);
/* They surround all of the task's code. Nobody else knows the task yet. */
void inherited_enter(task *t, inherited *all);
/* At its end, in the task itself. */
void inherited_leave(task *t);
/* Destroys them, where no task has come of it. NULL is fine. */
void inherited_free(inherited *all);

#endif
