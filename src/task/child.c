/*
 * child.c: a task that is spawned by a future's first poll, and joined by the others. The join itself is
 * never cancelled: a cancel aborts the task, whose end is then as near as its own cleanup lets it.
 */
#include <edo/child.h>

#include <errno.h>

#include "await/await.h"

static edo_child_future *of(edo_future *base)
{
    return container_of(base, edo_child_future, base);
}

static edo_poll child_poll(edo_future *base, const edo_waker *waker)
{
    edo_child_future *child = of(base);
    edo_task handle;

    if (!child->join.base.ops) {
        int rc = edo_spawn_from(child->place, &child->opts, child->fn, child->arg, &handle);
        if (rc < 0)
            return edo_future_finish(base, rc);
        child->join = edo_join_async(handle, &child->ret);
    }
    if (future_advance(&child->join.base, waker) == EDO_PENDING)
        return EDO_PENDING;
    int64_t joined = child->join.base.result;
    return edo_future_finish(base, joined < 0 ? joined : child->ret);
}

static void child_cancel(edo_future *base)
{
    edo_task_abort(of(base)->join.task);
}

static const edo_future_ops child_ops = {
    .poll = child_poll, .cancel = child_cancel, .name = "child"};

edo_child_future edo_child_async_from(const char *place, const edo_spawn_opts *opts,
                                      int (*fn)(void *arg), void *arg)
{
    static const edo_spawn_opts defaults;

    return (edo_child_future){
        .base = EDO_FUTURE_INIT(&child_ops),
        .place = place,
        .opts = opts ? *opts : defaults,
        .fn = fn,
        .arg = arg,
    };
}

int edo_child_from(const char *place, const edo_spawn_opts *opts, int (*fn)(void *arg), void *arg)
{
    edo_child_future child = edo_child_async_from(place, opts, fn, arg);

    return (int)edo_await(&child.base);
}
