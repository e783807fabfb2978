/*
 * mpsc_send.c: sending.
 *
 * A bounded send is a wait for one permit, and then it is in: what follows can't fail. So a send that
 * was granted its room before a cancel sends all the same, and says so.
 */
#include <edo/time.h>

#include "await/await.h"
#include "sched/coop.h"
#include "sync/mpsc.h"

int mpsc_put(mpsc *c, const void *item)
{
    edo_waker owed;
    int rc = mpsc_is_bounded(c) ? mpsc_ring_put(&c->ring, item, &c->wait.waker, &owed)
                                : mpsc_list_put(&c->list, item, &c->wait.waker, &owed);

    if (rc <= 0)
        return rc;
    chaos_point(); /* the channel may be gone */
    wake_push(&owed);
    return 0;
}

/* Send. */

static inline int try_send(mpsc *c, const void *item)
{
    int rc = mpsc_is_bounded(c) ? permits_try(&c->permits, 1) : 0;

    return rc < 0 ? rc : mpsc_put(c, item);
}

int edo_mpsc_try_send(edo_mpsc_sender *sender, const void *item)
{
    return mpsc_may_send(sender, item) ? try_send(mpsc_of_sender(sender), item) : -EINVAL;
}

/* Without a limit there is nothing to wait for but the budget. */
static edo_poll advance_unbounded(edo_future *base, const edo_waker *waker)
{
    if (base->state & FUTURE_CANCELED)
        return edo_future_finish(base, -ECANCELED);
    if (!coop_proceed(waker))
        return EDO_PENDING;
    coop_spend();
    return edo_future_finish(base, 0);
}

static edo_poll send_poll(edo_future *base, const edo_waker *waker)
{
    edo_mpsc_send_future *fut = container_of(base, edo_mpsc_send_future, base);
    mpsc *c = mpsc_of_sender(fut->sender);

    if (!mpsc_may_send(fut->sender, fut->item))
        return edo_future_finish(base, -EINVAL);
    edo_poll is = mpsc_is_bounded(c) ? permits_advance(&c->permits, &fut->waiter, 1, base, waker)
                                     : advance_unbounded(base, waker);
    if (is == EDO_PENDING)
        return mpsc_is_pending(c, &fut->waiter);
    if (base->result == 0)
        base->result = mpsc_put(c, fut->item);
    return mpsc_is_ready(c, &fut->waiter);
}

static const edo_future_ops send_ops = {
    .poll = send_poll, .name = "mpsc_send", .flags = EDO_FUTURE_RESTARTS};

/* In place: to return one by value costs as much as half a switch. */
static inline void init(edo_mpsc_send_future *fut, edo_mpsc_sender *sender, const void *item)
{
    *fut =
        (edo_mpsc_send_future){.base = EDO_FUTURE_INIT(&send_ops), .sender = sender, .item = item};
}

edo_mpsc_send_future edo_mpsc_send_async(edo_mpsc_sender *sender, const void *item)
{
    edo_mpsc_send_future fut;

    init(&fut, sender, item);
    return fut;
}

int edo_mpsc_send(edo_mpsc_sender *sender, const void *item)
{
    thread *self = await_may_try();

    if (likely(self && mpsc_may_send(sender, item))) {
        int rc = try_send(mpsc_of_sender(sender), item);
        if (likely(rc != -EAGAIN)) {
            await_spend(self);
            return rc;
        }
    }
    edo_mpsc_send_future fut;
    init(&fut, sender, item);
    return (int)await_directly(self, &fut.base, send_poll);
}

int edo_mpsc_send_within(edo_mpsc_sender *sender, const void *item, edo_duration span)
{
    edo_mpsc_send_future fut = edo_mpsc_send_async(sender, item);

    return (int)edo_timeout(&fut.base, span);
}
