/* sched/overflow.h: tasks that run off their stacks are named before the process ends. */
#ifndef SCHED_OVERFLOW_H
#define SCHED_OVERFLOW_H

#include "sched/task.h"

/* Installs the process's handler of SIGSEGV, in front of the one that is there. */
void overflow_init(void);
/* Gives this thread a stack for signals, if it has none; and takes it back. */
void overflow_init_thread(void);
void overflow_fini_thread(void);

/* Ends the process, saying why. */
_Noreturn void overflow_found_late(const task *t, bool has_ended);

/* The task, whose stack has a canary, has just left it; `has_ended`: for the last time. */
static inline void overflow_check(const task *t, bool has_ended)
{
    if (unlikely(!stack_is_whole(t->stack)))
        overflow_found_late(t, has_ended);
}

#endif
