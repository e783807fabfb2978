/*
 * lane.c: look-ups: each job that is wanted runs once, and whoever wants it is told; one that nobody wants any
 * more is released once, by whoever comes last; jobs that wait for each other have a thread each.
 */
#include <stdlib.h>

#include "engine/model.h"
#include "future/parker.h"
#include "net/lookup/lane.h"
#include "no_runtime.h"

#define JOBS 3

typedef struct job {
    lane_job lane;
    unsigned ran; /* plain */
} job;

static job *jobs[JOBS];
static uint32_t taken, released; /* atomic */
static uint32_t met;             /* atomic */

static void run(lane_job *lane)
{
    job *j = container_of(lane, job, lane);

    j->ran++;
}

static void release(lane_job *lane)
{
    job *j = container_of(lane, job, lane);

    model_assert(j->ran <= 1);
    free(j);
    a_fetch_add(&released, 1, relaxed);
}

static void setup(void)
{
    for (unsigned i = 0; i < JOBS; i++) {
        jobs[i] = malloc(sizeof *jobs[i]);
        *jobs[i] = (job){.lane = {.run = run, .release = release}};
    }
    model_ignore(&taken, sizeof taken);
    model_ignore(&released, sizeof released);
}

static bool both_met(void *arg)
{
    (void)arg;
    return met == 2;
}

static void meet(lane_job *lane)
{
    a_fetch_add(&met, 1, acq_rel);
    model_wait_until(both_met, NULL, "waits for the other job");
    run(lane);
}

static void setup_meeting(void)
{
    setup();
    jobs[0]->lane.run = jobs[1]->lane.run = meet;
}

/* Wants its answer, or gives up at the first wait. Its waker ends with it. */
static void ask(unsigned i, bool gives_up)
{
    job *j = jobs[i];
    parker *own = parker_new();
    edo_waker waker = parker_waker(own);

    model_assert(lane_submit(&j->lane, &waker) == 0);
    while (!lane_poll(&j->lane, &waker)) {
        if (gives_up) {
            lane_abandon(&j->lane);
            parker_unref(own);
            return;
        }
        parker_wait(own, UINT64_MAX);
    }
    model_assert(j->ran == 1);
    free(j);
    parker_unref(own);
    a_fetch_add(&taken, 1, relaxed);
}

static void ask_0(void)
{
    ask(0, false);
}

static void ask_1(void)
{
    ask(1, false);
}

static void ask_both(void)
{
    ask(0, false);
    ask(1, false);
}

static void give_up_0(void)
{
    ask(0, true);
}

static void give_up_and_ask(void)
{
    ask(0, true);
    ask(1, false);
}

/* The third one makes a thread idle before the two that meet come. */
static void setup_idle(void)
{
    setup_meeting();
    jobs[2]->lane.run = run;
}

static void ask_2_and_0(void)
{
    ask(2, false);
    ask(0, false);
}

static bool has_taken_one(void *arg)
{
    (void)arg;
    return taken > 0;
}

static void ask_1_later(void)
{
    model_wait_until(has_taken_one, NULL, "waits for the first job");
    ask(1, false);
}

/* So many jobs were asked for. */
static void check_jobs(unsigned n)
{
    model_assert(taken + released == n);
    for (unsigned i = n; i < JOBS; i++)
        free(jobs[i]);
}

static void check_one(void)
{
    check_jobs(1);
}

static void check_two(void)
{
    check_jobs(2);
}

static void check_three(void)
{
    check_jobs(3);
}

static const model_scenario scenarios[] = {
    {.name = "two_ask",
     .setup = setup,
     .threads = {ask_0, ask_1},
     .no_weak = true,
     .check = check_two},
    {.name = "one_after_the_other",
     .setup = setup,
     .threads = {ask_both},
     .no_weak = true,
     .check = check_two},
    {.name = "two_that_wait_for_each_other",
     .setup = setup_meeting,
     .threads = {ask_0, ask_1},
     .no_weak = true,
     .check = check_two},
    {.name = "an_idle_thread_is_called_once",
     .setup = setup_idle,
     .threads = {ask_2_and_0, ask_1_later},
     .no_weak = true,
     .check = check_three},
    {.name = "one_is_given_up", .setup = setup, .threads = {give_up_0}, .check = check_one},
    {.name = "one_is_given_up_and_one_is_not",
     .setup = setup,
     .threads = {give_up_0, ask_1},
     .no_weak = true,
     .check = check_two},
    {.name = "given_up_and_asked_again",
     .setup = setup,
     .threads = {give_up_and_ask},
     .no_weak = true,
     .check = check_two},
};

MODEL_PROGRAM("lane", scenarios)
