/*
 * yield.c: giving way: the task wakes itself, and so goes behind all that are ready.
 */
#include <errno.h>

#include <edo/task.h>

#include "await/await.h"
#include "sched/coop.h"
#include "sched/debug.h"
#include "sched/scope.h"

static edo_poll yield_poll(edo_future *base, const edo_waker *waker)
{
    edo_yield_future *yield = container_of(base, edo_yield_future, base);

    if (yield->yielded)
        return edo_future_finish(base, 0);
    yield->yielded = true;
    edo_waker_wake_by_ref(waker);
    return EDO_PENDING;
}

static const edo_future_ops yield_ops = {
    .poll = yield_poll, .name = "yield", .flags = EDO_FUTURE_RESTARTS};

edo_yield_future edo_yield_async(void)
{
    return (edo_yield_future){.base = EDO_FUTURE_INIT(&yield_ops)};
}

/* The usual case without the future: what an await of it would do. */
static bool may_yield(const thread *self)
{
    task *t = self->task;

    return t && t->kind == TASK_STACKFUL && !self->poll_depth && !self->in_hook && !task_why(t);
}

int edo_yield(void)
{
    thread *self = thread_self();

    if (likely(may_yield(self))) {
        int rc = debug_may_suspend(self->task);
        if (rc == 0)
            task_yield(self);
        return rc;
    }
    edo_yield_future yield = edo_yield_async();

    return (int)edo_await(&yield.base);
}

bool edo_has_budget(void)
{
    return !coop_is_spent();
}

int edo_consume_budget(void)
{
    if (coop_is_spent())
        return edo_yield();
    coop_spend();
    return 0;
}
