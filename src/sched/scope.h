/*
 * sched/scope.h: what surrounds the running code of a task: scopes, and values that are its own.
 *
 * Their links lie on the task's stack (of inherited values, in a block that the task has), the innermost
 * first, and only the task itself walks them. Why its waits are cut short is a level, not an event: it
 * is asked again by every await. Walk: a scope that is cancelled or past its deadline says its code; a
 * shield ends the walk; then shutdown, then abort.
 */
#ifndef SCHED_SCOPE_H
#define SCHED_SCOPE_H

#include <edo/scope.h>

#include "sched/sched.h"

enum scope_kind { SCOPE_LIMIT = 1, SCOPE_VALUE };

/* What surrounds code on this thread: of its task, or of the one it blocks for; NULL: it is in none. */
static inline edo_scope_link **scope_chain(const thread *self)
{
    task *t = thread_subject(self);

    return t ? &t->scope : NULL;
}

/* Makes it the innermost of `t`, on whose behalf this code runs. */
static inline void scope_push(task *t, edo_scope_link *link, enum scope_kind kind)
{
    link->outer = t->scope;
    link->task = t;
    link->kind = kind;
    t->scope = link;
}

/* Takes it out, wherever it is. False: it isn't there, as in a child that was forked since. */
bool scope_remove(edo_scope_link *link);

/* Whether a scope around the running code frees it from the budget. */
bool scope_is_unconstrained(const task *t);

/* Why the running task's waits are cut short: 0 (they are not), -ECANCELED, -ETIMEDOUT,
 * -EDO_ESHUTDOWN; or what a scope could not be entered for. */
int task_why_slow(task *t);
static inline int task_why(task *t)
{
    /* relaxed: a level; whoever sets it also wakes the task, and that wake orders. */
    if (likely(!t->scope && !(a_load(&t->state, relaxed) & (TASK_CANCELED | TASK_SHUTDOWN))))
        return 0;
    return task_why_slow(t);
}

#endif
