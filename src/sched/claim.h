/*
 * sched/claim.h: a task that waits is held fast for a moment, to be looked at.
 *
 * Whoever claims it is to the task what a worker is that runs it: nobody else does, and it can't end.
 * A wake meanwhile only marks it, and is made up for afterwards.
 */
#ifndef SCHED_CLAIM_H
#define SCHED_CLAIM_H

#include "sched/task.h"

/* `word`: what its state was seen to be, with the rest of what says that it is the right task. False:
 * it is not waiting, or it has changed since. */
bool task_claim(task *t, uint64_t word);
void task_unclaim(task *t);

#endif
