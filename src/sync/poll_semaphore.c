/*
 * poll_semaphore.c: a wait for permits without a future: between two polls nobody promises to come
 * back.
 *
 * So the waker is a counted one: whoever polled last may have ended when the permits come. It is
 * recognized by the words of the borrowed one that it was cloned from; the clone keeps whom they mean
 * from being somebody else.
 */
#include <edo/poll_semaphore.h>

#include "sched/coop.h"
#include "sync/owner.h"
#include "sync/permits.h"

int edo_poll_semaphore_init(edo_poll_semaphore *poll, edo_semaphore *semaphore, edo_owner owner)
{
    if (!poll || !semaphore)
        return -EINVAL;
    *poll = (edo_poll_semaphore){.semaphore = semaphore, .owner = owner};
    return 0;
}

/* The wait is over: it can begin anew. */
static void end_wait(edo_poll_semaphore *poll)
{
    poll->waiter.state = WAITER_IDLE; /* nobody else knows it any more */
    edo_waker_drop(poll->clone);
    poll->waker = poll->clone = (edo_waker){0};
}

void edo_poll_semaphore_leave(edo_poll_semaphore *poll)
{
    if (!poll || waiter_peek(&poll->waiter) == WAITER_IDLE)
        return;
    edo_permits *permits = &poll->semaphore->permits;
    enum waiter_state was = permits_cancel(permits, &poll->waiter);
    size_t count = poll->count;

    end_wait(poll);
    if (was == WAITER_GRANTED)
        permits_release(permits, count);
}

void edo_poll_semaphore_fini(edo_poll_semaphore *poll)
{
    if (!poll || !poll->semaphore)
        return;
    edo_poll_semaphore_leave(poll);
    edo_owner owner = poll->owner;
    *poll = (edo_poll_semaphore){0};
    owner_unref(owner);
}

static void give(const edo_poll_semaphore *poll, size_t count, edo_permit *ret_permit)
{
    if (ret_permit)
        *ret_permit = (edo_permit){.semaphore = poll->semaphore, .count = count};
}

/* In the queue, or from now on; by a clone of `waker`. The clone of before is given up once nobody
 * can find it in the queue. */
static int wait_by(edo_poll_semaphore *poll, size_t count, const edo_waker *waker,
                   enum waiter_state *ret_state)
{
    edo_waker before = {0};

    if (!edo_waker_is_same(&poll->waker, waker)) {
        edo_waker clone;
        int rc = edo_waker_clone(waker, &clone);
        if (rc < 0)
            return rc;
        before = poll->clone;
        poll->clone = clone;
        poll->waker = *waker;
    }
    poll->count = count;
    *ret_state = permits_poll(&poll->semaphore->permits, &poll->waiter, count, &poll->clone);
    edo_waker_drop(before);
    return 0;
}

/* 0, -EAGAIN, -EPIPE, or what the clone says; then it stands as it stood before. */
static int advance(edo_poll_semaphore *poll, size_t count, const edo_waker *waker)
{
    enum waiter_state state;

    if (waiter_peek(&poll->waiter) == WAITER_IDLE) {
        if (!coop_proceed(waker))
            return -EAGAIN;
        int rc = permits_try(&poll->semaphore->permits, count);
        if (rc != -EAGAIN)
            return rc;
    }
    int rc = wait_by(poll, count, waker, &state);
    if (rc < 0)
        return rc;
    if (state == WAITER_LINKED)
        return -EAGAIN;
    end_wait(poll);
    return state == WAITER_GRANTED ? 0 : -EPIPE;
}

int edo_poll_semaphore_acquire(edo_poll_semaphore *poll, size_t count, const edo_waker *waker,
                               edo_permit *ret_permit)
{
    if (!poll || !poll->semaphore || !waker || !waker->ops || count > EDO_SEMAPHORE_MAX)
        return -EINVAL;
    if (count != poll->count)
        edo_poll_semaphore_leave(poll);
    int rc = advance(poll, count, waker);
    if (rc == 0)
        give(poll, count, ret_permit);
    if (rc == 0 || rc == -EPIPE)
        coop_spend();
    return rc;
}

void edo_poll_semaphore_close(edo_poll_semaphore *poll)
{
    if (poll)
        edo_semaphore_close(poll->semaphore);
}

bool edo_poll_semaphore_is_closed(const edo_poll_semaphore *poll)
{
    return poll && edo_semaphore_is_closed(poll->semaphore);
}

size_t edo_poll_semaphore_available(const edo_poll_semaphore *poll)
{
    return poll ? edo_semaphore_available(poll->semaphore) : 0;
}
