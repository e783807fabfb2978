/*
 * worker.c: the loop of a thread that holds a core, and a run of a task, from the queue until it is
 * off its stack again.
 *
 * Leaving        A task becomes idle here, after its stack was left: else another worker could resume
 *                it while it still stands on it.
 * Losing a core  A thread whose core was taken while its task ran finishes that task's transition
 *                without a core, and becomes a spare.
 * Prediction     A processor predicts where a function returns to by the calls it has seen. Both
 *                sides of a switch are predicted well as long as no function of the loop returns
 *                that was called before the switch: so a run is inline in worker_loop.
 */
#include <stdlib.h>

#include "base/chaos.h"
#include "base/model.h"
#include "base/probe.h"
#include "base/report.h"
#include "base/thread.h"
#include "context/sanitizer.h"
#include "sched/backlog.h"
#include "sched/census.h"
#include "sched/finish.h"
#include "sched/inherit.h"
#include "sched/in_place.h"
#include "sched/observe.h"
#include "sched/overflow.h"
#include "sched/scope.h"
#include "sched/seat.h"
#include "sched/slots.h"

/* Between looks at the driver: about a millisecond at the slowest, whatever the clock rate. Reading
 * the cycles costs more than a switch, so it is done every few runs while runs are short. */
#define TURN_CYCLES (UINT64_C(1) << 20)
#define LOOK_RUNS 8

/* --- one run ---------------------------------------------------------------------------- */

/* A child of fork(2) that was made by a task has come to that task's end: there is nothing to go
 * back to, as for a thread that returns where it is the last one. */
static void end_if_forked(const thread *self, const task *t)
{
    if (unlikely(self->task != t))
        exit(t->result < 0 ? EXIT_FAILURE : t->result);
}

/* Its code has ended, and so has what surrounded it. */
static noinline void end_scopes(task *t)
{
    finish_scopes(t);
    inherited_leave(t);
    t->scope = NULL;
}

/* Returns the record of the thread that it is on afterwards. */
static noinline thread *run_function(task *t)
{
    int result = t->fn(t->arg);
    thread *self = thread_self();

    t->result = result;
    end_if_forked(self, t);
    if (unlikely(t->scope)) {
        end_scopes(t); /* what is destroyed there may suspend, and errno takes the place */
        t->result = result;
        self = thread_self();
    }
    finish_checks(t);
    return self;
}

/* Never returned from, so TSan must not note that it was called: what it notes stays on the stack's
 * fiber from task to task, and overflows after some 65,000. */
static NO_TSAN void task_entry(void *arg)
{
    task *t = arg;

    thread *self = run_function(t);
    self->leave = LEAVE_END;
    context_switch_last(&t->ctx, &self->loop);
}

/* Errno is the task's own: others set it on this thread meanwhile. */
thread *task_leave_stack(thread *self, enum leave leave)
{
    task *t = self->task;

    t->saved_errno = *self->errno_place;
    if (unlikely(t->keep_fp))
        fp_control_save(&t->extra->fp);
    self->leave = leave;
    context_switch(&t->ctx, &self->loop);
    if (unlikely(t->keep_fp))
        fp_control_load(&t->extra->fp);
    self = t->runner;
    *self->errno_place = t->saved_errno;
    return self;
}

static int give_stack(core *c, task *t)
{
    stack *s = c->warm;

    if (s && t->stack_size <= s->size)
        c->warm = NULL;
    else if (stack_get(&c->stacks, t->stack_size, &s) < 0)
        return -ENOMEM;
    if (unlikely(t->measure_stack))
        stack_empty(s);
    t->low_water = task_depth_of(s->top);
    a_store(&t->stack, s, release); /* pairs with edo_task_stack_peak */
    if (unlikely(s->guard == GUARD_CANARY))
        t->has_canary = true;
    context_init(&t->ctx, s, task_entry, t);
    return 0;
}

static inline void run_stackful(thread *self, task *t)
{
    fp_control before;

    if (unlikely(t->keep_fp))
        fp_control_save(&before);
    context_switch(&self->loop, &t->ctx);
    if (unlikely(t->keep_fp))
        fp_control_load(&before);
}

/* What its spawn handed to it wants to be cleaned up: such a task runs, in the cancelled state. */
static bool is_body_to_begin(const edo_future *fut)
{
    return (fut->ops->flags & EDO_FUTURE_BODY) && !(fut->state & FUTURE_POLLED);
}

/* A task without a stack: one poll of its future, on the worker's own stack. Or a blocking call that
 * won't run. */
static void run_polled(thread *self, task *t)
{
    edo_waker waker = task_waker(t);
    int why = task_why(t);

    if (unlikely(t->kind != TASK_POLLED)) {
        pool_drop(self, t);
        return;
    }
    self->poll_depth++;
    if (why && !t->canceled_future) {
        t->canceled_future = true;
        if (!is_body_to_begin(t->fut))
            edo_future_cancel(t->fut);
    }
    edo_poll is = edo_future_is_ready(t->fut) ? EDO_READY : edo_future_poll(t->fut, &waker);
    self->poll_depth--;
    self->leave = is == EDO_READY ? LEAVE_END : LEAVE_SUSPEND;
    if (is != EDO_READY)
        return;
    t->result = (int)(t->canceled_future && t->fut->result == -ECANCELED ? why : t->fut->result);
    if (unlikely(t->scope))
        end_scopes(t);
}

