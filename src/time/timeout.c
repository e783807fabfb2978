/*
 * timeout.c: a future with a limit. The future is polled first, so that one that is READY wins
 * whatever the clock says; when the sleep ends first, the future is cancelled and waited for, and a
 * success that came all the same stands.
 */
#include <edo/time.h>

#include <errno.h>

#include <edo/error.h>

#include "await/await.h"
#include "sched/coop.h"
#include "sched/current.h"
#include "time/sleep.h"

enum { WAITING, EXPIRED, CANCELED };

static edo_timeout_future *of(edo_future *base)
{
    return container_of(base, edo_timeout_future, base);
}

/* A future that uses up the budget must not keep the timer from being looked at. */
static bool is_over(edo_timeout_future *to, const edo_waker *waker)
{
    if (sleep_look(&to->sleep, waker, to->is_ahead) == EDO_READY)
        return true;
    return coop_is_spent() && current_has_passed(to->sleep.deadline.ns);
}

static edo_poll finish(edo_timeout_future *to)
{
    int64_t result = to->inner->result;

    if (to->phase == EXPIRED && result == -ECANCELED) /* an error of its own stands */
        result = edo_is_shutdown(to->sleep.base.result) ? -EDO_ESHUTDOWN : -ETIMEDOUT;
    sleep_stop(&to->sleep);
    return edo_future_finish(&to->base, result);
}

static edo_poll timeout_poll(edo_future *base, const edo_waker *waker)
{
    edo_timeout_future *to = of(base);

    if (!to->inner || !to->inner->ops)
        return edo_future_finish(base, -EINVAL);
    if (to->sleep.error) {
        future_forsake(to->inner);
        return edo_future_finish(base, to->sleep.error);
    }
    if (future_advance(to->inner, waker) == EDO_READY)
        return finish(to);
    if (to->phase != WAITING || !is_over(to, waker))
        return EDO_PENDING;
    to->phase = EXPIRED;
    edo_future_cancel(to->inner);
    return future_advance(to->inner, waker) == EDO_READY ? finish(to) : EDO_PENDING;
}

static void timeout_cancel(edo_future *base)
{
    edo_timeout_future *to = of(base);

    if (!(base->state & FUTURE_POLLED)) {
        future_forsake(to->inner);
        return;
    }
    if (to->phase == WAITING)
        to->phase = CANCELED;
    edo_future_cancel(to->inner);
}

static void timeout_put_back(edo_future *base)
{
    edo_timeout_future *to = of(base);

    edo_future_put_back(to->inner);
    if (base->result >= 0) /* else: why it ended stands */
        base->result = to->inner->result;
}

static const edo_future_ops timeout_ops = {
    .poll = timeout_poll,
    .cancel = timeout_cancel,
    .put_back = timeout_put_back,
    .name = "timeout",
    .flags = EDO_FUTURE_COMPOSITE | EDO_FUTURE_OWNS,
};

edo_timeout_future edo_timeout_at_async(edo_future *fut, edo_instant deadline)
{
    return (edo_timeout_future){
        .base = EDO_FUTURE_INIT(&timeout_ops),
        .inner = fut,
        .sleep = edo_sleep_until_async(deadline),
    };
}

edo_timeout_future edo_timeout_async(edo_future *fut, edo_duration span)
{
    return (edo_timeout_future){
        .base = EDO_FUTURE_INIT(&timeout_ops),
        .inner = fut,
        .sleep = edo_sleep_async(span),
        .is_ahead = span.ns > 0,
    };
}

int64_t edo_timeout_at(edo_future *fut, edo_instant deadline)
{
    edo_timeout_future to = edo_timeout_at_async(fut, deadline);

    return edo_await(&to.base);
}

int64_t edo_timeout(edo_future *fut, edo_duration span)
{
    edo_timeout_future to = edo_timeout_async(fut, span);

    return edo_await(&to.base);
}
