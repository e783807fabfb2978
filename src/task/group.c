/*
 * group.c: members whose results are judged at once, by the worker that says their end, and dropped.
 *
 * No child     A spawn looks at `canceled` after its task can be found; a cancel sets it in the same
 *   gets away  stretch under the lock in which it marks all that can be found. So a task that comes
 *              too late for the cancel is aborted by its spawn.
 * The wait     is a future that a cancel doesn't end: it cancels the group, and is PENDING until the
 *              last end. The direct form passes for polled before it is awaited, so that this holds
 *              also in a task that was cancelled before.
 */
#include <edo/group.h>

#include <errno.h>
#include <stdlib.h>

#include <edo/error.h>
#include <edo/semaphore.h>

#include "await/await.h"
#include "base/clock.h"
#include "base/report.h"
#include "base/thread.h"
#include "task/members.h"

struct edo_group {
    members all;
    edo_group_opts opts;
    edo_semaphore room; /* with a limit */
    bool canceled;      /* atomic; set under the lock, as all that follows */
    bool decided;
    edo_joined decision;
};

static edo_group *group_of(members *all)
{
    return container_of(all, edo_group, all);
}

/* With the lock held. True: the others are to be aborted. */
static bool judge(members *all, const task *t)
{
    edo_group *group = group_of(all);
    bool won = group->opts.race && t->result >= 0;

    if (a_load(&group->canceled,
               relaxed)) /* relaxed: under the lock; what ends now is a follow-up */
        return false;
    if (won || (t->result < 0 && !group->decided)) {
        group->decided = true;
        group->decision = (edo_joined){.id = t->id, .result = t->result};
    }
    bool cancels = won || (t->result < 0 && group->opts.all_or_none);
    if (cancels)
        a_store(&group->canceled, true, relaxed);
    return cancels;
}

/* After a member's end, without the lock. */
static void judged(members *all, bool canceled)
{
    edo_group *group = group_of(all);

    if (!group->opts.limit)
        return;
    if (canceled)
        edo_semaphore_close(&group->room);
    edo_semaphore_add(&group->room, 1);
}

int edo_group_new(const edo_group_opts *opts, edo_group **ret_group)
{
    members *all;

    if (!ret_group)
        return -EINVAL;
    int rc = members_new(sizeof(edo_group), sizeof(member), NULL, &all);
    if (rc < 0)
        return rc;
    edo_group *group = group_of(all);
    if (opts)
        group->opts = *opts;
    if (group->opts.limit && (rc = edo_semaphore_init(&group->room, group->opts.limit)) < 0) {
        members_free(all);
        return rc;
    }
    all->judge = judge;
    all->judged = judged;
    *ret_group = group;
    return 0;
}

/* Cancelling. */

void edo_group_cancel(edo_group *group)
{
    if (!group || members_are_foreign(&group->all))
        return;
    lock_take(&group->all.lock);
    a_store(&group->canceled, true, relaxed); /* relaxed: a level, looked at under the lock */
    task *owed = members_mark_all(&group->all);
    lock_drop(&group->all.lock);
    members_push_all(owed);
    if (group->opts.limit)
        edo_semaphore_close(&group->room);
}

bool edo_group_is_canceled(const edo_group *group)
{
    return group && a_load(&group->canceled, relaxed); /* publishes nothing */
}

size_t edo_group_len(const edo_group *group)
{
    return group ? members_len(&group->all) : 0;
}

/* Spawning. */

/* A function and its argument, or a future. */
typedef struct work {
    const char *place;
    const edo_spawn_opts *opts;
    int (*fn)(void *arg);
    void *arg;
    edo_future *fut;
    size_t size;
    bool blocks; /* a call, with options of its own: */
    const edo_blocking_opts *blocking;
} work;

static int spawn_member(members *all, member *m, const work *w)
{
    if (w->blocks)
        return members_spawn_call(all, m, w->place, w->blocking, w->fn, w->arg, NULL);
    if (w->fn)
        return members_spawn_function(all, m, w->place, w->opts, w->fn, w->arg, NULL);
    return members_spawn_future(all, m, w->place, w->opts, w->fut, w->size, NULL);
}

/* The room has been taken, and is given back when it fails. */
static int start(edo_group *group, const work *w)
{
    members *all = &group->all;
    member *m;
    int rc = edo_group_is_canceled(group) ? -ECANCELED : members_take_spare(all, &m);

    if (rc == 0) {
        members_add(all, m);
        rc = spawn_member(all, m, w);
    }
    if (rc < 0 && group->opts.limit)
        edo_semaphore_add(&group->room, 1);
    if (rc < 0)
        return rc;
    lock_take(&all->lock); /* see above; the member may be gone by now */
    bool canceled = a_load(&group->canceled, relaxed);
    lock_drop(&all->lock);
    if (MODEL_BUG(2104, canceled, false))
        edo_group_cancel(group);
    return 0;
}

static int may_spawn(const edo_group *group, const work *w)
{
    if (!group || (!w->fn && !w->fut))
        return -EINVAL;
    return members_are_foreign(&group->all) ? -EDO_EFORKED : 0;
}

