/* no_task.h: for scenarios on plain threads: what of a task's waits is linked and never come to. */
#ifndef MODEL_NO_TASK_H
#define MODEL_NO_TASK_H

#include "engine/model.h"
#include "sched/failure.h"

const struct edo_waker_ops task_waker_ops; /* nobody is woken by it */

thread *task_leave_stack(thread *self, enum leave leave)
{
    (void)self, (void)leave;
    model_fail("there is no task");
}

void failure_of_ended(task *t)
{
    (void)t; /* nobody listens */
}

#endif
