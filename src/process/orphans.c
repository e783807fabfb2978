/*
 * orphans.c: children that nobody has a handle of any more are waited for by a thread of the process.
 *
 * The thread  It is there while there is an orphan, and waits in an epoll set of their descriptors. Runtimes
 *             come and go meanwhile; an orphan touches none of them. An event says that some have ended and not
 *             which, so they may be freed by whoever holds the lock.
 * No room     If no set can be had, or one finds no place in it, the thread looks at all of them every 100 ms, and
 *             tries again; from its next wake-up on, where it sleeps already. If it can't be had itself that is done
 *             whenever another is taken.
 * Forks       The lock of the children that are known is an inner one of none: children are freed without the lock.
 */
#include "process/orphans.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/fork.h"
#include "base/lock.h"
#include "base/sys.h"
#include "base/thread.h"
#include "process/child.h"
#include "sched/asleep.h"

#define STACK_SIZE (64 * 1024)
#define EVENTS 32
#define NAP (10 * NS_PER_MS) /* after events that were no ends: it is traced */
#define BLIND_NAP (100 * NS_PER_MS)

static struct {
    lock lock; /* guards the rest */
    edo_process *first;
    bool served; /* there is the thread */
    bool blind;  /* some are not in the set */
    int set;     /* -1: there is none */
} orphans = {.set = -1};

/* What the thread waits for. */
typedef struct view {
    int set;
    uint64_t until;
} view;

/* Lock held. A child of a fork may hold the descriptor too, so it has to be taken out. */
static void leave_set(const edo_process *child)
{
    if (orphans.set >= 0)
        sys_epoll_ctl(orphans.set, EPOLL_CTL_DEL, child->fd, NULL);
}

/* Lock held: takes out those that have ended, which are to be freed without it. */
static edo_process *reap_all(void)
{
    edo_process *ended = NULL;

    for (edo_process **link = &orphans.first; *link;) {
        edo_process *child = *link;
        if (!child_reap(child)) {
            link = &child->next;
            continue;
        }
        *link = child->next;
        leave_set(child);
        child->next = ended;
        ended = child;
    }
    return ended;
}

static void free_all(edo_process *ended)
{
    while (ended) {
        edo_process *next = ended->next;
        child_free(ended);
        ended = next;
    }
}

static bool put_in_set(const edo_process *child)
{
    struct epoll_event event = {.events = EPOLLIN};
    int rc =
        orphans.set < 0 ? -EBADF : sys_epoll_ctl(orphans.set, EPOLL_CTL_ADD, child->fd, &event);

    return rc == 0 || rc == -EEXIST;
}

/* Lock held: a set, if there is none, with all of them. */
static void fill_set(void)
{
    if (orphans.set < 0)
        orphans.set = sys_epoll_create();
    orphans.blind = false;
    for (edo_process *child = orphans.first; child; child = child->next)
        if (!put_in_set(child))
            orphans.blind = true;
}

static void close_set(void)
{
    if (orphans.set >= 0)
        sys_close(orphans.set);
    orphans.set = -1;
}

/* Lock held. False: there are none left, and the thread ends. */
static bool goes_on(view *ret)
{
    if (!orphans.first) {
        orphans.served = false;
        close_set();
        a_fetch_sub(&asleep_harmless_threads, 1, relaxed);
        return false;
    }
    if (orphans.blind)
        fill_set();
    ret->set = orphans.set;
    ret->until = orphans.blind ? clock_now() + BLIND_NAP : UINT64_MAX;
    return true;
}

static bool look(view *v, bool was_told)
{
    lock_take(&orphans.lock);
    edo_process *ended = reap_all();
    bool stays = goes_on(v);
    lock_drop(&orphans.lock);
    if (was_told && stays && !ended)
        thread_nap(NAP);
    free_all(ended);
    return stays;
}

static bool await_events(const view *v)
{
    struct epoll_event events[EVENTS];

    if (v->set >= 0)
        return sys_epoll_wait(v->set, events, EVENTS, v->until) > 0;
    thread_nap(BLIND_NAP);
    return false;
}

static void *serve(void *arg)
{
    bool was_told = false;
    view v;

    (void)arg;
    thread_detach_self();
    while (look(&v, was_told))
        was_told = await_events(&v);
    return NULL;
}

/* Lock held: the thread, and all of them in its set. */
static void begin(void)
{
    pthread_t id;

    fill_set();
    orphans.served = true;
    a_fetch_add(&asleep_harmless_threads, 1, relaxed);
    if (thread_start_sized(&id, serve, NULL, "edo-orphans", STACK_SIZE) == 0)
        return;
    a_fetch_sub(&asleep_harmless_threads, 1, relaxed);
    orphans.served = false;
    close_set();
}

/* A child of a fork has other children, and none of these threads. */
static void forget(void)
{
    a_store(&asleep_harmless_threads, 0, relaxed);
    for (const edo_process *child = orphans.first; child; child = child->next)
        sys_close(child->fd);
    orphans.first = NULL;
    close_set();
    orphans.served = false;
}

void orphans_take(edo_process *child)
{
    edo_process *ended = NULL;

    fork_guard(&orphans.lock);
    fork_in_child(forget);
    lock_take(&orphans.lock);
    if (!orphans.served || orphans.blind)
        ended = reap_all();
    child->next = orphans.first;
    orphans.first = child;
    if (!orphans.served)
        begin();
    else if (!put_in_set(child))
        orphans.blind = true; /* what the thread learns when it next wakes */
    lock_drop(&orphans.lock);
    free_all(ended);
}
