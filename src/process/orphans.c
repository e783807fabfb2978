/*
 * orphans.c: children that nobody has a handle of any more are waited for by a thread of the process.
 *
 * The thread  It is there while there is an orphan, and waits in an epoll set of their descriptors. Runtimes
 *             come and go meanwhile; an orphan touches none of them. An event says that some have ended and not
 *             which, so they may be freed by whoever holds the lock.
 * No room     If no thread or set can be had, or one finds no place in the set, all are looked at whenever
 *             another is taken, and the thread is tried for again.
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

static struct {
    lock lock; /* guards the rest */
    edo_process *first;
    bool served; /* there is the thread, and the set */
    bool blind;  /* some are not in the set */
    int set;
} orphans;

/* Lock held: takes out those that have ended; how many. */
static unsigned reap_all(void)
{
    unsigned n = 0;

    for (edo_process **link = &orphans.first; *link;) {
        edo_process *child = *link;
        if (!child_reap(child)) {
            link = &child->next;
            continue;
        }
        *link = child->next;
        child_free(child);
        n++;
    }
    return n;
}

/* False: there are none left, and the thread ends. */
static bool look(void)
{
    lock_take(&orphans.lock);
    unsigned n = reap_all();
    bool goes_on = orphans.first != NULL;
    if (!goes_on) {
        orphans.served = false;
        sys_close(orphans.set);
        a_fetch_sub(&asleep_harmless_threads, 1, relaxed);
    }
    lock_drop(&orphans.lock);
    if (goes_on && n == 0)
        thread_nap(NAP);
    return goes_on;
}

static void *serve(void *arg)
{
    struct epoll_event events[EVENTS];

    (void)arg;
    thread_detach_self();
    do
        sys_epoll_wait(orphans.set, events, EVENTS, UINT64_MAX);
    while (look());
    return NULL;
}

static int put_in_set(edo_process *child)
{
    struct epoll_event event = {.events = EPOLLIN};

    return sys_epoll_ctl(orphans.set, EPOLL_CTL_ADD, child->fd, &event);
}

/* Lock held: the thread, and all of them in its set. */
static void begin(void)
{
    pthread_t id;

    if ((orphans.set = sys_epoll_create()) < 0)
        return;
    orphans.served = true;
    orphans.blind = false;
    for (edo_process *child = orphans.first; child; child = child->next)
        if (put_in_set(child) < 0)
            orphans.blind = true;
    a_fetch_add(&asleep_harmless_threads, 1, relaxed);
    if (thread_start_sized(&id, serve, NULL, "edo-orphans", STACK_SIZE) == 0)
        return;
    a_fetch_sub(&asleep_harmless_threads, 1, relaxed);
    orphans.served = false;
    sys_close(orphans.set);
}

/* A child of a fork has other children, and no such thread. */
static void forget(void)
{
    if (orphans.served)
        sys_close(orphans.set);
    orphans.first = NULL;
    orphans.served = false;
}

void orphans_take(edo_process *child)
{
    fork_guard(&orphans.lock);
    fork_in_child(forget);
    lock_take(&orphans.lock);
    if (!orphans.served || orphans.blind)
        reap_all();
    child->next = orphans.first;
    orphans.first = child;
    if (!orphans.served)
        begin();
    else if (put_in_set(child) < 0)
        orphans.blind = true;
    lock_drop(&orphans.lock);
}
