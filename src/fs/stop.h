/*
 * fs/stop.h: ending a call of the file system that is made of many, between two of these.
 *
 * `stop` is a word of the call's future: set once, by whoever cancels a call that has begun; taken back by the
 * call as it ends for it, so that its future can be begun anew.
 */
#ifndef FS_STOP_H
#define FS_STOP_H

#include "base/atomic.h"
#include "fs/fs_call.h"
#include "sched/job.h"

/* The cancel function of such a future. */
static inline void stop_call(edo_future *base, uint32_t *stop)
{
    fs_call_cancel(base);
    if (job_is_under_way(&((edo_fs_call *)base)->job))
        a_store(stop, 1, relaxed); /* orders nothing: it says just that */
}

/* Whether the call is to end with -ECANCELED now. */
static inline bool stop_is_set(uint32_t *stop)
{
    if (!a_load(stop, relaxed))
        return false;
    a_store(stop, 0, relaxed);
    return true;
}

#endif
