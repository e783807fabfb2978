/* metrics.c: the workers' counters, added up. */
#include <errno.h>

#include "context/stack.h"
#include "runtime/runtime.h"

static void add_core(edo_metrics *m, const core *c)
{
    m->spawned_tasks += a_load(&c->spawned, relaxed); /* counters: each is true at some time */
    m->polls += a_load(&c->polls, relaxed);
    m->steals += a_load(&c->steals, relaxed);
    m->overflows += a_load(&c->overflows, relaxed);
    m->parks += a_load(&c->parks, relaxed);
    m->driver_turns += a_load(&c->turns, relaxed);
    m->forced_yields += a_load(&c->forced_yields, relaxed);
    m->queued +=
        run_queue_len(&c->queue) + inject_len(&c->overflow) + a_load(&c->yielded_count, relaxed);
    if (c->driver) {
        m->registered += a_load(&c->driver->registered, relaxed);
        m->deregistered += a_load(&c->driver->deregistered, relaxed);
    }
}

int edo_handle_metrics(const edo_handle *handle, edo_metrics *ret_metrics)
{
    if (!handle || !ret_metrics)
        return -EINVAL;
    edo_metrics m = {
        .workers = handle->core_count,
        .alive_tasks = sched_alive(handle),
        .spawned_tasks = a_load(&handle->remote_spawned, relaxed),
        .remote_schedules = a_load(&handle->remote_schedules, relaxed),
        .reliefs = a_load(&handle->reliefs, relaxed),
        .injected = inject_len(&handle->inject),
        .stack_bytes = stack_bytes(),
        .blocking_threads = a_load(&handle->pool.staff, relaxed),
        .idle_blocking_threads = a_load(&handle->pool.idle_count, relaxed),
        .blocking_queue_depth = a_load(&handle->pool.depth, relaxed),
        .event_interval = handle->opts.event_interval,
        .global_queue_interval = handle->opts.global_queue_interval,
        .monitor = handle->opts.monitor == EDO_MONITOR_ON,
    };
    for (unsigned i = 0; i < handle->core_count; i++)
        add_core(&m, handle->cores[i]);
    *ret_metrics = m;
    return 0;
}
