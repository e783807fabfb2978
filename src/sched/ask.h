/* sched/ask.h: where a task stands that is running: its thread is asked by a signal. */
#ifndef SCHED_ASK_H
#define SCHED_ASK_H

#include "sched/sched.h"

#define ASK_FRAMES 64

typedef struct answer {
    uint64_t thread_id;           /* 0: it is on none */
    uint64_t runtime;             /* the task's runtime's id; 0: there was no answer */
    char name[TASK_NAME_MAX + 1]; /* the task's, or "" */
    uintptr_t frames[ASK_FRAMES]; /* the innermost first */
    unsigned frame_count;         /* 0: there was no answer in time */
} answer;

/* Asks for the task of that id; false: no thread runs it. One at a time: the caller sees to that. The
 * running thread's own is seen at `from`, which is a return address, or here if that is 0. */
bool ask_task(task *t, uint64_t id, uintptr_t from, answer *ret);
/* In a child of fork(2): nobody has asked. */
void ask_forget(void);

#endif
