/* budget.c: a future that is polled with other units than its task's. */
#include <edo/budget.h>

#include <errno.h>
#include <limits.h>

#include "future/future.h"
#include "sched/sched.h"

static edo_budget_future *of(edo_future *base)
{
    return container_of(base, edo_budget_future, base);
}

static edo_poll budget_poll(edo_future *base, const edo_waker *waker)
{
    edo_budget_future *budget = of(base);
    thread *self = thread_self();
    unsigned outer = self->budget;

    if (!budget->inner || !budget->inner->ops)
        return edo_future_finish(base, -EINVAL);
    self->budget = budget->units;
    edo_poll is = future_advance(budget->inner, waker);
    self->budget = outer; /* a poll can't suspend: it is the same thread, in the same run */
    return is == EDO_READY ? edo_future_finish(base, budget->inner->result) : EDO_PENDING;
}

static void budget_cancel(edo_future *base)
{
    edo_future *inner = of(base)->inner;

    if (base->state & FUTURE_POLLED)
        edo_future_cancel(inner);
    else
        future_forsake(inner); /* it is READY with this */
}

static void budget_put_back(edo_future *base)
{
    edo_future *inner = of(base)->inner;

    edo_future_put_back(inner);
    if (base->result >= 0) /* else: why it ended stands */
        base->result = inner->result;
}

static const edo_future_ops budget_ops = {
    .poll = budget_poll,
    .cancel = budget_cancel,
    .put_back = budget_put_back,
    .name = "budget",
    .flags = EDO_FUTURE_COMPOSITE | EDO_FUTURE_OWNS,
};

static edo_budget_future make(edo_future *fut, unsigned units)
{
    return (edo_budget_future){.base = EDO_FUTURE_INIT(&budget_ops), .inner = fut, .units = units};
}

edo_budget_future edo_unconstrained_async(edo_future *fut)
{
    return make(fut, UINT_MAX); /* more than a poll can spend */
}

edo_budget_future edo_own_budget_async(edo_future *fut)
{
    return make(fut, COOP_BUDGET);
}
