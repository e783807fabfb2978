/*
 * sched/state.h: a task's state, one atomic word: generation, references and flags.
 *
 *     63 ........ 32 | 31 ........ 8 | 7 ...... 0
 *       generation       references      flags
 *
 * Active           from when it is made ready until it is off its stack again: it stands in a queue,
 *                  or runs. The queues publish it to whoever runs it, so a run begins without a
 *                  transition, and a task that yields has none at all.
 * Who enqueues     A wake or abort whose old value had none of ACTIVE and COMPLETE has made it ACTIVE
 *                  and owns the enqueue: until it pushes, the task can't run, end or go away. With
 *                  any other old value the caller must not touch the task again.
 * Marks            A wake that finds ACTIVE sets NOTIFIED and forgets. A run that begins takes the
 *                  mark; a worker that finds one, once it is off the task's stack, leaves it ACTIVE
 *                  and queues it again. So suspending is never checked for.
 * References       one of the live task, one of the unconsumed handle, one per counted waker or
 *                  abort handle. A borrowed waker and a queue entry have none: a task that is
 *                  queued can't end before it has run. Whoever clones is refused long before they
 *                  would run over into the generation.
 * Orders           A wake publishes what its maker wrote, to the run that it causes: by the queue, or
 *                  by the mark, which that run takes with acquire. Becoming idle publishes the saved
 *                  context to the next wake. All others are acq_rel: each one publishes what its
 *                  maker wrote and sees what the maker of the one before wrote. A join that claims,
 *                  disarms or withdraws, and an abort, have nothing to publish: there the change alone
 *                  would do, as it carries on what those before have released.
 * Source           tokio's task state, with a join waker guarded by ARMED instead of a lock.
 */
#ifndef SCHED_STATE_H
#define SCHED_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/model.h"

#define TASK_ACTIVE UINT64_C(1)   /* it is queued, or runs */
#define TASK_NOTIFIED UINT64_C(2) /* woken while it was that: it runs once more */
#define TASK_COMPLETE UINT64_C(4)
#define TASK_CANCELED UINT64_C(8)
#define TASK_ARMED UINT64_C(16)   /* the join's waker is published */
#define TASK_HANDLE UINT64_C(32)  /* the handle has not been consumed */
#define TASK_JOINING UINT64_C(64) /* one join owns the waker's place */
#define TASK_SHUTDOWN UINT64_C(128)
#define TASK_REF UINT64_C(256)
#define TASK_REF_MASK UINT64_C(0xffffff00)
#define TASK_REFS_MAX                                                                              \
    (UINT64_C(1) << 23) /* more are refused: those that are being refused fit as well */
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
    return !(old & (MODEL_BUG(312, TASK_ACTIVE, 0) | TASK_COMPLETE));
}

/* What a wake makes of a word. */
static inline uint64_t state_woken(uint64_t word)
{
    return word | (state_owns_enqueue(word) ? TASK_ACTIVE : TASK_NOTIFIED);
}

#endif
