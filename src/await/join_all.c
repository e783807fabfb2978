/*
 * join_all.c: all of several futures, polled in the order given, in turns, until each is READY.
 *
 * try_join: the first failure is kept, the rest cancelled, and their ends waited for.
 */
#include <edo/await.h>

#include <errno.h>

#include "await/await.h"
#include "sched/sched.h"

static edo_join_all_future *of(edo_future *base)
{
    return container_of(base, edo_join_all_future, base);
}

static void cancel_parts(edo_join_all_future *join)
{
    join->stopping = true;
    for (size_t i = 0; i < join->count; i++)
        if (join->parts[i])
            edo_future_cancel(join->parts[i]);
}

static void note_failure(edo_join_all_future *join, int64_t result)
{
    if (result >= 0 || join->failure < 0)
        return;
    join->failure = result;
    if (join->stop_early && !join->stopping)
        cancel_parts(join);
}

static inline bool is_spent(const thread *self)
{
    return self->task && self->budget == 0;
}

/* True: every part is READY. Who uses up the budget and goes on to wait is the last one next time, or the
 * others would never have a turn. */
static bool poll_parts(edo_join_all_future *join, const edo_waker *waker)
{
    const thread *self = thread_self();
    bool all = true, spent = is_spent(self);
    size_t i = join->first;

    for (size_t left = join->count; left > 0; left--) {
        edo_future *part = join->parts[i];
        bool waits = part && future_advance(part, waker) == EDO_PENDING;
        i = i + 1 == join->count ? 0 : i + 1;
        if (waits)
            all = false;
        else if (part)
            note_failure(join, part->result);
        if (!spent && is_spent(self)) {
            spent = true;
            if (waits)
                join->first = i;
        }
    }
    return all;
}

static edo_poll join_poll(edo_future *base, const edo_waker *waker)
{
    edo_join_all_future *join = of(base);

    if (!join->parts && join->count)
        return edo_future_finish(base, -EINVAL);
    bool was_stopping = join->stopping;
    bool all = poll_parts(join, waker);
    if (!all && join->stopping && !was_stopping)
        all = poll_parts(join, waker); /* those cancelled just now: the canceller polls at once */
    if (!all)
        return EDO_PENDING;
    if (join->stop_early)
        return edo_future_finish(base, join->failure);
    bool cut = (base->state & FUTURE_CANCELED) && join->failure < 0;
    return edo_future_finish(base, cut ? -ECANCELED : 0);
}

static void join_cancel(edo_future *base)
{
    edo_join_all_future *join = of(base);

    if (base->state & FUTURE_POLLED) {
        cancel_parts(join);
        return;
    }
    for (size_t i = 0; join->parts && i < join->count; i++)
        future_forsake(join->parts[i]);
}

static void join_put_back(edo_future *base)
{
    edo_join_all_future *join = of(base);

    for (size_t i = 0; join->parts && i < join->count; i++)
        edo_future_put_back(join->parts[i]);
    if (base->result >= 0)
        base->result = -ECANCELED;
}

static const edo_future_ops join_ops = {
    .poll = join_poll,
    .cancel = join_cancel,
    .put_back = join_put_back,
    .name = "join_all",
    .flags = EDO_FUTURE_COMPOSITE | EDO_FUTURE_OWNS,
};

static edo_join_all_future make(edo_future *const *parts, size_t count, bool stop_early)
{
    return (edo_join_all_future){
        .base = EDO_FUTURE_INIT(&join_ops),
        .parts = parts,
        .count = count,
        .stop_early = stop_early,
    };
}

edo_join_all_future edo_join_all_async(edo_future *const *parts, size_t count)
{
    return make(parts, count, false);
}

edo_join_all_future edo_try_join_all_async(edo_future *const *parts, size_t count)
{
    return make(parts, count, true);
}

int edo_join_all_array(edo_future *const *parts, size_t count)
{
    edo_join_all_future join = make(parts, count, false);

    return (int)edo_await(&join.base);
}

int edo_try_join_all_array(edo_future *const *parts, size_t count)
{
    edo_join_all_future join = make(parts, count, true);

    return (int)edo_await(&join.base);
}
