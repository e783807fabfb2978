/*
 * threads.c: a list of the records of threads that run tasks, for whoever looks at them from outside.
 *
 * A record lies in its thread's own memory. So it is looked at under the lock of the list only, and a
 * thread takes its record out before it ends.
 */
#include "sched/threads.h"

static lock list_lock;
static thread *list;

void threads_join(thread *self)
{
    if (self->listed++ > 0)
        return;
    (void)thread_system_id(self);
    lock_take(&list_lock);
    self->next_listed = list;
    self->listed_at = &list;
    if (list)
        list->listed_at = &self->next_listed;
    list = self;
    lock_drop(&list_lock);
}

void threads_leave(thread *self)
{
    if (self->listed == 0 || --self->listed > 0) /* 0: this is a child of fork(2) */
        return;
    lock_take(&list_lock);
    *self->listed_at = self->next_listed;
    if (self->next_listed)
        self->next_listed->listed_at = self->listed_at;
    lock_drop(&list_lock);
}

static bool runs(thread *candidate, const task *t)
{
    return a_load(&candidate->task, relaxed) == t || a_load(&candidate->on_behalf, relaxed) == t;
}

bool threads_find(const task *t, void (*fn)(thread *found, void *arg), void *arg)
{
    thread *found;

    lock_take(&list_lock);
    for (found = list; found && !runs(found, t); found = found->next_listed)
        ;
    if (found)
        fn(found, arg);
    lock_drop(&list_lock);
    return found;
}

task *threads_task_of(const thread *record)
{
    const thread *found;

    lock_take(&list_lock);
    for (found = list; found && found != record; found = found->next_listed)
        ;
    task *t = found ? a_load(&found->task, relaxed) : NULL;
    lock_drop(&list_lock);
    return t;
}

void threads_forget(void)
{
    list_lock = (lock){0};
    list = NULL;
}
