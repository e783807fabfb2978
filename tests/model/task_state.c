/*
 * task_state.c: a task's state word: it runs on one worker at a time, no wake is lost, a join reads
 * the result of a task that is over, a stale handle reaches nobody, a header is freed once.
 */
#include "../../src/sched/task_slab.c"
#include "../../src/sched/worker.c"

#include <edo/task.h>

#include "sched/task_new.h"

#include "rig.h"

/* A future that is READY at its poll after `needed`; all its fields are plain. */
typedef struct counting_future {
    edo_future base;
    unsigned polls, needed;
} counting_future;

static counting_future fut;
static edo_task handle;
static task *subject;

static edo_poll counting_poll(edo_future *base, const edo_waker *waker)
{
    counting_future *f = container_of(base, counting_future, base);

    (void)waker;
    f->polls++;
    if (base->state & FUTURE_CANCELED)
        return edo_future_finish(base, -ECANCELED);
    if (f->polls <= f->needed)
        return EDO_PENDING;
    return edo_future_finish(base, 7);
}

static const edo_future_ops counting_ops = {.poll = counting_poll, .name = "counting"};

static void spawn(const edo_future_ops *ops, unsigned needed, bool with_handle)
{
    fut = (counting_future){.base = EDO_FUTURE_INIT(ops), .needed = needed};
    spawn_request req = {.place = "here", .kind = TASK_POLLED, .with_handle = with_handle};
    model_assert(task_new(&rig, &rig_core[0].tasks, &rig_core[0], &req, &subject) == 0);
    subject->fut = &fut.base;
    if (with_handle)
        handle = (edo_task){.header = subject, .gen = state_gen(subject->state)};
    inject_push_list(&rig.inject, subject, subject, 1);
    model_name(&subject->state, "task.state");
}

static bool subject_is_over(void *arg)
{
    (void)arg;
    return (subject->state & TASK_COMPLETE) != 0;
}

static void worker_0(void)
{
    rig_work(0, subject_is_over);
}

static void worker_1(void)
{
    rig_work(1, subject_is_over);
}

/* --- wakes -------------------------------------------------------------------------------- */

static edo_waker counted[2];
static uint32_t ready; /* atomic */

/* READY once both have said so. What they wrote is read only then. */
static edo_poll both_poll(edo_future *base, const edo_waker *waker)
{
    counting_future *f = container_of(base, counting_future, base);

    (void)waker;
    f->polls++;
    /* relaxed: a wake makes it visible, or another poll comes. */
    if (a_load(&ready, relaxed) < f->needed)
        return EDO_PENDING;
    return edo_future_finish(base, 7);
}

static const edo_future_ops both_ops = {.poll = both_poll, .name = "both"};

static void setup_wakes(unsigned n)
{
    rig_setup();
    spawn(&both_ops, n, false);
    edo_waker own = task_waker(subject);
    for (unsigned i = 0; i < n; i++)
        model_assert(edo_waker_clone(&own, &counted[i]) == 0);
}

static void setup_one_wake(void)
{
    setup_wakes(1);
}

static void setup_two_wakes(void)
{
    setup_wakes(2);
}

static void wake(unsigned i)
{
    a_fetch_add(&ready, 1, relaxed); /* published by the wake alone */
    edo_waker_wake(counted[i]);
}

static void wake_0(void)
{
    wake(0);
}

static void wake_1(void)
{
    wake(1);
}

static void check_freed(void)
{
    const chunk *c = task_chunk_of(subject);
    uint32_t slot = slot_of(c, subject);
    unsigned found = c->free[slot / 64] >> slot % 64 & 1, all = 0;

    model_assert(subject_is_over(NULL));
    for (const task *t = c->home->class[c->class].remote; t; t = t->next)
        found += t == subject;
    for (unsigned i = 0; i < TASK_CHUNK_WORDS; i++)
        all += (unsigned)__builtin_popcountll(c->free[i]);
    if (found != 1 || all != c->free_count)
        model_fail("the header is free %u times, and %u of %u are", found, all, c->free_count);
    model_assert(rig.inject.len == 0);
    model_assert(fut.base.state & FUTURE_DONE);
}

/* --- yields ------------------------------------------------------------------------------- */

static unsigned runs; /* plain: handed on from run to run */

/* A run that yields at first, and then waits until it was woken. */
static void run_yielding(thread *self, core *c, task *t)
{
    enter_task(self, c, t);
    if (runs++ == 0)
        self->leave = LEAVE_YIELD;
    else if (a_load(&ready, relaxed) == 0) /* a wake makes it visible, or another run comes */
        self->leave = LEAVE_SUSPEND;
    else
        self->leave = LEAVE_END;
    leave_task(self, exit_task(self), c->sched, t);
}

