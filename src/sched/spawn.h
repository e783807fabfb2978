/* sched/spawn.h: making a task and handing it to its runtime. */
#ifndef SCHED_SPAWN_H
#define SCHED_SPAWN_H

#include "sched/finish.h"
#include "sched/sched.h"

#define TASK_STACK_MAX ((size_t)1 << 30)

/* `s` may be NULL: -EDO_ENORUNTIME. See edo_spawn. The request's with_handle and with_extra are
 * filled in. */
int sched_spawn(thread *self, sched *s, spawn_request *req, const edo_spawn_opts *opts,
                edo_task *ret_task);
/* The same for a blocking call. */
int sched_spawn_blocking(thread *self, sched *s, spawn_request *req, const edo_spawn_opts *opts,
                         edo_task *ret_task);

/* The halves of edo_spawn_from and edo_spawn_future_from, on the runtime that the options name or the
 * current one; of `req` the place, the keeper and the hook are the caller's. */
int spawn_function(spawn_request *req, const edo_spawn_opts *opts, int (*fn)(void *arg), void *arg,
                   edo_task *ret_task);
int spawn_future(spawn_request *req, const edo_spawn_opts *opts, edo_future *fut, size_t size,
                 edo_task *ret_task);

#endif
