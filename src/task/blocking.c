/* blocking.c: calls that block: handed to the runtime's threads for them, or made in place. */
#include <edo/blocking.h>

#include <errno.h>

#include <edo/error.h>

#include "base/report.h"
#include "sched/in_place.h"
#include "sched/spawn.h"
#include "task/blocking.h"

int spawn_call(spawn_request *req, const edo_blocking_opts *opts, int (*fn)(void *arg), void *arg,
               edo_task *ret_task)
{
    static const edo_blocking_opts defaults;
    thread *self = thread_self();

    if (!opts)
        opts = &defaults;
    if (!fn || (opts->copy_size && !arg))
        return -EINVAL;
    req->kind = opts->must_run ? TASK_CALL_ANYWAY : TASK_CALL;
    req->fn = fn;
    req->arg = arg;
    req->release = opts->release;
    req->copy_size = opts->copy_size;
    edo_spawn_opts common = {.name = opts->name};
    sched *s = opts->on ? (sched *)opts->on : sched_current(self);
    return sched_spawn_blocking(self, s, req, &common, ret_task);
}

int edo_spawn_blocking_from(const char *place, const edo_blocking_opts *opts, int (*fn)(void *arg),
                            void *arg, edo_task *ret_task)
{
    spawn_request req = {.place = place};

    return spawn_call(&req, opts, fn, arg, ret_task);
}

/* Whether others depend on its very thread. */
static bool is_bound(const task *t)
{
    const sched *s = t->sched;

    return !s->multi || s->opts.migration == EDO_MIGRATION_NEVER ||
           (t->extra && (t->extra->set || t->extra->around));
}

int edo_block_in_place(int (*fn)(void *arg), void *arg)
{
    thread *self = thread_self();
    const task *t = self->task;
    in_place_call call = {.fn = fn, .arg = arg};

    if (!fn)
        return -EINVAL;
    if (self->poll_depth || self->in_hook || (t && is_bound(t))) {
        report_misuse("edo_block_in_place needs a task of a multi-thread runtime that may migrate, "
                      "outside of local sets, poll functions and hooks: use edo_spawn_blocking");
        return -EDO_EMISUSE;
    }
    if (!t)
        return fn(arg);
    self->in_place = &call;
    task_leave_stack(self, LEAVE_IN_PLACE);
    return call.result;
}
