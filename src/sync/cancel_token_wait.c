/*
 * cancel_token_wait.c: waiting for a token, alone or beside another future.
 *
 * A wait that is linked has a reference, so its token needs no other; one of an owned form has it from
 * its making on. The reference is given up when the wait is READY, after the last touch of the token.
 */
#include <errno.h>

#include "await/await.h"
#include "sched/coop.h"
#include "sync/cancel_token.h"

static edo_cancel_token_wait_future *of(edo_future *base)
{
    return container_of(base, edo_cancel_token_wait_future, base);
}

/* Begun, it keeps the token, also when there was no budget for more. */
static void keep(edo_cancel_token_wait_future *wait)
{
    if (MODEL_BUG(2007, !wait->keeps && !wait->owns, false))
        edo_cancel_token_clone(wait->token);
    wait->keeps = MODEL_BUG(2007, true, false);
}

bool cancel_token_link(edo_cancel_token *token, edo_waiter *waiter, const edo_waker *waker)
{
    if (edo_cancel_token_is_canceled(token))
        return false;
    lock_take(&token->lock);
    bool over = MODEL_BUG(2008, a_load(&token->canceled, relaxed), false); /* under the lock */
    if (!over) {
        crowd_add(&token->crowd, waiter, waker);
        a_store(&waiter->state, WAITER_LINKED, relaxed); /* relaxed: under the lock */
    }
    lock_drop(&token->lock);
    return !over;
}

void cancel_token_unlink(edo_cancel_token *token, edo_waiter *waiter)
{
    if (waiter_peek(waiter) != WAITER_LINKED)
        return;
    lock_take(&token->lock);
    if (waiter->state == WAITER_LINKED)
        crowd_leave(&token->crowd, waiter);
    lock_drop(&token->lock);
}

/* Another waker for a wait that may be linked still. True: it is over. */
static bool replace_waker(edo_cancel_token_wait_future *wait, const edo_waker *waker)
{
    lock_take(&wait->token->lock);
    bool over = wait->waiter.state == WAITER_GRANTED;
    if (!over)
        wait->waiter.waker = *waker;
    lock_drop(&wait->token->lock);
    return over;
}

/* True: it is over. */
static bool advance(edo_cancel_token_wait_future *wait, const edo_waker *waker)
{
    if (waiter_waits_by(&wait->waiter, waker))
        return false;
    switch (waiter_peek(&wait->waiter)) {
    case WAITER_IDLE:
        keep(wait);
        return coop_proceed(waker) && !cancel_token_link(wait->token, &wait->waiter, waker);
    case WAITER_LINKED:
        return replace_waker(wait, waker);
    default:
        return true;
    }
}

/* The reference is the last that it touches: the token may go with it. */
static edo_poll done(edo_cancel_token_wait_future *wait, int result)
{
    edo_cancel_token *token = wait->token;
    bool has_reference = wait->keeps || wait->owns;

    if (result == 0)
        coop_spend();
    if (wait->owns)
        wait->token = NULL;
    wait->keeps = wait->owns = false;
    wait->waiter.state = WAITER_IDLE;
    if (has_reference)
        edo_cancel_token_free(token);
    return edo_future_finish(&wait->base, result);
}

static edo_poll canceled_poll(edo_cancel_token_wait_future *wait)
{
    cancel_token_unlink(wait->token, &wait->waiter);
    return done(wait, edo_cancel_token_is_canceled(wait->token) ? 0 : -ECANCELED);
}

static edo_poll wait_poll(edo_future *base, const edo_waker *waker)
{
    edo_cancel_token_wait_future *wait = of(base);

    if (unlikely(!wait->token))
        return edo_future_finish(base, -EINVAL);
    if (unlikely(base->state & FUTURE_CANCELED))
        return canceled_poll(wait);
    return advance(wait, waker) ? done(wait, 0) : EDO_PENDING;
}

/* The next poll, which the canceller makes at once, takes it out of the queue. */
static const edo_future_ops wait_ops = {
    .poll = wait_poll, .name = "cancel_token_wait", .flags = EDO_FUTURE_RESTARTS};

/* Of one that was polled the next poll gives the handle up. */
static void owned_wait_cancel(edo_future *base)
{
    if (!(base->state & FUTURE_POLLED))
        done(of(base), -ECANCELED);
}

static const edo_future_ops owned_wait_ops = {
    .poll = wait_poll,
    .cancel = owned_wait_cancel,
    .name = "cancel_token_wait_owned",
    .flags = EDO_FUTURE_OWNS,
};

edo_cancel_token_wait_future edo_cancel_token_wait_async(edo_cancel_token *token)
{
    return (edo_cancel_token_wait_future){.base = EDO_FUTURE_INIT(&wait_ops), .token = token};
}

edo_cancel_token_wait_future edo_cancel_token_wait_owned_async(edo_cancel_token *token)
{
    return (edo_cancel_token_wait_future){
        .base = EDO_FUTURE_INIT(&owned_wait_ops),
        .token = edo_cancel_token_clone(token),
        .owns = token != NULL,
    };
}

int edo_cancel_token_wait(edo_cancel_token *token)
{
    edo_cancel_token_wait_future wait = edo_cancel_token_wait_async(token);
    thread *self = await_may_try();

    if (likely(self) && edo_cancel_token_is_canceled(token)) {
        await_spend(self);
        return 0;
    }
    return (int)edo_await(&wait.base);
}
