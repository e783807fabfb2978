/*
 * run_queue.c: a bounded ring whose head is two counters in one word.
 *
 * real      the next slot to take. Owner and thieves take by compare-and-swap on the word.
 * steal     where a theft under way began; equal to real when there is none. A thief first moves
 *           real over what it takes, copies, and then moves steal up to real.
 * tail      the next slot to fill. Only the owner writes it.
 *
 * Invariant   steal <= real <= tail <= steal + 256: a slot is overwritten only after the thief who
 *             copied it has moved steal. One theft at a time.
 * Source      tokio's multi-thread queue; the steal counter is theirs.
 */
#include "sched/run_queue.h"

#include "base/chaos.h"

static void slot_set(run_queue *q, uint32_t i, task *t)
{
    MODEL_WRITES(&q->slot[i % RUN_QUEUE_SIZE]);
    a_store(&q->slot[i % RUN_QUEUE_SIZE], t, relaxed); /* published by the store to tail */
}

static task *slot_get(run_queue *q, uint32_t i)
{
    MODEL_READS(&q->slot[i % RUN_QUEUE_SIZE]);
    return a_load(&q->slot[i % RUN_QUEUE_SIZE], relaxed);
}

uint32_t run_queue_len(const run_queue *q)
{
    uint32_t real = head_real(a_load(&q->head, acquire));
    uint32_t tail = a_load(&q->tail, acquire);

    return tail - real <= RUN_QUEUE_SIZE ? tail - real : 0; /* the two loads are not one */
}

uint32_t run_queue_room(const run_queue *q)
{
    uint32_t steal = head_steal(a_load(&q->head, acquire)); /* pairs with the theft's end */

    return RUN_QUEUE_SIZE - (a_load(&q->tail, relaxed) - steal);
}

/* Moves the older half and t to the injection queue. False: a thief was faster, push again. */
static bool move_half(run_queue *q, uint64_t head, task *t, inject_queue *overflow)
{
    const uint32_t n = RUN_QUEUE_SIZE / 2;
    uint32_t real = head_real(head);

    /* A thief that sees the new head takes none of the slots: the word says so by itself. release is
     * more than the checker finds to be needed; the owner wrote what it reads. */
    if (!a_cas(&q->head, &head, head_of(real + n, real + n), release, relaxed))
        return false;
    task *first = slot_get(q, real), *last = first;
    for (uint32_t i = 1; i < n; i++) {
        last->next = slot_get(q, real + i);
        last = last->next;
    }
    last->next = t;
    t->next = NULL;
    inject_push_list(overflow, first, t, n + 1);
    return true;
}

bool run_queue_push_full(run_queue *q, task *t, inject_queue *overflow)
{
    for (;;) {
        uint64_t head = a_load(&q->head, acquire); /* pairs with the theft's end */
        uint32_t tail = a_load(&q->tail, relaxed); /* our own */

        if (tail - head_steal(head) < RUN_QUEUE_SIZE)
            return run_queue_push(q, t, overflow);
        if (head_steal(head) != head_real(head)) { /* a thief makes room just now */
            t->next = NULL;
            inject_push_list(overflow, t, t, 1);
            return false;
        }
        if (move_half(q, head, t, overflow))
            return true;
    }
}

task *run_queue_pop_shared(run_queue *q)
{
    uint64_t head = a_load(&q->head, acquire);

    for (;;) {
        uint32_t real = head_real(head), steal = head_steal(head);
        uint64_t next = head_of(MODEL_BUG(106, steal == real, true) ? real + 1 : steal, real + 1);

        if (real == a_load(&q->tail, relaxed)) /* our own */
            return NULL;
        task *t = slot_get(q, real);
        /* It is one word that decides between us and thieves; acq_rel beyond that is for nothing that
         * the checker finds, see model-checker.md. */
        if (a_cas_weak(&q->head, &head, next, acq_rel, acquire))
            return t;
    }
}

/* Claims half of `from`: real moves, steal stays until the copy is made. */
static uint32_t claim_half(run_queue *from, uint64_t *ret_head)
{
    uint64_t head = a_load(&from->head, acquire);

    for (;;) {
        uint32_t real = head_real(head);
        /* acquire: pairs with the release in push, so that the slots' tasks are seen. */
        uint32_t n = a_load(&from->tail, MODEL_BUG(110, acquire, relaxed)) - real;

        n -= n / 2;
        if (MODEL_BUG(111, head_steal(head) != real, false) ||
            n == 0) /* another theft is under way, or empty */
            return 0;
        if (n > RUN_QUEUE_SIZE / 2) { /* head and tail were not read at once: look again */
            head = a_load(&from->head, acquire);
            continue;
        }
        uint64_t next = head_of(real, real + n);
        if (a_cas_weak(&from->head, &head, next, acq_rel, acquire)) {
            *ret_head = next;
            return n;
        }
    }
}

task *run_queue_steal(run_queue *from, run_queue *to, unsigned *ret_count)
{
    uint32_t tail = a_load(&to->tail, relaxed); /* our own */
    uint64_t head;

    /* A theft from ourselves may still hold half of our slots. */
    if (tail - head_steal(a_load(&to->head, acquire)) > RUN_QUEUE_SIZE / 2)
        return NULL;
    uint32_t n = claim_half(from, &head);
    if (n == 0)
        return NULL;
    uint32_t first = head_steal(head);
    for (uint32_t i = 0; i + 1 < n; i++)
        slot_set(to, tail + i, slot_get(from, first + i));
    task *now = slot_get(from, first + n - 1);
    chaos_point();
    /* The owner may have popped meanwhile, which moves real; steal goes up to it.
     * acq_rel: our reads of the slots come before the owner may fill them again. */
    while (!a_cas_weak(
        &from->head, &head,
        MODEL_BUG(119, head_of(head_real(head), head_real(head)), head_of(first + n, first + n)),
        MODEL_BUG(116, acq_rel, relaxed), acquire))
        ;
    a_store(&to->tail, tail + n - 1, MODEL_BUG(118, release, relaxed)); /* as in push */
    *ret_count = n;
    return now;
}
