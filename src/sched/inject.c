/*
 * inject.c: a list under a lock. Its length can be read without, so that an empty queue costs a
 * worker one load.
 */
#include "sched/inject.h"

#include "base/model.h"

void inject_push_list(inject_queue *q, task *first, task *last, uint64_t n)
{
    last->next = NULL;
    lock_take(&q->lock);
    if (MODEL_BUG(202, q->last, NULL))
        q->last->next = first;
    else
        q->first = first;
    q->last = last;
    /* seq_cst: before the look at the idle workers; pairs with inject_len before a park. */
    a_store(&q->len, q->len + n, MODEL_BUG(404, seq_cst, release));
    lock_drop(&q->lock);
}

task *inject_pop_list(inject_queue *q, uint64_t n, uint64_t *ret_taken)
{
    uint64_t taken = 0;

    if (inject_len(q) == 0)
        return NULL;
    MODEL_BUG(203, lock_take(&q->lock), (void)0);
    task *first = q->first, *last = NULL;
    for (task *t = first; t && taken < n; t = t->next) {
        last = t;
        taken++;
    }
    if (last) {
        q->first = last->next;
        if (!q->first && MODEL_BUG(201, true, false))
            q->last = NULL;
        last->next = NULL;
        a_store(&q->len, q->len - taken, relaxed); /* under the lock; a stale one is only late */
    }
    MODEL_BUG(203, lock_drop(&q->lock), (void)0);
    *ret_taken = taken;
    return taken ? first : NULL;
}

task *inject_pop_foreign(inject_queue *q, unsigned index)
{
    task *found = NULL, *before = NULL;

    lock_take(&q->lock);
    int left = 16;
    for (task *t = q->first; t && left > 0; before = t, t = t->next, left--)
        if (t->last_core != index) {
            found = t;
            break;
        }
    if (found) {
        if (before)
            before->next = found->next;
        else
            q->first = found->next;
        if (q->last == found)
            q->last = before;
        a_store(&q->len, q->len - 1, relaxed); /* as in inject_pop_list */
    }
    lock_drop(&q->lock);
    return found;
}
