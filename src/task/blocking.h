/* task/blocking.h: calls that block, for what is told of their ends. */
#ifndef TASK_BLOCKING_H
#define TASK_BLOCKING_H

#include <edo/blocking.h>

#include "sched/task.h"

/* As edo_spawn_blocking_from; the hook, or NULL, is told when the call has ended or was dropped. */
int spawn_call(const char *place, task_hook *hook, const edo_blocking_opts *opts,
               int (*fn)(void *arg), void *arg, edo_task *ret_task);

#endif
