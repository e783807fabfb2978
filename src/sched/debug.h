/* sched/debug.h: what a debug build notes about a task to explain misuse. */
#ifndef SCHED_DEBUG_H
#define SCHED_DEBUG_H

#include "sched/sched.h"

#if EDO_DEBUG
/* Where the mutex that the task locked last was locked. */
const char *debug_held_place(const task *t);
/* Frees the notes. */
void debug_forget_held(task *t);
/* Notes whose stack `arg` points to. */
void debug_note_lender(task *child, const void *arg);
/* Counts a task's pending futures. */
void debug_note_pending(edo_future *fut, int change);
/* Says why the task may not suspend; -EDO_EMISUSE. */
int debug_refuse_suspend(const task *t);
#endif

/* Whether debug_may_suspend would refuse. */
static inline bool debug_holds_mutex(const task *t)
{
#if EDO_DEBUG
    return t->held_count > 0;
#else
    (void)t;
    return false;
#endif
}

/* Whether the running task may leave its stack: 0, or -EDO_EMISUSE after a sentence. */
static inline int debug_may_suspend(const task *t)
{
#if EDO_DEBUG
    if (unlikely(t->held_count > 0))
        return debug_refuse_suspend(t);
#else
    (void)t;
#endif
    return 0;
}

#endif