static bool any_work_or_over(void *arg)
{
    return rig_has_work(&rig_core[0]) || rig_has_work(&rig_core[1]) || subject_is_over(arg);
}

static void work_yielding(unsigned index)
{
    core *c = rig_hold(index);
    unsigned count;

    for (;;) {
        model_wait_until(any_work_or_over, NULL, "waits for a task to run");
        task *t = next_task(c);
        if (!t)
            t = run_queue_steal(&rig_core[!index].queue, &c->queue, &count);
        if (t)
            run_yielding(thread_self(), c, t);
        else if (model_peek(subject_is_over, NULL))
            return;
    }
}

static void yielding_0(void)
{
    work_yielding(0);
}

static void yielding_1(void)
{
    work_yielding(1);
}

static void setup_yield(void)
{
    setup_wakes(1);
    runs = 0;
}

static void check_yielded(void)
{
    model_assert(subject_is_over(NULL) && runs >= 2 && runs <= 4);
    model_assert(rig.inject.len == 0);
}

/* --- join and abort ----------------------------------------------------------------------- */

static int joined;
static parker *joiner_parker;

static void setup_join(void)
{
    rig_setup();
    spawn(&counting_ops, 0, true);
    joiner_parker = parker_new();
}

static void setup_join_woken(void)
{
    rig_setup();
    spawn(&counting_ops, 1, true);
    joiner_parker = parker_new();
}

static void expect_result(void)
{
    model_assert(joined == 7 || joined == -ECANCELED);
}

static void join_thread(void)
{
    edo_join_future join = edo_join_async(handle, &joined);
    edo_waker waker = parker_waker(joiner_parker);

    while (edo_future_poll(&join.base, &waker) == EDO_PENDING)
        parker_wait(joiner_parker, UINT64_MAX);
    model_assert(join.base.result == 0);
    expect_result();
    model_assert(edo_task_abort(handle) == -ESRCH);
    parker_unref(joiner_parker);
    joiner_parker = NULL;
}

/* Polls with another waker, then gives it up; if it ended first, the result stands. */
static void join_and_withdraw(void)
{
    edo_join_future join = edo_join_async(handle, &joined);
    parker *other = parker_new();
    edo_waker first = parker_waker(joiner_parker), second = parker_waker(other);

    if (edo_future_poll(&join.base, &first) == EDO_PENDING &&
        edo_future_poll(&join.base, &second) == EDO_PENDING) {
        edo_future_cancel(&join.base);
        model_assert(edo_future_poll(&join.base, &second) == EDO_READY);
    }
    parker_unref(joiner_parker); /* what it lent is its own again */
    parker_unref(other);
    joiner_parker = NULL;
    if (join.base.result == 0)
        expect_result();
    else
        model_assert(join.base.result == -ECANCELED && edo_task_detach(handle) == 0);
}

static void abort_thread(void)
{
    int rc = edo_task_abort(handle);

    model_assert(rc == 0 || rc == -ESRCH);
}

/* Two of them: one waits, the other is told so. */
static unsigned winners;

static void join_once(void)
{
    int mine = 0;
    edo_join_future join = edo_join_async(handle, &mine);
    parker *p = parker_new();
    edo_waker waker = parker_waker(p);

    while (edo_future_poll(&join.base, &waker) == EDO_PENDING)
        parker_wait(p, UINT64_MAX);
    if (join.base.result == 0)
        a_fetch_add(&winners, 1, relaxed);
    else
        model_assert(join.base.result == -ESRCH || join.base.result == -EDO_EMISUSE);
    parker_unref(p);
}

static void check_one_winner(void)
{
    model_assert(winners == 1);
    check_freed();
}

/* While another reference goes: the header is freed by whoever comes last. */
static edo_abort_handle other_reference;

static void setup_join_ended(void)
{
    rig_setup();
    spawn(&counting_ops, 0, true);
    model_assert(edo_abort_handle_new(handle, &other_reference) == 0);
}

static void join_of_ended(void)
{
    model_wait_until(subject_is_over, NULL, "waits for the task's end");
    a_fetch_add(&subject->state, 0, relaxed); /* from now on it is seen; orders nothing */
    model_assert(edo_join(handle, &joined) == 0);
    expect_result();
}

static void drop_reference(void)
{
    edo_abort_handle_drop(other_reference);
}

static void check_free_state(void)
{
    check_freed();
    model_assert(subject->state == ((uint64_t)1 << TASK_GEN_SHIFT | TASK_COMPLETE));
}

