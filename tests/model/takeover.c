/*
 * takeover.c: the monitor takes a core from a thread that is stuck in a task: one thread at a time is
 * inside of the core, and sees all that the one before did there.
 */
#include "../../src/sched/worker.c"

#include "sched/task_new.h"

#include "rig.h"

#include "../../src/sched/monitor.c"
#include "../../src/sched/relief.c"

static edo_future fut;
static task *subject;
static core_watch taken;
static unsigned inside; /* plain: who is inside of the core changes it */

static void use(core *c)
{
    inside++;
    c->lifo_streak++; /* plain, as all that a core's holder has */
}

/* The task goes into the core now and then, as spawns and wakes do. */
static edo_poll subject_poll(edo_future *base, const edo_waker *waker)
{
    thread *self = thread_self();

    (void)waker;
    for (int i = 0; i < 2; i++) {
        core *c = core_enter(self);
        if (c)
            use(c);
        core_leave(self, c);
    }
    return edo_future_finish(base, 0);
}

/* It gives the core away itself, as a task that blocks in place, and takes it back if it is free. */
static edo_poll giver_poll(edo_future *base, const edo_waker *waker)
{
    thread *self = thread_self();
    core *c = core_enter(self);

    (void)waker;
    if (c)
        use(c);
    if (c && worker_give(self, c))
        worker_retake(self, c);
    c = core_enter(self);
    if (c)
        use(c);
    core_leave(self, c);
    return edo_future_finish(base, 0);
}

static const edo_future_ops giver_ops = {.poll = giver_poll, .name = "giver"};
static const edo_future_ops subject_ops = {.poll = subject_poll, .name = "stuck"};

static void setup_with(const edo_future_ops *ops)
{
    spawn_request req = {.place = "here", .kind = TASK_POLLED};

    rig_setup();
    fut = (edo_future)EDO_FUTURE_INIT(ops);
    model_assert(task_new(&rig, &rig_core[0].tasks, &rig_core[0], &req, &subject) == 0);
    subject->fut = &fut;
    inject_push_list(&rig.inject, subject, subject, 1);
    rig.watches = &taken;
    rig.spare_count = 1; /* the third thread */
    model_ignore(&rig_core[0].polls, sizeof rig_core[0].polls);
    model_ignore(&rig_core[0].run_seq, sizeof rig_core[0].run_seq);
    model_ignore(&rig.reliefs, sizeof rig.reliefs);
}

static void setup(void)
{
    setup_with(&subject_ops);
}

static void setup_giver(void)
{
    setup_with(&giver_ops);
}

/* Runs the task, and leaves with the core or without. */
static void holder_thread(void)
{
    core *c = rig_hold(0);
    thread *self = thread_self();

    use(c);
    run_task(self, c, next_task(c));
    if (self->core) {
        use(c);
        self->in_loop = false;
        core_let_go(self, c);
    }
}

static void monitor_thread(void)
{
    core *c = rig_cores[0];

    core_revoke(c, &taken);
    while (taken.revoking)
        finish_revoking(&rig, c, &taken);
    a_store(&rig.stop, 1, release);
    wake_spares(&rig, INT32_MAX);
    idle_wake_all(&rig);
}

/* A spare gets the core, and works in it. */
static void relief_thread(void)
{
    thread *self = thread_self();
    core *c = wait_for_core(self, &rig);

    if (!c)
        return;
    self->sched = &rig;
    self->core = c;
    self->in_loop = true;
    a_store(&self->busy, 1, relaxed);
    a_store(&c->holder, self, release);
    use(c);
    self->in_loop = false;
    core_let_go(self, c); /* the monitor may want it from this one, too */
}

static void check(void)
{
    model_assert(subject->state & TASK_COMPLETE);
    model_assert(rig.free_count <= 1);
}

static const model_scenario scenarios[] = {
    {.name = "task_is_stuck",
     .setup = setup,
     .threads = {holder_thread, monitor_thread, relief_thread},
     .check = check},
    {.name = "task_gives_its_core",
     .setup = setup_giver,
     .threads = {holder_thread, monitor_thread, relief_thread},
     .check = check},
};

MODEL_PROGRAM("takeover", scenarios)
