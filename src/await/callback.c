/*
 * callback.c: the operations that can't be cancelled: they run on a heap object of their own.
 *
 * Two sides   hold a reference each. Under the lock exactly one order comes out: the result is
 *             there before the wait was left, and is taken; or the wait was left before, and the
 *             finisher discards the result.
 */
#include <edo/callback.h>

#include <errno.h>
#include <stdlib.h>

#include "await/await.h"
#include "base/chaos.h"
#include "base/lock.h"
#include "future/wake.h"

struct edo_callback {
    lock lock;
    uint32_t sides; /* not gone yet; under the lock */
    bool finished;
    bool left;
    int64_t result;
    edo_waker waker; /* of who waits; under the lock */
    void (*discard)(void *arg, int64_t result);
    void *arg;
};

int edo_callback_new(void (*discard)(void *arg, int64_t result), void *arg,
                     edo_callback **ret_callback)
{
    if (!ret_callback)
        return -EINVAL;
    edo_callback *cb = malloc(sizeof *cb);
    if (!cb)
        return -ENOMEM;
    *cb = (edo_callback){.sides = 2, .discard = discard, .arg = arg};
    *ret_callback = cb;
    return 0;
}

/* With the lock held, which it drops. */
static void drop_side(edo_callback *cb)
{
    bool last = --cb->sides == 0;

    lock_drop(&cb->lock);
    if (last)
        free(cb);
}

/* The user's function, with no lock held. */
static void discard(void (*fn)(void *arg, int64_t result), void *arg, int64_t result)
{
    if (result >= 0 && fn)
        fn(arg, result);
}

void edo_callback_finish(edo_callback *cb, int64_t result)
{
    wakes owed;

    wakes_init(&owed);
    if (!cb)
        return;
    lock_take(&cb->lock);
    bool left = cb->left;
    void (*fn)(void *, int64_t) = cb->discard;
    void *arg = cb->arg;
    if (!left) {
        cb->result = result;
        cb->finished = true;
        wakes_add(&owed, &cb->waker);
    }
    drop_side(cb);
    chaos_point();
    wakes_push(&owed);
    if (left)
        discard(fn, arg, result);
}

/* With the lock held, which it drops. */
static edo_poll take(edo_callback_future *fut)
{
    int64_t result = fut->callback->result;

    drop_side(fut->callback);
    return edo_future_finish(&fut->base, result);
}

static edo_poll leave(edo_callback_future *fut)
{
    fut->callback->left = true;
    drop_side(fut->callback);
    return edo_future_finish(&fut->base, -ECANCELED);
}

static edo_poll callback_poll(edo_future *base, const edo_waker *waker)
{
    edo_callback_future *fut = container_of(base, edo_callback_future, base);

    if (!fut->callback)
        return edo_future_finish(base, -EINVAL);
    lock_take(&fut->callback->lock);
    if (fut->callback->finished)
        return take(fut);
    if (base->state & FUTURE_CANCELED)
        return leave(fut);
    fut->callback->waker = *waker;
    lock_drop(&fut->callback->lock);
    return EDO_PENDING;
}

void edo_callback_leave(edo_callback *cb)
{
    if (!cb)
        return;
    lock_take(&cb->lock);
    bool finished = cb->finished;
    int64_t result = cb->result;
    void (*fn)(void *, int64_t) = cb->discard;
    void *arg = cb->arg;
    cb->left = true;
    drop_side(cb);
    if (finished)
        discard(fn, arg, result);
}

/* After a poll the next one leaves; before the first there is none. */
static void callback_cancel(edo_future *base)
{
    if (!(base->state & FUTURE_POLLED))
        edo_callback_leave(container_of(base, edo_callback_future, base)->callback);
}

static const edo_future_ops callback_ops = {
    .poll = callback_poll,
    .cancel = callback_cancel,
    .name = "callback",
    .flags = EDO_FUTURE_OWNS,
};

edo_callback_future edo_callback_async(edo_callback *callback)
{
    return (edo_callback_future){.base = EDO_FUTURE_INIT(&callback_ops), .callback = callback};
}

int64_t edo_callback_wait(edo_callback *callback)
{
    edo_callback_future fut = edo_callback_async(callback);

    return edo_await(&fut.base);
}
