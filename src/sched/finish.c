/*
 * finish.c: debug builds look at what a task leaves behind when its function returns: futures
 * pending, pthread mutexes held, a pointer to its stack in the hands of a task that lives on.
 */
#include "sched/finish.h"

#include <inttypes.h>

#include "base/report.h"
#include "sched/debug.h"
#include "sched/inherit.h"

#if EDO_DEBUG
static void check_futures(task *t)
{
    int left = a_load(&t->pending_futures, relaxed);

    if (left > 0)
        report_misuse("task %" PRIu64 " (spawned at %s) ended while %d future(s) that it had "
                      "polled were pending; cancel a future and await it before its task ends",
                      t->id, t->place, left);
}

static void check_mutexes(task *t)
{
    if (t->held_count > 0)
        report_misuse("task %" PRIu64 " (spawned at %s) ended holding the pthread mutex that it "
                      "locked at %s; unlock it first",
                      t->id, t->place, debug_held_place(t));
    debug_forget_held(t);
}

/* Called for each header of the process: is it a task that was lent the stack of `arg`? */
static void check_borrower(task *t, void *arg)
{
    const task *lender = arg;
    task_glimpse seen;
    uint64_t whose =
        a_load(&t->lender, relaxed); /* of the same life, or the look fails or differs */

    if (t == lender || whose != lender->id || !task_look(t, &seen) ||
        a_load(&t->lender, relaxed) != whose)
        return;
    report_misuse("task %" PRIu64 " (spawned at %s) was given a pointer to the stack of task "
                  "%" PRIu64 ", which has ended: use edo_spawn_copy, or join it first",
                  seen.id, seen.place, lender->id);
}

void finish_scopes(const task *t)
{
    const inherited *own = t->extra ? t->extra->inherited : NULL;

    if (t->scope != (own ? &own->bindings[own->count - 1].link : NULL))
        report_misuse("task %" PRIu64
                      " (spawned at %s) ended in a scope or binding that it has not "
                      "left; leave it before the function returns on whose stack it lies",
                      t->id, t->place);
}

void finish_checks(task *t)
{
    check_futures(t);
    check_mutexes(t);
    if (t->lent_stack)
        task_slab_walk(check_borrower, t);
}
#endif
