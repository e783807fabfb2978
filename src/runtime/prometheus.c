/*
 * prometheus.c: the metrics as Prometheus's text format has them: a family at a time, its help and
 * type first. Durations are in seconds there, and the counts of a histogram add up.
 */
#include <edo/metrics.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "runtime/runtime.h"

#define LABEL_MAX 256

typedef struct page {
    text out;
    const edo_handle *handle;
    edo_metrics all;
    edo_worker_metrics *workers;
    char label[LABEL_MAX]; /* runtime="..." */
} page;

/* With what would end the string, or the line, escaped. A name that has no room is cut off. */
static void make_label(page *p)
{
    size_t used = (size_t)snprintf(p->label, sizeof p->label, "runtime=\"");
    const char *name = p->handle->name;

    for (; name && *name && used < sizeof p->label - 4; name++) {
        if (*name == '"' || *name == '\\' || *name == '\n')
            p->label[used++] = '\\';
        p->label[used++] = *name == '\n' ? 'n' : *name;
    }
    if (!name)
        used +=
            (size_t)snprintf(p->label + used, sizeof p->label - used, "%" PRIu64, p->handle->id);
    p->label[used] = '"';
    p->label[used + 1] = 0;
}

static void family(page *p, const char *name, const char *type, const char *help)
{
    text_add(&p->out, "# HELP edo_%s %s\n# TYPE edo_%s %s\n", name, help, name, type);
}

static void of_runtime(page *p, const char *name, const char *type, const char *help,
                       uint64_t value)
{
    family(p, name, type, help);
    text_add(&p->out, "edo_%s{%s} %" PRIu64 "\n", name, p->label, value);
}

static void add_seconds(text *out, uint64_t ns)
{
    text_add(out, "%" PRIu64 ".%09" PRIu64, ns / NS_PER_S, ns % NS_PER_S);
}

static uint64_t number_at(const edo_worker_metrics *m, size_t offset)
{
    const uint64_t *number = (const void *)((const char *)m + offset);

    return *number;
}

static void of_workers(page *p, const char *name, const char *type, const char *help, size_t offset)
{
    family(p, name, type, help);
    for (unsigned i = 0; i < p->all.workers; i++)
        text_add(&p->out, "edo_%s{%s,worker=\"%u\"} %" PRIu64 "\n", name, p->label, i,
                 number_at(&p->workers[i], offset));
}

static void busy_of_workers(page *p)
{
    family(p, "worker_busy_seconds_total", "counter", "Time in which the worker did not sleep.");
    for (unsigned i = 0; i < p->all.workers; i++) {
        text_add(&p->out, "edo_worker_busy_seconds_total{%s,worker=\"%u\"} ", p->label, i);
        add_seconds(&p->out, p->workers[i].busy.ns);
        text_add(&p->out, "\n");
    }
}

/* A family of buckets; what they add up to is known for some. */
static void histogram(page *p, const char *name, const char *help,
                      const edo_histogram_bucket *buckets, int64_t count, const uint64_t *sum_ns)
{
    uint64_t so_far = 0;

    family(p, name, "histogram", help);
    for (int64_t i = 0; i < count; i++) {
        so_far += buckets[i].count;
        text_add(&p->out, "edo_%s_bucket{%s,le=\"", name, p->label);
        if (buckets[i].until_ns == UINT64_MAX)
            text_add(&p->out, "+Inf");
        else
            add_seconds(&p->out, buckets[i].until_ns);
        text_add(&p->out, "\"} %" PRIu64 "\n", so_far);
    }
    if (sum_ns) {
        text_add(&p->out, "edo_%s_sum{%s} ", name, p->label);
        add_seconds(&p->out, *sum_ns);
        text_add(&p->out, "\n");
    }
    text_add(&p->out, "edo_%s_count{%s} %" PRIu64 "\n", name, p->label, so_far);
}

