/*
 * sched/local_set.h: tasks that are pinned to one thread, and run only while somebody drives them.
 */
#ifndef SCHED_LOCAL_SET_H
#define SCHED_LOCAL_SET_H

#include <edo/local_set.h>

#include "sched/seat.h"

typedef struct edo_local_set local_set;

/* One that waits until the set is empty; of its future. Linked under the set's lock. */
typedef edo_local_wait local_wait;

/* A function that drives it: its waits end when a task has failed. On its task's stack; linked under
 * the set's lock. */
typedef struct local_drive {
    struct local_drive *next, **link;
    task *task;
    uint32_t canceled; /* atomic: a scope of the task looks at it */
} local_drive;

struct edo_local_set {
    sched *sched;    /* counted */
    seat *seat;      /* atomic; of its thread; NULL: it was never driven; written under the lock */
    uint64_t refs;   /* atomic: the owner's, and one of each task */
    lock lock;       /* guards the rest */
    uint32_t driven; /* atomic: drives under way */
    bool closing;    /* it is being freed: its tasks run, and there are no new ones */
    task *waiting, *last_waiting; /* ready while nobody drove it */
    task *tasks;                  /* that have not ended, by their extra->set_next */
    uint64_t live;                /* atomic: tasks that are not over yet */
    local_wait *waits;
    local_drive *drives;
    edo_on_failure on_failure;
    bool failed; /* and it is shut down for it; until the next drive has begun and none is left */
    struct edo_local_set *next, **link; /* in the runtime's list, under seats_lock */
};

int local_set_new(sched *s, edo_on_failure on_failure, local_set **ret);
/* It has no tasks, and nobody drives it. */
void local_set_free(local_set *set);
/* In a task of its runtime, or while driving that: from now on it belongs to this thread, unless it
 * has one. 0; -ENOMEM. */
int local_set_bind(local_set *set, thread *self);
/* Whether it is this thread's, which runs its runtime now. */
bool local_set_is_here(const local_set *set, const thread *self);

/* A drive begins, and ends: its tasks run meanwhile. `drive`: of a function; or NULL. True: a task
 * has failed, and the set is to be shut down for it. */
void local_set_drive(local_set *set, local_drive *drive);
bool local_set_rest(local_set *set, local_drive *drive);
/* A task of it has failed, and nobody joins that. */
void local_set_fail(local_set *set);
/* It takes no more tasks, and runs those that it has, in the cancelled state. */
void local_set_close(local_set *set);

/* Into the place of one that waits, replaced at each call. False: no task is left. */
bool local_set_stay(local_set *set, local_wait *wait, const edo_waker *waker);
void local_set_go(local_set *set, local_wait *wait);

/* Where a local spawn by this code goes: 0 and a set, or NULL and *s stays: the runtime itself is
 * local. -EDO_ENORUNTIME, -EDO_EMISUSE, which debug builds explain. */
int local_target(thread *self, const edo_spawn_opts *opts, sched **s, local_set **ret);
/* A new task, which nobody knows yet, belongs to the set. 0; -ECANCELED: it is being freed. */
int local_set_adopt(local_set *set, task *t);
/* Of a task that is off its stack; and then, when it can be joined. */
void local_set_forget(local_set *set, task *t);
void local_set_ended(local_set *set);

/* The runtime shuts down: those that wait for a drive need none any more. */
void local_sets_release(sched *s);

/* A ready task of a set that was without a thread: kept, or let go (NULL), or it has one now. */
seat *local_set_keep(task *t);
/* Whether a task that was popped may run; else the set has it again. On its thread. */
bool local_set_admits_slow(local_set *set, task *t);
static inline bool local_set_admits(local_set *set, task *t)
{
    /* relaxed: a drive that just ended, by another thread, lets one more run. */
    return likely(a_load(&set->driven, relaxed) > 0) || local_set_admits_slow(set, t);
}

#endif
