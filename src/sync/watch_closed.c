/*
 * watch_closed.c: waiting for the last receiver's end.
 *
 * Queue      A wait stands there with the number of closes so far; the end of the last receiver is
 *            one more, and ends all that need less. So waits that began after somebody had subscribed
 *            anew stay. The counts of receivers and of closes change under the lock.
 * Lifetime   A pending wait keeps the channel: the senders' handles may be freed, and tell it so.
 */
#include "sync/watch.h"

#include "await/await.h"
#include "base/model.h"
#include "sched/coop.h"

/* Under the lock: links it, gives it another waker, or withdraws it. How it stands then. */
static enum waiter_state settle(edo_watch_closed_future *fut, bool canceled, const edo_waker *waker)
{
    watch *c = watch_of(fut->tx);
    edo_waiter *w = &fut->waiter;

    if (w->state == WAITER_LINKED) {
        if (canceled)
            waiters_remove(&c->closed, w);
        else
            w->waker = *waker;
    } else if (w->state == WAITER_IDLE) {
        if (a_load(&c->receivers, relaxed) == 0) /* relaxed: under the lock */
            return WAITER_GRANTED;
        a_fetch_add(&c->refs, MODEL_BUG(1519, 1, 0), relaxed); /* the sender's is there as well */
        w->needs = (size_t)c->closings;
        w->waker = *waker;
        waiters_add(&c->closed, w);
        a_store(&w->state, WAITER_LINKED, relaxed);
    }
    return (enum waiter_state)w->state;
}

static int result_of(enum waiter_state state)
{
    return state == WAITER_GRANTED ? 0 : state == WAITER_CLOSED ? -EPIPE : -ECANCELED;
}

static edo_poll closed_poll(edo_future *base, const edo_waker *waker)
{
    edo_watch_closed_future *fut = container_of(base, edo_watch_closed_future, base);
    watch *c = watch_of(fut->tx);
    enum waiter_state state = waiter_peek(&fut->waiter);
    bool canceled = base->state & FUTURE_CANCELED, has_waited = state != WAITER_IDLE;

    if (!c)
        return edo_future_finish(base, -EINVAL);
    if (!has_waited && canceled)
        return edo_future_finish(base, -ECANCELED);
    if (!has_waited && !coop_proceed(waker))
        return EDO_PENDING;
    if (!canceled && waiter_waits_by(&fut->waiter, waker))
        return EDO_PENDING;
    if (!has_waited || state == WAITER_LINKED) {
        lock_take(&c->lock);
        state = settle(fut, canceled, waker);
        lock_drop(&c->lock);
    }
    if (state == WAITER_LINKED && !canceled)
        return EDO_PENDING;
    if (state != WAITER_LINKED)
        coop_spend();
    a_store(&fut->waiter.state, WAITER_IDLE, relaxed); /* nobody else knows it any more */
    if (has_waited)
        watch_unref(c);
    return edo_future_finish(base, result_of(state));
}

static const edo_future_ops closed_ops = {
    .poll = closed_poll, .name = "watch_closed", .flags = EDO_FUTURE_RESTARTS};

edo_watch_closed_future edo_watch_closed_async(edo_watch_sender *tx)
{
    return (edo_watch_closed_future){.base = EDO_FUTURE_INIT(&closed_ops), .tx = tx};
}

int edo_watch_closed(edo_watch_sender *tx)
{
    edo_watch_closed_future fut = edo_watch_closed_async(tx);

    return (int)edo_await(&fut.base);
}

bool edo_watch_is_closed(const edo_watch_sender *tx)
{
    /* acquire: pairs with the release in edo_watch_receiver_free. */
    return !tx || a_load(&watch_of(tx)->receivers, MODEL_BUG(1522, acquire, relaxed)) == 0;
}
