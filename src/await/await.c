/*
 * await.c: a task waits for one future; a thread that is in none does so in in_thread.c.
 *
 * Why a wait is cut short is a level and is asked for before each poll; the cancel is passed on
 * once. After it the loop goes on until the future is READY: its memory is never left behind. A
 * future that had its effect all the same keeps its success.
 */
#include <edo/await.h>

#include <errno.h>
#include <inttypes.h>

#include <edo/error.h>

#include "base/report.h"
#include "await/await.h"
#include "sched/debug.h"

/* Claims the future for this await. Two tasks on two threads: one of them sees the other's. */
static int claim(edo_future *fut)
{
    /* relaxed: misuse is reported on a best effort; it publishes nothing. */
    if (unlikely(a_load(&fut->state, relaxed) & FUTURE_AWAITED)) {
        report_misuse("%s is being awaited already; one future has one awaiter",
                      fut->ops->name ? fut->ops->name : "a future");
        return -EDO_EMISUSE;
    }
    a_store(&fut->state, fut->state | FUTURE_AWAITED, relaxed);
    return 0;
}

static void release(edo_future *fut)
{
    a_store(&fut->state, fut->state & ~(uint32_t)FUTURE_AWAITED, relaxed);
}

/* A whole budget of waits was cut short: at the third it is named, once. */
static void note_ignored(task *t, int why)
{
    if (t->ignores == 3)
        return;
    if (++t->ignores == 3)
        report("task %" PRIu64
               " (spawned at %s) ignores that its waits end with %s, some %d of them so "
               "far: it should return when a wait says so, or clean up in a shield",
               t->id, t->place, edo_err_name(why), 3 * COOP_BUDGET);
}

/* A cancelled task's awaits cost budget too, so that a loop over them doesn't starve others. */
static thread *spend_canceled(thread *self, task *t, int why)
{
    if (self->budget == 0) {
        note_ignored(t, why);
        return task_yield(self);
    }
    self->budget--;
    return self;
}

/* Cancels, and goes on until it is READY: with `why`, unless it had its effect. */
static noinline int64_t end_in_task(thread *self, task *t, edo_future *fut, int why)
{
    edo_waker waker = task_waker(t);

    edo_future_cancel(fut);
    while (await_poll_once(self, fut, &waker) == EDO_PENDING) {
        if (unlikely(self->task != t)) /* as in await_in_task */
            return await_in_thread(self, fut);
        self = task_suspend(self);
    }
    if (fut->result == -ECANCELED)
        fut->result = why;
    return fut->result;
}

static inline int64_t await_in_task(thread *self, task *t, edo_future *fut)
{
    edo_waker waker = task_waker(t);
    int why;

    while (likely((why = task_why(t)) == 0)) {
        if (await_poll_once(self, fut, &waker) == EDO_READY)
            return fut->result;
        if (unlikely(self->task != t)) /* a child of its poll's fork is in no task */
            return await_in_thread(self, fut);
        if ((why = debug_may_suspend(t)) < 0)
            return end_in_task(self, t, fut, why);
        self = task_suspend(self);
    }
    return end_in_task(spend_canceled(self, t, why), t, fut, why);
}

int64_t edo_await(edo_future *fut)
{
    thread *self = thread_self();
    task *t = self->task;

    if (!fut || !fut->ops)
        return -EINVAL;
    if (unlikely(self->poll_depth || self->in_hook || (t && t->kind != TASK_STACKFUL) ||
                 (!t && self->core))) {
        report_misuse("%s can't be awaited in a poll function or in a hook, which must not wait",
                      fut->ops->name ? fut->ops->name : "a future");
        return -EDEADLK;
    }
    int rc = claim(fut);
    if (rc < 0)
        return rc;
    int64_t result = t ? await_in_task(self, t, fut) : await_in_thread(self, fut);
    release(fut);
    return result;
}
