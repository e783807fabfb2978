/* metrics.c: the workers' counters, each by itself and added up. */
#include <edo/metrics.h>

#include <errno.h>

#include "context/stack.h"
#include "runtime/runtime.h"
#include "sched/observe.h"

static uint64_t queued_of(core *c)
{
    return run_queue_len(&c->queue) + inject_len(&c->overflow) + a_load(&c->yielded_count, relaxed);
}

static void add_core(edo_metrics *m, core *c)
{
    m->spawned_tasks += a_load(&c->spawned, relaxed); /* counters: each is true at some time */
    m->polls += a_load(&c->polls, relaxed);
    m->steals += a_load(&c->steals, relaxed);
    m->overflows += a_load(&c->overflows, relaxed);
    m->parks += a_load(&c->parks, relaxed);
    m->driver_turns += a_load(&c->turns, relaxed);
    m->forced_yields += a_load(&c->forced_yields, relaxed);
    m->queued += queued_of(c);
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
        .unjoined_failures = a_load(&handle->failures, relaxed),
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

int edo_handle_worker_metrics(const edo_handle *handle, unsigned worker,
                              edo_worker_metrics *ret_metrics)
{
    if (!handle || !ret_metrics || worker >= handle->core_count)
        return -EINVAL;
    core *c = handle->cores[worker];
    *ret_metrics = (edo_worker_metrics){
        .thread_id = a_load(&c->thread_id, relaxed),
        .busy = {busy_time(c)},
        .polls = a_load(&c->polls, relaxed),
        .steals = a_load(&c->steals, relaxed),
        .overflows = a_load(&c->overflows, relaxed),
        .parks = a_load(&c->parks, relaxed),
        .driver_turns = a_load(&c->turns, relaxed),
        .forced_yields = a_load(&c->forced_yields, relaxed),
        .spawned_tasks = a_load(&c->spawned, relaxed),
        .queued = queued_of(c),
        .poll_time = {a_load(&c->poll_ns, relaxed)},
    };
    return 0;
}

static uint64_t sum_counts(const edo_handle *h, size_t place_of_counts, unsigned bucket)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < h->core_count; i++) {
        uint64_t *const *counts = (void *)((char *)h->cores[i] + place_of_counts);
        sum += a_load(&(*counts)[bucket], relaxed);
    }
    return sum;
}

static int64_t read_counts(const edo_handle *h, size_t place_of_counts, bool counted,
                           edo_histogram_bucket *buckets, size_t room)
{
    if (room && !buckets)
        return -EINVAL;
    for (unsigned i = 0; counted && i < h->shape.count && i < room; i++) {
        buckets[i] = histogram_range(&h->shape, i);
        buckets[i].count = sum_counts(h, place_of_counts, i);
    }
    return counted ? h->shape.count : 0;
}

int64_t edo_handle_poll_times(const edo_handle *handle, edo_histogram_bucket *buckets, size_t room)
{
    if (!handle)
        return -EINVAL;
    return read_counts(handle, offsetof(core, poll_counts), handle->opts.poll_times, buckets, room);
}

int64_t edo_handle_latencies(const edo_handle *handle, edo_histogram_bucket *buckets, size_t room)
{
    if (!handle)
        return -EINVAL;
    return read_counts(handle, offsetof(core, latency_counts), handle->opts.track_latency, buckets,
                       room);
}
