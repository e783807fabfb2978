/* coop.c: what happens when the budget of the task that runs on this thread is used up. */
#include "sched/coop.h"

#include "future/wake.h"

noinline bool coop_refill(const edo_waker *waker)
{
    thread *self = thread_self();

    if (scope_is_unconstrained(self->task)) {
        self->budget = COOP_BUDGET;
        return true;
    }
    core *c = core_enter(self);

    if (c && !self->yield_forced && waker->data == self->task) {
        a_bump(&c->forced_yields, 1);
        self->yield_forced = true;
    }
    core_leave(self, c);
    edo_waker_wake_by_ref(waker);
    return false;
}
