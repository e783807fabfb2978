/*
 * task/members.h: the tasks of a set, map or queue, and their ends.
 *
 * Each is a node that keeps the task's handle (sched/task.h). LIVE, it is in `live`; once the worker
 * has said that the task ended it is ENDED, and moves to `done`, or where the order of spawning counts
 * stays. DETACHED, it belongs to nobody, and goes when the task ends.
 */
#ifndef TASK_MEMBERS_H
#define TASK_MEMBERS_H

#include <edo/join_set.h>

#include "base/lock.h"
#include "sched/spawn.h"
#include "task/blocking.h"

typedef struct edo_members members;

enum member_state { MEMBER_LIVE, MEMBER_ENDED, MEMBER_DETACHED };

typedef struct member {
    task_keeper keeper;
    struct member *next, *prev;
    members *of;
    edo_joined joined; /* of one that has no header any more, as it was put back */
    uint32_t state;    /* enum member_state */
} member;

typedef struct member_list {
    member *first, *last;
} member_list;

/* What a map has to do for its keys; with the lock held. NULL: no keys. */
typedef struct members_keys {
    /* It leaves; ret_key may be NULL. */
    void (*forget)(members *all, member *m, void *ret_key);
    /* It is put back; false: it can't be. */
    bool (*restore)(members *all, member *m, const void *key);
    void (*end)(members *all); /* its memory, at the very end */
} members_keys;

struct edo_members {
    uint64_t refs; /* atomic: the owner's, and one for each live or detached member */
    size_t len;    /* atomic; written under the lock */
    lock lock;     /* guards the rest */
    uint32_t forks;
    bool in_order;
    bool drains; /* who waits wants it empty, and no results */
    size_t member_size;
    const members_keys *keys;
    /* A group's: results are judged at the end, with the lock held, and not kept. True: all others
     * are aborted. Then, without the lock, it hears whether that was so. */
    bool (*judge)(members *all, const task *t);
    void (*judged)(members *all, bool aborted);
    member_list live, done;
    const edo_future *waiting; /* atomic; or NULL; its waker: */
    edo_waker waker;
    member *spare; /* members to be used again */
    unsigned spares;
};

/* Of `size` bytes, of which the first are the members; zeros but for those. 0 or -ENOMEM. */
int members_new(size_t size, size_t member_size, const members_keys *keys, members **ret);
/* Aborts all, lets them go, and gives the owner's reference up. */
void members_free(members *all);

/* A member that is in no list yet. 0, -ENOMEM; -EDO_EFORKED in a child of fork, where the lock may
 * never be free again. */
int members_take_spare(members *all, member **ret);
/* Before its spawn; and back, when that failed. */
void members_add(members *all, member *m);
void members_remove(members *all, member *m);

/* Makes its task; a member that was added, and is removed when it fails. */
int members_spawn_function(members *all, member *m, const char *place, const edo_spawn_opts *opts,
                           int (*fn)(void *arg), void *arg, edo_task *ret_task);
int members_spawn_future(members *all, member *m, const char *place, const edo_spawn_opts *opts,
                         edo_future *fut, size_t size, edo_task *ret_task);
int members_spawn_call(members *all, member *m, const char *place, const edo_blocking_opts *opts,
                       int (*fn)(void *arg), void *arg, edo_task *ret_task);

static inline size_t members_len(const members *all)
{
    return a_load(&all->len, relaxed); /* publishes nothing */
}

/* Marks its task as aborted, with the lock held. Returns it if the caller owes task_push_back. */
task *member_abort(member *m);
/* Takes it out, with the lock held. True: the caller owes member_discard, without the lock. */
bool member_let_go(members *all, member *m);
void member_discard(member *m);

/* Marks all as aborted, with the lock held; members_push_all pays what is owed, without it. */
task *members_mark_all(members *all);
void members_push_all(task *owed);

/* Whether its tasks run in the parent of this process. */
bool members_are_foreign(const members *all);
/* Whether the running task is one of them, and would wait for itself. */
bool members_have_self(const members *all);
void members_abort_all(members *all);
size_t members_detach_all(members *all);

/* 1, 0 or -EAGAIN; with the lock held. The header's reference, if any, is the caller's to give up. */
int members_take(members *all, edo_joined *ret, void *ret_key, task **ret_header);
/* If whoever waits has something now: out of its place, and marked. The caller owes the push of what
 * is returned, unless that is zeros. With the lock held. */
edo_waker members_news(members *all);
/* One that was taken, first again. False: no memory. */
bool members_put_back(members *all, const edo_joined *joined, const void *key);

/* Into the place of the one that waits, with the lock held. 0; -EDO_EMISUSE: there is one. */
int members_stay(members *all, const edo_future *base, const edo_waker *waker, bool drains);
/* Says so, and READY with it. */
edo_poll members_refuse(edo_future *base);

edo_join_next_future members_next_async(members *all, edo_joined *ret, void *ret_key);
int members_try_next(members *all, edo_joined *ret, void *ret_key);
edo_join_shutdown_future members_shutdown_async(members *all);
int members_shutdown(members *all);

#endif
