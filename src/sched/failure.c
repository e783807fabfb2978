/*
 * failure.c: a task's error that nobody joins is counted, told to a hook, and may end its runtime.
 *
 * Once      The completion and whoever gives the handle up find out by the state word who comes
 *           second: that one notes it. Of a task with a result that isn't negative nobody asks.
 * Lifetime  A handle may be given up when the runtime is gone, and the header has a pointer to it.
 *           So the runtime's end clears those pointers, under a lock of the process, under which the
 *           other side takes a reference. It has to walk over all headers for it, and does so only if
 *           there was such a task.
 */
#include "sched/failure.h"

#include <errno.h>

#include <edo/error.h>

static lock owners_lock; /* over `sched` of headers whose task has ended with an error */

void failure_guard(void)
{
    fork_guard(&owners_lock);
}

/* It was asked to end, and passed the reason on. */
static bool was_canceled(const task *t)
{
    uint64_t word = a_load(&t->state, relaxed); /* these bits were there before its end */

    return (t->result == -ECANCELED && (word & (TASK_CANCELED | TASK_SHUTDOWN))) ||
           (t->result == -EDO_ESHUTDOWN && (word & TASK_SHUTDOWN));
}

bool failure_note(sched *s, const task *t)
{
    if (was_canceled(t))
        return false;
    a_fetch_add(&s->failures, 1, relaxed); /* a number to look at */
    if (s->opts.on_task_failure) {
        thread *self = thread_self();
        edo_task_info info = {.id = t->id, .place = t->place, .is_blocking = t->kind >= TASK_CALL};
        hook_around around = thread_begin_task_hook(self, s);
        s->opts.on_task_failure(&info, t->result, s->opts.hook_arg);
        thread_end_task_hook(self, around);
    }
    if (s->opts.on_failure == EDO_FAILURE_SHUTDOWN)
        s->begin_shutdown(s);
    return true;
}

void failure_expect(sched *s)
{
    a_store(&s->expects_failures, true, relaxed); /* read by the last reference's holder */
}

/* NULL: it is gone. */
static sched *owner_of(task *t)
{
    lock_take(&owners_lock);
    sched *s = a_load(&t->sched, relaxed);
    uint64_t refs = s ? a_load(&s->refs, relaxed) : 0;
    while (refs > 0 && !a_cas_weak(&s->refs, &refs, refs + 1, relaxed, relaxed))
        ;
    lock_drop(&owners_lock);
    return refs > 0 ? s : NULL;
}

void failure_of_ended(task *t)
{
    sched *s = t->result < 0 ? owner_of(t) : NULL;

    if (!s)
        return;
    if (sched_is_ours(s)) /* a child of fork notes nothing in its parent's runtime */
        failure_note(s, t);
    sched_unref(s);
}

static void disown(task *t, void *arg)
{
    sched *of = arg;

    if (a_load(&t->sched, relaxed) != of)
        return; /* others' headers are not written to, nor taken out of their caches */
    /* In one step: with its last reference the header may become another runtime's at any time. */
    a_cas(&t->sched, &of, NULL, relaxed, relaxed);
}

void failure_forget(sched *s)
{
    if (!a_load(&s->expects_failures, relaxed))
        return;
    lock_take(&owners_lock);
    task_slab_walk(disown, s);
    lock_drop(&owners_lock);
}
