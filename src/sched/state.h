/*
 * sched/state.h: a task's state, one atomic word: generation, references and flags.
 *
 *     63 ........ 32 | 31 ........ 8 | 7 ...... 0
 *       generation       references      flags
 *
 * Who enqueues     A wake or abort whose old value had none of RUNNING, NOTIFIED and COMPLETE owns
 *                  the enqueue: until it pushes, the task can't run, end or go away. With any
 *                  other old value the caller must not touch the task again.
 * Suspending       is never checked for. A wake that finds RUNNING sets NOTIFIED and forgets; the
 *                  worker finds it, once it is off the task's stack, in its own transition.
 * Yielding         A task that yields stays RUNNING while it stands in the queue, which publishes
 *                  it: so a yield has no transition. Who marks it meanwhile owns nothing; its next
 *                  run takes the mark.
 * References       one of the live task, one of the unconsumed handle, one per counted waker or
 *                  abort handle. A borrowed waker and a queue entry have none: a NOTIFIED task,
 *                  or one that yielded, can't end before it has run.
 * Orders           acq_rel on every transition: each one publishes what its maker wrote to the
 *                  task and sees what the maker of the one before wrote.
 * Source           tokio's task state, with a join waker guarded by ARMED instead of a lock.
 */
#ifndef SCHED_STATE_H
#define SCHED_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/model.h"

#define TASK_RUNNING UINT64_C(1)
#define TASK_NOTIFIED UINT64_C(2)
#define TASK_COMPLETE UINT64_C(4)
#define TASK_CANCELED UINT64_C(8)
#define TASK_ARMED UINT64_C(16)   /* the join's waker is published */
#define TASK_HANDLE UINT64_C(32)  /* the handle has not been consumed */
#define TASK_JOINING UINT64_C(64) /* one join owns the waker's place */
#define TASK_SHUTDOWN UINT64_C(128)
#define TASK_REF UINT64_C(256)
#define TASK_REF_MASK UINT64_C(0xffffff00)
#define TASK_GEN_SHIFT 32

static inline uint32_t state_gen(uint64_t word)
{
    return (uint32_t)(word >> TASK_GEN_SHIFT);
}

static inline uint64_t state_refs(uint64_t word)
{
    return (word & TASK_REF_MASK) / TASK_REF;
}

/* Whether a wake that found this owns the enqueue. */
static inline bool state_owns_enqueue(uint64_t old)
{
    return !(old & (MODEL_BUG(312, TASK_RUNNING, 0) | TASK_NOTIFIED | TASK_COMPLETE));
}

#endif
