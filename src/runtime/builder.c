/* builder.c: a runtime from its options: checked, defaults filled in, cores made, threads started.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/chaos.h"
#include "base/report.h"
#include "base/sys.h"
#include "runtime/runtime.h"
#include "sched/debug.h"
#include "sched/failure.h"
#include "sched/observe.h"
#include "sched/overflow.h"
#include "sched/recorder.h"
#include "sched/seat.h"
#include "sched/slots.h"
#include "sched/threads.h"

#define WORKERS_MAX 4096

static bool only_blanks(const char *name)
{
    return name[strspn(name, " \t\n\v\f\r")] == '\0';
}

static bool has_bad_slot(const edo_runtime_opts *o)
{
    if (o->thread_slot_count > 0 && !o->thread_slots)
        return true;
    for (size_t i = 0; i < o->thread_slot_count; i++)
        if (!o->thread_slots[i].address || o->thread_slots[i].size == 0)
            return true;
    return false;
}

/* What is wrong with the options, as a sentence's end; NULL: nothing. */
static const char *fault_of(const edo_runtime_opts *o)
{
    if ((unsigned)o->kind > EDO_LOCAL)
        return "there is no such kind of runtime";
    if (o->workers < 0 || o->workers > WORKERS_MAX)
        return "workers has to be 0 (one a CPU) or at most 4096";
    if (o->global_queue_interval > INT_MAX)
        return "global_queue_interval has to be at most 2^31-1";
    if (o->event_interval > INT_MAX)
        return "event_interval has to be at most 2^31-1";
    if (o->name && only_blanks(o->name))
        return "a name has to hold more than blanks";
    if (o->stack_size && (o->stack_size < STACK_MIN_SIZE || o->stack_size > (size_t)1 << 30))
        return "stack_size has to be at least 16 KiB and at most 1 GiB";
    if (o->start_paused && o->kind == EDO_MULTI_THREAD)
        return "only a current-thread or local runtime's time can be paused";
    if (o->max_blocking_threads < 0)
        return "max_blocking_threads has to be 0 (512) or more";
    if (o->blocking_stack_size &&
        (o->blocking_stack_size < STACK_MIN_SIZE || o->blocking_stack_size > (size_t)1 << 30))
        return "blocking_stack_size has to be at least 16 KiB and at most 1 GiB";
    if (o->flight_recorder > RECORDER_EVENTS_MAX)
        return "flight_recorder has to be at most 2^20";
    if ((unsigned)o->monitor > EDO_MONITOR_OFF)
        return "there is no such monitor setting";
    if ((unsigned)o->migration > EDO_MIGRATION_NEVER)
        return "there is no such migration setting";
    if ((unsigned)o->on_failure > EDO_FAILURE_SHUTDOWN)
        return "there is no such on_failure setting";
    if (has_bad_slot(o))
        return "each of thread_slots has to have an address function and a size";
    return NULL;
}

static int check_histogram(const edo_runtime_opts *o, const char *place)
{
    histogram_shape shape = {0};
    int rc = histogram_shape_of(&o->histogram, &shape);

    (void)place; /* of a debug build's sentence */
    if (rc == -E2BIG)
        report_misuse("%s: a runtime can't be built so: the histogram needs %u buckets, more than "
                      "its max_buckets",
                      place, shape.count);
    else if (rc < 0)
        report_misuse("%s: a runtime can't be built so: the histogram's limits make no sense",
                      place);
    return rc < 0 ? -EINVAL : 0;
}

static void fill_in(edo_runtime_opts *o)
{
    if (o->kind != EDO_MULTI_THREAD)
        o->workers = 1;
    else if (o->workers == 0)
        o->workers = sys_cpu_count();
    if (o->workers > WORKERS_MAX)
        o->workers = WORKERS_MAX;
    if (o->global_queue_interval == 0)
        o->global_queue_interval = 31;
    if (o->event_interval == 0)
        o->event_interval = 61;
    if (o->monitor == EDO_MONITOR_DEFAULT)
        o->monitor = o->kind == EDO_MULTI_THREAD ? EDO_MONITOR_ON : EDO_MONITOR_OFF;
    o->stack_size = o->stack_size ? sys_whole_pages(o->stack_size) : STACK_DEFAULT_SIZE;
    if (o->max_blocking_threads == 0)
        o->max_blocking_threads = 512;
    if (o->blocking_keep_alive.ns == 0)
        o->blocking_keep_alive.ns = 10 * NS_PER_S;
    o->blocking_stack_size = sys_whole_pages(o->blocking_stack_size);
}

