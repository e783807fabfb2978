/* runtime/runtime.h: the owner's object, and the steps of a runtime's life. */
#ifndef RUNTIME_RUNTIME_H
#define RUNTIME_RUNTIME_H

#include "sched/sched.h"

struct edo_runtime {
    sched
        *sched; /* one reference; the threads of a multi-thread runtime end before it is given up */
};

/* Runs fn(arg) as the root task; see edo_block_on. */
int block_on(sched *s, const char *place, int (*fn)(void *arg), void *arg);
/* Takes the core of a current-thread runtime for the calling thread, or waits for it until
 * until(arg) is true; false: that came first. `until_ns`: give up then. */
bool drive_begin(sched *s, thread *self, bool (*until)(void *arg), void *arg, uint64_t until_ns);
/* Leaves it to the next thread that waits. */
void drive_end(sched *s, thread *self);
/* No new tasks; the waits of those that there are end. Any thread, in a task or loop as well. */
void runtime_begin_shutdown(sched *s);
/* Ends the runtime's work; see edo_runtime_shutdown. */
int runtime_shutdown(sched *s, uint64_t until_ns);

#endif
