/*
 * pool.c: blocking calls: each one runs or is released, once; none is left in the queue, whenever
 * threads come, go idle and leave; a paused clock hears of a call's end; the stop leaves nobody behind.
 * Jobs beside them: each one runs, and its owner is woken, or is dropped and never runs.
 */
#include "../../src/sched/worker.c"

#include <string.h>

#include "future/parker.h"
#include "sched/task_new.h"

#include "rig.h"
#include "sched/job.h"

#define CALLS 3

static task *calls[CALLS];
static unsigned runs[CALLS], releases[CALLS]; /* plain */

static int run(void *arg)
{
    ++*(unsigned *)arg;
    return 0;
}

static void release(void *arg)
{
    ++releases[(unsigned *)arg - runs];
}

static void make_calls(unsigned n, int most_threads)
{
    rig_setup();
    rig.opts.max_blocking_threads = most_threads;
    rig.opts.blocking_keep_alive.ns = 1000;
    for (unsigned i = 0; i < n; i++) {
        spawn_request req = {.place = "here", .kind = TASK_CALL};
        model_assert(task_new(&rig, &rig_core[0].tasks, &rig_core[0], &req, &calls[i]) == 0);
        calls[i]->fn = run;
        calls[i]->arg = &runs[i];
        calls[i]->release = release;
    }
    model_name(&rig.pool.live, "pool.live");
    model_ignore(&rig.pool.depth, sizeof rig.pool.depth);
    model_ignore(&rig.pool.idle_count, sizeof rig.pool.idle_count);
    model_ignore(&rig_core[0].polls, sizeof rig_core[0].polls);
    model_ignore(&rig_core[0].run_seq, sizeof rig_core[0].run_seq);
}

static void submit(unsigned i)
{
    model_assert(pool_submit(&rig, calls[i]) == 0);
}

static void submit_0(void)
{
    submit(0);
}

static void submit_1(void)
{
    submit(1);
}

static void submit_both(void)
{
    submit(0);
    submit(1);
}

static unsigned expected; /* calls that end */

static bool all_ended(void *arg)
{
    (void)arg;
    return rig.remote_completed + rig_core[0].completed == expected;
}

/* The end of the runtime, after which nobody is in the pool. */
static void stop(void)
{
    model_wait_until(all_ended, NULL, "waits for the last call");
    a_fetch_add(&rig.remote_completed, 0, acquire); /* as the shutdown does */
    a_load(&rig_core[0].completed, acquire);
    pool_stop(&rig);
    model_assert(!rig.pool.first && !rig.pool.idle);
    memset(&rig.pool, 0, sizeof rig.pool);
}

static void check(void)
{
    for (unsigned i = 0; i < expected; i++)
        model_assert(runs[i] + releases[i] == 1);
}

static void setup_one_thread(void)
{
    make_calls(2, 1);
    expected = 2;
}

static void setup_two_threads(void)
{
    make_calls(2, 2);
    expected = 2;
}

/* An idle thread stays until it is called. */
static void setup_kept_threads(void)
{
    setup_two_threads();
    rig.opts.blocking_keep_alive.ns = UINT64_MAX;
}

/* --- calls that wait for each other ------------------------------------------------------- */

static uint32_t met; /* atomic */

static bool both_met(void *arg)
{
    (void)arg;
    return met == 2;
}

static int meet(void *arg)
{
    a_fetch_add(&met, 1, acq_rel);
    model_wait_until(both_met, NULL, "waits for the other call");
    return run(arg);
}

static void setup_meeting(void)
{
    setup_two_threads();
    calls[0]->fn = calls[1]->fn = meet;
}

/* --- abort -------------------------------------------------------------------------------- */

static void setup_abort(void)
{
    make_calls(2, 1);
    expected = 2;
}

static void abort_call(unsigned i)
{
    if (task_mark(calls[i], TASK_CANCELED)) /* the live reference is as good as a handle's here */
        task_push(calls[i]);
}

static void submit_and_abort(void)
{
    submit(0);
    submit(1);
    abort_call(1);
}

/* A thread may have taken the first out of the queue by the time that it is dropped, and the other stands
 * where it stood. */
static void submit_behind_an_abort(void)
{
    submit(0);
    abort_call(0);
    submit(1);
}

/* Whoever marks a call while it is made leaves the enqueue to its maker. */
static void setup_marked(void)
{
    make_calls(1, 1);
    expected = 1;
    model_assert(!task_mark(calls[0], TASK_SHUTDOWN));
}

static void check_marked(void)
{
    check();
    model_assert(releases[0] == 1);
}

static void worker(void)
{
    rig_work(0, all_ended);
}

