/* sched/spawn.h: making a task and handing it to its runtime. */
#ifndef SCHED_SPAWN_H
#define SCHED_SPAWN_H

#include "sched/finish.h"
#include "sched/sched.h"

#define TASK_STACK_MAX ((size_t)1 << 30)

typedef struct spawn_request {
    const char *place;
    enum task_kind kind;
    int (*fn)(void *arg);
    void *arg;        /* or the future */
    size_t copy_size; /* of what is copied from arg; 0: the pointer itself */
    bool uncounted;   /* not a schedule from outside, wherever the caller is */
} spawn_request;

/* `s` may be NULL: -EDO_ENORUNTIME. See edo_spawn. */
int sched_spawn(sched *s, const spawn_request *req, const edo_spawn_opts *opts, edo_task *ret_task);

#endif
