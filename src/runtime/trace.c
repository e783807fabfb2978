/*
 * trace.c: the events of a runtime's recorders, merged by time, as Chrome's JSON.
 *
 * Tracks     A worker is a thread of the file, numbered from 1; what happened on threads without a
 *            core is the one after the last. None is 0: Perfetto takes that for the idle thread, and
 *            puts its events on the main thread's track. A run is a slice on its worker's track.
 * Relief     A stuck task's worker goes on with others, and slices of one track must not overlap: its
 *            own is cut off there, and goes on as an asynchronous one until it has left.
 * Wakes      A flow leads from where a task was made ready to its next run. Viewers bind its end to
 *            the slice that is open there: it follows its slice in the file.
 * Unit       Microseconds, as the format has it. No displayTimeUnit: Perfetto once took "ns" there
 *            for the unit of all times, a thousand times too short.
 * Lost       Of rings of different ages the begin is missing in some: an end without a begin is left
 *            out, and what has no end yet ends with the file.
 */
#include <edo/trace.h>

#include <inttypes.h>
#include <stdlib.h>

#include <edo/errno.h>

#include "base/sys.h"
#include "base/text.h"
#include "runtime/runtime.h"
#include "runtime/trace_wakes.h"
#include "sched/recorder.h"

/* Runs that go on beside their worker; more are left out. */
#define ASIDE_MOST 512

typedef struct ring_copy {
    record *events;
    unsigned count, next;
} ring_copy;

typedef struct run {
    uint64_t task, since; /* 0: none */
    uint64_t wake;        /* the number of the one it comes of; 0: it isn't there */
    const char *place;
} run;

typedef struct trace {
    text out;
    unsigned workers;
    ring_copy *rings; /* of the workers, and one of the others */
    run *runs;        /* of each worker, the one that goes on */
    uint64_t *asleep; /* since when */
    run aside[ASIDE_MOST];
    trace_wakes wakes;
    int process;
    uint64_t begin, end;
    bool any; /* events were written */
} trace;

/* --- one event --------------------------------------------------------------------------- */

static void open_event(trace *t, const char *phase, unsigned track, uint64_t time)
{
    uint64_t ns = time - t->begin;

    text_add(&t->out, "%s{\"ph\":\"%s\",\"pid\":%d,\"tid\":%u,\"ts\":%" PRIu64 ".%03" PRIu64,
             t->any ? ",\n" : "", phase, t->process, track, ns / 1000, ns % 1000);
    t->any = true;
}

/* A place is "file:line", and a file's name may be anything. */
static void add_string(text *out, const char *s)
{
    text_add(out, "\"");
    for (; s && *s; s++)
        if (*s == '"' || *s == '\\')
            text_add(out, "\\%c", *s);
        else if ((unsigned char)*s < 0x20)
            text_add(out, "\\u%04x", (unsigned)*s);
        else
            text_add(out, "%c", *s);
    text_add(out, "\"");
}

static void add_place(trace *t, const char *place)
{
    if (!place) {
        text_add(&t->out, "}");
        return;
    }
    text_add(&t->out, ",\"args\":{\"spawned at\":");
    add_string(&t->out, place);
    text_add(&t->out, "}}");
}

/* Number 0 is no wake. */
static void add_flow(trace *t, const char *phase, unsigned track, uint64_t time, uint64_t number)
{
    if (!number)
        return;
    open_event(t, phase, track, time);
    text_add(&t->out, ",\"cat\":\"wake\",\"name\":\"wake\",\"id\":%" PRIu64 "%s}", number,
             *phase == 'f' ? ",\"bp\":\"e\"" : "");
}

static void add_slice(trace *t, unsigned worker, const run *r, uint64_t until)
{
    uint64_t ns = until - r->since;

    open_event(t, "X", worker + 1, r->since);
    text_add(&t->out,
             ",\"dur\":%" PRIu64 ".%03" PRIu64 ",\"name\":\"task %" PRIu64 "\",\"cat\":\"run\"",
             ns / 1000, ns % 1000, r->task);
    add_place(t, r->place);
    add_flow(t, "f", worker + 1, r->since, r->wake);
}

