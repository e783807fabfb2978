/* scope.c: entering and leaving scopes, and the walk that finds the innermost reason. */
#include "sched/scope.h"

#include <errno.h>

#include "sched/current.h"

static int scope_why(const scope *sc, sched *s)
{
    if (a_load(&sc->canceled, acquire)) /* pairs with the release of whoever cancels it */
        return -ECANCELED;
    return sc->deadline != UINT64_MAX && sched_now(s) >= sc->deadline ? -ETIMEDOUT : 0;
}

int task_why_slow(task *t)
{
    for (scope *sc = t->scope; sc; sc = sc->parent) {
        int why = scope_why(sc, t->sched);
        if (why)
            return why;
        if (sc->shield)
            return 0;
    }
    uint64_t word = a_load(&t->state, relaxed); /* as in task_why */
    if (word & TASK_SHUTDOWN)
        return -EDO_ESHUTDOWN;
    return word & TASK_CANCELED ? -ECANCELED : 0;
}

int scope_enter(scope *sc, uint64_t deadline_ns, bool shield)
{
    task *t = thread_self()->task;

    if (!t)
        return -EDO_EMISUSE;
    *sc = (scope){.parent = t->scope, .deadline = deadline_ns, .shield = shield};
    if (deadline_ns != UINT64_MAX) {
        timer_wheel *wheel;
        bool sooner;
        edo_waker waker = task_waker(t);
        int rc = current_own_wheel(&wheel);
        if (rc < 0)
            return rc;
        if (wheel_add(wheel, &sc->timer, deadline_ns, &waker, &sooner) && sooner)
            current_wheel_sooner(wheel);
    }
    t->scope = sc;
    return 0;
}

void scope_leave(scope *sc)
{
    thread_self()->task->scope = sc->parent;
    wheel_remove(&sc->timer);
}
