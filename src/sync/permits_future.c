/*
 * permits_future.c: a wait for permits as the poll function of a future.
 *
 * The fast way is tried at the first poll alone; afterwards the future stands in the queue, or holds
 * what it came for.
 */
#include "future/future.h"
#include "sched/coop.h"
#include "sync/permits.h"

edo_poll permits_finish(edo_future *base, enum waiter_state state)
{
    if (state == WAITER_IDLE)
        return edo_future_finish(base, -ECANCELED);
    coop_spend();
    return edo_future_finish(base, state == WAITER_GRANTED ? 0 : -EPIPE);
}

/* The first poll: true, when nothing is left to be waited for. */
static bool try_first(edo_permits *p, edo_waiter *w, size_t n)
{
    int rc = permits_try(p, n);

    if (rc == -EAGAIN)
        return false;
    a_store(&w->state, rc == 0 ? WAITER_GRANTED : WAITER_CLOSED,
            relaxed); /* nobody else knows it */
    return true;
}

edo_poll permits_advance(edo_permits *p, edo_waiter *w, size_t n, edo_future *base,
                         const edo_waker *waker)
{
    if (unlikely(base->state & FUTURE_CANCELED))
        return permits_finish(base, permits_cancel(p, w));
    if (waiter_peek(w) == WAITER_IDLE) {
        if (!coop_proceed(waker))
            return EDO_PENDING;
        if (try_first(p, w, n))
            return permits_finish(base, (enum waiter_state)w->state);
    }
    return permits_go_on(p, w, n, base, waker);
}
