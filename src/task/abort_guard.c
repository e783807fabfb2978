/* abort_guard.c: a handle of either kind, by which a task is aborted when it is dropped. */
#include <edo/task.h>

edo_abort_guard edo_task_guard(edo_task handle)
{
    return (edo_abort_guard){.task = handle};
}

edo_abort_guard edo_abort_handle_guard(edo_abort_handle handle)
{
    return (edo_abort_guard){.handle = handle};
}

edo_abort_guard edo_abort_guard_disarm(edo_abort_guard *guard)
{
    edo_abort_guard had = guard ? *guard : (edo_abort_guard){0};

    if (guard)
        *guard = (edo_abort_guard){0};
    return had;
}

void edo_abort_guard_drop(edo_abort_guard *guard)
{
    edo_abort_guard had = edo_abort_guard_disarm(guard);

    edo_task_abort(had.task); /* a consumed one says -ESRCH to both */
    edo_task_detach(had.task);
    edo_abort_handle_abort(&had.handle);
    edo_abort_handle_drop(had.handle);
}
