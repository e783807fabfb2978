/* sched/pool_thread.h: what the pool's files share about its threads. */
#ifndef SCHED_POOL_THREAD_H
#define SCHED_POOL_THREAD_H

#include "sched/pool.h"

/* Somebody for one more call or job, with the lock held; it is to be woken once the lock is dropped. 0; -EAGAIN,
 * -ENOMEM: there is no thread. */
int pool_find_thread(sched *s, pool_thread **ret_called);
void pool_wake_called(pool_thread *called);
/* A thread has taken work: another one is called for what is left, if there is any. Drops the lock. */
void pool_call_next(sched *s);

#endif
