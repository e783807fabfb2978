/*
 * sched/pool.h: the threads of a runtime that run blocking calls, and the queue of those that wait.
 *
 * A call is a task that no worker runs: its header stands in the pool's queue until a thread of the
 * pool begins it. Only one that is dropped goes to a run queue; see pool.c.
 */
#ifndef SCHED_POOL_H
#define SCHED_POOL_H

#include <pthread.h>

#include "base/lock.h"
#include "future/parker.h"
#include "sched/task.h"

struct thread;
typedef struct pool_thread pool_thread;

/* A thread that waits, in a call or in place: a shutdown wakes it, to look again. */
typedef struct call_wait {
    struct call_wait *next, **link;
    parker *parker;
} call_wait;

typedef struct pool {
    lock lock;         /* guards the rest; what is marked atomic is also read without */
    task *first;       /* calls that have not begun */
    task **end;        /* the last one's link; NULL: it is `first` */
    pool_thread *idle; /* threads without a call that nobody has called yet; the latest first */
    struct edo_job *first_job, *last_job; /* jobs that have not begun: sched/job.c */
    void (*run_first_job)(sched *s); /* set with the first of them; the lock is held at both ends */
    bool jobs_turn;                  /* where there are calls as well */
    call_wait *waits;                /* of blocking code of this runtime's tasks */
    unsigned staff;                  /* atomic: threads that will look at the queue again */
    unsigned coming;     /* threads that were called or started, and have not looked yet */
    unsigned starting;   /* of these, started */
    unsigned leaving;    /* those that won't, and have not ended */
    unsigned idle_count; /* atomic */
    unsigned depth;      /* atomic: of the queue */
    uint32_t live;       /* atomic: calls made and not ended; a paused clock is held */
    uint32_t left_seq;   /* atomic futex: grows as threads leave */
    bool stopping;
    bool has_leaver;
    pthread_t leaver; /* joined by the one that leaves next, or by the stop */
} pool;

/* Takes a call that was made and is ACTIVE. 0; -EAGAIN, -ENOMEM: there is no thread to run it, and
 * it is the caller's still. */
int pool_submit(sched *s, task *t);
/* A worker's run of a call that was dropped: releases what it was given. */
void pool_drop(struct thread *self, task *t);
/* Whether calls are on their way: a paused clock must not jump. */
bool pool_holds_clock(sched *s);
/* Work for the runtime's tasks is done elsewhere: a paused clock must not jump, until it is released. */
void pool_hold_clock(sched *s);
void pool_release_clock(sched *s);
/* The calls' threads that wait look again: their tasks are marked SHUTDOWN. */
void pool_tell_shutdown(sched *s);
/* Ends the threads; no call is left. */
void pool_stop(sched *s);
/* Around a wait of blocking code of a task of `s`. */
void pool_wait_begin(sched *s, call_wait *wait, parker *p);
void pool_wait_end(sched *s, call_wait *wait);

#endif
