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
    uint64_t id = a_load(&handle.header->id, relaxed);
    return task_handle_is_good(handle) ? id : 0; /* consumed meanwhile: it may be another's */
}

/* Of a task that may end meanwhile: stacks and headers stay readable. */
static int64_t peak_of(const task *t, const stack *s)
{
    return s ? stack_peak(s) : a_load(&t->stack_peak, relaxed); /* published with the NULL */
}

int64_t edo_task_stack_peak(edo_task handle)
{
    while (task_handle_is_good(handle)) {
        const task *t = handle.header;
        const stack *s = a_load(&t->stack, acquire); /* pairs with give_stack and take_stack */
        int64_t peak = peak_of(t, s);
        /* It had the stack all the time, or none. */
        if (a_load(&t->stack, relaxed) == s && task_handle_is_good(handle))
            return peak;
    }
    return -ESRCH;
}

int64_t edo_task_self_stack_peak(void)
{
    const task *t = thread_self()->task;

    return t ? peak_of(t, t->stack) : 0;
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
