/* sched/dump.h: looking at tasks that go on meanwhile. */
#ifndef SCHED_DUMP_H
#define SCHED_DUMP_H

#include <edo/dump.h>

#include "base/code_name.h"
#include "sched/ask.h"

typedef struct seen_task {
    edo_task_dump dump;
    const char *future; /* of a task without a stack: its future's name, or NULL */
    answer answer;      /* what dump.name and dump.frames point to */
} seen_task;

/* One dump at a time: between these two. The task of this thread is seen where it called, at `from`.
 * 0; -EDEADLK: this thread is in one. */
int dump_begin(thread *self, uintptr_t from);
void dump_end(thread *self);
/* Looks at the task that lives at `t`, of that runtime; NULL: of any. False: none does. Until `until_ns`
 * it waits for one that is ready to run, or to wait. */
bool dump_look(task *t, const sched *of, uint64_t until_ns, seen_task *ret);
/*
 * What a task awaits: the function of the library in which it waits, the outermost of those at the
 * inner end of its backtrace, so that it is a name of the public interface, whatever lies between. Or
 * its future's name. NULL: it doesn't wait, or it isn't known. `to` has the room for it.
 */
const char *dump_awaits(code_names *names, const seen_task *seen, char *to, size_t room);
/* A running task's, from the outside, by whoever must not wait for a dump to end. False: one is going
 * on, or it doesn't run any more. */
bool dump_look_running(task *t, uint64_t id, answer *ret);

#endif
