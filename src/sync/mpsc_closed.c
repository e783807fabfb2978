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

static edo_poll closed_look(edo_mpsc_closed_future *fut, const edo_waker *waker)
{
    mpsc *c = mpsc_of_sender(fut->sender);

    lock_take(&c->lock);
    /* Under the lock, which whoever closes takes afterwards: it finds this wait, or this the end. */
    bool over = mpsc_is_closed(c) || fut->waiter.state == WAITER_GRANTED;
    if (over && fut->waiter.state == WAITER_LINKED)
        waiters_remove(&c->closers, &fut->waiter);
    fut->waiter.waker = *waker;
    if (!over && fut->waiter.state == WAITER_IDLE)
        waiters_add(&c->closers, &fut->waiter);
    a_store(&fut->waiter.state, over ? WAITER_GRANTED : WAITER_LINKED, relaxed);
    lock_drop(&c->lock);
    return over ? EDO_READY : EDO_PENDING;
}

static edo_poll closed_cancel(edo_mpsc_closed_future *fut)
{
    mpsc *c = mpsc_of_sender(fut->sender);

    if (waiter_peek(&fut->waiter) == WAITER_LINKED) {
        lock_take(&c->lock);
        if (fut->waiter.state == WAITER_LINKED) {
            waiters_remove(&c->closers, &fut->waiter);
            a_store(&fut->waiter.state, WAITER_IDLE, relaxed); /* only its owner reads it now */
        }
        lock_drop(&c->lock);
    }
    return edo_future_finish(&fut->base, fut->waiter.state == WAITER_GRANTED ? 0 : -ECANCELED);
}

static edo_poll closed_poll(edo_future *base, const edo_waker *waker)
{
    edo_mpsc_closed_future *fut = container_of(base, edo_mpsc_closed_future, base);

    if (!fut->sender)
        return edo_future_finish(base, -EINVAL);
    if (base->state & FUTURE_CANCELED)
        return closed_cancel(fut);
    if (waiter_peek(&fut->waiter) == WAITER_IDLE && !coop_proceed(waker))
        return EDO_PENDING;
    if (waiter_peek(&fut->waiter) != WAITER_GRANTED && closed_look(fut, waker) == EDO_PENDING)
        return EDO_PENDING;
    coop_spend();
    return edo_future_finish(base, 0);
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
