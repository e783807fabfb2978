/*
 * observe.c: hooks around tasks and their runs, and the counts of how long these took.
 *
 * Hooks run with no lock held, on whichever thread it happens; in_hook keeps them from waiting. Those
 * around a run and at the end are called by the worker's own loop, whose core can't be taken away
 * meanwhile: they are to be short. Counts are atomic additions, as a thread that has lost its core in a run
 * counts it all the same.
 */
#include "sched/observe.h"

#include <stdlib.h>

#include <edo/errno.h>

#include "sched/recorder.h"

typedef void task_hook_fn(const edo_task_info *info, void *hook_arg);

uint8_t observe_what(const edo_runtime_opts *o)
{
    bool hooks = o->on_task_spawn || o->on_task_poll_begin || o->on_task_poll_end || o->on_task_end;

    if (o->track_latency)
        return OBSERVE_ON | OBSERVE_TIMES;
    return hooks || o->poll_times || o->flight_recorder ? OBSERVE_ON : 0;
}

int observe_init_core(core *c)
{
    const sched *s = c->sched;

    if (s->opts.poll_times && !(c->poll_counts = calloc(s->shape.count, sizeof(uint64_t))))
        return -ENOMEM;
    if (s->opts.track_latency && !(c->latency_counts = calloc(s->shape.count, sizeof(uint64_t))))
        return -ENOMEM;
    if (s->opts.flight_recorder && !(c->recorder = recorder_new(s->opts.flight_recorder)))
        return -ENOMEM;
    return 0;
}

void observe_free_core(core *c)
{
    free(c->poll_counts);
    free(c->latency_counts);
    c->poll_counts = c->latency_counts = NULL;
    recorder_free(c->recorder);
    c->recorder = NULL;
}

int observe_init(sched *s)
{
    if (!s->opts.flight_recorder)
        return 0;
    s->outside = recorder_new(s->opts.flight_recorder);
    return s->outside ? 0 : -ENOMEM;
}

void observe_free(sched *s)
{
    recorder_free(s->outside);
}

/* --- events ------------------------------------------------------------------------------ */

static void add_outside(sched *s, const record *event)
{
    lock_take(&s->outside_lock);
    recorder_add(s->outside, event);
    lock_drop(&s->outside_lock);
}

/* In the ring of the thread's core, if it has one in this runtime. */
static void note(thread *self, sched *s, record_kind kind, const task *t)
{
    if (!s->outside)
        return;
    record event = {.time = clock_now(), .task = t->id, .kind = kind, .place = t->place};
    core *c = self->sched == s ? core_enter(self) : NULL;
    if (c)
        recorder_add(c->recorder, &event);
    else
        add_outside(s, &event);
    core_leave(self, c);
}

void observe_steal(core *c, unsigned victim, unsigned count)
{
    if (c->recorder)
        recorder_add(
            c->recorder,
            &(record){.time = clock_now(), .kind = RECORD_STEAL, .worker = victim, .count = count});
}

void observe_park(core *c, bool begins)
{
    if (c->recorder)
        recorder_add(c->recorder,
                     &(record){.time = clock_now(), .kind = begins ? RECORD_PARK : RECORD_UNPARK});
}

void observe_stall(core *c, uint64_t id)
{
    if (c->sched->outside)
        add_outside(
            c->sched,
            &(record){.time = clock_now(), .task = id, .kind = RECORD_STALL, .worker = c->index});
}

/* --- tasks and runs ---------------------------------------------------------------------- */

static edo_task_info info_of(const task *t)
{
    return (edo_task_info){
        .id = t->id,
        .place = t->place,
        .name = t->extra && t->extra->name[0] ? t->extra->name : NULL,
        .is_blocking = t->kind >= TASK_CALL,
    };
}

static void call(thread *self, const sched *s, task_hook_fn *hook, const edo_task_info *info)
{
    hook_around around = thread_begin_task_hook(self, s);

    hook(info, s->opts.hook_arg);
    thread_end_task_hook(self, around);
}

static void call_plain(thread *self, const sched *s, task_hook_fn *hook, const task *t)
{
    if (!hook)
        return;
    edo_task_info info = info_of(t);
    call(self, s, hook, &info);
}

static void stamp(const sched *s, task *t)
{
    if ((s->observed & OBSERVE_TIMES) && t->extra)
        t->extra->ready_at = clock_now();
}

void observe_ready(sched *s, task *t)
{
    stamp(s, t);
    note(thread_self(), s, RECORD_READY, t);
}

void observe_spawn(thread *self, sched *s, task *t)
{
    stamp(s, t);
    note(self, s, RECORD_SPAWN, t);
    call_plain(self, s, s->opts.on_task_spawn, t);
}

void observe_end(thread *self, sched *s, task *t)
{
    call_plain(self, s, s->opts.on_task_end, t);
}

static void count(const sched *s, uint64_t *counts, uint64_t ns)
{
    a_fetch_add(&counts[histogram_bucket(&s->shape, ns)], 1, relaxed); /* numbers to look at */
}

/* The core whose counts this thread's are: another's if it has none by now. */
static core *counted_by(const thread *self, const sched *s)
{
    return self->core && self->core->sched == s ? self->core : s->cores[0];
}

static void note_latency(thread *self, sched *s, task *t, uint64_t now, edo_task_info *info)
{
    uint64_t ready = t->extra ? t->extra->ready_at : 0;

    if (!(s->observed & OBSERVE_TIMES) || !ready)
        return;
    info->has_latency = true;
    info->latency.ns = now > ready ? now - ready : 0;
    count(s, counted_by(self, s)->latency_counts, info->latency.ns);
}

void observe_run(thread *self, sched *s, task *t)
{
    uint64_t now = s->opts.poll_times || s->opts.track_latency ? clock_now() : 0;
    edo_task_info info = info_of(t);

    note_latency(self, s, t, now, &info);
    if (s->opts.on_task_poll_begin) {
        call(self, s, s->opts.on_task_poll_begin, &info);
        now = s->opts.poll_times ? clock_now() : now; /* the hook's time isn't the task's */
    }
    self->run_began = now;
    note(self, s, RECORD_RUN, t);
}

void observe_left(thread *self, sched *s, task *t)
{
    static const record_kind kinds[] = {
        [LEAVE_SUSPEND] = RECORD_SUSPEND, [LEAVE_YIELD] = RECORD_YIELD, [LEAVE_END] = RECORD_END};

    note(self, s, kinds[self->leave], t);
    if (s->opts.poll_times) {
        core *c = counted_by(self, s);
        uint64_t took = clock_now() - self->run_began;
        count(s, c->poll_counts, took);
        a_fetch_add(&c->poll_ns, took, relaxed);
    }
    call_plain(self, s, s->opts.on_task_poll_end, t);
    if (self->leave == LEAVE_END)
        observe_end(self, s, t);
    else
        stamp(s, t); /* if it yields, or was woken meanwhile; else its waker says it again */
}
