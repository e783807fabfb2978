/* coop.c: the budget of the task that runs on this thread. */
#include "sched/coop.h"

#include "future/wake.h"
#include "sched/sched.h"

bool coop_proceed(const edo_waker *waker)
{
    thread *self = thread_self();

    if (likely(!self->task || self->budget > 0))
        return true;
    core *c = core_enter(self);
    if (c && !self->yield_forced && waker->data == self->task) {
        a_bump(&c->forced_yields, 1);
        self->yield_forced = true;
    }
    core_leave(self, c);
    edo_waker_wake_by_ref(waker);
    return false;
}

void coop_spend(void)
{
    thread *self = thread_self();

    if (self->task && self->budget > 0)
        self->budget--;
}

bool coop_is_spent(void)
{
    thread *self = thread_self();

    return self->task && self->budget == 0;
}
