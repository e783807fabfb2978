/*
 * net/lookup/lane.h: threads of the process for calls of the resolver, which nobody ever waits for but who
 * wants the answer.
 */
#ifndef NET_LOOKUP_LANE_H
#define NET_LOOKUP_LANE_H

#include <edo/waker.h>

#include "base/macros.h"

typedef struct lane_job lane_job;
struct lane_job {
    void (*run)(lane_job *job);     /* on one of the lane's threads, once, or never */
    void (*release)(lane_job *job); /* nobody wants the answer: frees it */
    lane_job *next;
    edo_waker waker; /* borrowed; whom the end is told */
    int state;       /* enum in lane.c; under the lane's lock */
};

/* Has it run, and `waker` told of its end. 0; -EAGAIN, -ENOMEM: no thread, and it is the caller's still. */
int lane_submit(lane_job *job, const edo_waker *waker);
/* Whether it has run, and then it is the caller's again; else `waker` is told. */
bool lane_poll(lane_job *job, const edo_waker *waker);
/* Nobody wants it any more. It isn't the caller's from now on. */
void lane_abandon(lane_job *job);

#endif
