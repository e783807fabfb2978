/* sync/poll_wait.h: a wait for permits that keeps its place from one poll to the next. */
#ifndef SYNC_POLL_WAIT_H
#define SYNC_POLL_WAIT_H

#include <edo/poll_wait.h>

#include "sync/permits.h"

static inline bool poll_wait_is_idle(const edo_poll_wait *wait)
{
    return waiter_peek(&wait->waiter) == WAITER_IDLE;
}

/*
 * Asks for n; while it waits, for the same number each time. 0: they are the caller's. -EAGAIN: the
 * waker, or a clone of it, will be woken. -EPIPE: closed. What cloning a waker says: it is as it was.
 */
int poll_wait_advance(edo_poll_wait *wait, edo_permits *p, size_t n, const edo_waker *waker);
/* Waits no longer. How many it had been granted, which are the caller's now. */
size_t poll_wait_leave(edo_poll_wait *wait, edo_permits *p);

#endif
