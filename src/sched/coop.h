/*
 * sched/coop.h: the budget that keeps an always-ready await from starving its worker.
 *
 * A run of a task begins with 128 units. A leaf operation asks coop_proceed before it begins, and
 * calls coop_spend when it was READY after making progress. Once it waits somewhere it does not ask
 * again: a poll has to replace the waker of the one before in any case. Outside of tasks there is
 * no limit.
 */
#ifndef SCHED_COOP_H
#define SCHED_COOP_H

#include <stdbool.h>

#include <edo/waker.h>

#define COOP_BUDGET 128

/* False: no unit is left; the waker has been woken, and the operation says PENDING. */
bool coop_proceed(const edo_waker *waker);
void coop_spend(void);
/* Whether the running task has used up its budget. */
bool coop_is_spent(void);

#endif
