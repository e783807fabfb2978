/*
 * members_wait.c: waiting for the next end, or for all of them.
 *
 * One wait at a time has the place of the waker. It is taken out of there when it is woken, and comes
 * back with its next poll, so an end that comes meanwhile finds nobody, and is found by that poll.
 */
#include <errno.h>

#include <edo/error.h>

#include "await/await.h"
#include "base/report.h"
#include "sched/coop.h"
#include "task/members.h"

/* The future that was cut short; with no lock held. */
static edo_poll leave(members *all, edo_future *base)
{
    lock_take(&all->lock);
    if (MODEL_BUG(2106, all->waiting == base, false))
        a_store(&all->waiting, NULL, relaxed);
    lock_drop(&all->lock);
    return edo_future_finish(base, -ECANCELED);
}

int members_stay(members *all, const edo_future *base, const edo_waker *waker, bool drains)
{
    if (all->waiting && all->waiting != base)
        return -EDO_EMISUSE;
    a_store(&all->waiting, base, relaxed);
    all->waker = *waker;
    all->drains = drains;
    return 0;
}

edo_poll members_refuse(edo_future *base)
{
    report_misuse(
        "another wait for a collection of tasks is under way; let one task at a time join "
        "them");
    return edo_future_finish(base, -EDO_EMISUSE);
}

/* -EINVAL, -EDO_EFORKED; 0: it can be waited for. */
static int check(const members *all)
{
    if (!all)
        return -EINVAL;
    return members_are_foreign(all) ? -EDO_EFORKED : 0;
}

/* The next. */

static edo_join_next_future *next_of(edo_future *base)
{
    return container_of(base, edo_join_next_future, base);
}

/* What members_take says, or -EDO_EMISUSE; at -EAGAIN it waits. */
static int take_or_wait(edo_join_next_future *next, const edo_waker *waker, task **ret_header)
{
    members *all = next->of;
    edo_waker owed = {0};

    lock_take(&all->lock);
    int rc = members_take(all, &next->got, next->ret_key, ret_header);
    if (rc == -EAGAIN) {
        int stays = members_stay(all, &next->base, waker, false);
        rc = stays < 0 ? stays : rc;
    } else {
        if (all->waiting == &next->base)
            a_store(&all->waiting, NULL, relaxed);
        owed = members_news(all); /* another one may have waited for what is empty now */
    }
    lock_drop(&all->lock);
    if (owed.ops)
        wake_push(&owed);
    return rc;
}

static edo_poll next_poll(edo_future *base, const edo_waker *waker)
{
    edo_join_next_future *next = next_of(base);
    task *header;
    int rc = check(next->of);

    if (unlikely(rc < 0))
        return edo_future_finish(base, rc);
    if (unlikely(base->state & FUTURE_CANCELED))
        return leave(next->of, base);
    /* Not while it waits: a poll replaces the waker. relaxed: its own, or it doesn't. */
    if (a_load(&next->of->waiting, relaxed) != base && !coop_proceed(waker))
        return EDO_PENDING;
    rc = take_or_wait(next, waker, &header);
    if (rc == -EAGAIN)
        return EDO_PENDING;
    if (rc == -EDO_EMISUSE)
        return members_refuse(base);
    if (header)
        task_unref_with(header, TASK_KEPT);
    if (rc == 1 && next->ret)
        *next->ret = next->got;
    coop_spend();
    return edo_future_finish(base, rc);
}

static void next_put_back(edo_future *base)
{
    edo_join_next_future *next = next_of(base);

    if (base->result == 1 && members_put_back(next->of, &next->got, next->ret_key))
        base->result = -ECANCELED;
}

static const edo_future_ops next_ops = {
    .poll = next_poll,
    .put_back = next_put_back,
    .name = "join_next",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_join_next_future members_next_async(members *all, edo_joined *ret, void *ret_key)
{
    return (edo_join_next_future){
        .base = EDO_FUTURE_INIT(&next_ops), .of = all, .ret = ret, .ret_key = ret_key};
}

int members_try_next(members *all, edo_joined *ret, void *ret_key)
{
    edo_joined got;
    task *header;
    int rc = check(all);

    if (rc < 0)
        return rc;
    lock_take(&all->lock);
    rc = members_take(all, &got, ret_key, &header);
    edo_waker owed = members_news(all);
    lock_drop(&all->lock);
    if (owed.ops)
        wake_push(&owed);
    if (header)
        task_unref_with(header, TASK_KEPT);
    if (rc == 1 && ret)
        *ret = got;
    return rc;
}

/* All of them. */

/* 0: it is empty; -EAGAIN: it waits; -EDO_EMISUSE. Those that have ended are dropped. */
static int drain(members *all, edo_future *base, const edo_waker *waker)
{
    edo_joined got;
    task *header;
    int rc;

    do {
        lock_take(&all->lock);
        rc = members_take(all, &got, NULL, &header);
        if (rc == -EAGAIN) {
            /* In an ordered one some behind the first may have ended: they are dropped in turn. A
             * spawn by a key comes back to its member, which must not be dropped by its end. */
            int stays = members_stay(all, base, waker, !all->in_order && !all->keys);
            rc = stays < 0 ? stays : rc;
        } else if (all->waiting == base) {
            a_store(&all->waiting, NULL, relaxed);
        }
        lock_drop(&all->lock);
        if (header)
            task_unref_with(header, TASK_KEPT);
    } while (rc == 1);
    return rc;
}

static edo_poll shutdown_poll(edo_future *base, const edo_waker *waker)
{
    edo_join_shutdown_future *down = container_of(base, edo_join_shutdown_future, base);
    int rc = check(down->of);

    if (unlikely(rc < 0))
        return edo_future_finish(base, rc);
    if (unlikely(base->state & FUTURE_CANCELED))
        return leave(down->of, base);
    if (!down->has_aborted)
        members_abort_all(down->of);
    down->has_aborted = true;
    rc = drain(down->of, base, waker);
    if (rc == -EAGAIN)
        return EDO_PENDING;
    return rc < 0 ? members_refuse(base) : edo_future_finish(base, 0);
}

static const edo_future_ops shutdown_ops = {
    .poll = shutdown_poll, .name = "join_shutdown", .flags = EDO_FUTURE_RESTARTS};

edo_join_shutdown_future members_shutdown_async(members *all)
{
    return (edo_join_shutdown_future){.base = EDO_FUTURE_INIT(&shutdown_ops), .of = all};
}

int members_shutdown(members *all)
{
    edo_join_shutdown_future down = members_shutdown_async(all);
    int rc = check(all);

    if (rc < 0)
        return rc;
    members_abort_all(all); /* in a task that is cancelled itself the future would not begin */
    down.has_aborted = true;
    return (int)edo_await(&down.base);
}
