/*
 * local_set.c: driving a local set: in a function of a task, as a future, and for the last time.
 *
 * A task goes to the set's thread by a pin to that seat and a yield: the worker that it leaves puts it
 * there. The future needs no thread: who polls it waits, and the set's thread runs the tasks.
 */
#include <edo/local_set.h>

#include <errno.h>

#include <edo/error.h>

#include "await/await.h"
#include "base/report.h"
#include "runtime/runtime.h"
#include "sched/local_set.h"
#include "sched/scope.h"

int edo_local_set_new(const edo_local_set_opts *opts, edo_local_set **ret_set)
{
    sched *s = opts && opts->on ? opts->on : sched_current(thread_self());
    edo_on_failure on_failure = opts ? opts->on_failure : EDO_FAILURE_IGNORE;

    if (!ret_set || (unsigned)on_failure > EDO_FAILURE_SHUTDOWN)
        return -EINVAL;
    if (!s) {
        report_misuse("a local set needs a runtime: make it inside of one, or name its handle");
        return -EDO_ENORUNTIME;
    }
    return sched_is_ours(s) ? local_set_new(s, on_failure, ret_set) : -EDO_EFORKED;
}

size_t edo_local_set_len(const edo_local_set *set)
{
    return set ? (size_t)a_load(&set->live, relaxed) : 0; /* publishes nothing */
}

/* ---- spawning ------------------------------------------------------------------------------ */

int edo_spawn_local_from(const char *place, int (*fn)(void *arg), void *arg, edo_task *ret_task)
{
    return edo_spawn_from(place, &(edo_spawn_opts){.local = true}, fn, arg, ret_task);
}

int edo_local_set_spawn_from(const char *place, edo_local_set *set, int (*fn)(void *arg), void *arg,
                             edo_task *ret_task)
{
    if (!set)
        return -EINVAL;
    return edo_spawn_from(place, &(edo_spawn_opts){.local_set = set}, fn, arg, ret_task);
}

int edo_local_set_enter(edo_local_set *set, edo_local_set_guard *ret_guard)
{
    thread *self = thread_self();
    task *t = self->task;

    if (!set || !ret_guard)
        return -EINVAL;
    int rc = t ? task_need_extra(t) : 0;
    if (rc < 0)
        return rc;
    edo_local_set **place = t ? &t->extra->around : &self->around;
    *ret_guard = (edo_local_set_guard){.before = *place, .entered = true};
    *place = set;
    return 0;
}

void edo_local_set_leave(edo_local_set_guard *guard)
{
    thread *self = thread_self();
    task *t = self->task;

    if (!guard || !guard->entered)
        return;
    *(t ? &t->extra->around : &self->around) = guard->before;
    guard->entered = false;
}

/* ---- run_until ----------------------------------------------------------------------------- */

static bool is_task_of(const thread *self, const local_set *set)
{
    const task *t = self->task;

    return t && t->sched == set->sched && t->kind == TASK_STACKFUL && !self->poll_depth &&
           !self->in_hook;
}

/* The running task is pinned to the set's thread from now on. Whatever cuts its waits short, it goes
 * there. */
static int go_there(local_set *set, thread *self, task *t)
{
    seat *there;
    int rc = local_set_bind(set, self);

    if (rc < 0 || (rc = task_pin(self, t)) < 0)
        return rc;
    there = a_load(&set->seat, acquire); /* pairs with local_set_bind */
    if (t->extra->seat == there)
        return 0;
    if (!set->sched->multi || t->extra->pins > 1 || t->extra->set || debug_holds_mutex(t)) {
        task_unpin(t);
        return -EDO_EMISUSE;
    }
    task_move_pin(t, there);
    task_yield(self);
    return 0;
}

static int drive_plainly(local_set *set, int (*fn)(void *arg), void *arg)
{
    local_set_drive(set, NULL);
    int rc = fn(arg);
    local_set_rest(set, NULL);
    return rc;
}

/* A task that fails ends the function's waits. */
static int drive_watched(local_set *set, int (*fn)(void *arg), void *arg)
{
    local_drive drive = {.task = thread_self()->task};
    edo_scope scope;
    int rc = edo_scope_enter(&scope, NULL);

    if (rc < 0)
        return rc;
    scope.token_canceled = &drive.canceled; /* before the first wait in it */
    local_set_drive(set, &drive);
    rc = fn(arg);
    if (local_set_rest(set, &drive))
        rc = -EDO_ESHUTDOWN;
    edo_scope_leave(&scope);
    return rc;
}

static int run_here(edo_local_set *set, int (*fn)(void *arg), void *arg)
{
    edo_local_set_guard around;
    int rc = edo_local_set_enter(set, &around);

    if (rc < 0)
        return rc;
    rc = set->on_failure == EDO_FAILURE_SHUTDOWN ? drive_watched(set, fn, arg)
                                                 : drive_plainly(set, fn, arg);
    edo_local_set_leave(&around);
    return rc;
}

int edo_local_set_run_until(edo_local_set *set, int (*fn)(void *arg), void *arg)
{
    thread *self = thread_self();

    if (!set || !fn)
        return -EINVAL;
    if (!is_task_of(self, set)) {
        report_misuse("edo_local_set_run_until has to be called in a task of the set's runtime");
        return -EDO_EMISUSE;
    }
    task *t = self->task;
    int rc = go_there(set, self, t);
    if (rc < 0)
        return rc;
    rc = run_here(set, fn, arg);
    if (likely(thread_self()->task == t)) /* else this is a child of its fork */
        task_unpin(t);
    return rc;
}

/* ---- as a future --------------------------------------------------------------------------- */

