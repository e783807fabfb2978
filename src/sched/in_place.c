/*
 * in_place.c: a blocking call of a task, on the stack of the thread that runs it.
 *
 * The task leaves its stack, so that the call has the room that libraries expect, and so that it may
 * drive another runtime. Meanwhile the thread is none of the runtime's workers: it holds no core, and
 * is in no task. Then it goes back to the task: with its core, if nobody has taken that yet, else
 * without, as after a relief.
 */
#include "sched/in_place.h"

#include <edo/errno.h>

#include "base/chaos.h"
#include "sched/overflow.h"

/* The call itself, as on a plain thread whose current runtime is the task's. False: this is a child
 * of its fork, which is in no task. */
static bool call_outside(thread *self, task *t, in_place_call *call)
{
    sched *s = self->sched, *entered = self->entered;
    seat *st = self->seat;

    self->entered = sched_current(self);
    self->sched = NULL;
    self->seat = NULL;
    a_store(&self->on_behalf, t, relaxed);
    a_store(&self->task, NULL, relaxed);
    *self->errno_place = t->saved_errno;
    call->result = call->fn(call->arg);
    t->saved_errno = *self->errno_place;
    if (self->on_behalf != t)
        return false;
    a_store(&self->on_behalf, NULL, relaxed);
    self->sched = s;
    self->seat = st;
    self->entered = entered;
    return true;
}

void in_place_run(thread *self, task *t)
{
    context loop = self->loop; /* one that the call drives has its own there meanwhile */
    core *c = core_enter(self);
    bool given = c && worker_give(self, c);

    chaos_point();
    if (call_outside(self, t, self->in_place)) {
        if (!self->alternate_stack)
            overflow_init_thread(); /* that runtime has taken it away */
        if (given)
            worker_retake(self, c);
        a_store(&self->task, t, relaxed);
        self->budget = COOP_BUDGET;
        self->yield_forced = false;
    }
    self->loop = loop;
    if (unlikely(t->keep_fp)) {
        fp_control before;
        fp_control_save(&before);
        context_switch(&self->loop, &t->ctx);
        fp_control_load(&before);
    } else {
        context_switch(&self->loop, &t->ctx);
    }
}
