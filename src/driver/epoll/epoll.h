/* driver/epoll/epoll.h: what the files of the epoll driver share. */
#ifndef DRIVER_EPOLL_EPOLL_H
#define DRIVER_EPOLL_EPOLL_H

#include <sys/epoll.h>

#include "driver/source.h"

/* Fewer than a worker runs tasks between two looks (event_interval: 61). Else under load each look brings more
 * than was run since the one before, so the queue grows, and what a wake has touched is cold when it runs. */
#define EVENTS_MAX 48

typedef struct epoll_driver {
    driver base;
    int epoll;
    uint32_t
        forks; /* fork_count() when it was opened: a child of fork(2) shares the set with its parent */
    int event;                             /* eventfd, by which a sleeping holder is woken */
    uint32_t parked;                       /* atomic: AWAKE, PARKED, NOTIFIED */
    struct epoll_event events[EVENTS_MAX]; /* the holder's */
} epoll_driver;

/* The same where it isn't yet. */
int epoll_begin_watch(source *src, bool out);
/* With the lock held and the home set: sees to it that the next edge is reported; `out`: of room, too. */
static inline int epoll_watch(source *src, bool out)
{
    return likely(src->watched && (src->wants_out || !out)) ? 0 : epoll_begin_watch(src, out);
}
/* With the lock held: marks the first that wait for readiness and have not asked since an event that
 * concerns them. There is room for one at least. */
void epoll_mark_waiting(source *src, wakes *owed);
static inline void epoll_mark_stale(source *src, wakes *owed)
{
    if (unlikely(src->dir[OP_ANY].first))
        epoll_mark_waiting(src, owed);
}
/* The driver's poll, of an OP_READINESS. */
edo_poll epoll_poll_readiness(edo_op *op, const edo_waker *waker);

#endif
