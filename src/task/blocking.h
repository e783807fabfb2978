/* task/blocking.h: calls that block, for what is told of their ends. */
#ifndef TASK_BLOCKING_H
#define TASK_BLOCKING_H

#include <edo/blocking.h>

#include "sched/task.h"

/* As edo_spawn_blocking_from; of `req` the place, the hook, the keeper and its withdraw are the caller's.
 * Hook and keeper are told when the call has ended or was dropped. */
int spawn_call(spawn_request *req, const edo_blocking_opts *opts, int (*fn)(void *arg), void *arg,
               edo_task *ret_task);

#endif
