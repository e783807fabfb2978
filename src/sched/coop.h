/*
 * sched/coop.h: the budget that keeps an always-ready await from starving its worker.
 *
 * A run of a task begins with COOP_BUDGET units. A leaf operation asks coop_proceed before it
 * begins, and calls coop_spend when it was READY after making progress. Once it waits somewhere it
 * does not ask again: a poll has to replace the waker of the one before in any case. Outside of
 * tasks there is no limit.
 */
#ifndef SCHED_COOP_H
#define SCHED_COOP_H

#include "sched/scope.h"

/* Whether the running task has used up its budget. */
static inline bool coop_is_spent(void)
{
    const thread *self = thread_self();

    return self->task && self->budget == 0 && !scope_is_unconstrained(self->task);
}

/* Without a unit: more of them for a task that is unconstrained. Else makes it run again, behind the
 * others; false. */
bool coop_refill(const edo_waker *waker);

/* False: no unit is left; the waker has been woken, and the operation says PENDING. */
static inline bool coop_proceed_on(const thread *self, const edo_waker *waker)
{
    return likely(!self->task || self->budget > 0) || coop_refill(waker);
}

static inline bool coop_proceed(const edo_waker *waker)
{
    return coop_proceed_on(thread_self(), waker);
}

static inline void coop_spend(void)
{
    thread *self = thread_self();

    if (self->task && self->budget > 0)
        self->budget--;
}

#endif
