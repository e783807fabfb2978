/* mpsc_permit.c: reserving room in a channel, to send into it later without waiting. */
#include <edo/error.h>

#include "await/await.h"
#include "base/report.h"
#include "sync/mpsc.h"

static bool may_reserve(const edo_mpsc_sender *sender, size_t count, const edo_mpsc_permit *ret)
{
    return sender && ret && mpsc_is_bounded(mpsc_of_sender(sender)) &&
           count <= mpsc_of_sender(sender)->capacity;
}

/* A permit needs a sender; the last one may have been freed while the permit was waited for. */
static bool has_sender(mpsc *c, bool owned)
{
    return owned ? mpsc_ref_sender(c) : a_load(&c->strong, relaxed) > 0; /* once 0 it stays 0 */
}

/* Room that was taken becomes a permit: 0; or it goes back: -EPIPE. */
static int give(edo_mpsc_permit *ret, edo_mpsc_sender *sender, size_t count, bool owned)
{
    mpsc *c = mpsc_of_sender(sender);

    if (unlikely(!has_sender(c, owned))) {
        mpsc_return_room(c, count);
        return -EPIPE;
    }
    *ret = (edo_mpsc_permit){.sender = sender, .count = count, .owned = owned};
    return 0;
}

static edo_poll reserve_poll(edo_future *base, const edo_waker *waker)
{
    edo_mpsc_reserve_future *fut = container_of(base, edo_mpsc_reserve_future, base);
    mpsc *c = mpsc_of_sender(fut->sender);

    if (!may_reserve(fut->sender, fut->count, fut->ret))
        return edo_future_finish(base, -EINVAL);
    if (permits_advance(&c->permits, &fut->waiter, fut->count, base, waker) == EDO_PENDING)
        return mpsc_is_pending(c, &fut->waiter);
    if (base->result == 0)
        base->result = give(fut->ret, fut->sender, fut->count, fut->owned);
    return mpsc_is_ready(c, &fut->waiter);
}

static void reserve_put_back(edo_future *base)
{
    edo_mpsc_reserve_future *fut = container_of(base, edo_mpsc_reserve_future, base);

    edo_mpsc_permit_release(fut->ret);
    fut->waiter.state = WAITER_IDLE;
    base->result = -ECANCELED;
}

static const edo_future_ops reserve_ops = {
    .poll = reserve_poll,
    .put_back = reserve_put_back,
    .name = "mpsc_reserve",
    .flags = EDO_FUTURE_RESTARTS,
};

static edo_mpsc_reserve_future reserve(edo_mpsc_sender *sender, size_t count, bool owned,
                                       edo_mpsc_permit *ret)
{
    return (edo_mpsc_reserve_future){
        .base = EDO_FUTURE_INIT(&reserve_ops),
        .sender = sender,
        .count = count,
        .owned = owned,
        .ret = ret,
    };
}

edo_mpsc_reserve_future edo_mpsc_reserve_async(edo_mpsc_sender *sender, edo_mpsc_permit *ret_permit)
{
    return reserve(sender, 1, false, ret_permit);
}

edo_mpsc_reserve_future edo_mpsc_reserve_many_async(edo_mpsc_sender *sender, size_t count,
                                                    edo_mpsc_permit *ret_permit)
{
    return reserve(sender, count, false, ret_permit);
}

edo_mpsc_reserve_future edo_mpsc_reserve_owned_async(edo_mpsc_sender *sender,
                                                     edo_mpsc_permit *ret_permit)
{
    return reserve(sender, 1, true, ret_permit);
}

static int try_reserve(edo_mpsc_sender *sender, size_t count, bool owned, edo_mpsc_permit *ret)
{
    if (!may_reserve(sender, count, ret))
        return -EINVAL;
    int rc = permits_try(&mpsc_of_sender(sender)->permits, count);
    return rc < 0 ? rc : give(ret, sender, count, owned);
}

int edo_mpsc_try_reserve(edo_mpsc_sender *sender, edo_mpsc_permit *ret_permit)
{
    return try_reserve(sender, 1, false, ret_permit);
}

int edo_mpsc_try_reserve_many(edo_mpsc_sender *sender, size_t count, edo_mpsc_permit *ret_permit)
{
    return try_reserve(sender, count, false, ret_permit);
}

int edo_mpsc_try_reserve_owned(edo_mpsc_sender *sender, edo_mpsc_permit *ret_permit)
{
    return try_reserve(sender, 1, true, ret_permit);
}

static int reserve_now(edo_mpsc_sender *sender, size_t count, bool owned, edo_mpsc_permit *ret)
{
    thread *self = await_may_try();

    if (likely(self)) {
        int rc = try_reserve(sender, count, owned, ret);
        if (rc != -EAGAIN) {
            await_spend(self);
            return rc;
        }
    }
    edo_mpsc_reserve_future fut = reserve(sender, count, owned, ret);
    return (int)edo_await(&fut.base);
}

int edo_mpsc_reserve(edo_mpsc_sender *sender, edo_mpsc_permit *ret_permit)
{
    return reserve_now(sender, 1, false, ret_permit);
}

int edo_mpsc_reserve_many(edo_mpsc_sender *sender, size_t count, edo_mpsc_permit *ret_permit)
{
    return reserve_now(sender, count, false, ret_permit);
}

int edo_mpsc_reserve_owned(edo_mpsc_sender *sender, edo_mpsc_permit *ret_permit)
{
    return reserve_now(sender, 1, true, ret_permit);
}

/* Permits. Emptied before the sender that an owned one counts for is freed. */

static void let_go(edo_mpsc_permit *permit)
{
    edo_mpsc_permit gone = *permit;

    *permit = (edo_mpsc_permit){0};
    if (gone.owned)
        edo_mpsc_sender_free(gone.sender);
}

int edo_mpsc_permit_send(edo_mpsc_permit *permit, const void *item)
{
    if (!permit)
        return -EINVAL;
    if (permit->count == 0) {
        report_misuse("a permit of a channel was used more often than it has room");
        return -EDO_EMISUSE;
    }
    if (!mpsc_may_send(permit->sender, item))
        return -EINVAL;
    permit->count--;
    int rc = mpsc_put(mpsc_of_sender(permit->sender), item);
    if (permit->count == 0)
        let_go(permit);
    return rc;
}

void edo_mpsc_permit_release(edo_mpsc_permit *permit)
{
    if (!permit || !permit->sender)
        return;
    mpsc_return_room(mpsc_of_sender(permit->sender), permit->count);
    let_go(permit);
}
