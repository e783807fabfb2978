/* mpsc_closed.c: what a sender sees of its channel: room, and the receiver's end. */
#include "await/await.h"
#include "sched/coop.h"
#include "sync/mpsc.h"

size_t edo_mpsc_capacity(const edo_mpsc_sender *sender)
{
    if (!sender)
        return 0;
    const mpsc *c = mpsc_of_sender(sender);
    return mpsc_is_bounded(c) ? permits_available(&c->permits) : SIZE_MAX;
}

size_t edo_mpsc_max_capacity(const edo_mpsc_sender *sender)
{
    if (!sender)
        return 0;
    const mpsc *c = mpsc_of_sender(sender);
    return mpsc_is_bounded(c) ? c->capacity : SIZE_MAX;
}

bool edo_mpsc_sender_is_closed(const edo_mpsc_sender *sender)
{
    return sender && mpsc_is_closed(mpsc_of_sender(sender));
}

/* The receiver's end. */

/* Under the lock, which whoever closes takes afterwards: it finds this wait, or this the end. */
static edo_poll closed_look(edo_mpsc_closed_future *fut, const edo_waker *waker)
{
    mpsc *c = mpsc_of_sender(fut->sender);
    edo_waiter *w = &fut->waiter;

    lock_take(&c->lock);
    bool over = mpsc_is_closed(c), ends = over || fut->base.state & FUTURE_CANCELED;
    bool linked = w->state == WAITER_LINKED;
    if (ends && linked)
        waiters_remove(&c->closers, w);
    if (!ends)
        w->waker = *waker;
    if (!ends && !linked)
        waiters_add(&c->closers, w);
    a_store(&w->state, ends ? WAITER_IDLE : WAITER_LINKED, relaxed); /* under the lock */
    lock_drop(&c->lock);
    if (!ends)
        return EDO_PENDING;
    if (over)
        coop_spend();
    return edo_future_finish(&fut->base, over ? 0 : -ECANCELED);
}

static edo_poll closed_advance(edo_mpsc_closed_future *fut, const edo_waker *waker)
{
    bool canceled = fut->base.state & FUTURE_CANCELED;

    if (!canceled && waiter_waits_by(&fut->waiter, waker))
        return EDO_PENDING;
    if (!canceled && waiter_peek(&fut->waiter) == WAITER_IDLE && !coop_proceed(waker))
        return EDO_PENDING;
    return closed_look(fut, waker);
}

static edo_poll closed_poll(edo_future *base, const edo_waker *waker)
{
    edo_mpsc_closed_future *fut = container_of(base, edo_mpsc_closed_future, base);
    mpsc *c = mpsc_of_sender(fut->sender);

    if (!fut->sender)
        return edo_future_finish(base, -EINVAL);
    if (closed_advance(fut, waker) == EDO_PENDING)
        return mpsc_is_pending(c, &fut->waiter);
    return mpsc_is_ready(c, &fut->waiter);
}

static const edo_future_ops closed_ops = {
    .poll = closed_poll, .name = "mpsc_closed", .flags = EDO_FUTURE_RESTARTS};

edo_mpsc_closed_future edo_mpsc_closed_async(edo_mpsc_sender *sender)
{
    return (edo_mpsc_closed_future){.base = EDO_FUTURE_INIT(&closed_ops), .sender = sender};
}

int edo_mpsc_closed(edo_mpsc_sender *sender)
{
    edo_mpsc_closed_future fut = edo_mpsc_closed_async(sender);

    return (int)edo_await(&fut.base);
}
