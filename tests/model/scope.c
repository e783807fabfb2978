/*
 * scope.c: a scope that somebody else cancels by its token: the task is woken or sees it, it sees what
 * was written before, nobody touches a scope that was left, and token and header go once.
 */
#include "../../src/sched/task_slab.c"
#include "../../src/sched/worker.c"

#include <edo/scope.h>

#include "sched/task_new.h"

#include "rig.h"
#include "sync/cancel_token.h"

static edo_cancel_token *token, *parent;
static task *subject;
static unsigned data;          /* plain: 7 before the cancel */
static edo_scope outer, inner; /* where the task's stack would be */
static unsigned runs;          /* plain: handed on from run to run */
static edo_waker stray;        /* a counted waker of the task's */

static int never_called(void *arg)
{
    (void)arg;
    return 0;
}

static void setup(void)
{
    spawn_request req = {.place = "here", .kind = TASK_STACKFUL, .fn = never_called};

    rig_setup();
    model_assert(edo_cancel_token_new(&parent) == 0);
    model_assert(edo_cancel_token_child(parent, &token) == 0);
    model_assert(task_new(&rig, &rig_core[0].tasks, &rig_core[0], &req, &subject) == 0);
    inject_push_list(&rig.inject, subject, subject, 1);
    model_name(&subject->state, "task.state");
    model_name(&token->canceled, "token.canceled");
}

static bool subject_is_over(void *arg)
{
    (void)arg;
    return (subject->state & TASK_COMPLETE) != 0;
}

static bool work_or_over(void *arg)
{
    return rig_has_work(arg) || subject_is_over(NULL);
}

/* One run by hand: the body says how it is left. */
static void run_by_hand(core *c, task *t, enum leave (*body)(task *t))
{
    thread *self = thread_self();

    enter_task(self, c, t);
    self->leave = body(t);
    leave_task(self, exit_task(self), c->sched, t);
}

static void work(unsigned index, enum leave (*body)(task *t))
{
    core *c = rig_hold(index);

    for (;;) {
        model_wait_until(work_or_over, c, "waits for a task to run");
        task *t = next_task(c);
        if (t)
            run_by_hand(c, t, body);
        else if (model_peek(subject_is_over, NULL))
            return;
    }
}

/* --- a wait in a scope ------------------------------------------------------------------------ */

static enum leave wait_in_scope(task *t)
{
    if (runs++ == 0)
        model_assert(edo_scope_enter(&outer, &(edo_scope_opts){.token = token}) == 0);
    int why = task_why(t);
    if (why == 0)
        return LEAVE_SUSPEND;
    model_assert(why == -ECANCELED && data == 7);
    edo_scope_leave(&outer);
    memset(&outer, 0, sizeof outer); /* the stack is used anew */
    model_assert(task_why(t) == 0);
    return LEAVE_END;
}

static void waiting_worker(void)
{
    work(0, wait_in_scope);
}

static void other_waiting_worker(void)
{
    work(1, wait_in_scope);
}

static void write_and_cancel(void)
{
    data = 7;
    edo_cancel_token_cancel(token);
}

static void write_and_cancel_the_parent(void)
{
    data = 7;
    edo_cancel_token_cancel(parent);
}

static void check_over(void)
{
    model_assert(subject_is_over(NULL));
    model_assert(rig.inject.len == 0);
    edo_cancel_token *tokens[] = {token, parent};
    edo_cancel_token_free(token);
    edo_cancel_token_free(parent);
    model_assert(model_is_freed(tokens[0]) && model_is_freed(tokens[1]));
}

/* --- a scope that is left before, or while, it is cancelled ------------------------------------- */

static enum leave pass_through(task *t)
{
    for (int i = 0; i < 2; i++) {
        model_assert(edo_scope_enter(&outer, &(edo_scope_opts){.token = token}) == 0);
        int why = task_why(t);
        model_assert(why == 0 || (why == -ECANCELED && data == 7));
        edo_scope_leave(&outer);
        memset(&outer, 0, sizeof outer);
    }
    return LEAVE_END;
}

static void passing_worker(void)
{
    work(0, pass_through);
}

static enum leave pass_and_let_go(task *t)
{
    pass_through(t);
    edo_cancel_token_free(token);
    return LEAVE_END;
}

static void passing_and_letting_go(void)
{
    work(0, pass_and_let_go);
}

static void setup_two_handles(void)
{
    setup();
    edo_cancel_token_clone(token);
}

static void cancel_and_let_go(void)
{
    write_and_cancel();
    edo_cancel_token_free(token);
}

/* The scope's own handle is the last. */
static enum leave keep_it_alone(task *t)
{
    if (runs++ == 0) {
        model_assert(edo_scope_enter(&outer, &(edo_scope_opts){.token = token}) == 0);
        edo_cancel_token_free(token);
    }
    if (task_why(t) == 0)
        return LEAVE_SUSPEND;
    model_assert(data == 7);
    edo_scope_leave(&outer);
    memset(&outer, 0, sizeof outer);
    return LEAVE_END;
}

static void keeping_worker(void)
{
    work(0, keep_it_alone);
}

static void check_freed(void)
{
    model_assert(subject_is_over(NULL));
    edo_cancel_token_free(parent);
    model_assert(model_is_freed(token) && model_is_freed(parent));
}

/* --- two scopes, and another wake --------------------------------------------------------------- */

static enum leave wait_in_two(task *t)
{
    if (runs++ == 0) {
        model_assert(edo_scope_enter(&outer, &(edo_scope_opts){.token = parent}) == 0);
        model_assert(edo_scope_enter(&inner, &(edo_scope_opts){.token = token}) == 0);
    }
    if (task_why(t) == 0)
        return LEAVE_SUSPEND;
    edo_scope_leave(&inner);
    memset(&inner, 0, sizeof inner);
    int why = task_why(t); /* of the outer one, if that was the parent's */
    edo_scope_leave(&outer);
    memset(&outer, 0, sizeof outer);
    model_assert((why == 0 || why == -ECANCELED) && data == 7);
    return LEAVE_END;
}

static void nesting_worker(void)
{
    work(0, wait_in_two);
}

static void setup_stray(void)
{
    setup();
    edo_waker own = task_waker(subject);
    model_assert(edo_waker_clone(&own, &stray) == 0);
}

static void wake_for_nothing(void)
{
    edo_waker_wake(stray);
}

static const model_scenario scenarios[] = {
    {.name = "one_waits_one_cancels",
     .setup = setup,
     .threads = {waiting_worker, write_and_cancel},
     .check = check_over},
    {.name = "two_workers_and_a_cancel_from_above",
     .setup = setup,
     .threads = {waiting_worker, other_waiting_worker, write_and_cancel_the_parent},
     .no_weak = true,
     .check = check_over},
    {.name = "left_while_it_is_cancelled",
     .setup = setup,
     .threads = {passing_worker, write_and_cancel},
     .check = check_over},
    {.name = "the_scope_keeps_the_token",
     .setup = setup,
     .threads = {keeping_worker, write_and_cancel_the_parent},
     .check = check_freed},
    {.name = "both_let_go",
     .setup = setup_two_handles,
     .threads = {passing_and_letting_go, cancel_and_let_go},
     .check = check_freed},
    {.name = "two_scopes_from_inside_out",
     .setup = setup,
     .threads = {nesting_worker, write_and_cancel_the_parent},
     .check = check_over},
    {.name = "beside_another_wake",
     .setup = setup_stray,
     .threads = {waiting_worker, write_and_cancel, wake_for_nothing},
     .no_weak = true,
     .check = check_over},
};

MODEL_PROGRAM("scope", scenarios)
