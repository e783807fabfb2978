/*
 * members.c: collections of tasks: their lists, under one short lock.
 *
 * The end     of a task is said by its worker, to the keeper: the task has left its stack, and its
 *             header is kept by the handle's reference, which goes with the join. So a live member's
 *             header may be touched under the lock: its worker has not been here.
 * Lifetime    A member that is live, or was let go of, has a reference to the members, so the worker
 *             that comes late finds them though their owner is gone.
 * Wakers      are marked under the lock, and pushed without; so are the tasks of an abort of all,
 *             which until their push are linked by the field that is for whoever owns their enqueue.
 */
#include "task/members.h"

#include <errno.h>
#include <stdlib.h>

#include "base/chaos.h"
#include "base/fork.h"
#include "sched/failure.h"

#define SPARES_MAX 64

static void member_ended(task_hook *hook, task *t);

int members_new(size_t size, size_t member_size, const members_keys *keys, members **ret)
{
    members *all = calloc(1, size);

    if (!all)
        return -ENOMEM;
    all->refs = 1;
    all->member_size = member_size;
    all->keys = keys;
    all->forks = fork_count();
    *ret = all;
    return 0;
}

static void members_unref(members *all)
{
    /* acq_rel: the last one sees what all the others did before they let go. */
    if (a_fetch_sub(&all->refs, 1, MODEL_BUG(2102, acq_rel, relaxed)) != 1)
        return;
    for (member *m = all->spare, *next; m; m = next) {
        next = m->next;
        free(m);
    }
    if (all->keys)
        all->keys->end(all);
    free(all);
}

bool members_are_foreign(const members *all)
{
    return all->forks != fork_count();
}

/* Lists. */

static void list_add(member_list *list, member *m)
{
    m->next = NULL;
    m->prev = list->last;
    *(list->last ? &list->last->next : &list->first) = m;
    list->last = m;
}

static void list_add_first(member_list *list, member *m)
{
    m->prev = NULL;
    m->next = list->first;
    *(list->first ? &list->first->prev : &list->last) = m;
    list->first = m;
}

static void list_remove(member_list *list, member *m)
{
    *(m->prev ? &m->prev->next : &list->first) = m->next;
    *(m->next ? &m->next->prev : &list->last) = m->prev;
}

static member_list *list_of(members *all, const member *m)
{
    return m->state == MEMBER_ENDED && !all->in_order ? &all->done : &all->live;
}

static void change_len(members *all, size_t by)
{
    a_store(&all->len, all->len + by, relaxed); /* publishes nothing */
}

static void unlink_member(members *all, member *m, void *ret_key)
{
    list_remove(list_of(all, m), m);
    change_len(all, (size_t)-1);
    if (all->keys)
        all->keys->forget(all, m, ret_key);
}

/* Members. */

int members_take_spare(members *all, member **ret)
{
    member *m = NULL;

    if (members_are_foreign(all))
        return -EDO_EFORKED;
    if (a_load(&all->spare, relaxed)) { /* a guess */
        lock_take(&all->lock);
        if ((m = all->spare)) {
            a_store(&all->spare, m->next, relaxed);
            all->spares--;
        }
        lock_drop(&all->lock);
    }
    if (!m && !(m = malloc(all->member_size)))
        return -ENOMEM;
    m->keeper = (task_keeper){.hook.ended = member_ended};
    m->of = all;
    m->state = MEMBER_LIVE;
    *ret = m;
    return 0;
}

bool members_have_self(const members *all)
{
    const task *self = thread_subject(thread_self());
    task_keeper *keeper = self ? task_keeper_of(self) : NULL;

    return keeper && container_of(keeper, member, keeper)->of == all;
}

/* With the lock held. True: there was room for it among the spares. */
static bool keep_spare(members *all, member *m)
{
    if (all->spares == SPARES_MAX)
        return false;
    m->next = all->spare;
    a_store(&all->spare, m, relaxed); /* whoever takes it has the lock */
    all->spares++;
    return true;
}

