/* sched/failure.h: tasks that end with an error which nobody will ever hear of. */
#ifndef SCHED_FAILURE_H
#define SCHED_FAILURE_H

#include "sched/sched.h"

/* Of one that ends with an error, and had its handle then: whoever gives that up unjoined has to say
 * so by failure_of_ended, which finds the runtime though it may be gone. */
void failure_expect(sched *s);
/* It has ended with an error, which it has to have, and nobody has its handle. False: it was cancelled, and said so, which
 * is no failure. The caller keeps the runtime. */
bool failure_note(sched *s, const task *t);
/* The same of one whose handle is given up after its end, by who has that; whatever its result. */
void failure_of_ended(task *t);
/* The runtime goes: its ended tasks are nobody's. */
void failure_forget(sched *s);
/* Keeps the lock whole over fork(2). */
void failure_guard(void);

#endif
