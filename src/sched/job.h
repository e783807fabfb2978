/*
 * sched/job.h: calls that block, in memory of whoever waits for them, on the pool's threads: one hop there,
 * one wake back, and no allocation.
 *
 * A job is a part of a future and lies where that lies. Queued, it can be dropped, as if it had never been
 * made; once begun it goes on to its end, and its memory stays until then.
 */
#ifndef SCHED_JOB_H
#define SCHED_JOB_H

#include <edo/job.h>

#include <edo/future.h>

#include "base/macros.h"

/*
 * Whether this thread may make the call itself: it runs no task, and nobody else's either. Then it needs no
 * runtime and no other thread.
 */
bool job_may_run_here(void);
/* 0; -EDO_ESHUTDOWN when the current runtime, if there is one, has ended; -EDO_EFORKED. */
int job_check_runtime(void);
/*
 * Hands a new job to the current runtime's threads, which call `run` once. 0: it is theirs, and `waker` is
 * told of its end; else it is new still: -EDO_ENORUNTIME, -EDO_ESHUTDOWN, -EDO_EFORKED; -EAGAIN, -ENOMEM: no
 * thread can be started, and there is none.
 */
int job_start(edo_job *job, void (*run)(edo_job *job), const edo_waker *waker);
/* Whether it was started, and its end not yet been seen by job_poll. */
static inline bool job_is_under_way(const edo_job *job)
{
    return job->on; /* written by its owner alone */
}
/* READY: it has run, what it wrote is seen, and it is new again. Else `waker` is told in place of the one
 * before. */
edo_poll job_poll(edo_job *job, const edo_waker *waker);
/* One that was started: true, it had not begun, never will, and is new again; false: it goes on to its end. */
bool job_drop(edo_job *job);

#endif
