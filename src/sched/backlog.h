/*
 * sched/backlog.h: whether what a worker has left over is worth another one's while.
 *
 * A call to a worker that sleeps takes some 25 us of processor time where its processor sleeps as
 * well, and as long again until it runs; and what it takes, it has to fetch from the other's cache.
 * So a backlog that its own worker will have run by then is left to it: the number of tasks in its
 * queue, times what a run takes at the most, of late. Where calls were in vain, more has to stand
 * there.
 */
#ifndef SCHED_BACKLOG_H
#define SCHED_BACKLOG_H

#include "sched/sched.h"

/* Nothing is known of what its runs will take: it has run nothing yet, or has taken several that come
 * from outside, whose makers are none of those whose runs it has seen. */
void backlog_forget(core *c);
/* Tasks that another worker could take. Any thread. */
uint64_t backlog_len(const core *c);
/* Whether they are worth a call. By its holder. */
bool backlog_is_worth_a_call(const core *c);
/* The same with a task among them that was just made: nobody knows what it will take. */
bool backlog_with_new_is_worth_a_call(const core *c);
/* Whether they are worth it that a worker which is awake, and has none, takes some. Any thread. */
bool backlog_is_worth_a_steal(const core *c);
/* `runs` runs took so many cycles. */
void backlog_note_runs(core *c, uint64_t cycles, unsigned runs);
/* The worker goes to sleep, and was called before. */
void backlog_note_call(core *c);

#endif
