/*
 * job.c: jobs of the pool's threads.
 *
 * States      NEW, QUEUED, RUNNING, DONE. Each change but a job's start from NEW is made under the pool's
 *             lock, and so is each look. Only QUEUED ones are in the queue.
 * Lifetime    Its owner sees DONE under the lock, which the thread has left then for good. The waker is marked
 *             before that lock is dropped, and pushed after.
 * No lost     As of calls: see pool.c. A thread that is about to sleep or to leave looks at both queues.
 *   wake-up
 * Turns       Where both calls and jobs wait, they go by turns, so that neither starves the other.
 * Ends        The stop of the pool lets what is queued run; it waits for the threads, so a job's thread may
 *             touch the runtime after the job has ended. Its owner, which may outlive the runtime, has a
 *             reference.
 */
#include "sched/job.h"

#include "base/chaos.h"
#include "sched/current.h"
#include "sched/pool_thread.h"
#include "sched/sched.h"

enum { JOB_NEW, JOB_QUEUED, JOB_RUNNING, JOB_DONE };

bool job_may_run_here(void)
{
    const thread *self = thread_self();

    return !self->task && !self->core && !self->in_hook;
}

static int check(const sched *s)
{
    if (!sched_is_ours(s))
        return -EDO_EFORKED;
    return a_load(&s->gone, acquire) ? -EDO_ESHUTDOWN : 0; /* pairs with the shutdown's release */
}

int job_check_runtime(void)
{
    const sched *s = sched_current(thread_self());

    return s ? check(s) : 0;
}

/* With the lock held. */
static void link_job(pool *p, edo_job *job)
{
    job->next = NULL;
    job->link = p->last_job ? &p->last_job->next : &p->first_job;
    *job->link = job;
    p->last_job = job;
    job->state = JOB_QUEUED;
    a_store(&p->depth, p->depth + 1, relaxed);
}

static void unlink_job(pool *p, edo_job *job)
{
    *job->link = job->next;
    if (job->next)
        job->next->link = job->link;
    else
        p->last_job = job->link == &p->first_job ? NULL : container_of(job->link, edo_job, next);
    a_store(&p->depth, p->depth - 1, relaxed);
}

/* With the lock held at both ends. */
static void run_first(sched *s)
{
    pool *p = &s->pool;
    edo_job *job = p->first_job;

    unlink_job(p, job);
    job->state = JOB_RUNNING;
    pool_call_next(s);
    job->run(job);
    chaos_point();
    lock_take(&p->lock);
    job->state = JOB_DONE;
    edo_waker owed = job->waker;
    bool owes = MODEL_BUG(1910, wake_mark(&owed), false);
    lock_drop(&p->lock);
    if (owes)
        wake_push(&owed);
    pool_release_clock(s);
    lock_take(&p->lock);
}

int job_start(edo_job *job, void (*run)(edo_job *job), const edo_waker *waker)
{
    sched *s = sched_current(thread_self());
    pool_thread *called = NULL;

    if (!s || !sched_is_ours(s))
        return current_runtime_check();
    pool *p = &s->pool;
    job->run = run;
    job->waker = *waker;
    pool_hold_clock(s);
    lock_take(&p->lock);
    int rc = p->stopping ? -EDO_ESHUTDOWN : pool_find_thread(s, &called);
    if (rc == 0) {
        p->run_first_job = run_first;
        link_job(p, job);
        job->on = sched_ref(s);
    }
    lock_drop(&p->lock);
    pool_wake_called(called);
    if (rc < 0)
        pool_release_clock(s);
    return rc;
}

static void renew(edo_job *job)
{
    sched *s = job->on;

    *job = (edo_job){0};
    sched_unref(s);
}

edo_poll job_poll(edo_job *job, const edo_waker *waker)
{
    pool *p = &job->on->pool;

    lock_take(&p->lock);
    bool done = job->state == JOB_DONE;
    job->waker = *waker;
    lock_drop(&p->lock);
    if (!done)
        return EDO_PENDING;
    renew(job);
    return EDO_READY;
}

bool job_drop(edo_job *job)
{
    sched *s = job->on;

    lock_take(&s->pool.lock);
    bool queued = MODEL_BUG(1911, job->state == JOB_QUEUED, job->state != JOB_DONE);
    if (queued)
        unlink_job(&s->pool, job);
    lock_drop(&s->pool.lock);
    if (!queued)
        return false;
    pool_release_clock(s);
    renew(job);
    return true;
}
