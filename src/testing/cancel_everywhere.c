/*
 * cancel_everywhere.c: a scenario that is aborted after each of its steps.
 *
 * Steps       The driver is the root task of a current-thread runtime, and yields. A yield goes behind
 *             all that can run, and a task that is woken goes behind the driver: so between two runs of
 *             any task the driver runs, and can abort. A step has done something: the count of the
 *             runtime's runs has grown by more than the driver's own.
 * Time        moves when nothing has run for so long that the system's events were looked at, too: by
 *             a millisecond, then by twice as much, until something runs.
 */
#include <edo/testing_cancel.h>

#include <errno.h>

#include <edo/error.h>
#include <edo/runtime.h>
#include <edo/time.h>

/* Yields without anything to do before time moves: more than one look at the system's events. */
#define IDLE_YIELDS 128
#define IDLE_MOVES_MAX 10000
#define MOVE_MAX_MS UINT64_C(3600000)
#define STEPS_MAX 100000
#define UNWIND_MAX 10000

typedef struct run {
    int (*scenario)(void *arg);
    void *arg;
    unsigned abort_at, steps;
    bool aborted;
    int result;
    edo_handle *handle;
    edo_task task;
} run;

static uint64_t count_runs(const run *r)
{
    edo_metrics metrics;

    return edo_handle_metrics(r->handle, &metrics) < 0 ? 0 : metrics.polls;
}

/* Lets the others run once. Whether anybody did. */
static bool let_run(const run *r)
{
    uint64_t before = count_runs(r);

    edo_yield();
    return count_runs(r) - before > 1;
}

/* The same after time has moved. */
static bool let_time_pass(const run *r, uint64_t ms)
{
    uint64_t before = count_runs(r);

    edo_advance(EDO_MILLIS(ms));
    return count_runs(r) - before > 1;
}

/* Until something has run. False: nothing did, whatever the time. */
static bool step(run *r)
{
    uint64_t ms = 1;

    for (unsigned moves = 0; moves < IDLE_MOVES_MAX; moves++) {
        for (unsigned i = 0; i < IDLE_YIELDS; i++)
            if (let_run(r))
                return true;
        if (let_time_pass(r, ms))
            return true;
        ms = ms < MOVE_MAX_MS ? ms * 2 : ms;
    }
    return false;
}

/* False: it makes no progress, or too much of it. */
static bool go_on(run *r)
{
    unsigned most = r->aborted ? r->abort_at + UNWIND_MAX : STEPS_MAX;

    r->steps++;
    return step(r) && r->steps <= most;
}

static void tell_stuck(const run *r)
{
    if (r->aborted)
        edo_test_fail(__FILE__, __LINE__, "a scenario aborted after %u steps does not end",
                      r->abort_at);
    else
        edo_test_fail(__FILE__, __LINE__, "a scenario does not end; it has made %u steps",
                      r->steps);
}

/* The root task. */
static int drive(void *arg)
{
    run *r = arg;
    int rc = edo_spawn(r->scenario, r->arg, &r->task);

    if (rc < 0)
        return rc;
    for (;;) {
        if (r->steps == r->abort_at && !edo_task_is_finished(r->task)) {
            r->aborted = true;
            edo_task_abort(r->task);
        }
        if (edo_task_is_finished(r->task))
            return edo_join(r->task, &r->result);
        if (!go_on(r)) {
            tell_stuck(r);
            edo_task_detach(r->task);
            return -ETIMEDOUT;
        }
    }
}

static int run_once(run *r)
{
    edo_runtime_opts opts = {.kind = EDO_CURRENT_THREAD, .start_paused = true, .seed = 1};
    edo_runtime *runtime;
    int rc = edo_runtime_new(&opts, &runtime);

    if (rc < 0)
        return rc;
    r->handle = edo_runtime_handle(runtime);
    rc = edo_block_on(runtime, drive, r);
    edo_handle_unref(r->handle);
    int freed = edo_runtime_free(runtime);
    return rc < 0 ? rc : freed;
}

int edo_test_cancel_everywhere(int (*scenario)(void *arg), void (*check)(void *arg, unsigned step),
                               void *arg)
{
    if (!scenario)
        return -EINVAL;
    if (edo_task_self_id())
        return -EDEADLK;
    for (unsigned at = 0;; at++) {
        run r = {.scenario = scenario, .arg = arg, .abort_at = at};
        int rc = run_once(&r);
        if (rc < 0)
            return rc;
        if (!r.aborted && r.result < 0)
            edo_test_fail(__FILE__, __LINE__, "a scenario that nobody aborted ended with -%s",
                          edo_err_name(r.result));
        if (check)
            check(arg, at);
        if (!r.aborted)
            return (int)at;
    }
}