/* --- a header's next life ----------------------------------------------------------------- */

static edo_task second_handle;
static counting_future second;

/* Ends the first task on its own core, then makes another one in the same header. */
static void worker_respawns(void)
{
    core *c = rig_hold(0);
    thread *self = thread_self();
    task *t, *again;

    while ((t = next_task(c)))
        run_task(self, c, t);
    edo_join_future join = edo_join_async(handle, &joined);
    edo_waker nobody = parker_waker(joiner_parker);
    if (edo_future_poll(&join.base, &nobody) != EDO_READY)
        model_fail("the task has run, and is not over");
    second = (counting_future){.base = EDO_FUTURE_INIT(&counting_ops)};
    spawn_request req = {.place = "there", .kind = TASK_POLLED, .with_handle = true};
    model_assert(task_new(&rig, &c->tasks, c, &req, &again) == 0);
    again->fut = &second.base;
    second_handle = (edo_task){.header = again, .gen = state_gen(a_load(&again->state, relaxed))};
    task_push(again);
    while ((t = next_task(c)))
        run_task(self, c, t);
}

/* The same while somebody else gives the first one's handle up. */
static void worker_runs_two(void)
{
    core *c = rig_hold(0);
    thread *self = thread_self();
    spawn_request req = {.place = "there", .kind = TASK_POLLED};
    task *t, *again;

    while ((t = next_task(c)))
        run_task(self, c, t);
    second = (counting_future){.base = EDO_FUTURE_INIT(&counting_ops)};
    model_assert(task_new(&rig, &c->tasks, c, &req, &again) == 0);
    again->fut = &second.base;
    task_push(again);
    while ((t = next_task(c)))
        run_task(self, c, t);
}

static void check_both_ran(void)
{
    model_assert(fut.base.result == 7 && second.base.result == 7);
}

static void check_second(void)
{
    model_assert(joined == 7 || joined == -ECANCELED);
    model_assert(second.base.result == 7); /* nobody aborted this one */
    model_assert(second_handle.header->state & TASK_COMPLETE);
}

/* --- counted handles ---------------------------------------------------------------------- */

static edo_abort_handle aborts[2];

static void setup_counted(void)
{
    rig_setup();
    spawn(&counting_ops, 0, true);
    for (unsigned i = 0; i < 2; i++)
        model_assert(edo_abort_handle_new(handle, &aborts[i]) == 0);
    model_assert(edo_task_detach(handle) == 0);
}

static void abort_and_drop(void)
{
    edo_abort_handle_abort(&aborts[0]);
    edo_abort_handle_drop(aborts[0]);
}

static void look_and_drop(void)
{
    if (edo_abort_handle_is_finished(&aborts[1]))
        model_assert(fut.base.state & FUTURE_DONE); /* and sees what the task did */
    edo_abort_handle_drop(aborts[1]);
}

static const model_scenario scenarios[] = {
    {.name = "one_wake_two_workers",
     .setup = setup_one_wake,
     .threads = {worker_0, worker_1, wake_0},
     .check = check_freed},
    {.name = "two_wakes",
     .setup = setup_two_wakes,
     .threads = {worker_0, wake_0, wake_1},
     .check = check_freed},
    {.name = "join_and_abort",
     .setup = setup_join,
     .threads = {worker_0, join_thread, abort_thread},
     .check = check_freed},
    {.name = "join_of_aborted",
     .setup = setup_join_woken,
     .threads = {worker_0, join_thread, abort_thread},
     .check = check_freed},
    {.name = "join_withdrawn",
     .weak = 1,
     .setup = setup_join,
     .threads = {worker_0, join_and_withdraw, abort_thread},
     .check = check_freed},
    {.name = "two_joins",
     .setup = setup_join,
     .threads = {worker_0, join_once, join_once},
     .check = check_one_winner},
    {.name = "join_of_ended",
     .setup = setup_join_ended,
     .threads = {worker_0, join_of_ended, drop_reference},
     .check = check_free_state},
    {.name = "stale_handle",
     .setup = setup_join,
     .threads = {worker_respawns, abort_thread, abort_thread},
     .check = check_second},
    {.name = "next_life",
     .setup = setup_join,
     .threads = {worker_runs_two, join_and_withdraw},
     .check = check_both_ran},
    {.name = "counted_handles",
     .setup = setup_counted,
     .threads = {worker_0, abort_and_drop, look_and_drop},
     .check = check_freed},
    {.name = "yield_and_wake",
     .weak = 1,
     .setup = setup_yield,
     .threads = {yielding_0, yielding_1, wake_0},
     .check = check_yielded},
};

MODEL_PROGRAM("task_state", scenarios)
