/*
 * join.c: waiting for a task's end.
 *
 * One join at a time owns the place of the waker (JOINING). ARMED publishes the waker; while it is
 * set the completer may read it, so a new waker means: disarm, write, arm again. See sched/task.c
 * for the completer's side. A join of a task that is over has no need of either.
 */
#include <errno.h>

#include <edo/error.h>
#include <edo/task.h>

#include "await/await.h"
#include "base/chaos.h"
#include "base/model.h"
#include "base/report.h"
#include "base/thread.h"
#include "sched/coop.h"
#include "sched/failure.h"
#include "sched/sched.h"

enum { NEW, CLAIMED, ARMED };

static edo_join_future *of(edo_future *base)
{
    return container_of(base, edo_join_future, base);
}

static task *task_of(const edo_join_future *join)
{
    return join->task.header;
}

/* Takes the waker's place. 0; -ESRCH, -EDO_EMISUSE, -EDEADLK, -EDO_EFORKED. */
static int claim(edo_join_future *join)
{
    task *t = task_of(join);

    if (!t)
        return -ESRCH;
    uint64_t word = a_load(&t->state, acquire); /* pairs with every transition */
    do {
        if (state_gen(word) != join->task.gen || !(word & TASK_HANDLE))
            return -ESRCH;
        if (t == thread_self()->task)
            return -EDEADLK;
        if (!(word & TASK_COMPLETE) && t->forks != (uint16_t)fork_count())
            return -EDO_EFORKED; /* it runs in the parent, and never ends here */
        if (word & MODEL_BUG(313, TASK_JOINING, 0))
            return -EDO_EMISUSE;
    } while (!a_cas_weak(&t->state, &word, word | TASK_JOINING, acq_rel, acquire));
    join->stage = CLAIMED;
    return 0;
}

/* Waits for the completer's last touch of the waker: a few instructions, unless it is preempted. */
static void wait_disarmed(task *t)
{
    unsigned spins = 0;

    /* acquire: pairs with the release in wake_joiner. */
    while (!a_load(&t->waker_is_free, MODEL_BUG(314, acquire, relaxed))) {
        if (spins++ < 100)
            a_pause();
        else
            thread_yield();
    }
}

/* The task has ended: takes the result, consumes the handle. */
static edo_poll take(edo_join_future *join)
{
    task *t = task_of(join);

    uint64_t consumed = TASK_HANDLE | TASK_JOINING; /* copies see -ESRCH from now on */

    if (join->stage == ARMED) {
        if (MODEL_BUG(315, true, false))
            wait_disarmed(t);
        consumed |= TASK_ARMED;
    }
    if (join->ret)
        *join->ret = t->result;
    task_unref_with(t, consumed);
    coop_spend();
    return edo_future_finish(&join->base, 0);
}

/* Disarms; false: the task has ended, and the completer has the waker. */
static bool disarm(task *t)
{
    uint64_t word = a_load(&t->state, acquire);

    do {
        if (word & TASK_COMPLETE)
            return false;
    } while (!a_cas_weak(&t->state, &word, word & ~TASK_ARMED, acq_rel, acquire));
    return true;
}

/* Publishes the waker; false: the task has ended. */
static bool arm(edo_join_future *join, const edo_waker *waker)
{
    task *t = task_of(join);

    if (join->stage == ARMED) {
        /* What the task wrote is seen by wait_disarmed; acquire as for all looks at the word. */
        if (a_load(&t->state, acquire) & TASK_COMPLETE)
            return false;
        if (wake_is_same(&join->waker, waker))
            return true;
        if (!disarm(t))
            return false;
        join->stage = CLAIMED;
    }
    join->waker = *waker;
    t->join_waker = *waker;
    chaos_point();
    uint64_t word = a_load(&t->state, MODEL_BUG(323, acquire, relaxed)); /* as by the exchange */
    do {
        if (word & TASK_COMPLETE)
            return false;
        /* release: publishes the waker; pairs with the completion's read-modify-write. */
    } while (!a_cas_weak(&t->state, &word, word | TASK_ARMED, MODEL_BUG(316, acq_rel, relaxed),
                         acquire));
    join->stage = ARMED;
    return true;
}

