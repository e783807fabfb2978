/*
 * push.c: where a ready task goes: the LIFO slot, the worker's queue, or the injection queue.
 *
 * From outside   The caller owns the enqueue, so the task, and with it the runtime, is alive until
 *                the push; from then on nothing but the caller's own reference keeps the runtime.
 */
#include "base/chaos.h"
#include "sched/sched.h"

void task_inject(task *t)
{
    sched *s = sched_ref(a_load(&t->sched, relaxed)); /* ours: written before it was published */

    chaos_point();
    inject_push_list(&s->inject, t, t, 1);
    chaos_point();
    idle_notify(s);
    sched_unref(s);
}

void core_push(core *c, task *t)
{
    if (chaos_migrate() && c->sched->core_count > 1) {
        inject_push_list(&c->sched->inject, t, t, 1);
        idle_notify(c->sched);
        return;
    }
    if (run_queue_push(&c->queue, t, &c->sched->inject))
        a_bump(&c->overflows, 1);
    if (idle_wants_notice(c->sched))
        idle_notify(c->sched);
}

/* A wake from a running task: its worker runs the woken one next, while its data is warm. */
static void push_lifo(core *c, task *t)
{
    task *before = c->lifo;

    c->lifo = t;
    if (before)
        core_push(c, before);
}

static void push(task *t, bool may_lifo)
{
    thread *self = thread_self();
    sched *s = a_load(&t->sched, relaxed); /* as in task_inject */
    core *c = self->sched == s ? core_enter(self) : NULL;

    if (!c) {
        a_fetch_add(&s->remote_schedules, 1, relaxed);
        task_inject(t);
        return;
    }
    if (may_lifo && self->task && s->multi && !s->opts.no_lifo_slot && !chaos_migrate() &&
        c->lifo_streak < LIFO_STREAK_MAX)
        push_lifo(c, t);
    else
        core_push(c, t);
    core_leave(self, c);
}

void task_push(task *t)
{
    push(t, true);
}

void task_push_back(task *t)
{
    push(t, false);
}
