/*
 * shutdown.c: the order in which a runtime ends.
 *
 *   1. down    no spawn succeeds any more
 *   2. a fence, then a walk over the process's headers: each live task of this runtime is marked
 *              SHUTDOWN and made ready; its awaits say -EDO_ESHUTDOWN from then on. Blocking calls
 *              that wait in the queue are dropped by that; those that have begun go on
 *   3. wait    until every task has ended, at most as long as asked
 *   4. stop    the monitor, then the workers, then the threads of blocking calls
 *   5. gone    wheels and drivers end their service: waiters of other runtimes are woken
 *
 * The memory goes with the last reference.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/futex.h"
#include "base/model.h"
#include "base/report.h"
#include "base/sys.h"
#include "base/thread.h"
#include "runtime/runtime.h"
#include "sched/local_set.h"

static void mark_down(task *t, void *arg)
{
    uint64_t word = a_load(&t->state, acquire); /* pairs with the publication in task_new */
    bool stays;

    /* No reference is taken, see task_look: if the task ends instead, its word has changed, or it
     * is overwritten by an end that asked for nobody else. */
    do {
        if ((word & TASK_COMPLETE) || a_load(&t->sched, acquire) != arg)
            return;
        stays = a_load(&t->kind, relaxed) == TASK_CALL_ANYWAY; /* of this word's life */
    } while (!a_cas_weak(&t->state, &word, (stays ? word : state_woken(word)) | TASK_SHUTDOWN,
                         acq_rel, acquire));
    if (!stays && state_owns_enqueue(word))
        task_push(t);
}

/* Pairs with the compiler barrier in sched/census.h; without a membarrier that pays. Where it fails later on (no
 * memory, a sandbox), time does the same: no store is on its way for as long as that. */
static void fence_threads(const sched *s)
{
    if (s->can_revoke && MODEL_BUG(3303, sys_membarrier(), 0) < 0)
        thread_nap(NS_PER_MS);
}

void runtime_begin_shutdown(sched *s)
{
    /* acquire: pairs with the addition of nothing there. */
    if (a_xchg(&s->down, 1, MODEL_BUG(3304, acq_rel, release)))
        return;
    fence_threads(s);
    task_slab_walk(mark_down, s);
    local_sets_release(s);
    pool_tell_shutdown(s);
}

static bool all_ended(void *arg)
{
    return sched_alive(arg) == 0;
}

static bool wait_for_workers(sched *s, uint64_t until_ns)
{
    while (!all_ended(s)) {
        /* acquire: pairs with count_last_end: the sum that follows has the end that was noted. */
        uint32_t seq = a_load(&s->end_seq, MODEL_BUG(3308, acquire, relaxed));
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
        seats_take_over(s, self);
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
    task_glimpse seen;

    if (task_look(t, &seen) && seen.sched == arg)
        report("shutdown timed out; task %" PRIu64 " (spawned at %s) is left", seen.id, seen.place);
}

/* Once, also when two threads have waited for the same last task. */
static void stop(sched *s)
{
    lock_take(&s->end_lock);
    if (!a_load(&s->gone, relaxed)) { /* written under the lock */
        monitor_stop(s);              /* first: it looks at the records of the threads */
        a_store(&s->stop, 1, seq_cst);
        worker_join_all(s);
        pool_stop(s);
        end_service(s);
    }
    lock_drop(&s->end_lock);
}

int runtime_shutdown(sched *s, uint64_t until_ns)
{
    if (a_load(&s->gone, acquire)) /* pairs with the release in end_service */
        return 0;
    runtime_begin_shutdown(s);
    bool ended = s->multi ? wait_for_workers(s, until_ns) : drive_to_the_end(s, until_ns);
    if (!ended) {
        report("shutdown timed out: %" PRIu64 " task(s) left", sched_alive(s));
        task_slab_walk(name_left, s);
        return -ETIMEDOUT;
    }
    stop(s);
    return 0;
}

#if EDO_DEBUG
static void name_unjoined(task *t, void *arg)
{
    uint64_t word = a_load(&t->state, acquire);

    /* One that is being joined, or that a collection has, can still be. */
    if (a_load(&t->sched, relaxed) == arg && (word & TASK_COMPLETE) && (word & TASK_HANDLE) &&
        !(word & TASK_JOINING))
        report_misuse("task %" PRIu64 " (spawned at %s) was never joined: join or detach it, or "
                      "spawn with NULL for a task that nobody joins",
                      a_load(&t->id, relaxed), t->place);
}
#endif

/* A current-thread runtime is driven to its end by the caller, which has to be free to do so. */
static int check(const sched *s)
{
    thread *self = thread_self();
    const task *subject = thread_subject(self);

    if (!sched_is_ours(s))
        return -EDO_EFORKED;
    if (s->is_local && s->owner != thread_number(self))
        return -EDO_EMISUSE;
    if (self->sched == s || self->hook_of == s || (subject && subject->sched == s) ||
        (!s->multi && !thread_may_block(self)))
        return -EDEADLK;
    return s->multi || thread_parker(self) ? 0 : -ENOMEM;
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

static void end(edo_runtime *runtime)
{
    sched_unref(runtime->sched);
    free(runtime);
}

int edo_runtime_free(edo_runtime *runtime)
{
    int rc = runtime ? check(runtime->sched) : 0;

    if (!runtime || rc < 0)
        return rc;
    runtime_shutdown(runtime->sched, UINT64_MAX);
#if EDO_DEBUG
    /* acquire: pairs with block_on. A call still on its way back joins its root task itself. */
    if (a_load(&runtime->sched->roots, acquire) == 0)
        task_slab_walk(name_unjoined, runtime->sched);
#endif
    end(runtime);
    return 0;
}

/* ---- by a thread of its own -------------------------------------------------------------- */

static void *end_in_background(void *runtime)
{
    thread_detach_self();
    while (!thread_parker(thread_self())) /* no memory yet, and nobody to tell */
        thread_nap(NS_PER_MS);
    sched *s = ((edo_runtime *)runtime)->sched;
    while (!a_load(&s->down, acquire))
        futex_wait(&s->down, 0, UINT64_MAX);
    runtime_shutdown(s, UINT64_MAX);
    end(runtime); /* who has handles may join them still */
    return NULL;
}

int edo_runtime_shutdown_background(edo_runtime *runtime)
{
    pthread_t ender;

    if (!runtime)
        return -EINVAL;
    sched *s = runtime->sched;
    if (!sched_is_ours(s))
        return -EDO_EFORKED;
    if (s->is_local)
        return -EDO_EMISUSE; /* its tasks run on their thread alone */
    sched_ref(s);
    int rc = thread_start(&ender, end_in_background, runtime, "edo-shutdown");
    if (rc == 0) {
        runtime_begin_shutdown(s); /* here, so that all are told of it when this returns */
        futex_wake(&s->down, 1);
    }
    sched_unref(s);
    return rc;
}