static noinline void note_peak(task *t, const stack *s)
{
    int64_t peak = stack_peak(s);

    t->stack_peak = peak > 0 ? (uint32_t)peak : 0; /* published with the end */
}

/* The stack of a task that has left it for good; NULL: it had none. */
static stack *take_stack(task *t)
{
    stack *s = t->kind == TASK_STACKFUL ? t->stack : NULL;

    if (!s)
        return NULL;
    stack_note_depth(s, task_low_water(t, s->top));
    if (unlikely(t->measure_stack))
        note_peak(t, s);
    return s;
}

/* Stacks of the common size are handed on warm. */
static void hand_on(core *c, stack *s)
{
    if (c && !c->warm && s->common)
        c->warm = s;
    else
        stack_put(c ? &c->stacks : NULL, s);
}

/* The stack is given away when the end can be seen: whoever looks for its peak finds it the task's as
 * long as that has not ended. */
static void end_task(core *c, sched *s, task *t)
{
    PROBE(task_end, t->id);
    stack *left = take_stack(t);
    task_complete(t, c);
    if (left)
        hand_on(c, left);
    count_end(s, c);
}

/* What the worker has just left is run next, if it is alone: then nobody else need be woken. */
static void requeue(core *c, task *t)
{
    if (!c || t->pinned)
        task_push_back(t);
    else if (unlikely(chaos_migrate() || c->yielded || a_load(&c->overflow.len, relaxed) > 0))
        core_push_yielded(c, t);
    else if (c->lifo || !run_queue_is_empty(&c->queue))
        core_push(c, t);
    else
        run_queue_push(&c->queue, t, &c->overflow);
}

/* Around a run: what few runtimes ask for. */
static noinline void enter_specially(thread *self, sched *s, task *t)
{
    if (s->observed)
        observe_run(self, s, t);
    if (s->slot_bytes > 0)
        slots_swap(s, t);
}

static noinline void leave_specially(thread *self, core *c, sched *s, task *t)
{
    if (s->slot_bytes > 0)
        slots_swap(s, t);
    if (s->observed)
        observe_left(self, s, t);
    if (c && (c->special & CORE_BINDS)) {
        t->pinned = true;
        t->last_core = (uint16_t)c->index;
    }
}

/* The task is off its stack. `c` is NULL when the core was lost meanwhile. */
static void leave_task(thread *self, core *c, sched *s, task *t)
{
    chaos_point();
    if (unlikely(!c || c->special))
        leave_specially(self, c, s, t);
    if (unlikely(t->has_canary))
        overflow_check(t, self->leave == LEAVE_END);
    if (self->leave == LEAVE_END) {
        end_task(c, s, t);
        return;
    }
    PROBE(task_suspend, t->id);
    if (t->kind == TASK_STACKFUL)
        task_note_depth(t, t->ctx.sp);
    if (chaos_migrate() && c)
        t->last_core = (uint16_t)c->index;
    if (self->leave == LEAVE_YIELD || !task_become_idle(t))
        requeue(c, t);
}

/* It was perhaps marked while it stood in the queue: this is the run that was asked for. A mark that
 * isn't seen yet is found as it leaves. acquire: sees what the waker wrote. */
static inline void take_mark(task *t)
{
    if (unlikely(a_load(&t->state, relaxed) & TASK_NOTIFIED))
        a_fetch_sub(&t->state, TASK_NOTIFIED, MODEL_BUG(311, acquire, relaxed));
}

static void enter_task(thread *self, core *c, task *t)
{
    a_bump(&c->polls, 1);
    a_store(&c->run_seq, c->run_seq + 1, relaxed); /* odd: the monitor counts from here */
    a_store(&self->task, t, relaxed);              /* the monitor names it in reports */
    t->runner = self;
    take_mark(t);
    PROBE2(task_run, t->id, t->place);
    self->budget = COOP_BUDGET;
    self->yield_forced = false;
    self->in_loop = false;
    a_store(&self->busy, 0, MODEL_BUG(504, release, relaxed)); /* as in core_leave */
}

static core *exit_task(thread *self)
{
    core *c = core_enter(self);

    a_store(&self->task, NULL, relaxed);
    if (c) {
        self->in_loop = true;
        a_store(&c->run_seq, c->run_seq + 1, relaxed);
    }
    return c;
}

/* False: there was no memory for its stack, and it waits in the queue again. */
static bool ready_to_run(core *c, task *t)
{
    if (t->kind != TASK_STACKFUL || t->stack || give_stack(c, t) == 0)
        return true;
    if (!t->told_no_stack)
        report("no memory for the stack of task %llu (spawned at %s): it waits",
               (unsigned long long)t->id, t->place);
    t->told_no_stack = true;
    if (t->pinned)
        seat_push(t);
    else
        inject_push_list(&c->sched->inject, t, t, 1);
    thread_nap(NS_PER_MS);
    return false;
}