static void add_sleep(trace *t, unsigned worker, uint64_t until)
{
    uint64_t ns = until - t->asleep[worker];

    open_event(t, "X", worker + 1, t->asleep[worker]);
    text_add(&t->out, ",\"dur\":%" PRIu64 ".%03" PRIu64 ",\"name\":\"asleep\",\"cat\":\"park\"}",
             ns / 1000, ns % 1000);
    t->asleep[worker] = 0;
}

static void add_async(trace *t, const char *phase, const run *r, uint64_t time)
{
    open_event(t, phase, t->workers + 1, time);
    text_add(&t->out,
             ",\"cat\":\"stuck\",\"id2\":{\"local\":\"0x%" PRIx64 "\"},\"name\":\"task %" PRIu64
             ", without its worker\"",
             r->task, r->task);
    add_place(t, r->place);
}

static void add_instant(trace *t, unsigned track, const record *e, const char *category,
                        const char *what)
{
    open_event(t, "i", track, e->time);
    text_add(&t->out, ",\"s\":\"t\",\"cat\":\"%s\",\"name\":\"%s %" PRIu64 "\"", category, what,
             e->task);
    add_place(t, e->place);
}

/* The instant first: the arrow begins at it. */
static void add_wake(trace *t, unsigned track, const record *e, const char *category,
                     const char *what)
{
    add_instant(t, track, e, category, what);
    add_flow(t, "s", track, e->time, trace_wakes_add(&t->wakes, e->task));
}

static void add_steal(trace *t, unsigned track, const record *e)
{
    open_event(t, "i", track, e->time);
    text_add(&t->out, ",\"s\":\"t\",\"cat\":\"steal\",\"name\":\"steal %u from worker %u\"}",
             e->count, e->worker);
}

/* --- what goes on -------------------------------------------------------------------------- */

/* The worker does something else: what it was running is stuck, and the worker was taken away. */
static void put_aside(trace *t, unsigned worker, uint64_t time)
{
    run *r = &t->runs[worker];

    if (!r->task)
        return;
    add_slice(t, worker, r, time);
    for (unsigned i = 0; i < ASIDE_MOST; i++)
        if (!t->aside[i].task) {
            t->aside[i] = *r;
            add_async(t, "b", r, time);
            break;
        }
    r->task = 0;
}

static void begin_run(trace *t, unsigned worker, const record *e)
{
    put_aside(t, worker, e->time);
    t->runs[worker] = (run){.task = e->task,
                            .since = e->time,
                            .wake = trace_wakes_take(&t->wakes, e->task),
                            .place = e->place};
}

/* On its worker, or on a thread that has lost it. */
static void end_run(trace *t, const record *e)
{
    for (unsigned i = 0; i < t->workers; i++)
        if (t->runs[i].task == e->task) {
            add_slice(t, i, &t->runs[i], e->time);
            t->runs[i].task = 0;
            return;
        }
    for (unsigned i = 0; i < ASIDE_MOST; i++)
        if (t->aside[i].task == e->task) {
            add_async(t, "e", &t->aside[i], e->time);
            t->aside[i].task = 0;
            return;
        }
}

/* Of the ring `from`, whose track has the next number. */
static void add_event(trace *t, unsigned from, const record *e)
{
    unsigned track = from + 1;

    switch (e->kind) {
    case RECORD_RUN:
        if (from < t->workers)
            begin_run(t, from, e);
        break;
    case RECORD_SUSPEND:
    case RECORD_YIELD:
    case RECORD_END:
        end_run(t, e);
        break;
    case RECORD_SPAWN:
        add_wake(t, track, e, "spawn", "spawn task");
        break;
    case RECORD_READY:
        add_wake(t, track, e, "wake", "wake task");
        break;
    case RECORD_STALL:
        add_instant(t, e->worker + 1, e, "stuck", "stuck: task");
        break;
    case RECORD_STEAL:
        add_steal(t, track, e);
        break;
    case RECORD_PARK:
        put_aside(t, from, e->time);
        t->asleep[from] = e->time;
        break;
    case RECORD_UNPARK:
        if (t->asleep[from])
            add_sleep(t, from, e->time);
        break;
    }
}

