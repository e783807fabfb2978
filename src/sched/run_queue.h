/*
 * sched/run_queue.h: a worker's queue of ready tasks: 256 slots, one owner, many thieves.
 */
#ifndef SCHED_RUN_QUEUE_H
#define SCHED_RUN_QUEUE_H

#include "base/model.h"
#include "sched/inject.h"
#include "sched/task.h"

#ifndef RUN_QUEUE_SIZE /* the model checker takes a small one */
#define RUN_QUEUE_SIZE 256
#endif

typedef struct run_queue {
    _Alignas(64) uint64_t head; /* atomic: steal << 32 | real; see run_queue.c */
    _Alignas(64) uint32_t tail; /* atomic; written by the owner only */
    bool alone;                 /* there are no thieves */
    task *slot[RUN_QUEUE_SIZE]; /* atomic */
} run_queue;

static inline uint32_t head_real(uint64_t head)
{
    return (uint32_t)head;
}

static inline uint32_t head_steal(uint64_t head)
{
    return (uint32_t)(head >> 32);
}

static inline uint64_t head_of(uint32_t steal, uint32_t real)
{
    return (uint64_t)steal << 32 | real;
}

/* The general cases of the two below. */
bool run_queue_push_full(run_queue *q, task *t, inject_queue *overflow);
task *run_queue_pop_shared(run_queue *q);

/* Owner: adds at the back. When full, the older half and t go to the injection queue; then true. */
static inline bool run_queue_push(run_queue *q, task *t, inject_queue *overflow)
{
    uint64_t head = a_load(&q->head, MODEL_BUG(102, acquire, relaxed)); /* with the theft's end */
    uint32_t tail = a_load(&q->tail, relaxed);                          /* our own */

    if (unlikely(tail - MODEL_BUG(103, head_steal(head), head_real(head)) >= RUN_QUEUE_SIZE))
        return run_queue_push_full(q, t, overflow);
    MODEL_WRITES(&q->slot[tail % RUN_QUEUE_SIZE]);
    a_store(&q->slot[tail % RUN_QUEUE_SIZE], t, relaxed); /* published by the store to tail */
    /* release: the slot and the task; pairs with the acquires of tail in steal and len. */
    a_store(&q->tail, tail + 1, MODEL_BUG(104, release, relaxed));
    return false;
}

/* Owner: takes the front; NULL: empty. */
static inline task *run_queue_pop(run_queue *q)
{
    if (!q->alone)
        return run_queue_pop_shared(q);
    uint32_t real = head_real(a_load(&q->head, relaxed)); /* our own, as tail is */
    if (real == a_load(&q->tail, relaxed))
        return NULL;
    a_store(&q->head, head_of(real + 1, real + 1), relaxed); /* others only estimate the length */
    return a_load(&q->slot[real % RUN_QUEUE_SIZE], relaxed);
}

#define RUN_QUEUE_WARM_LINES 5 /* of a stack: the frames of a wait */

/*
 * Owner: has the processor fetch what the next runs touch first: of the next task the end of its
 * stack, of the one after it the header. Only advice, so it does no harm when a thief has taken
 * them meanwhile: headers stay mapped. Sanitizers can't know that.
 */
static inline void run_queue_warm(const run_queue *q)
{
#if !HAS_TSAN && !HAS_ASAN
    uint32_t real = head_real(a_load(&q->head, relaxed));
    uint32_t n = a_load(&q->tail, relaxed) - real;

    if (n > 1)
        __builtin_prefetch(a_load(&q->slot[(real + 1) % RUN_QUEUE_SIZE], relaxed), 1);
    if (n > 0) {
        const char *end =
            a_load(&a_load(&q->slot[real % RUN_QUEUE_SIZE], relaxed)->ctx.sp, relaxed);
        for (int i = 0; i < RUN_QUEUE_WARM_LINES; i++)
            __builtin_prefetch(end + i * cache_line, 1);
    }
#else
    (void)q;
#endif
}

/* Owner: whether it has nothing. */
static inline bool run_queue_is_empty(const run_queue *q)
{
    return head_real(a_load(&q->head, relaxed)) == a_load(&q->tail, relaxed);
}

/* The owner of `to`, which is empty: takes half of what is in `from`; returns one of them to be run
 * now, NULL: nothing was there. *ret_count: how many were taken. */
task *run_queue_steal(run_queue *from, run_queue *to, unsigned *ret_count);
/* How many there are, as far as anybody can tell. Any thread. */
uint32_t run_queue_len(const run_queue *q);
/* Free slots that the owner can count on. */
uint32_t run_queue_room(const run_queue *q);

#endif