void members_add(members *all, member *m)
{
    a_fetch_add(&all->refs, MODEL_BUG(2101, 1, 0), relaxed); /* who calls has one */
    lock_take(&all->lock);
    list_add(&all->live, m);
    change_len(all, 1);
    lock_drop(&all->lock);
}

void members_remove(members *all, member *m)
{
    lock_take(&all->lock);
    if (m->state == MEMBER_LIVE) /* else it was detached meanwhile, with all others */
        unlink_member(all, m, NULL);
    edo_waker owed = members_news(all);
    lock_drop(&all->lock);
    if (owed.ops)
        wake_push(&owed);
    free(m);
    members_unref(all);
}

int members_spawn_function(members *all, member *m, const char *place, const edo_spawn_opts *opts,
                           int (*fn)(void *arg), void *arg, edo_task *ret_task)
{
    spawn_request req = {.place = place, .keeper = &m->keeper};
    int rc = spawn_function(&req, opts, fn, arg, ret_task);

    if (rc < 0)
        members_remove(all, m);
    return rc;
}

int members_spawn_future(members *all, member *m, const char *place, const edo_spawn_opts *opts,
                         edo_future *fut, size_t size, edo_task *ret_task)
{
    spawn_request req = {.place = place, .keeper = &m->keeper};
    int rc = spawn_future(&req, opts, fut, size, ret_task);

    if (rc < 0)
        members_remove(all, m);
    return rc;
}

/* The pool would not have it: its header goes, and an abort of all must not find it. */
static void withdraw(task_keeper *keeper)
{
    member *m = container_of(keeper, member, keeper);
    members *all = m->of;

    lock_take(&all->lock);
    if (m->state == MEMBER_LIVE) {
        unlink_member(all, m, NULL);
        m->state = MEMBER_DETACHED;
    }
    lock_drop(&all->lock);
}

int members_spawn_call(members *all, member *m, const char *place, const edo_blocking_opts *opts,
                       int (*fn)(void *arg), void *arg, edo_task *ret_task)
{
    spawn_request req = {.place = place, .keeper = &m->keeper, .withdraw = withdraw};
    int rc = spawn_call(&req, opts, fn, arg, ret_task);

    if (rc < 0)
        members_remove(all, m);
    return rc;
}

void member_discard(member *m)
{
    task *t = m->keeper.header;

    if (t && !m->of->judge) /* nobody has heard of its result */
        failure_of_ended(t);
    if (t)
        task_unref_with(t, TASK_KEPT);
    free(m);
}

bool member_let_go(members *all, member *m)
{
    bool ended = m->state == MEMBER_ENDED;

    unlink_member(all, m, NULL);
    m->state = MEMBER_DETACHED;
    return ended;
}

/* With the lock held. True: it is nobody's. */
static bool note_end(members *all, member *m)
{
    if (m->state == MEMBER_DETACHED)
        return true;
    if (all->judge || (all->waiting && all->drains))
        return !member_let_go(all, m); /* it was live: its result is of no use to anybody */
    if (!all->in_order)
        list_remove(&all->live, m);
    m->state = MEMBER_ENDED;
    if (!all->in_order)
        list_add(&all->done, m);
    return false;
}

/* The worker's call. */
static void member_ended(task_hook *hook, task *t)
{
    member *m = container_of(hook, member, keeper.hook);
    members *all = m->of;
    task *aborted = NULL;

    chaos_point();
    lock_take(&all->lock);
    bool is_judged = all->judge && m->state == MEMBER_LIVE;
    bool aborts = is_judged && all->judge(all, t);
    bool is_nobodys = note_end(all, m);
    if (aborts)
        aborted = members_mark_all(all);
    edo_waker owed = members_news(all);
    lock_drop(&all->lock);
    if (is_nobodys)
        member_discard(m);
    members_push_all(aborted);
    if (is_judged)
        all->judged(all, aborts);
    if (owed.ops)
        wake_push(&owed);
    members_unref(all);
}

