/* sched/asleep.h: a runtime in which every task waits, and nothing is left that could wake one. */
#ifndef SCHED_ASLEEP_H
#define SCHED_ASLEEP_H

#include "sched/sched.h"

/* Nobody is awake, and the runtime was so for a while: if it can be known that it will be so for
 * ever, this says so on stderr, and what each task waits for. Once a runtime. By one thread. */
void asleep_look(sched *s);
/* Whether there are tasks, and nothing of the runtime's own would wake one. */
bool asleep_is_dead(sched *s);
/* Threads of the library's that wake nobody: added by who starts one. Atomic. */
extern uint32_t asleep_harmless_threads;

#endif
