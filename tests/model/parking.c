/*
 * parking.c: workers that find nothing go to sleep, and whoever has work for them wakes one: no wake
 * is lost, between workers, and to a plain thread's parker.
 */
#include "../../src/sched/worker.c"

#include "sched/task_new.h"

#include "rig.h"

#define JOBS 3

typedef struct job {
    edo_future base;
    struct job *next; /* pushed by this one while it runs */
    task *task;
} job;

static job jobs[JOBS];
static uint32_t left; /* atomic: jobs that have not run */

static bool all_done(void *arg)
{
    (void)arg;
    return a_load(&left, acquire) == 0;
}

static edo_poll job_poll(edo_future *base, const edo_waker *waker)
{
    job *j = container_of(base, job, base);

    (void)waker;
    if (j->next)
        task_push(j->next->task);
    if (a_fetch_sub(&left, 1, acq_rel) == 1)
        idle_wake_all(&rig); /* as the end of a runtime does */
    return edo_future_finish(base, 0);
}

static const edo_future_ops job_ops = {.poll = job_poll, .name = "job"};

static void make_jobs(unsigned n)
{
    rig_setup();
    left = n;
    for (unsigned i = 0; i < n; i++) {
        spawn_request req = {.place = "here", .kind = TASK_POLLED};
        jobs[i] = (job){.base = EDO_FUTURE_INIT(&job_ops)};
        model_assert(task_new(&rig, &rig_core[0].tasks, &rig_core[0], &req, &jobs[i].task) == 0);
        jobs[i].task->fut = &jobs[i].base;
    }
    for (unsigned i = 0; i < RIG_CORES; i++) {
        rig_core[i].wheel.next = UINT64_MAX;
        model_ignore(&rig_core[i].polls, sizeof rig_core[i].polls);
        model_ignore(&rig_core[i].run_seq, sizeof rig_core[i].run_seq);
        model_name(&rig_core[i].park_word, i ? "core 1.park_word" : "core 0.park_word");
    }
    model_name(&left, "left");
}

static void setup_one(void)
{
    make_jobs(1);
}

static void setup_two(void)
{
    make_jobs(2);
}

/* The first pushes the second, for which the other worker may be woken. */
static void setup_chain(void)
{
    make_jobs(2);
    jobs[0].next = &jobs[1];
}

/* --- two from outside, of which each waits for the other, as if in a call that blocks -------- */

static uint32_t met; /* atomic */

static bool both_met(void *arg)
{
    (void)arg;
    return met == 2;
}

static edo_poll meet_poll(edo_future *base, const edo_waker *waker)
{
    a_fetch_add(&met, 1, acq_rel);
    model_wait_until(both_met, NULL, "waits for the other task");
    return job_poll(base, waker);
}

static const edo_future_ops meet_ops = {.poll = meet_poll, .name = "meeting job"};

/* A worker that sees work, and may not search while the other does, comes round again. */
static bool all_done_or_round(void *arg)
{
    static unsigned rounds[RIG_CORES];
    static uint64_t polls[RIG_CORES];
    const core *c = arg;

    if (all_done(NULL))
        return true;
    if (polls[c->index] != c->polls)
        rounds[c->index] = 0;
    polls[c->index] = c->polls;
    if (rounds[c->index]++ > 4)
        a_pause();
    return false;
}

static void meeting_worker(unsigned index)
{
    worker_loop(thread_self(), all_done_or_round, rig_hold(index));
}

static void meeting_worker_0(void)
{
    meeting_worker(0);
}

static void meeting_worker_1(void)
{
    meeting_worker(1);
}

/* Their own backlogs are worth nothing to anybody. */
static void setup_meeting(void)
{
    make_jobs(2);
    rig.has_monitor = true;
    for (unsigned i = 0; i < 2; i++)
        jobs[i].base = (edo_future)EDO_FUTURE_INIT(&meet_ops);
}

static void run_worker(unsigned index)
{
    rig_hold(index);
    worker_loop(thread_self(), all_done, NULL);
}

static void worker_0(void)
{
    run_worker(0);
}

static void worker_1(void)
{
    run_worker(1);
}

static void inject_0(void)
{
    task_inject(jobs[0].task);
}

static void inject_1(void)
{
    task_inject(jobs[1].task);
}

static void inject_both(void)
{
    inject_0();
    inject_1();
}

static void check(void)
{
    model_assert(left == 0);
    model_assert(rig.inject.len == 0);
    model_assert(idle_searching(rig.idle.word) <= RIG_CORES);
}

/* --- a plain thread ----------------------------------------------------------------------- */

static parker *p;
static unsigned word; /* plain */
static uint32_t given;

static void setup_parker(void)
{
    p = parker_new();
}

static void parked(void)
{
    while (a_load(&given, relaxed) < 2)
        parker_wait(p, UINT64_MAX);
}

static void gives(void)
{
    a_fetch_add(&given, 1, relaxed);
    parker_wake(p);
}

static void parked_for_data(void)
{
    parker_wait(p, UINT64_MAX);
    model_assert(word == 3);
}

static void gives_data(void)
{
    word = 3;
    parker_wake(p);
}

/* --- a core, by itself -------------------------------------------------------------------- */

static bool saw_work; /* plain */

static void core_parked_for_data(void)
{
    core_park(rig_hold(0), UINT64_MAX);
    model_assert(word == 3);
}

static void wakes_core_with_data(void)
{
    word = 3;
    core_wake(&rig_core[0]);
}

static void setup_share(void)
{
    make_jobs(2);
    saw_work = false;
}

/* As with two tasks of which the driver told. */
static void shares(void)
{
    core *c = rig_hold(0);

    for (unsigned i = 0; i < 2; i++)
        run_queue_push(&c->queue, jobs[i].task, &c->overflow);
    idle_share(c);
}

static void goes_to_sleep(void)
{
    core *c = rig_hold(1);

    idle_sleep(c);
    saw_work = core_sees_work(c);
}

static void check_shared(void)
{
    model_assert(saw_work || !rig_core[1].asleep);
}

static const model_scenario scenarios[] = {
    {.name = "parker", .setup = setup_parker, .threads = {parked, gives, gives}},
    {.name = "parker_publishes", .setup = setup_parker, .threads = {parked_for_data, gives_data}},
    {.name = "core_wake_publishes",
     .setup = setup_one,
     .threads = {core_parked_for_data, wakes_core_with_data}},
    {.name = "shared_with_one_who_goes_to_sleep",
     .setup = setup_share,
     .threads = {shares, goes_to_sleep},
     .check = check_shared},
    {.name = "one_worker_two_injectors",
     .setup = setup_two,
     .threads = {worker_0, inject_0, inject_1},
     .weak = 1,
     .check = check},
    {.name = "two_workers_one_injector",
     .setup = setup_one,
     .threads = {worker_0, worker_1, inject_0},
     .weak = 1,
     .check = check},
    {.name = "two_from_outside_meet",
     .setup = setup_meeting,
     .threads = {meeting_worker_0, meeting_worker_1, inject_both},
     .preemptions = 2,
     .no_weak = true,
     .check = check},
    {.name = "one_wakes_the_next",
     .setup = setup_chain,
     .threads = {worker_0, worker_1, inject_0},
     .no_weak = true,
     .check = check},
};

MODEL_PROGRAM("parking", scenarios)
