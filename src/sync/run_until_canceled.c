/*
 * run_until_canceled.c: a future with a token beside it. The future is polled first, so that one that
 * is READY wins; when the token is cancelled first, the future is cancelled and waited for, and a
 * success that came all the same stands.
 */
#include <errno.h>

#include "await/await.h"
#include "sync/cancel_token.h"

enum { NEW, RUNNING, STOPPING };

static edo_run_until_canceled_future *of(edo_future *base)
{
    return container_of(base, edo_run_until_canceled_future, base);
}

/* READY at once: a wait for a token is out of its queue as soon as it is asked to be. */
static void end_wait(edo_run_until_canceled_future *run, const edo_waker *waker)
{
    future_cancel(&run->wait.base);
    future_advance(&run->wait.base, waker);
}

static edo_poll finish(edo_run_until_canceled_future *run, int64_t result, const edo_waker *waker)
{
    end_wait(run, waker);
    return edo_future_finish(&run->base, result);
}

/* The token's flag is looked at as well: without budget the wait does not begin. */
static bool is_canceled(edo_run_until_canceled_future *run, const edo_waker *waker)
{
    return future_is_done(&run->wait.base) || edo_cancel_token_is_canceled(run->wait.token) ||
           future_advance(&run->wait.base, waker) == EDO_READY;
}

static edo_poll run_poll(edo_future *base, const edo_waker *waker)
{
    edo_run_until_canceled_future *run = of(base);

    if (!run->inner || !run->inner->ops || (run->phase == NEW && !run->wait.token))
        return finish(run, -EINVAL, waker);
    if (run->phase == NEW && edo_cancel_token_is_canceled(run->wait.token)) {
        edo_future_cancel(run->inner); /* READY, unless it was polled before it came here */
        run->phase = STOPPING;
    } else if (run->phase == NEW) {
        run->phase = RUNNING;
    }
    if (future_advance(run->inner, waker) == EDO_READY)
        return finish(run, run->inner->result, waker);
    if (run->phase == STOPPING || !is_canceled(run, waker))
        return EDO_PENDING;
    run->phase = STOPPING;
    edo_future_cancel(run->inner);
    if (future_advance(run->inner, waker) == EDO_PENDING)
        return EDO_PENDING;
    return finish(run, run->inner->result, waker);
}

static void run_cancel(edo_future *base)
{
    edo_run_until_canceled_future *run = of(base);

    if (!(base->state & FUTURE_POLLED)) { /* it is READY with this */
        future_forsake(run->inner);
        future_cancel(&run->wait.base);
        return;
    }
    run->phase = STOPPING;
    edo_future_cancel(run->inner);
}

static void run_put_back(edo_future *base)
{
    edo_run_until_canceled_future *run = of(base);

    edo_future_put_back(run->inner);
    if (base->result >= 0) /* else: why it ended stands */
        base->result = run->inner->result;
}

static const edo_future_ops run_ops = {
    .poll = run_poll,
    .cancel = run_cancel,
    .put_back = run_put_back,
    .name = "run_until_canceled",
    .flags = EDO_FUTURE_COMPOSITE | EDO_FUTURE_OWNS,
};

static const edo_future_ops owned_run_ops = {
    .poll = run_poll,
    .cancel = run_cancel,
    .put_back = run_put_back,
    .name = "run_until_canceled_owned",
    .flags = EDO_FUTURE_COMPOSITE | EDO_FUTURE_OWNS,
};

edo_run_until_canceled_future edo_run_until_canceled_async(edo_cancel_token *token, edo_future *fut)
{
    return (edo_run_until_canceled_future){
        .base = EDO_FUTURE_INIT(&run_ops),
        .inner = fut,
        .wait = edo_cancel_token_wait_async(token),
    };
}

edo_run_until_canceled_future edo_run_until_canceled_owned_async(edo_cancel_token *token,
                                                                 edo_future *fut)
{
    return (edo_run_until_canceled_future){
        .base = EDO_FUTURE_INIT(&owned_run_ops),
        .inner = fut,
        .wait = edo_cancel_token_wait_owned_async(token),
    };
}

int64_t edo_run_until_canceled(edo_cancel_token *token, edo_future *fut)
{
    edo_run_until_canceled_future run = edo_run_until_canceled_async(token, fut);

    return edo_await(&run.base);
}