/* --- the clock ---------------------------------------------------------------------------- */

static void setup_clock(void)
{
    make_calls(1, 1);
    expected = 1;
    rig.multi = false;
    rig_core[0].wheel.next = UINT64_MAX;
    submit(0);
}

static void pause_and_wait(void)
{
    core *c = rig_hold(0);

    a_store(&rig.paused, 1, release);
    while (pool_holds_clock(&rig))
        core_park(c, UINT64_MAX);
}

/* --- jobs --------------------------------------------------------------------------------- */

static unsigned
    job_runs; /* plain: written by the job, read by its owner, whom nothing but the job's end orders */
static unsigned jobs_ended; /* atomic */

typedef struct owned_job {
    edo_job job;
    unsigned runs; /* plain */
} owned_job;

static void run_job(edo_job *job)
{
    container_of(job, owned_job, job)->runs++;
}

static bool jobs_are_over(void *arg)
{
    (void)arg;
    return jobs_ended == 1 && rig.remote_completed + rig_core[0].completed == expected;
}

static void stop_after_job(void)
{
    model_wait_until(jobs_are_over, NULL, "waits for the job");
    a_load(&jobs_ended, acquire);
    pool_stop(&rig);
    model_assert(!rig.pool.first && !rig.pool.first_job && !rig.pool.idle && rig.pool.live == 0);
    memset(&rig.pool, 0, sizeof rig.pool);
}

/* The job lies on its owner's stack, which is gone when this returns. */
static void own_job(bool drops)
{
    owned_job own = {0};
    parker *p = parker_new();
    edo_waker waker = parker_waker(p);

    thread_self()->entered = &rig;
    model_assert(job_start(&own.job, run_job, &waker) == 0);
    if (drops && job_drop(&own.job)) {
        model_assert(own.runs == 0);
    } else {
        while (job_poll(&own.job, &waker) == EDO_PENDING)
            parker_wait(p, UINT64_MAX);
        model_assert(own.runs == 1);
        job_runs++;
    }
    model_assert(!job_is_under_way(&own.job));
    parker_unref(p);
    a_fetch_add(&jobs_ended, 1, release);
}

static void await_job(void)
{
    own_job(false);
}

static void drop_job(void)
{
    own_job(true);
}

static void setup_job(void)
{
    make_calls(0, 1);
    expected = 0;
}

static void setup_job_and_call(void)
{
    make_calls(1, 1);
    expected = 1;
}

static void check_job(void)
{
    check();
    model_assert(job_runs <= 1);
}

static const model_scenario scenarios[] = {
    {.name = "two_submit_to_one_thread",
     .setup = setup_one_thread,
     .threads = {submit_0, submit_1, stop},
     .check = check},
    {.name = "two_submit_to_two_threads",
     .setup = setup_two_threads,
     .threads = {submit_0, submit_1, stop},
     .no_weak = true,
     .check = check},
    {.name = "one_after_the_other",
     .setup = setup_two_threads,
     .threads = {submit_both, stop},
     .no_weak = true,
     .check = check},
    {.name = "an_idle_thread_is_called",
     .setup = setup_kept_threads,
     .threads = {submit_both, stop},
     .no_weak = true,
     .check = check},
    {.name = "two_that_wait_for_each_other",
     .setup = setup_meeting,
     .threads = {submit_0, submit_1, stop},
     .no_weak = true,
     .check = check},
    {.name = "abort_of_a_queued_call",
     .setup = setup_abort,
     .threads = {submit_and_abort, worker, stop},
     .no_weak = true,
     .check = check},
    {.name = "submit_behind_an_abort",
     .setup = setup_abort,
     .threads = {submit_behind_an_abort, worker, stop},
     .no_weak = true,
     .check = check},
    {.name = "marked_while_it_was_made",
     .setup = setup_marked,
     .threads = {submit_0, worker, stop},
     .no_weak = true,
     .check = check_marked},
    {.name = "a_job_wakes_its_owner",
     .setup = setup_job,
     .threads = {await_job, stop_after_job},
     .no_weak = true,
     .check = check_job},
    {.name = "a_job_is_dropped_or_ends",
     .setup = setup_job,
     .threads = {drop_job, stop_after_job},
     .no_weak = true,
     .check = check_job},
    {.name = "a_job_beside_a_call",
     .setup = setup_job_and_call,
     .threads = {await_job, submit_0, stop_after_job},
     .no_weak = true,
     .check = check_job},
    {.name = "the_clock_hears_of_the_end",
     .setup = setup_clock,
     .threads = {pause_and_wait}, /* and the pool's, which ends for want of calls */
     .check = check},
};

MODEL_PROGRAM("pool", scenarios)
