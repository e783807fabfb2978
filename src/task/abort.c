/*
 * abort.c: cancelling a task touches its word only: nothing of the task runs here. By a value
 * handle the generation is compared in the same step, so a stale copy reaches nobody.
 */
#include <errno.h>

#include <edo/error.h>
#include <edo/task.h>

#include "base/model.h"
#include "sched/sched.h"

int edo_task_abort(edo_task handle)
{
    if (!handle.header)
        return -ESRCH;
    task *t = handle.header;
    uint64_t word = a_load(&t->state, acquire);
    do {
        if (MODEL_BUG(319, state_gen(word) != handle.gen, false) || !(word & TASK_HANDLE))
            return -ESRCH;
        if (word & TASK_COMPLETE)
            return 0;
    } while (!a_cas_weak(&t->state, &word, state_woken(word) | TASK_CANCELED, acq_rel, acquire));
    if (state_owns_enqueue(word))
        task_push(t);
    return 0;
}

int edo_abort_handle_new(edo_task handle, edo_abort_handle *ret_handle)
{
    if (!ret_handle)
        return -EINVAL;
    if (!handle.header)
        return -ESRCH;
    task *t = handle.header;
    uint64_t word = a_load(&t->state, acquire);
    do {
        if (state_gen(word) != handle.gen || !(word & TASK_HANDLE))
            return -ESRCH;
        if (state_refs(word) >= TASK_REFS_MAX)
            return -ENOMEM;
    } while (!a_cas_weak(&t->state, &word, word + TASK_REF, acq_rel, acquire));
    ret_handle->header = t;
    return 0;
}

edo_abort_handle edo_abort_handle_clone(const edo_abort_handle *handle)
{
    edo_abort_handle none = {NULL};

    if (!handle || !handle->header || !task_ref(handle->header))
        return none;
    return *handle;
}

void edo_abort_handle_abort(const edo_abort_handle *handle)
{
    task *t = handle ? handle->header : NULL;

    if (t && task_mark(t, TASK_CANCELED))
        task_push(t);
}

bool edo_abort_handle_is_finished(const edo_abort_handle *handle)
{
    /* acquire: whoever sees the end sees what the task wrote. */
    return handle && handle->header && (a_load(&handle->header->state, acquire) & TASK_COMPLETE);
}

uint64_t edo_abort_handle_id(const edo_abort_handle *handle)
{
    return handle && handle->header ? a_load(&handle->header->id, relaxed) : 0; /* ours: it stays */
}

void edo_abort_handle_drop(edo_abort_handle handle)
{
    if (handle.header)
        task_unref(handle.header);
}

int edo_task_self_abort(void)
{
    task *t = thread_subject(thread_self());

    if (!t)
        return -EDO_EMISUSE;
    task_mark(t, TASK_CANCELED); /* it runs: the mark makes it run once more, and it is told */
    return 0;
}

bool edo_task_self_is_canceled(void)
{
    task *t = thread_subject(thread_self());

    /* relaxed: a level. */
    return t && (a_load(&t->state, relaxed) & (TASK_CANCELED | TASK_SHUTDOWN));
}
