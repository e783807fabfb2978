/*
 * fs_call.c: a function that may block, as a future: made at once where it can't or may, else by a job.
 *
 * The result is the future's own, which the job writes before its end is seen, and nobody reads before.
 */
#include "fs/fs_call.h"

#include "await/await.h"
#include "sched/coop.h"
#include "sched/job.h"

static inline const fs_ops *ops_of(const edo_future *base)
{
    return container_of(base->ops, fs_ops, base);
}

static edo_poll finish(edo_future *base, int64_t result)
{
    if (result >= 0)
        coop_spend();
    return edo_future_finish(base, result);
}

static void run_as_job(edo_job *job)
{
    edo_future *base = &container_of(job, edo_fs_call, job)->base;

    base->result = ops_of(base)->run(base);
}

static edo_poll begin(edo_future *base, const edo_waker *waker)
{
    const fs_ops *ops = ops_of(base);
    int64_t rc = job_check_runtime();

    if (rc == 0 && job_may_run_here())
        return finish(base, ops->run(base));
    if (rc == 0 && ops->now && (rc = ops->now(base)) != -EAGAIN)
        return finish(base, rc);
    if (rc == 0 || rc == -EAGAIN)
        rc = job_start(&container_of(base, edo_fs_call, base)->job, run_as_job, waker);
    return rc < 0 ? edo_future_finish(base, rc) : EDO_PENDING;
}

edo_poll fs_call_poll(edo_future *base, const edo_waker *waker)
{
    edo_job *job = &container_of(base, edo_fs_call, base)->job;

    if (job_is_under_way(job))
        return job_poll(job, waker) == EDO_READY ? finish(base, base->result) : EDO_PENDING;
    if (base->state & FUTURE_CANCELED)
        return edo_future_finish(base, -ECANCELED);
    return coop_proceed(waker) ? begin(base, waker) : EDO_PENDING;
}

void fs_call_cancel(edo_future *base)
{
    edo_job *job = &container_of(base, edo_fs_call, base)->job;

    if (job_is_under_way(job))
        job_drop(job);
}

int64_t fs_await(edo_future *base)
{
    if (future_is_done(base)) /* settled by its maker */
        return base->result;
    return await_directly(await_may_try(), base, base->ops->poll);
}
