/*
 * sched/scope.h: why a task's waits are cut short.
 *
 * Scopes lie on the task's own stack, the innermost first, and only the task itself walks them.
 * The reason is a level, not an event: it is asked again by every await. Walk: a scope that is
 * cancelled or past its deadline says its code; a shield ends the walk; then shutdown, then abort.
 */
#ifndef SCHED_SCOPE_H
#define SCHED_SCOPE_H

#include "sched/sched.h"

typedef struct scope {
    struct scope *parent;
    uint64_t deadline; /* ns of the runtime's clock; UINT64_MAX: none */
    bool canceled;     /* atomic */
    bool shield;       /* what lies further out is not seen, until its own deadline */
    edo_timer timer;   /* wakes the task at the deadline */
} scope;

/* Enters a scope of the running task. `sc` lies on its stack until scope_leave. 0, or what
 * current_wheel says. */
int scope_enter(scope *sc, uint64_t deadline_ns, bool shield);
/* Leaves it; the outer reasons are seen again. */
void scope_leave(scope *sc);

/* Why the running task's waits are cut short: 0 (they are not), -ECANCELED, -ETIMEDOUT,
 * -EDO_ESHUTDOWN. */
int task_why_slow(task *t);
static inline int task_why(task *t)
{
    /* relaxed: a level; whoever sets it also wakes the task, and that wake orders. */
    if (likely(!t->scope && !(a_load(&t->state, relaxed) & (TASK_CANCELED | TASK_SHUTDOWN))))
        return 0;
    return task_why_slow(t);
}

#endif
