/* sched/stuck.h: a task that blocks its worker is named on stderr. */
#ifndef SCHED_STUCK_H
#define SCHED_STUCK_H

#include "sched/task.h"

/* Which it is, where it was spawned, and where it stands, if it runs still. */
void stuck_name(task *t, const task_glimpse *seen);

#endif
