/*
 * push.c: where a ready task goes: the LIFO slot, the worker's queue with its overflow, or the
 * injection queue.
 *
 * From outside   The caller owns the enqueue, so the task, and with it the runtime, is alive until
 *                the push; from then on nothing but the caller's own reference keeps the runtime.
 */
#include "base/chaos.h"
#include "base/probe.h"
#include "sched/backlog.h"
#include "sched/observe.h"
#include "sched/seat.h"

void task_inject(task *t)
{
    sched *s = sched_ref(a_load(&t->sched, relaxed)); /* ours: written before it was published */

    chaos_point();
    inject_push_list(&s->inject, t, t, 1);
    chaos_point();
    idle_notify(s);
    sched_unref(s);
}

/* One that handles events before it is awake again tells the others once, in worker_sleep. */
static noinline void tell_others(const core *c)
{
    if (!c->parked && idle_wants_notice(c->sched) && backlog_is_worth_a_call(c))
        idle_notify(c->sched);
}

void core_push(core *c, task *t)
{
    if (chaos_migrate() && c->sched->core_count > 1) {
        inject_push_list(&c->sched->inject, t, t, 1);
        idle_notify(c->sched);
        return;
    }
    if (unlikely(run_queue_push(&c->queue, t, &c->overflow)))
        a_bump(&c->overflows, 1);
    if (!c->queue.alone)
        tell_others(c);
}

/* The streak is limited for the sake of those in the queue: two tasks that only wake each other
 * would keep them waiting. With none there, to end it would only call another worker. */
static bool may_be_next(const thread *self, const core *c)
{
    return c->has_lifo && self->task && !chaos_migrate() &&
           (c->lifo_streak < LIFO_STREAK_MAX || core_is_empty(c));
}

static inline __attribute__((always_inline)) void push_next(thread *self, core *c, task *t)
{
    if (may_be_next(self, c)) {
        task *before = c->lifo;
        c->lifo = t;
        t = before;
    }
    if (t)
        core_push(c, t);
}

void core_push_next(thread *self, core *c, task *t)
{
    push_next(self, c, t);
}

void task_push_from_outside(task *t)
{
    sched *s = a_load(&t->sched, relaxed); /* as in task_inject */

    a_fetch_add(&s->remote_schedules, 1, relaxed);
    task_inject(t);
}

static inline __attribute__((always_inline)) void push(task *t, bool next)
{
    thread *self = thread_self();
    sched *s = a_load(&t->sched, relaxed); /* as in task_inject */

    PROBE(task_wake, t->id);
    if (unlikely(s->observed))
        observe_ready(s, t);
    if (unlikely(t->pinned)) { /* plain: we own the enqueue */
        seat_push(t);
        return;
    }
    core *c = self->sched == s ? core_enter(self) : NULL;
    if (unlikely(!c)) {
        task_push_from_outside(t);
        return;
    }
    if (next)
        push_next(self, c, t);
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
