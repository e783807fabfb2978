/*
 * no_runtime.h: for scenarios of what stands above sched, on plain threads: they have records of their
 * own, no budget, and nothing that cuts a wait short. Include it in one file of a program.
 */
#ifndef MODEL_NO_RUNTIME_H
#define MODEL_NO_RUNTIME_H

#include <edo/await.h>

#include "engine/model.h"
#include "no_task.h"
#include "sched/coop.h"
#include "sched/scope.h"

thread *thread_self(void)
{
    static thread plain[MODEL_THREADS_MAX + 1];

    return &plain[model_self()];
}

bool coop_refill(const edo_waker *waker)
{
    (void)waker;
    model_fail("there is no budget outside of tasks");
}

bool scope_is_unconstrained(const task *t)
{
    (void)t;
    model_fail("there is no task");
}

int task_why_slow(task *t)
{
    (void)t;
    model_fail("there is no task");
}

int64_t edo_await(edo_future *fut)
{
    (void)fut;
    model_fail("the scenarios poll by themselves");
}

#endif
