/*
 * sched/run_queue.h: a worker's queue of ready tasks: 256 slots, one owner, many thieves.
 */
#ifndef SCHED_RUN_QUEUE_H
#define SCHED_RUN_QUEUE_H

#include "sched/inject.h"
#include "sched/task.h"

#define RUN_QUEUE_SIZE 256

typedef struct run_queue {
    _Alignas(64) uint64_t head; /* atomic: steal << 32 | real */
    _Alignas(64) uint32_t tail; /* atomic; written by the owner only */
    task *slot[RUN_QUEUE_SIZE]; /* atomic */
} run_queue;

/* Owner: adds at the back. When full, the older half and t go to the injection queue; then true. */
bool run_queue_push(run_queue *q, task *t, inject_queue *overflow);
/* Owner: takes the front; NULL: empty. */
task *run_queue_pop(run_queue *q);
/* The owner of `to`, which is empty: takes half of what is in `from`; returns one of them to be run
 * now, NULL: nothing was there. *ret_count: how many were taken. */
task *run_queue_steal(run_queue *from, run_queue *to, unsigned *ret_count);
/* How many there are, as far as anybody can tell. Any thread. */
uint32_t run_queue_len(const run_queue *q);
/* Free slots that the owner can count on. */
uint32_t run_queue_room(const run_queue *q);

#endif
