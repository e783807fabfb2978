/* sched/inject.h: the queue through which work reaches a runtime from outside of its workers. */
#ifndef SCHED_INJECT_H
#define SCHED_INJECT_H

#include "base/lock.h"
#include "base/model.h"
#include "sched/task.h"

typedef struct inject_queue {
    lock lock;
    task *first, *last;
    uint64_t len; /* atomic; written under the lock, read without */
} inject_queue;

/* Adds a chain of n tasks, linked by next, at the back. Any thread. */
void inject_push_list(inject_queue *q, task *first, task *last, uint64_t n);
/* Takes up to n from the front as a chain; returns its first, NULL: empty. Any thread. */
task *inject_pop_list(inject_queue *q, uint64_t n, uint64_t *ret_taken);
/* Takes the first of the front 16 that did not run on core `index` last; NULL: there is none.
 * For EDO_CHAOS=migrate. */
task *inject_pop_foreign(inject_queue *q, unsigned index);

static inline uint64_t inject_len(const inject_queue *q)
{
    return a_load(&q->len, MODEL_BUG(405, seq_cst,
                                     relaxed)); /* pairs with idle's counters: see sched/idle.c */
}

#endif