/* Aborting and letting go. */

task *member_abort(member *m)
{
    /* acquire: pairs with the release of the spawn; NULL: it is not made yet. */
    task *t = m->state == MEMBER_LIVE ? a_load(&m->keeper.header, acquire) : NULL;

    return t && task_mark(t, TASK_CANCELED) ? t : NULL;
}

void members_push_all(task *t)
{
    for (task *next; t; t = next) {
        next = t->next;
        t->next = NULL;
        task_push_back(t);
    }
}

/* Those that are to be pushed, in order; with the lock held. */
task *members_mark_all(members *all)
{
    task *first = NULL, **link = &first;

    for (member *m = all->live.first; m; m = m->next) {
        task *t = member_abort(m);
        if (!t)
            continue;
        t->next = NULL;
        *link = t;
        link = &t->next;
    }
    return first;
}

void members_abort_all(members *all)
{
    if (members_are_foreign(all))
        return; /* as in members_free */
    lock_take(&all->lock);
    task *owed = members_mark_all(all);
    lock_drop(&all->lock);
    members_push_all(owed);
}

static void discard_list(member *m)
{
    for (member *next; m; m = next) {
        next = m->next;
        member_discard(m);
    }
}

/* Those that ended, to be discarded; with the lock held. */
static member *let_go_all(members *all)
{
    member *ended = NULL;
    member_list *lists[] = {&all->live, &all->done};

    for (int i = 0; i < 2; i++)
        for (member *m; (m = lists[i]->first);)
            if (member_let_go(all, m)) {
                m->next = ended;
                ended = m;
            }
    return ended;
}

size_t members_detach_all(members *all)
{
    if (members_are_foreign(all))
        return 0; /* as in members_free */
    lock_take(&all->lock);
    size_t count = all->len;
    member *ended = let_go_all(all);
    edo_waker owed = members_news(all);
    lock_drop(&all->lock);
    discard_list(ended);
    if (owed.ops)
        wake_push(&owed);
    return count;
}

void members_free(members *all)
{
    if (members_are_foreign(all))
        return; /* its tasks run in the parent; the lock is as it was there at some moment */
    lock_take(&all->lock);
    task *owed = members_mark_all(all);
    member *ended = let_go_all(all);
    lock_drop(&all->lock);
    members_push_all(owed);
    discard_list(ended);
    members_unref(all);
}

/* Joining. */

static member *first_ended(members *all)
{
    member *m = all->in_order ? all->live.first : all->done.first;

    return m && m->state == MEMBER_ENDED ? m : NULL;
}

edo_waker members_news(members *all)
{
    edo_waker owed = {0};

    if (!all->waiting || (all->len > 0 && !first_ended(all)))
        return owed;
    a_store(&all->waiting, NULL, relaxed);
    if (MODEL_BUG(2103, true, false) && wake_mark(&all->waker))
        owed = all->waker;
    return owed;
}

int members_take(members *all, edo_joined *ret, void *ret_key, task **ret_header)
{
    member *m = first_ended(all);

    *ret_header = NULL;
    if (!m)
        return all->len == 0 ? 0 : -EAGAIN;
    task *t = m->keeper.header;
    *ret = t ? (edo_joined){.id = t->id, .result = t->result} : m->joined;
    unlink_member(all, m, ret_key);
    *ret_header = t;
    if (!keep_spare(all, m))
        free(m);
    return 1;
}

bool members_put_back(members *all, const edo_joined *joined, const void *key)
{
    member *m;

    if (members_take_spare(all, &m) < 0)
        return false;
    m->joined = *joined;
    m->state = MEMBER_ENDED;
    lock_take(&all->lock);
    bool restores = !all->keys || all->keys->restore(all, m, key);
    if (restores) {
        list_add_first(list_of(all, m), m);
        change_len(all, 1);
    }
    edo_waker owed = members_news(all);
    lock_drop(&all->lock);
    if (owed.ops)
        wake_push(&owed);
    if (!restores)
        free(m);
    return restores;
}
