/*
 * shutdown.c: the order in which a runtime ends.
 *
 *   1. down    no spawn succeeds any more
 *   2. a fence, then a walk over the process's headers: each live task of this runtime is marked
 *              SHUTDOWN and made ready; its awaits say -EDO_ESHUTDOWN from then on
 *   3. wait    until every task has ended, at most as long as asked
 *   4. stop    the monitor, then the workers
 *   5. gone    wheels and drivers end their service: waiters of other runtimes are woken
 *
 * The memory goes with the last reference.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/futex.h"
#include "base/report.h"
#include "base/sys.h"
#include "runtime/runtime.h"

uint64_t sched_alive(const sched *s)
{
    /* Ends first: each task that is counted as ended has been counted as spawned. */
    uint64_t ended = a_load(&s->remote_completed, acquire), spawned;

    for (unsigned i = 0; i < s->core_count; i++)
        ended += a_load(&s->cores[i]->completed, acquire);
    spawned = a_load(&s->remote_spawned, acquire);
    for (unsigned i = 0; i < s->core_count; i++)
        spawned += a_load(&s->cores[i]->spawned, acquire);
    return spawned > ended ? spawned - ended : 0;
}

static void mark_down(task *t, void *arg)
{
    if (a_load(&t->sched, relaxed) != arg || !task_try_ref(t))
        return;
    /* With a reference it can't be freed: is it still this runtime's? */
    if (a_load(&t->sched, relaxed) == arg && task_mark(t, TASK_SHUTDOWN))
        task_push(t);
    task_unref(t);
}

static void begin(sched *s)
{
    if (a_xchg(&s->down, 1, seq_cst))
        return;
    sys_membarrier(); /* pairs with the compiler barriers in spawn and at a task's end */
    task_slab_walk(mark_down, s);
}

static bool all_ended(void *arg)
{
    return sched_alive(arg) == 0;
}

static bool wait_for_workers(sched *s, uint64_t until_ns)
{
    while (!all_ended(s)) {
        uint32_t seq = a_load(&s->end_seq, acquire); /* pairs with sched_note_end */
        if (all_ended(s))
            break;
        if (futex_wait(&s->end_seq, seq, until_ns) == -ETIMEDOUT)
            return all_ended(s);
    }
    return true;
}

/* ---- a current-thread runtime is driven to its end by whoever shuts it down --------------- */

typedef struct last_drive {
    sched *sched;
    uint64_t until_ns;
} last_drive;

static bool drive_is_over(void *arg)
{
    last_drive *d = arg;

    return all_ended(d->sched) || (d->until_ns != UINT64_MAX && clock_now() >= d->until_ns);
}

static bool drive_to_the_end(sched *s, uint64_t until_ns)
{
    thread *self = thread_self();
    last_drive drive = {.sched = s, .until_ns = until_ns};

    if (all_ended(s))
        return true;
    if (drive_begin(s, self, drive_is_over, &drive, until_ns)) {
        if (until_ns != UINT64_MAX)
            s->drive_limit = until_ns;
        worker_loop(self, drive_is_over, &drive);
        s->drive_limit = UINT64_MAX;
        drive_end(s, self);
    }
    return all_ended(s);
}

static void end_service(sched *s)
{
    for (unsigned i = 0; i < s->core_count; i++) {
        wheel_shutdown(&s->cores[i]->wheel);
        if (s->cores[i]->driver)
            driver_shutdown(s->cores[i]->driver);
    }
    a_store(&s->gone, 1, release); /* pairs with the acquire in current.c */
}

static void name_left(task *t, void *arg)
{
    if (a_load(&t->sched, relaxed) != arg || !task_try_ref(t))
        return;
    if (a_load(&t->sched, relaxed) == arg)
        report("shutdown timed out; task %" PRIu64 " (spawned at %s) is left", t->id, t->place);
    task_unref(t);
}

int runtime_shutdown(sched *s, uint64_t until_ns)
{
    if (a_load(&s->gone, acquire))
        return 0;
    begin(s);
    bool ended = s->multi ? wait_for_workers(s, until_ns) : drive_to_the_end(s, until_ns);
    if (!ended) {
        report("shutdown timed out: %" PRIu64 " task(s) left", sched_alive(s));
        task_slab_walk(name_left, s);
        return -ETIMEDOUT;
    }
    monitor_stop(s); /* first: it looks at the records of the threads */
    a_store(&s->stop, 1, seq_cst);
    worker_join_all(s);
    end_service(s);
    return 0;
}

#if EDO_DEBUG
static void name_unjoined(task *t, void *arg)
{
    uint64_t word = a_load(&t->state, acquire);

    if (a_load(&t->sched, relaxed) == arg && (word & TASK_COMPLETE) && (word & TASK_HANDLE))
        report_misuse("task %" PRIu64 " (spawned at %s) was never joined: join or detach it, or "
                      "spawn with NULL for a task that nobody joins",
                      a_load(&t->id, relaxed), t->place);
}
#endif

static int check(const sched *s)
{
    thread *self = thread_self();

    if (!sched_is_ours(s))
        return -EDO_EFORKED;
    return self->sched == s ? -EDEADLK : 0;
}

int edo_runtime_shutdown(edo_runtime *runtime, edo_duration timeout)
{
    if (!runtime)
        return -EINVAL;
    int rc = check(runtime->sched);
    if (rc < 0)
        return rc;
    uint64_t now = clock_now();
    return runtime_shutdown(runtime->sched,
                            timeout.ns > UINT64_MAX - now ? UINT64_MAX : now + timeout.ns);
}

int edo_runtime_free(edo_runtime *runtime)
{
    if (!runtime)
        return 0;
    int rc = check(runtime->sched);
    if (rc < 0)
        return rc;
    runtime_shutdown(runtime->sched, UINT64_MAX);
#if EDO_DEBUG
    task_slab_walk(name_unjoined, runtime->sched);
#endif
    sched_unref(runtime->sched);
    free(runtime);
    return 0;
}
