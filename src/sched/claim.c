/*
 * claim.c: ACTIVE, set by somebody who doesn't run it.
 *
 * Right to    A task with none of ACTIVE and COMPLETE stands in no queue, and is pushed by whoever makes
 *             it ACTIVE. Once that is us, a waker leaves it to us, as it would to a worker: we look
 *             for the mark as we make it idle, in one step.
 * The same    The generation is in the word, so the compare-and-swap finds out if another task lives
 *             there by now.
 */
#include "sched/claim.h"

#include "base/chaos.h"
#include "base/model.h"

bool task_claim(task *t, uint64_t word)
{
    if (word & (MODEL_BUG(2300, TASK_ACTIVE, 0) | TASK_COMPLETE))
        return false;
    /* acquire: sees all that the worker wrote which left it; pairs with task_become_idle. */
    bool mine =
        a_cas(&t->state, &word, word | TASK_ACTIVE, MODEL_BUG(2301, acquire, relaxed), relaxed);

    if (mine)
        chaos_point();
    return mine;
}

void task_unclaim(task *t)
{
    if (!task_become_idle(t)) /* its release passes on what we have acquired */
        MODEL_BUG(2303, task_push_back(t), (void)0);
}
