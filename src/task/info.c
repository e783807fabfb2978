/* info.c: what can be asked about a task. */
#include <edo/task.h>

#include <errno.h>

#include "sched/sched.h"

bool edo_task_is_finished(edo_task handle)
{
    /* acquire in task_handle_is_good: whoever sees the end sees what the task wrote. */
    return task_handle_is_good(handle) && (a_load(&handle.header->state, acquire) & TASK_COMPLETE);
}

uint64_t edo_task_id(edo_task handle)
{
    if (!task_handle_is_good(handle))
        return 0;
    /* acquire: as in task_look. If it was consumed meanwhile, the id may be another's. */
    uint64_t id = a_load(&handle.header->id, acquire);
    return task_handle_is_good(handle) ? id : 0;
}

/* A reference to the handle's task, for a look. 0; -ESRCH: the handle is not good; -ENOMEM: too many. */
static int hold(edo_task handle)
{
    if (!task_handle_is_good(handle))
        return -ESRCH;
    task *t = handle.header;
    uint64_t word = a_load(&t->state, acquire); /* pairs with every transition */
    do {
        if (state_gen(word) != handle.gen || !(word & TASK_HANDLE))
            return -ESRCH;
        if (state_refs(word) >= TASK_REFS_MAX)
            return -ENOMEM;
    } while (!a_cas_weak(&t->state, &word, word + TASK_REF, acquire, acquire));
    return 0;
}

/* Of one that has a stack, or is to get one. */
static int64_t peak_so_far(const task *t)
{
    const stack *s = a_load(&t->stack, acquire); /* pairs with give_stack */

    return s ? stack_peak(s) : 0;
}

/* Of a task that may end meanwhile, and then its stack is another's: stacks stay readable. */
static int64_t peak_of(const task *t)
{
    if (t->kind != TASK_STACKFUL)
        return 0;
    int64_t peak = peak_so_far(t);
    if (!(a_load(&t->state, acquire) & TASK_COMPLETE))
        return peak;
    return t->measure_stack ? t->stack_peak : 0; /* published with the end */
}

int64_t edo_task_stack_peak(edo_task handle)
{
    int rc = hold(handle);
    if (rc < 0)
        return rc;
    int64_t peak = peak_of(handle.header);
    task_unref(handle.header);
    return peak;
}

int64_t edo_task_self_stack_peak(void)
{
    const task *t = thread_self()->task;

    return t && t->kind == TASK_STACKFUL ? peak_so_far(t) : 0;
}

uint64_t edo_task_self_id(void)
{
    const task *t = thread_subject(thread_self());

    return t ? t->id : 0;
}

const char *edo_task_self_name(void)
{
    const task *t = thread_subject(thread_self());

    return t && t->extra && t->extra->name[0] ? t->extra->name : NULL;
}

const char *edo_task_self_place(void)
{
    const task *t = thread_subject(thread_self());

    return t ? t->place : NULL;
}
