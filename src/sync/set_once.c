/* set_once.c: a cell that rests empty, and whose value ends the waits for it. */
#include <edo/set_once.h>

#include <errno.h>

#include "await/await.h"
#include "sched/coop.h"
#include "sync/once.h"

void edo_set_once_init(edo_set_once *cell, void (*destroy)(void *value))
{
    if (cell)
        *cell = (edo_set_once)EDO_SET_ONCE_INIT(destroy);
}

int edo_set_once_fini(edo_set_once *cell)
{
    return cell ? once_fini(&cell->once) : -EINVAL;
}

int edo_set_once_set(edo_set_once *cell, void *value)
{
    if (!cell || !value)
        return -EINVAL;
    return once_put(&cell->once, NULL, value) ? 0 : -EEXIST;
}

void *edo_set_once_get(const edo_set_once *cell)
{
    return cell ? once_get(&cell->once) : NULL;
}

bool edo_set_once_is_set(const edo_set_once *cell)
{
    return edo_set_once_get(cell) != NULL;
}

void *edo_set_once_take(edo_set_once *cell)
{
    return cell ? once_take(&cell->once) : NULL;
}

/* Waiting. */

/* True: the value is there, and the caller has it. */
static bool collect(edo_set_once_wait_future *wait)
{
    void *value = once_get(&wait->cell->once);

    if (value && wait->ret)
        *wait->ret = value;
    return value != NULL;
}

/* True: it is over. A value may also have been taken out before its waiter came to it: then the wait
 * begins anew. */
static bool begin(edo_set_once_wait_future *wait, const edo_waker *waker)
{
    do {
        if (collect(wait))
            return true;
    } while (!once_link(&wait->cell->once, NULL, &wait->waiter, waker));
    return false;
}

static bool advance(edo_set_once_wait_future *wait, const edo_waker *waker)
{
    switch (waiter_peek(&wait->waiter)) {
    case WAITER_IDLE:
        return coop_proceed(waker) && begin(wait, waker);
    case WAITER_LINKED:
        return once_advance(&wait->cell->once, &wait->waiter, waker) && begin(wait, waker);
    default:
        return begin(wait, waker);
    }
}

static edo_poll done(edo_set_once_wait_future *wait)
{
    coop_spend();
    return edo_future_finish(&wait->base, 0);
}

static edo_poll canceled_poll(edo_set_once_wait_future *wait)
{
    if (waiter_peek(&wait->waiter) == WAITER_LINKED)
        once_withdraw(&wait->cell->once, NULL, &wait->waiter);
    return collect(wait) ? done(wait) : edo_future_finish(&wait->base, -ECANCELED);
}

static edo_poll wait_poll(edo_future *base, const edo_waker *waker)
{
    edo_set_once_wait_future *wait = container_of(base, edo_set_once_wait_future, base);

    if (unlikely(!wait->cell))
        return edo_future_finish(base, -EINVAL);
    if (unlikely(base->state & FUTURE_CANCELED))
        return canceled_poll(wait);
    return advance(wait, waker) ? done(wait) : EDO_PENDING;
}

/* The next poll, which the canceller makes at once, takes it out of the queue. */
static const edo_future_ops wait_ops = {
    .poll = wait_poll, .name = "set_once_wait", .flags = EDO_FUTURE_RESTARTS};

edo_set_once_wait_future edo_set_once_wait_async(edo_set_once *cell, void **ret_value)
{
    return (edo_set_once_wait_future){
        .base = EDO_FUTURE_INIT(&wait_ops), .cell = cell, .ret = ret_value};
}

int edo_set_once_wait(edo_set_once *cell, void **ret_value)
{
    edo_set_once_wait_future wait = edo_set_once_wait_async(cell, ret_value);
    thread *self = await_may_try();

    if (likely(self && cell) && collect(&wait)) {
        await_spend(self);
        return 0;
    }
    return (int)edo_await(&wait.base);
}