static int make_name(sched *s)
{
    if (!s->opts.name)
        return 0;
    s->name = strdup(s->opts.name);
    s->opts.name = s->name;
    return s->name ? 0 : -ENOMEM;
}

static int add_core(sched *s)
{
    core **place = &s->cores[s->core_count];
    int rc = core_new(s, s->core_count, place);

    if (rc < 0)
        return rc;
    s->core_count++;
    core *c = *place;
    bool binds = s->multi && s->opts.migration == EDO_MIGRATION_NEVER;
    c->special |= (s->slot_bytes ? CORE_SWAPS : 0) | (binds ? CORE_BINDS : 0);
    if (binds)
        c->seat = seat_new(s);
    return binds && !c->seat ? -ENOMEM : 0;
}

static int make_cores(sched *s)
{
    s->cores = calloc((size_t)s->opts.workers, sizeof *s->cores);
    if (!s->cores)
        return -ENOMEM;
    while (s->core_count < (unsigned)s->opts.workers) {
        int rc = add_core(s);
        if (rc < 0)
            return rc;
    }
    idle_init(&s->idle, s->core_count);
    return 0;
}

static int start_threads(sched *s)
{
    int rc = 0;

    for (unsigned i = 0; s->multi && i < s->core_count && rc == 0; i++)
        rc = worker_start(s, s->cores[i]);
    if (rc == 0 && s->opts.monitor == EDO_MONITOR_ON)
        rc = monitor_start(s);
    return rc;
}

static sched *new_sched(const edo_runtime_opts *opts)
{
    static uint64_t ids; /* atomic */
    sched *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->refs = 1;
    s->id = a_fetch_add(&ids, 1, relaxed) + 1;
    s->fork_count = fork_count();
    s->opts = *opts;
    s->names_stuck = EDO_DEBUG || opts->monitor == EDO_MONITOR_ON;
    fill_in(&s->opts);
    s->multi = s->opts.kind == EDO_MULTI_THREAD;
    s->observed = observe_what(&s->opts);
    s->equips = (s->observed & OBSERVE_TIMES) || s->opts.thread_slot_count > 0;
    histogram_shape_of(&s->opts.histogram, &s->shape); /* checked by the caller */
    s->can_revoke = sys_membarrier_register() == 0;
    rng_seed(&s->seeds, s->opts.seed ? s->opts.seed : random_seed());
    s->begin_shutdown = runtime_begin_shutdown;
    s->is_local = s->opts.kind == EDO_LOCAL;
    s->owner = thread_number(thread_self());
    s->paused = s->opts.start_paused;
    s->frozen = clock_now();
    s->drive_limit = UINT64_MAX;
    return s;
}

/* Locks of the process, in the order in which they may be taken inside of each other. */
static void guard_forks(void)
{
    source_slab_guard();
    task_slab_guard();
    core_guard();
    stack_pool_guard();
    failure_guard();
    thread_watch_forks();
    fork_in_child(threads_forget);
}

int edo_runtime_new_from(const char *place, const edo_runtime_opts *opts, edo_runtime **ret_runtime)
{
    static const edo_runtime_opts defaults;
    const char *fault = fault_of(opts ? opts : &defaults);
    edo_runtime *runtime;
    int rc = -ENOMEM;

    (void)place; /* of a debug build's sentence */
    if (!ret_runtime)
        return -EINVAL;
    if (fault) {
        report_misuse("%s: a runtime can't be built so: %s", place, fault);
        return -EINVAL;
    }
    if (check_histogram(opts ? opts : &defaults, place) < 0)
        return -EINVAL;
    chaos_init();
    overflow_init();
    guard_forks();
#if EDO_DEBUG
    if (!a_load(&future_pending_hook, relaxed)) /* others may be polling by now */
        a_store(&future_pending_hook, debug_note_pending, relaxed);
#endif
    runtime = malloc(sizeof *runtime);
    sched *s = runtime ? new_sched(opts ? opts : &defaults) : NULL;
    if (!s)
        goto fail;
    if ((rc = make_name(s)) < 0 || (rc = slots_init(s)) < 0 || (rc = observe_init(s)) < 0 ||
        (rc = make_cores(s)) < 0 || (rc = start_threads(s)) < 0) {
        runtime_shutdown(s, UINT64_MAX);
        sched_unref(s);
        goto fail;
    }
    *runtime = (edo_runtime){.sched = s};
    *ret_runtime = runtime;
    return 0;
fail:
    free(runtime);
    return rc;
}
