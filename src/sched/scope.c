/* scope.c: the walk that finds the innermost reason, and taking a link out. */
#include "sched/scope.h"

#include <errno.h>

#include "base/report.h"

static const edo_scope *limit_of(const edo_scope_link *link)
{
    return link->kind == SCOPE_LIMIT ? container_of((edo_scope_link *)link, edo_scope, link) : NULL;
}

static int scope_why(const edo_scope *scope, sched *s)
{
    if (scope->error)
        return scope->error;
    /* acquire: pairs with the release in the token's mark, as its user's own look does. */
    if (scope->canceled ||
        (scope->token_canceled && a_load(scope->token_canceled, MODEL_BUG(2201, acquire, relaxed))))
        return -ECANCELED;
    return scope->deadline != UINT64_MAX && sched_now(s) >= scope->deadline ? -ETIMEDOUT : 0;
}

int task_why_slow(task *t)
{
    for (const edo_scope_link *link = t->scope; link; link = link->outer) {
        const edo_scope *scope = limit_of(link);
        int why = scope ? scope_why(scope, t->sched) : 0;
        if (why)
            return why;
        if (scope && scope->shield)
            return 0;
    }
    uint64_t word = a_load(&t->state, relaxed); /* as in task_why */
    if (word & TASK_SHUTDOWN)
        return -EDO_ESHUTDOWN;
    return word & TASK_CANCELED ? -ECANCELED : 0;
}

bool scope_is_unconstrained(const task *t)
{
    for (const edo_scope_link *link = t->scope; link; link = link->outer) {
        const edo_scope *scope = limit_of(link);
        if (scope && scope->unconstrained)
            return true;
    }
    return false;
}

bool scope_remove(edo_scope_link *link)
{
    task *t = link->task;
    edo_scope_link **at = scope_chain(thread_self());

    link->task = NULL;
    if (!t || !at || thread_subject(thread_self()) != t)
        return false;
    if (unlikely(*at != link))
        report_misuse(
            "task %llu (spawned at %s) leaves a scope or binding that is not its innermost "
            "one",
            (unsigned long long)t->id, t->place);
    while (*at && *at != link)
        at = &(*at)->outer;
    if (!*at)
        return false;
    *at = link->outer;
    return true;
}
