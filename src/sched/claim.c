/*
 * claim.c: RUNNING, set by somebody who doesn't run it.
 *
 * Right to    A task with none of RUNNING, NOTIFIED and COMPLETE stands in no queue, and is made to
 *             run by whoever sets NOTIFIED. With RUNNING set that one leaves it to us, as it would
 *             to a worker: we look for the mark when we clear RUNNING, in one step.
 * The same    The generation is in the word, so the compare-and-swap finds out if another task lives
 *             there by now.
 */
#include "sched/claim.h"

#include "base/chaos.h"
#include "base/model.h"

bool task_claim(task *t, uint64_t word)
{
    if (word & (TASK_RUNNING | MODEL_BUG(2300, TASK_NOTIFIED, 0) | TASK_COMPLETE))
        return false;
    /* acquire: sees all that the worker wrote which left it; pairs with leave_task. */
    bool mine =
        a_cas(&t->state, &word, word | TASK_RUNNING, MODEL_BUG(2301, acquire, relaxed), relaxed);

    if (mine)
        chaos_point();
    return mine;
}

void task_unclaim(task *t)
{
    /* acq_rel: as in leave_task: we pass on what it published, and see what the waker wrote. */
    if (a_fetch_sub(&t->state, TASK_RUNNING, MODEL_BUG(2302, acq_rel, relaxed)) &
        MODEL_BUG(2303, TASK_NOTIFIED, 0))
        task_push_back(t);
}