static int spawn_with_room(edo_group *group, const work *w)
{
    int rc = may_spawn(group, w);

    if (rc == 0 && group->opts.limit)
        rc = edo_semaphore_acquire(&group->room, NULL);
    if (rc == 0)
        rc = start(group, w);
    return rc == -EPIPE ? -ECANCELED : rc;
}

static int try_spawn(edo_group *group, const work *w)
{
    int rc = may_spawn(group, w);

    if (rc == 0 && group->opts.limit)
        rc = edo_semaphore_try_acquire(&group->room, NULL);
    if (rc == 0)
        rc = start(group, w);
    return rc == -EPIPE ? -ECANCELED : rc;
}

int edo_group_spawn_from(const char *place, edo_group *group, const edo_spawn_opts *opts,
                         int (*fn)(void *arg), void *arg)
{
    return spawn_with_room(group, &(work){.place = place, .opts = opts, .fn = fn, .arg = arg});
}

int edo_group_try_spawn_from(const char *place, edo_group *group, const edo_spawn_opts *opts,
                             int (*fn)(void *arg), void *arg)
{
    return try_spawn(group, &(work){.place = place, .opts = opts, .fn = fn, .arg = arg});
}

int edo_group_spawn_future_from(const char *place, edo_group *group, const edo_spawn_opts *opts,
                                edo_future *fut, size_t size)
{
    return spawn_with_room(group, &(work){.place = place, .opts = opts, .fut = fut, .size = size});
}

int edo_group_try_spawn_future_from(const char *place, edo_group *group, const edo_spawn_opts *opts,
                                    edo_future *fut, size_t size)
{
    return try_spawn(group, &(work){.place = place, .opts = opts, .fut = fut, .size = size});
}

int edo_group_spawn_blocking_from(const char *place, edo_group *group,
                                  const edo_blocking_opts *opts, int (*fn)(void *arg), void *arg)
{
    return spawn_with_room(
        group, &(work){.place = place, .blocks = true, .blocking = opts, .fn = fn, .arg = arg});
}

int edo_group_try_spawn_blocking_from(const char *place, edo_group *group,
                                      const edo_blocking_opts *opts, int (*fn)(void *arg),
                                      void *arg)
{
    return try_spawn(
        group, &(work){.place = place, .blocks = true, .blocking = opts, .fn = fn, .arg = arg});
}

/* Waiting. */

/* What all the ends come to; with the lock held. */
static int64_t outcome(edo_group_wait_future *wait)
{
    const edo_group *group = wait->group;

    if (wait->ret)
        *wait->ret = group->decision;
    if (group->decided)
        return group->decision.result < 0 ? group->decision.result : 0;
    return a_load(&group->canceled, relaxed) ? -ECANCELED : 0;
}

static edo_poll wait_poll(edo_future *base, const edo_waker *waker)
{
    edo_group_wait_future *wait = container_of(base, edo_group_wait_future, base);
    int64_t result = 0;

    if (unlikely(!wait->group))
        return edo_future_finish(base, -EINVAL);
    members *all = &wait->group->all;
    if (unlikely(members_are_foreign(all)))
        return edo_future_finish(base, -EDO_EFORKED);
    if (unlikely(members_have_self(all)) && a_load(&all->waiting, relaxed) != base)
        return edo_future_finish(base, -EDEADLK);
    lock_take(&all->lock);
    bool waits = MODEL_BUG(2105, true, !(base->state & FUTURE_CANCELED)) && members_len(all) > 0;
    if (waits)
        result = members_stay(all, base, waker, false);
    else
        result = outcome(wait);
    lock_drop(&all->lock);
    if (waits && result < 0)
        return members_refuse(base);
    return waits ? EDO_PENDING : edo_future_finish(base, result);
}

static void wait_cancel(edo_future *base)
{
    edo_group *group = container_of(base, edo_group_wait_future, base)->group;

    if (members_len(&group->all) > 0) /* else it is over, and not cut short */
        edo_group_cancel(group);
}

static const edo_future_ops wait_ops = {
    .poll = wait_poll, .cancel = wait_cancel, .name = "group_wait"};

edo_group_wait_future edo_group_wait_async(edo_group *group, edo_joined *ret)
{
    return (edo_group_wait_future){.base = EDO_FUTURE_INIT(&wait_ops), .group = group, .ret = ret};
}

int edo_group_wait(edo_group *group, edo_joined *ret)
{
    edo_group_wait_future wait = edo_group_wait_async(group, ret);

    if (group)
        future_was_polled(&wait.base);
    return (int)edo_await(&wait.base);
}

void edo_group_free(edo_group *group)
{
    if (!group)
        return;
    if (members_len(&group->all) > 0 && !members_are_foreign(&group->all)) {
        edo_group_cancel(group);
        int rc = edo_group_wait(group, NULL);
        if (rc == -EDEADLK || rc == -EDO_EMISUSE)
            report_misuse("a group was freed with tasks where nobody can wait for them");
        while (rc == -ENOMEM && members_len(&group->all) > 0)
            thread_nap(NS_PER_MS); /* no memory to be woken by, but the tasks use the caller's */
    }
    members_free(&group->all);
}

void edo_group_cleanup(edo_group **group)
{
    if (!group)
        return;
    edo_group_free(*group);
    *group = NULL;
}
