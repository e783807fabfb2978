/*
 * scope.c: entering and leaving scopes.
 *
 * Another thread  never touches a scope but for its timer and its place among a token's waits, which
 *                 both are taken out under their locks before the scope is left. They wake the task by
 *                 its borrowed waker, as a wait of its would, so it can't have ended. Why it was woken
 *                 it finds out itself: the clock, and the token's own flag, for which the scope has a
 *                 handle.
 * No lost         The wait is linked, or the flag is seen, before the first await in the scope asks for
 *   wake-up       it; a cancel sets the flag before it wakes.
 */
#include <errno.h>

#include <edo/error.h>

#include "base/report.h"
#include "sched/current.h"
#include "sched/scope.h"
#include "sync/cancel_token.h"

/* The running task, if it may enter a scope here; else NULL. */
static task *who_enters(const thread *self)
{
    task *t = self->task;

    if (t && t->kind == TASK_STACKFUL && !self->poll_depth && !self->in_hook)
        return t;
    report_misuse("a scope needs a task with a stack, outside of poll functions and hooks; there "
                  "edo_timeout_async and edo_run_until_canceled_async set limits");
    return NULL;
}

static int start_timer(edo_scope *scope, task *t)
{
    timer_wheel *wheel;
    bool sooner;
    edo_waker waker = task_waker(t);
    int rc = current_own_wheel(&wheel);

    if (rc < 0)
        return rc;
    if (wheel_add(wheel, &scope->timer, scope->deadline, &waker, &sooner) && sooner)
        current_wheel_sooner(wheel);
    return 0;
}

static void watch_token(edo_scope *scope, edo_cancel_token *token, task *t)
{
    edo_waker waker = task_waker(t);

    scope->token = MODEL_BUG(2204, edo_cancel_token_clone(token), token);
    scope->token_canceled = &token->canceled;
    if (MODEL_BUG(2202, true, false))
        cancel_token_link(token, &scope->waiter, &waker);
}

static int enter(edo_scope *scope, uint64_t deadline, const edo_scope_opts *opts)
{
    thread *self = thread_self();

    if (!scope)
        return -EINVAL;
    *scope = (edo_scope){.deadline = deadline,
                         .shield = opts->shield,
                         .unconstrained = opts->unconstrained,
                         .budget = self->budget};
    task *t = who_enters(self);
    if (!t)
        return -EDO_EMISUSE;
    int rc = deadline == UINT64_MAX ? 0 : start_timer(scope, t);
    if (rc < 0)
        return rc;
    if (opts->token)
        watch_token(scope, opts->token, t);
    scope_push(t, &scope->link, SCOPE_LIMIT);
    return 0;
}

/* By the clock of the task's own runtime, whichever is entered. */
static uint64_t after(edo_duration span)
{
    const task *t = thread_self()->task;

    return edo_instant_add((edo_instant){t ? sched_now(t->sched) : 0}, span).ns;
}

static uint64_t deadline_of(const edo_scope_opts *opts)
{
    uint64_t limit = opts->limit.ns ? after(opts->limit) : UINT64_MAX;
    uint64_t until = opts->until.ns ? opts->until.ns : UINT64_MAX;

    return limit < until ? limit : until;
}

static const edo_scope_opts no_opts;

int edo_scope_enter(edo_scope *scope, const edo_scope_opts *opts)
{
    if (!opts)
        opts = &no_opts;
    return enter(scope, deadline_of(opts), opts);
}

int edo_scope_enter_within(edo_scope *scope, edo_duration limit)
{
    return enter(scope, after(limit), &no_opts);
}

int edo_scope_enter_until(edo_scope *scope, edo_instant deadline)
{
    return enter(scope, deadline.ns, &no_opts);
}

int edo_scope_enter_shield(edo_scope *scope, edo_duration limit)
{
    return enter(scope, after(limit), &(edo_scope_opts){.shield = true});
}

/* The units that it had, and not those of a run that has begun since. */
static void restore_budget(thread *self, const edo_scope *scope)
{
    if (self->task && scope->unconstrained)
        self->budget = scope->budget;
}

void edo_scope_leave(edo_scope *scope)
{
    if (!scope || !scope->link.task || !scope_remove(&scope->link))
        return;
    restore_budget(thread_self(), scope);
    if (scope->deadline != UINT64_MAX)
        wheel_remove(&scope->timer);
    if (scope->token) {
        if (MODEL_BUG(2203, true, false))
            cancel_token_unlink(scope->token, &scope->waiter);
        edo_cancel_token_free(scope->token);
        scope->token = NULL;
    }
}

void edo_scope_cancel(edo_scope *scope)
{
    if (!scope)
        return;
    scope->canceled = true;
    /* From a poll of the task's own: it may be about to sleep, and asks why before that only. */
    if (scope->link.task && thread_self()->poll_depth > 0 && task_mark(scope->link.task, 0))
        task_push(scope->link.task);
}

bool edo_scope_is_expired(const edo_scope *scope)
{
    return scope && scope->link.task && scope->deadline != UINT64_MAX &&
           sched_now(scope->link.task->sched) >= scope->deadline;
}

bool edo_scope_is_canceled(const edo_scope *scope)
{
    return scope && (scope->canceled || edo_cancel_token_is_canceled(scope->token));
}

int edo_scope_reason(void)
{
    task *t = thread_self()->task;

    return t ? task_why(t) : 0;
}

/* Blocks. */

static edo_scope *begin(edo_scope *scope, int rc)
{
    const thread *self = thread_self();

    if (rc < 0 && self->task && !self->poll_depth) {
        scope->deadline = UINT64_MAX;
        scope->error = rc;
        scope_push(self->task, &scope->link, SCOPE_LIMIT);
    }
    return scope;
}

edo_scope *edo_scope_begin(edo_scope *scope, const edo_scope_opts *opts)
{
    return begin(scope, edo_scope_enter(scope, opts));
}

edo_scope *edo_scope_begin_within(edo_scope *scope, edo_duration limit)
{
    return begin(scope, edo_scope_enter_within(scope, limit));
}

edo_scope *edo_scope_begin_shield(edo_scope *scope, edo_duration limit)
{
    return begin(scope, edo_scope_enter_shield(scope, limit));
}