/* Returns the core; NULL: it was lost meanwhile. */
static inline core *run_task(thread *self, core *c, task *t)
{
    sched *s = c->sched;

    if (!ready_to_run(c, t))
        return c;
    if (unlikely(c->special))
        enter_specially(self, s, t);
    enter_task(self, c, t);
    if (t->kind == TASK_STACKFUL) {
        run_stackful(self, t);
    } else {
        run_polled(self, t);
        end_if_forked(self, t); /* with a stack, its function does so */
    }
    while (unlikely(self->leave == LEAVE_IN_PLACE))
        in_place_run(self, t);
    c = exit_task(self);
    leave_task(self, c, s, t);
    return c;
}

/* --- the loop --------------------------------------------------------------------------- */

static inline __attribute__((always_inline)) task *take_own(core *c)
{
    task *t = c->lifo;

    if (t) {
        c->lifo = NULL;
        c->lifo_streak++;
        return t;
    }
    c->lifo_streak = 0;
    t = run_queue_pop(&c->queue);
    if (t)
        run_queue_warm(&c->queue);
    return t;
}

/* Inline in the loop, as a run is. */
static inline __attribute__((always_inline)) task *next_task(core *c)
{
    task *t = NULL;

    if (unlikely(c->polls >= c->inject_at)) {
        c->inject_at = c->polls + c->sched->opts.global_queue_interval;
        t = find_few_outside(c);
    }
    if (!t)
        t = take_own(c);
    return t ? t : find_outside(c);
}

/* Notes how long runs have taken. Whether the driver is to be looked at by now. */
static noinline bool look_at_cycles(core *c)
{
    uint64_t now = clock_cycles(), cycles = now - c->last_look;

    backlog_note_runs(c, cycles, c->look_runs);
    core_look_after(c, cycles > TURN_CYCLES / 16 ? 1 : LOOK_RUNS);
    c->last_look = now;
    return now - c->last_turn > TURN_CYCLES;
}

/* For the loop of a thread with a seat. */
static noinline task *next_of_others(core *c)
{
    return next_task(c);
}

/* A task that runs next; NULL: there is none anywhere. Inline in the loop, as a run is. */
static inline __attribute__((always_inline)) task *find_next(thread *self, core *c)
{
    task *t = likely(!self->seat) ? next_task(c) : seat_next_task(self, c, next_of_others);

    if (unlikely(!t))
        t = find_elsewhere(c);
    if (unlikely(c->searching) && t)
        idle_end_search(c);
    return t;
}

/* Nothing is to be seen to before the next run. A task has ended: it may be the one that the loop's
 * caller waits for. */
static inline bool goes_on(const thread *self, const core *c)
{
    return c && self->leave != LEAVE_END && c->polls < c->due_at;
}

/* What is seen to when the loop doesn't just go on. The driver: every so many runs, or when about a
 * millisecond has gone by. True: the loop ends. */
static noinline bool is_over(thread *self, core *c, bool (*until)(void *arg), void *arg)
{
    if (!c)
        return true;
    if (c->polls >= c->turn_at || (c->polls >= c->due_at && look_at_cycles(c)))
        core_turn(c);
    return until(arg) || a_load(&self->revoked, relaxed);
}

/* The core is let go: a thread that took it meanwhile is left alone. */
void core_let_go(thread *self, core *c)
{
    thread *holder = self;

    self->core = NULL;
    /* release: what we did inside is seen by who takes it; pairs with the acquire in monitor.c. */
    a_cas(&c->holder, &holder, NULL, MODEL_BUG(505, release, relaxed), relaxed);
    a_store(&self->busy, 0, MODEL_BUG(510, release, relaxed)); /* as in core_leave */
}

void worker_loop(thread *self, bool (*until)(void *arg), void *arg)
{
    core *c = self->core;

    self->in_loop = true;
    a_store(&self->revoked, 0, relaxed); /* nobody revokes or asks a thread without a core */
    a_store(&self->busy, 1, relaxed);
    /* seq_cst: before the look of monitor_kick; else as a release. */
    a_store(&c->holder, self, MODEL_BUG(3316, seq_cst, release));
    a_store(&c->thread_id, thread_system_id(self), relaxed);
    busy_begin(c, clock_now());
    seat_hold(self, c);
    monitor_kick(c->sched);
    c->inject_at = c->polls + c->sched->opts.global_queue_interval;
    c->turn_at = c->polls + c->sched->opts.event_interval;
    core_look_after(c, 1);
    c->last_look = clock_cycles();
    for (bool on = false; on || !is_over(self, c, until, arg);) {
        task *t = find_next(self, c);
        if (likely(t))
            c = run_task(self, c, t);
        else if (!until(arg))
            worker_sleep(self, c);
        on = t && goes_on(self, c);
    }
    self->in_loop = false;
    if (c) {
        busy_end(c, clock_now());
        if (a_load(&self->revoked, relaxed) & THREAD_ASKED)
            worker_give(self, c);
        else
            core_let_go(self, c);
    }
}
