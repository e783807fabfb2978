/*
 * poll_wait.c: a wait for permits without a future: between two polls nobody promises to come back.
 *
 * So the waker is a counted one: whoever polled last may have ended when the permits come. It is
 * recognized by the words of the borrowed one that it was cloned from; the clone keeps whom they mean
 * from being somebody else.
 */
#include "sync/poll_wait.h"

#include "sched/coop.h"

/* It can begin anew. */
static void end(edo_poll_wait *wait)
{
    wait->waiter.state = WAITER_IDLE; /* nobody else knows it any more */
    edo_waker_drop(wait->clone);
    wait->waker = wait->clone = (edo_waker){0};
}

size_t poll_wait_leave(edo_poll_wait *wait, edo_permits *p)
{
    if (poll_wait_is_idle(wait))
        return 0;
    enum waiter_state was = permits_cancel(p, &wait->waiter);

    end(wait);
    return was == WAITER_GRANTED ? wait->count : 0;
}

/* In the queue, or from now on, by a clone of `waker`. The clone of before is given up once nobody
 * can find it there. */
static int wait_by(edo_poll_wait *wait, edo_permits *p, const edo_waker *waker,
                   enum waiter_state *ret_state)
{
    edo_waker before = {0};

    if (!wake_is_same(&wait->waker, waker)) {
        edo_waker clone;
        int rc = edo_waker_clone(waker, &clone);
        if (rc < 0)
            return rc;
        before = wait->clone;
        wait->clone = clone;
        wait->waker = *waker;
    }
    *ret_state = permits_poll(p, &wait->waiter, wait->count, &wait->clone);
    edo_waker_drop(before);
    return 0;
}

static int advance(edo_poll_wait *wait, edo_permits *p, size_t n, const edo_waker *waker)
{
    enum waiter_state state;

    if (poll_wait_is_idle(wait)) {
        if (!coop_proceed(waker))
            return -EAGAIN;
        int rc = permits_try(p, n);
        if (rc != -EAGAIN)
            return rc;
        wait->count = n;
    }
    int rc = wait_by(wait, p, waker, &state);
    if (rc < 0)
        return rc;
    if (state == WAITER_LINKED)
        return -EAGAIN;
    end(wait);
    return state == WAITER_GRANTED ? 0 : -EPIPE;
}

int poll_wait_advance(edo_poll_wait *wait, edo_permits *p, size_t n, const edo_waker *waker)
{
    int rc = advance(wait, p, n, waker);

    if (rc == 0 || rc == -EPIPE)
        coop_spend();
    return rc;
}
