/* sched/threads.h: the threads that tasks, or their blocking calls, run on now. */
#ifndef SCHED_THREADS_H
#define SCHED_THREADS_H

#include "sched/sched.h"

/* Around the time in which tasks may run on this thread. May be nested. */
void threads_join(thread *self);
void threads_leave(thread *self);
/* Calls fn with the record of the thread that runs `t`, or blocking code of it, while that thread
 * can't leave. False: there is none. */
bool threads_find(const task *t, void (*fn)(thread *found, void *arg), void *arg);
/* What runs on the thread with that record; NULL: nothing, or it has ended. */
task *threads_task_of(const thread *record);
/* In a child of fork(2) there is none. Async-signal-safe. */
void threads_forget(void);

#endif
