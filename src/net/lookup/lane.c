/*
 * lane.c: a queue of jobs, and detached threads that come with them and go after a while.
 *
 * Why its own     The threads for blocking calls are waited for by a shutdown, and files need them while a
 *                 resolver hangs. These belong to the process and to no runtime; what they touch is the job
 *                 alone, which is on the heap.
 * A job           QUEUED, RUNNING, DONE, under the lock. Abandoned in the queue it is released at once;
 *                 while it runs, by its thread; done, by who abandons it. So one of them does, once.
 * No lost         A submitter links its job and, under the same lock, takes one from the count of idle
 *   wake-up       threads and adds one to those called, or starts one. A thread leaves the idle ones by
 *                 taking one from the called, or at its time's end with the queue empty. So each linked job
 *                 has a thread that is yet to look, or all of the lane is busy and looks afterwards.
 * The waker       is marked under the lock, where its owner would take the job away or abandon it.
 */
#include "net/lookup/lane.h"

#include <errno.h>

#include "base/chaos.h"
#include "base/clock.h"
#include "base/fork.h"
#include "base/futex.h"
#include "base/model.h"
#include "base/thread.h"
#include "future/wake.h"

#ifndef LANE_THREADS_MAX /* the model checker is content with two */
#define LANE_THREADS_MAX 64
#endif
#define KEEP_NS (10 * NS_PER_S)
#define STACK_SIZE (512 * 1024)

enum { JOB_QUEUED, JOB_RUNNING, JOB_ABANDONED, JOB_DONE };

static struct {
    lock lock; /* guards the rest; seq is also slept on */
    lane_job *first, **end;
    unsigned staff;  /* threads that will look at the queue again */
    unsigned idle;   /* of these, those that wait and were not called */
    unsigned called; /* those that were, and have not looked */
    uint32_t seq;    /* grows with each call; atomic futex */
} lane = {.end = &lane.first};

/* With the lock held. False: it isn't there. */
static bool unlink_job(lane_job *job)
{
    lane_job **link = &lane.first;

    while (*link && *link != job)
        link = &(*link)->next;
    if (!*link)
        return false;
    *link = job->next;
    if (lane.end == &job->next)
        lane.end = link;
    return true;
}

/* Threads. */

/* With the lock held at both ends. False: nobody called for long. */
static bool wait_for_call(void)
{
    uint64_t until = clock_now() + KEEP_NS;

    lane.idle++;
    for (;;) {
        uint32_t seq = a_load(&lane.seq, relaxed); /* written under the lock */
        lock_drop(&lane.lock);
        int rc = futex_wait(&lane.seq, seq, until);
        chaos_point();
        lock_take(&lane.lock);
        if (lane.called > 0 && MODEL_BUG(3203, true, rc != -ETIMEDOUT)) {
            lane.called--;
            return true;
        }
        if (rc == -ETIMEDOUT) {
            lane.idle--;
            return false;
        }
    }
}

static void run_job(lane_job *job)
{
    edo_waker owed = {0};

    job->run(job);
    chaos_point();
    lock_take(&lane.lock);
    bool abandoned = MODEL_BUG(3204, job->state == JOB_ABANDONED, false);
    job->state = JOB_DONE;
    if (!abandoned && MODEL_BUG(3206, wake_mark(&job->waker), false))
        owed = job->waker;
    lock_drop(&lane.lock);
    if (MODEL_BUG(3207, false, !abandoned && wake_mark(&job->waker)))
        owed = job->waker;
    if (abandoned)
        job->release(job);
    if (owed.ops)
        wake_push(&owed);
}

static void *lane_main(void *arg)
{
    (void)arg;
    thread_detach_self();
    lock_take(&lane.lock);
    do {
        lane_job *job;
        while ((job = lane.first)) {
            unlink_job(job);
            job->state = JOB_RUNNING;
            lock_drop(&lane.lock);
            run_job(job);
            lock_take(&lane.lock);
        }
    } while (wait_for_call());
    lane.staff--;
    lock_drop(&lane.lock);
    return NULL;
}

/* Somebody for one more job, with the lock held. A thread that can't be started is done without while there
 * are others. */
static int find_thread(void)
{
    pthread_t id;

    if (lane.idle > 0) {
        lane.idle -= MODEL_BUG(3201, 1, 0);
        lane.called += MODEL_BUG(3202, 1, 0);
        a_store(&lane.seq, lane.seq + 1, relaxed); /* the lock orders it */
        futex_wake(&lane.seq, 1);
        return 0;
    }
    if (lane.staff == LANE_THREADS_MAX)
        return 0;
    int rc = thread_start_sized(&id, lane_main, NULL, "edo-lookup", STACK_SIZE);
    if (rc == 0)
        lane.staff++;
    return lane.staff > 0 ? 0 : rc;
}

/* A child of a fork has none of the threads, and none of the tasks that wait. */
static void forget_all(void)
{
    lane.first = NULL;
    lane.end = &lane.first;
    lane.staff = lane.idle = lane.called = 0;
}

/* From outside. */

int lane_submit(lane_job *job, const edo_waker *waker)
{
    fork_guard(&lane.lock);
    fork_in_child(forget_all);
    job->state = JOB_QUEUED;
    job->waker = *waker;
    job->next = NULL;
    lock_take(&lane.lock);
    *lane.end = job;
    lane.end = &job->next;
    int rc = find_thread();
    if (rc < 0)
        unlink_job(job);
    lock_drop(&lane.lock);
    return rc;
}

bool lane_poll(lane_job *job, const edo_waker *waker)
{
    lock_take(&lane.lock);
    bool done = job->state == JOB_DONE;
    job->waker = *waker;
    lock_drop(&lane.lock);
    return done;
}

void lane_abandon(lane_job *job)
{
    lock_take(&lane.lock);
    bool runs = job->state == JOB_RUNNING;
    if (runs)
        job->state = JOB_ABANDONED;
    else if (job->state == JOB_QUEUED && MODEL_BUG(3205, true, false))
        unlink_job(job);
    lock_drop(&lane.lock);
    if (!runs)
        job->release(job);
}