static void add_runtime(page *p)
{
    const edo_metrics *m = &p->all;

    of_runtime(p, "workers", "gauge", "Workers of the runtime.", m->workers);
    of_runtime(p, "tasks_alive", "gauge", "Tasks spawned and not ended.", m->alive_tasks);
    of_runtime(p, "tasks_spawned_total", "counter", "Tasks spawned.", m->spawned_tasks);
    of_runtime(p, "remote_schedules_total", "counter",
               "Wakes and spawns from outside of the workers.", m->remote_schedules);
    of_runtime(p, "reliefs_total", "counter",
               "Times a stuck worker's tasks were given to another thread.", m->reliefs);
    of_runtime(p, "injection_queue_tasks", "gauge", "Tasks in the injection queue.", m->injected);
    of_runtime(p, "descriptors_registered_total", "counter", "Descriptors registered.",
               m->registered);
    of_runtime(p, "descriptors_deregistered_total", "counter", "Descriptors taken out again.",
               m->deregistered);
    of_runtime(p, "stack_bytes", "gauge", "Address space of the process's task stacks.",
               m->stack_bytes);
    of_runtime(p, "blocking_threads", "gauge", "Threads for blocking calls.", m->blocking_threads);
    of_runtime(p, "blocking_threads_idle", "gauge", "Of these, without a call.",
               m->idle_blocking_threads);
    of_runtime(p, "blocking_queue_calls", "gauge", "Blocking calls that wait for a thread.",
               m->blocking_queue_depth);
}

static void add_workers(page *p)
{
#define COUNTER(name, field, help)                                                                 \
    of_workers(p, "worker_" name, "counter", help, offsetof(edo_worker_metrics, field))
    busy_of_workers(p);
    COUNTER("polls_total", polls, "Times the worker ran or resumed a task.");
    COUNTER("steals_total", steals, "Tasks the worker took from others.");
    COUNTER("overflows_total", overflows, "Times its full queue moved its older half.");
    COUNTER("parks_total", parks, "Times it went to sleep.");
    COUNTER("driver_turns_total", driver_turns, "Its looks at the driver.");
    COUNTER("forced_yields_total", forced_yields, "Waits that the budget forced.");
#undef COUNTER
    of_workers(p, "worker_queued_tasks", "gauge", "Tasks in its queues.",
               offsetof(edo_worker_metrics, queued));
    of_workers(p, "worker_thread_id", "gauge", "The system's id of its thread.",
               offsetof(edo_worker_metrics, thread_id));
}

static void add_histograms(page *p, edo_histogram_bucket *buckets, size_t room)
{
    int64_t count = edo_handle_poll_times(p->handle, buckets, room);
    uint64_t sum = 0;

    for (unsigned i = 0; i < p->all.workers; i++)
        sum += p->workers[i].poll_time.ns;
    if (count > 0)
        histogram(p, "poll_seconds", "How long tasks ran at a time.", buckets, count, &sum);
    count = edo_handle_latencies(p->handle, buckets, room);
    if (count > 0)
        histogram(p, "schedule_latency_seconds", "How long ready tasks waited for their run.",
                  buckets, count, NULL);
}

int edo_handle_write_prometheus(const edo_handle *handle, edo_text_sink *sink, void *arg)
{
    page p = {.handle = handle};
    int rc = -ENOMEM;

    if (!handle || !sink)
        return -EINVAL;
    unsigned room = handle->opts.poll_times || handle->opts.track_latency ? handle->shape.count : 0;
    edo_histogram_bucket *buckets = room ? calloc(room, sizeof *buckets) : NULL;
    p.workers = calloc(handle->core_count, sizeof *p.workers);
    if (!p.workers || (room && !buckets))
        goto out;
    edo_handle_metrics(handle, &p.all);
    for (unsigned i = 0; i < p.all.workers; i++)
        edo_handle_worker_metrics(handle, i, &p.workers[i]);
    make_label(&p);
    text_begin(&p.out, sink, arg);
    add_runtime(&p);
    add_workers(&p);
    add_histograms(&p, buckets, room);
    rc = text_end(&p.out);
out:
    free(p.workers);
    free(buckets);
    return rc;
}