static void end_all(trace *t)
{
    for (unsigned i = 0; i < t->workers; i++) {
        if (t->runs[i].task)
            add_slice(t, i, &t->runs[i], t->end);
        if (t->asleep[i])
            add_sleep(t, i, t->end);
    }
    for (unsigned i = 0; i < ASIDE_MOST; i++)
        if (t->aside[i].task)
            add_async(t, "e", &t->aside[i], t->end);
}

static void name_tracks(trace *t, const edo_handle *handle)
{
    open_event(t, "M", 1, t->begin);
    text_add(&t->out, ",\"name\":\"process_name\",\"args\":{\"name\":");
    add_string(&t->out, handle->name ? handle->name : "edo");
    text_add(&t->out, "}}");
    for (unsigned i = 0; i <= t->workers; i++) {
        open_event(t, "M", i + 1, t->begin);
        text_add(&t->out, ",\"name\":\"thread_name\",\"args\":{\"name\":\"");
        text_add(&t->out, i < t->workers ? "worker %u" : "no worker", i);
        text_add(&t->out, "\"}}");
    }
}

/* --- all of them --------------------------------------------------------------------------- */

static record *next_of(const trace *t, unsigned ring)
{
    const ring_copy *r = &t->rings[ring];

    return r->next < r->count ? &r->events[r->next] : NULL;
}

/* The ring whose next event is the earliest; false: there is none left. */
static bool earliest(const trace *t, unsigned *ret_ring)
{
    const record *first = NULL;

    for (unsigned i = 0; i <= t->workers; i++) {
        const record *e = next_of(t, i);
        if (e && (!first || e->time < first->time)) {
            first = e;
            *ret_ring = i;
        }
    }
    return first;
}

static int copy_ring(const recorder *r, ring_copy *ret)
{
    ret->events = calloc(recorder_room(r), sizeof *ret->events);
    if (!ret->events)
        return -ENOMEM;
    ret->count = recorder_read(r, ret->events);
    return 0;
}

static int copy_rings(trace *t, const edo_handle *handle)
{
    int rc = 0;
    size_t events = 0;

    for (unsigned i = 0; i <= t->workers && rc == 0; i++)
        rc = copy_ring(i < t->workers ? handle->cores[i]->recorder : handle->outside, &t->rings[i]);
    for (unsigned i = 0; i <= t->workers && rc == 0; i++) {
        const ring_copy *r = &t->rings[i];
        events += r->count;
        if (r->count && (t->begin == 0 || r->events[0].time < t->begin))
            t->begin = r->events[0].time;
        if (r->count && r->events[r->count - 1].time > t->end)
            t->end = r->events[r->count - 1].time;
    }
    return rc == 0 ? trace_wakes_init(&t->wakes, events) : rc;
}

static int write_all(trace *t, const edo_handle *handle)
{
    unsigned ring = 0;

    text_add(&t->out, "{\"traceEvents\":[\n");
    name_tracks(t, handle);
    while (earliest(t, &ring) && t->out.rc == 0)
        add_event(t, ring, &t->rings[ring].events[t->rings[ring].next++]);
    end_all(t);
    text_add(&t->out, "\n]}\n");
    return text_end(&t->out);
}

static void trace_free(trace *t)
{
    for (unsigned i = 0; t && t->rings && i <= t->workers; i++)
        free(t->rings[i].events);
    if (t) {
        free(t->rings);
        free(t->runs);
        free(t->asleep);
        trace_wakes_free(&t->wakes);
    }
    free(t);
}

int edo_handle_write_trace(const edo_handle *handle, edo_text_sink *sink, void *arg)
{
    int rc = -ENOMEM;

    if (!handle || !sink)
        return -EINVAL;
    if (!handle->outside)
        return -ENODATA;
    trace *t = calloc(1, sizeof *t);
    if (!t)
        return -ENOMEM;
    t->workers = handle->core_count;
    t->process = sys_getpid();
    t->rings = calloc(t->workers + 1, sizeof *t->rings);
    t->runs = calloc(t->workers, sizeof *t->runs);
    t->asleep = calloc(t->workers, sizeof *t->asleep);
    text_begin(&t->out, sink, arg);
    if (t->rings && t->runs && t->asleep && (rc = copy_rings(t, handle)) == 0)
        rc = write_all(t, handle);
    trace_free(t);
    return rc;
}
