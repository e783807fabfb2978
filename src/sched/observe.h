/*
 * sched/observe.h: what is noted of runs and tasks for those who watch a runtime: hooks, how long
 * runs took, how long tasks that were ready waited.
 *
 * Whoever asks for nothing pays for nothing: `observed` is 0 then, which lies beside what each run
 * looks at anyway. The calls below are made when it isn't.
 */
#ifndef SCHED_OBSERVE_H
#define SCHED_OBSERVE_H

#include "sched/sched.h"

/* Of sched.observed and core.observed. */
#define OBSERVE_ON 1    /* anything at all */
#define OBSERVE_TIMES 2 /* each task has a block for when it was made ready */

/* What the options ask for. */
uint8_t observe_what(const edo_runtime_opts *opts);
/* The counts of a core's durations. 0 or -ENOMEM; free copes with a half-made one. */
int observe_init_core(core *c);
void observe_free_core(core *c);

/* The events of a runtime are recorded, by a ring a core, and one for all others. 0; -ENOMEM. */
int observe_init(sched *s);
void observe_free(sched *s);

/* A task was made and is not pushed yet. The caller is inside of no core. */
void observe_spawn(thread *self, sched *s, task *t);
/* Its function has returned; it can't be joined yet. */
void observe_end(thread *self, sched *s, task *t);
/* It is about to be pushed, by the owner of the enqueue. */
void observe_ready(sched *s, task *t);
/* Around a run, by the thread that makes it; afterwards it may have lost its core. */
void observe_run(thread *self, sched *s, task *t);
void observe_left(thread *self, sched *s, task *t);

/* The holder has taken tasks of another's; it goes to sleep, or has slept. */
void observe_steal(core *c, unsigned victim, unsigned count);
void observe_park(core *c, bool begins);
/* The monitor has found the core stuck in a task. */
void observe_stall(core *c, uint64_t id);

/* The worker begins and ends to be awake; the time of that. */
void busy_begin(core *c, uint64_t now);
void busy_end(core *c, uint64_t now);
/* Nanoseconds so far, any thread. */
uint64_t busy_time(core *c);

#endif
