/* handle.c: counted references to a runtime, and which one is the current. */
#include <errno.h>
#include <stdlib.h>

#include "base/report.h"
#include "runtime/runtime.h"

edo_handle *edo_runtime_handle(edo_runtime *runtime)
{
    return runtime ? sched_ref(runtime->sched) : NULL;
}

int edo_handle_current_from(const char *place, edo_handle **ret_handle)
{
    sched *s = sched_current(thread_self());

    (void)place; /* of a debug build's sentence */
    if (!ret_handle)
        return -EINVAL;
    if (!s) {
        report_misuse("%s: there is no current runtime on this thread: enter one by edo_block_on "
                      "or edo_enter, or ask edo_handle_try_current",
                      place);
        return -EDO_ENORUNTIME;
    }
    *ret_handle = sched_ref(s);
    return 0;
}

edo_handle *edo_handle_try_current(void)
{
    sched *s = sched_current(thread_self());

    return s ? sched_ref(s) : NULL;
}

edo_handle *edo_handle_ref(edo_handle *handle)
{
    return handle ? sched_ref(handle) : NULL;
}

void edo_handle_unref(edo_handle *handle)
{
    if (handle)
        sched_unref(handle);
}

uint64_t edo_handle_id(const edo_handle *handle)
{
    return handle ? handle->id : 0;
}

const char *edo_handle_name(const edo_handle *handle)
{
    return handle ? handle->name : NULL;
}

edo_runtime_kind edo_handle_kind(const edo_handle *handle)
{
    return handle ? handle->opts.kind : EDO_MULTI_THREAD;
}

/* Where the running code's entered runtime is kept: a task takes it along when it moves. */
static sched **entered_place(void)
{
    thread *self = thread_self();

    return self->task ? &self->task->entered : &self->entered;
}

int edo_enter(edo_handle *handle, edo_enter_guard *ret_guard)
{
    if (!handle || !ret_guard)
        return -EINVAL;
    sched **place = entered_place();
    *ret_guard = (edo_enter_guard){.entered = sched_ref(handle), .before = *place};
    *place = handle;
    return 0;
}

void edo_leave(edo_enter_guard *guard)
{
    if (!guard || !guard->entered)
        return;
    *entered_place() = guard->before;
    sched_unref(guard->entered);
    guard->entered = NULL;
}

int edo_worker_index(void)
{
    thread *self = thread_self();

    return self->core ? (int)self->core->index : -1;
}