static edo_local_set_drive_future *drive_of(edo_future *base)
{
    return container_of(base, edo_local_set_drive_future, base);
}

static edo_poll finish(edo_local_set_drive_future *drive, int64_t result)
{
    if (drive->drives) {
        local_set_go(drive->set, &drive->wait);
        if (local_set_rest(drive->set, NULL))
            result = -EDO_ESHUTDOWN;
    }
    drive->drives = false;
    return edo_future_finish(&drive->base, result);
}

/* The polling thread's, if it is nobody's. */
static int begin(edo_local_set_drive_future *drive)
{
    local_set *set = drive->set;
    thread *self = thread_self();

    if (!set)
        return -EINVAL;
    bool is_mine = self->sched == set->sched && self->task;
    if (!is_mine && (!set->sched->multi || !a_load(&set->seat, acquire)))
        return -EDO_EMISUSE;
    int rc = is_mine ? local_set_bind(set, self) : 0;
    if (rc < 0)
        return rc;
    if (!set->sched->multi && !local_set_is_here(set, self))
        return -EDO_EMISUSE;
    drive->drives = true;
    local_set_drive(set, NULL);
    return 0;
}

static edo_poll drive_poll(edo_future *base, const edo_waker *waker)
{
    edo_local_set_drive_future *drive = drive_of(base);

    if (unlikely(drive->set && !sched_is_ours(drive->set->sched)))
        return edo_future_finish(base, -EDO_EFORKED); /* its lock may be a thread's of the parent */
    int rc = drive->drives || (base->state & FUTURE_CANCELED) ? 0 : begin(drive);

    if (rc < 0)
        return edo_future_finish(base, rc);
    if (drive->drives && a_load(&drive->set->live, acquire) == 0) /* pairs with local_set_ended */
        return finish(drive, 0);
    if (base->state & FUTURE_CANCELED)
        return finish(drive, -ECANCELED);
    return local_set_stay(drive->set, &drive->wait, waker) ? EDO_PENDING : finish(drive, 0);
}

static const edo_future_ops drive_ops = {
    .poll = drive_poll, .name = "local_set_drive", .flags = EDO_FUTURE_RESTARTS};

edo_local_set_drive_future edo_local_set_drive_async(edo_local_set *set)
{
    return (edo_local_set_drive_future){.base = EDO_FUTURE_INIT(&drive_ops), .set = set};
}

int edo_local_set_drive(edo_local_set *set)
{
    edo_local_set_drive_future drive = edo_local_set_drive_async(set);

    return (int)edo_await(&drive.base);
}

/* ---- the end ------------------------------------------------------------------------------- */

/* Waits for the last task, whatever becomes of whoever waits. */
typedef struct last_wait {
    edo_future base;
    local_set *set;
    local_wait wait;
} last_wait;

static edo_poll last_poll(edo_future *base, const edo_waker *waker)
{
    last_wait *last = container_of(base, last_wait, base);

    return local_set_stay(last->set, &last->wait, waker) ? EDO_PENDING : edo_future_finish(base, 0);
}

static void last_cancel(edo_future *base)
{
    (void)base; /* it is a matter of the tasks, which have been aborted */
}

static const edo_future_ops last_ops = {
    .poll = last_poll, .cancel = last_cancel, .name = "local_set_free"};

static bool is_empty(void *arg)
{
    const local_set *set = arg;

    return a_load(&set->live, acquire) == 0; /* pairs with local_set_ended */
}

static int await_last(local_set *set)
{
    last_wait last = {.base = EDO_FUTURE_INIT(&last_ops), .set = set};

    future_was_polled(&last.base); /* so that a cancel leaves it to last_poll */
    return (int)edo_await(&last.base);
}

/* On a plain thread, which drives the runtime for it. */
static int drive_last(local_set *set, thread *self)
{
    sched *s = set->sched;
    int rc = 0;

    if (!thread_parker(self))
        return -ENOMEM;
    if (!drive_begin(s, self, is_empty, set, UINT64_MAX))
        return 0;
    rc = local_set_bind(set, self);
    if (rc == 0 && !local_set_is_here(set, self))
        rc = -EDO_EMISUSE;
    if (rc == 0) {
        local_set_close(set);
        worker_loop(self, is_empty, set);
    }
    drive_end(s, self);
    return rc;
}

static int end_tasks(local_set *set, thread *self)
{
    sched *s = set->sched;
    bool inside = self->sched == s && self->task;

    if (!s->multi && !inside) {
        if (!thread_may_block(self) || (s->is_local && s->owner != thread_number(self)))
            return -EDO_EMISUSE;
        return drive_last(set, self);
    }
    int rc = inside ? local_set_bind(set, self) : 0;
    if (rc == 0 && !s->multi && !local_set_is_here(set, self))
        rc = -EDO_EMISUSE;
    if (rc < 0)
        return rc;
    local_set_close(set);
    return await_last(set);
}

static int check_free(const local_set *set, const thread *self)
{
    const task *t = thread_subject(self);

    if (!sched_is_ours(set->sched))
        return -EDO_EFORKED;
    if (self->poll_depth || self->in_hook || (t && t->extra && t->extra->set == set))
        return -EDEADLK;
    return a_load(&set->driven, relaxed) > 0 ? -EBUSY : 0;
}

int edo_local_set_free(edo_local_set *set)
{
    thread *self = thread_self();

    if (!set)
        return 0;
    int rc = check_free(set, self);
    if (rc == 0 && !is_empty(set))
        rc = end_tasks(set, self);
    if (rc < 0)
        return rc;
    local_set_free(set);
    return 0;
}