/* Cancelled: gives the waker's place up, unless the end came first. */
static edo_poll withdraw(edo_join_future *join)
{
    task *t = task_of(join);

    if (join->stage == ARMED && !disarm(t) && MODEL_BUG(317, true, false))
        return take(join);
    if (a_load(&t->state, acquire) & TASK_COMPLETE) {
        join->stage = CLAIMED;
        return take(join);
    }
    a_fetch_and(&t->state, ~TASK_JOINING, acq_rel);
    join->stage = NEW;
    return edo_future_finish(&join->base, -ECANCELED);
}

static edo_poll join_poll(edo_future *base, const edo_waker *waker)
{
    edo_join_future *join = of(base);

    if (base->state & FUTURE_CANCELED)
        return join->stage == NEW ? edo_future_finish(base, -ECANCELED) : withdraw(join);
    if (join->stage != ARMED && !coop_proceed(waker))
        return EDO_PENDING;
    if (join->stage == NEW) {
        int rc = claim(join);
        if (rc < 0)
            return edo_future_finish(base, rc);
    }
    return arm(join, waker) ? EDO_PENDING : take(join);
}

static const edo_future_ops join_ops = {
    .poll = join_poll, .name = "join", .flags = EDO_FUTURE_RESTARTS};

edo_join_future edo_join_async(edo_task handle, int *ret)
{
    return (edo_join_future){.base = EDO_FUTURE_INIT(&join_ops), .task = handle, .ret = ret};
}

/* Lets go of a header whose handle was the caller's; `word` is its state. */
static void release(thread *self, task *t, uint64_t word)
{
    if (state_refs(word) != MODEL_BUG(321, 1, 2)) {
        task_unref(t);
        return;
    }
    core *c = core_enter(self); /* nobody else can touch it: as where a task ends */
    task_free(t, c);
    core_leave(self, c);
}

/* A task that is over, and that nobody joins: the handle goes in one step, which is the claim too. */
static bool join_ended(thread *self, edo_task handle, int *ret)
{
    task *t = handle.header;
    /* acquire: pairs with the completion, for the result, and with all who gave a reference up. */
    uint64_t word = t ? a_load(&t->state, MODEL_BUG(322, acquire, relaxed)) : 0;

    do {
        if (!(word & TASK_COMPLETE) || state_gen(word) != handle.gen ||
            (word & (TASK_HANDLE | TASK_JOINING)) != TASK_HANDLE)
            return false;
    } while (!a_cas_weak(&t->state, &word, word & ~TASK_HANDLE, MODEL_BUG(322, acq_rel, relaxed),
                         MODEL_BUG(322, acquire, relaxed)));
    if (ret)
        *ret = t->result;
    release(self, t, word);
    await_spend(self);
    return true;
}

int edo_join(edo_task handle, int *ret)
{
    thread *self = await_may_try();

    if (self && join_ended(self, handle, ret))
        return 0;
    edo_join_future join = edo_join_async(handle, ret);

    return (int)edo_await(&join.base);
}

int edo_task_detach(edo_task handle)
{
    if (!task_handle_is_good(handle))
        return -ESRCH;
    task *t = handle.header;
    uint64_t word = a_load(&t->state, acquire);
    do {
        if (state_gen(word) != handle.gen || !(word & TASK_HANDLE))
            return -ESRCH;
        if (word & TASK_JOINING)
            return -EDO_EMISUSE;
    } while (!a_cas_weak(&t->state, &word, word & ~TASK_HANDLE, acq_rel, acquire));
    if (word & TASK_COMPLETE) /* else its end sees that it has none */
        failure_of_ended(t);
    task_unref(t);
    return 0;
}
