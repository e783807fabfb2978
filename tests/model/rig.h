/*
 * rig.h: a small runtime for scenarios of sched: two cores without threads of their own, whose
 * holders are threads of the scenario. Include it after sched/worker.c, whose functions it calls.
 */
#ifndef MODEL_RIG_H
#define MODEL_RIG_H

#include "engine/model.h"

#define RIG_CORES 2

static sched rig;
static core rig_core[RIG_CORES];
static core *rig_cores[RIG_CORES] = {&rig_core[0], &rig_core[1]};

static void rig_setup(void)
{
    rig.refs = 1;
    rig.core_count = RIG_CORES;
    rig.cores = rig_cores;
    rig.multi = true;
    rig.can_revoke = true;
    rig.drive_limit = UINT64_MAX;
    rig.opts.global_queue_interval = 1000;
    rig.opts.event_interval = 1000;
    rig.opts.no_lifo_slot = true;
    idle_init(&rig.idle, RIG_CORES);
    for (unsigned i = 0; i < RIG_CORES; i++) {
        core *c = &rig_core[i];
        c->sched = &rig;
        c->index = i;
        c->inject_at = c->turn_at = c->due_at = 1000;
    }
    model_name(&rig.inject.len, "inject.len");
    model_name(&rig.idle.word, "idle.word");
    model_ignore(&fork_generation, sizeof fork_generation);
    model_ignore(&rig.remote_schedules, sizeof rig.remote_schedules);
    model_ignore(&rig.remote_spawned, 2 * sizeof rig.remote_spawned);
}

/* The calling thread holds a core, in its loop. */
static inline core *rig_hold(unsigned index)
{
    thread *self = thread_self();
    core *c = &rig_core[index];

    self->sched = &rig;
    self->core = c;
    self->in_loop = true;
    a_store(&self->busy, 1, relaxed);
    a_store(&c->holder, self, release); /* as in worker_loop */
    return c;
}

static inline bool rig_has_work(const core *c)
{
    return c->lifo || rig.inject.len > 0 || c->queue.tail != (uint32_t)c->queue.head;
}

typedef struct rig_worker {
    core *core;
    bool (*is_over)(void *arg);
} rig_worker;

static inline bool rig_work_or_over(void *arg)
{
    const rig_worker *w = arg;

    return rig_has_work(w->core) || w->is_over(NULL);
}

/* Holds a core and runs what there is, until it is over. */
static inline void rig_work(unsigned index, bool (*is_over)(void *arg))
{
    rig_worker w = {.core = rig_hold(index), .is_over = is_over};
    thread *self = thread_self();

    for (;;) {
        model_wait_until(rig_work_or_over, &w, "waits for a task to run");
        task *t = next_task(w.core);
        if (t)
            run_task(self, w.core, t);
        else if (model_peek(is_over, NULL))
            return;
    }
}

#endif
