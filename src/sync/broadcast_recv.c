/*
 * broadcast_recv.c: receiving from a broadcast channel, and waiting until nobody does.
 *
 * A wake-up grants nothing: who is woken looks, and takes what it finds in the same poll. So a wait
 * that is cancelled has taken nothing, whatever has come in the meantime.
 */
#include "sync/broadcast.h"

#include <errno.h>

#include <edo/error.h>

#include "await/await.h"
#include "base/chaos.h"
#include "base/report.h"
#include "sched/coop.h"

/* edo_waiter.kind. HOLDS: it has said PENDING, and holds a reference to what it waits for. LOOKED:
 * the direct form has just found nothing. */
enum { WAIT_NONE, WAIT_HOLDS, WAIT_LOOKED };

/* Item number `place` was overwritten: on to the oldest that is left. */
static noinline int skip(edo_broadcast_receiver *rx, uint64_t place, uint64_t *ret_missed)
{
    broadcast *ch = rx->ch;
    /* relaxed: if it is older than the stamp that was seen, the next look will say so. */
    uint64_t next = a_load(&ch->end, relaxed) >> 1, oldest = place + 1;

    if (next > oldest + ch->mask)
        oldest = next - ch->mask - 1;
    a_store(&rx->place, oldest, relaxed); /* relaxed: others only count by it */
    if (ret_missed)
        *ret_missed = oldest - place;
    return -EDO_ELAGGED;
}

static noinline int receive_any(edo_broadcast_receiver *rx, void *item, uint64_t *ret_missed)
{
    broadcast *ch = rx->ch;
    uint64_t place = a_load(&rx->place, relaxed), end;

    do {
        int rc = ring_take(ch, place, item);
        if (likely(rc == 1)) {
            a_store(&rx->place, place + 1, relaxed); /* relaxed: others only count by it */
            return 1;
        }
        if (rc != -EAGAIN)
            return rc == -EDO_ELAGGED ? skip(rx, place, ret_missed) : rc;
        /* acquire: pairs with the release in close_channel: what its senders did is seen. */
        end = a_load(&ch->end, MODEL_BUG(1610, acquire, relaxed));
    } while (MODEL_BUG(1611, end >> 1 > place, false)); /* sent meanwhile */
    return end & END_CLOSED ? 0 : -EAGAIN;
}

/* 1, 0, -EAGAIN, -EDO_ELAGGED, or what clone said. By the receiver's user. A word that is there is
 * taken in line: a call for it costs as much as the taking. */
static inline int receive(edo_broadcast_receiver *rx, void *item, uint64_t *ret_missed)
{
    uint64_t place = a_load(&rx->place, relaxed);

    if (unlikely(!ring_has_words(rx->ch) ||
                 ring_take_bytes(rx->ch, place, item, sizeof(uint64_t)) != 1))
        return receive_any(rx, item, ret_missed);
    a_store(&rx->place, place + 1, relaxed); /* relaxed: others only count by it */
    return 1;
}

static bool is_valid(const edo_broadcast_receiver *rx, const void *item)
{
    return rx && (item || !rx->ch->item.size);
}

int edo_broadcast_try_recv(edo_broadcast_receiver *rx, void *item, uint64_t *ret_missed)
{
    return is_valid(rx, item) ? receive(rx, item, ret_missed) : -EINVAL;
}

static edo_broadcast_recv_future *of_recv(edo_future *base)
{
    return container_of(base, edo_broadcast_recv_future, base);
}

/* Lock held, before the first PENDING: the receiver's memory stays until the end of the wait. */
static bool hold(edo_broadcast_recv_future *fut)
{
    edo_broadcast_receiver *rx = fut->rx;

    if (fut->waiter.kind == WAIT_HOLDS)
        return true;
    /* relaxed: only the lock's holder adds, and the owner, whose receive this is, is not gone. */
    uint32_t refs = a_load(&rx->refs, relaxed);
    if (refs > 1)
        return false;
    a_store(&rx->refs, refs + 1, relaxed);
    fut->waiter.kind = WAIT_HOLDS;
    return true;
}

static int refuse(void)
{
    report_misuse("broadcast_recv: another receive waits with this receiver already");
    return -EDO_EMISUSE;
}

static bool is_gone(const edo_broadcast_recv_future *fut)
{
    /* relaxed: asked again under the lock before it waits. */
    return fut->waiter.kind == WAIT_HOLDS && a_load(&fut->rx->gone, relaxed);
}

/* Links the wait, or changes its waker: 1. 0: there is something to look at. -EDO_EMISUSE. */
static int wait_for_more(edo_broadcast_recv_future *fut, const edo_waker *waker)
{
    edo_waiter *w = &fut->waiter;
    broadcast *ch = fut->rx->ch;
    uint64_t place = a_load(&fut->rx->place, relaxed);

    chaos_point();
    lock_take(&ch->lock);
    bool holds = hold(fut);
    bool waits = holds && MODEL_BUG(1612, a_load(&ch->end, relaxed) == place << 1, true) &&
                 MODEL_BUG(1613, !is_gone(fut), true);
    if (waits) {
        if (w->state != WAITER_LINKED) {
            w->needs = (size_t)place;
            a_store(&w->state, WAITER_LINKED, relaxed); /* relaxed: only its owner looks unlocked */
            waiters_add(&ch->waiting, w);
        }
        w->waker = *waker;
    }
    lock_drop(&ch->lock);
    return holds ? waits : refuse();
}

/* A wait that is over leaves the queue, if it is still there, and is as before its first poll. */
static void withdraw(broadcast *ch, edo_waiters *list, edo_waiter *w)
{
    if (waiter_peek(w) == WAITER_LINKED) {
        lock_take(&ch->lock);
        if (w->state == WAITER_LINKED)
            waiters_remove(list, w);
        lock_drop(&ch->lock);
    }
    w->state = WAITER_IDLE;
    w->kind = WAIT_NONE;
}

static edo_poll finish_recv(edo_broadcast_recv_future *fut, int result)
{
    if (fut->waiter.kind == WAIT_HOLDS) {
        withdraw(fut->rx->ch, &fut->rx->ch->waiting, &fut->waiter);
        receiver_unref(fut->rx);
    }
    if (result != -ECANCELED)
        coop_spend();
    return edo_future_finish(&fut->base, result);
}

/* The budget is used up: it is pending all the same, and the receiver may be freed now. */
static edo_poll wait_for_budget(edo_broadcast_recv_future *fut)
{
    lock_take(&fut->rx->ch->lock);
    bool holds = hold(fut);
    lock_drop(&fut->rx->ch->lock);
    return holds ? EDO_PENDING : finish_recv(fut, refuse());
}

static edo_poll look(edo_broadcast_recv_future *fut, const edo_waker *waker)
{
    int rc = -EAGAIN;

    for (;;) {
        if (is_gone(fut))
            return finish_recv(fut, 0);
        if (fut->waiter.kind != WAIT_LOOKED)
            rc = receive(fut->rx, fut->item, fut->ret_missed);
        if (rc == 1)
            fut->place = a_load(&fut->rx->place, relaxed) - 1;
        if (rc == -EAGAIN) {
            rc = wait_for_more(fut, waker);
            if (rc == 1)
                return EDO_PENDING;
            if (rc == 0)
                continue;
        }
        return finish_recv(fut, rc);
    }
}

static edo_poll recv_poll(edo_future *base, const edo_waker *waker)
{
    edo_broadcast_recv_future *fut = of_recv(base);
    edo_waiter *w = &fut->waiter;

    if (!is_valid(fut->rx, fut->item))
        return edo_future_finish(base, -EINVAL);
    if (base->state & FUTURE_CANCELED)
        return finish_recv(fut, is_gone(fut) ? 0 : -ECANCELED);
    if (waiter_waits_by(w, waker))
        return EDO_PENDING;
    if (waiter_peek(w) == WAITER_IDLE && !coop_proceed(waker))
        return wait_for_budget(fut);
    return look(fut, waker);
}

static void recv_put_back(edo_future *base)
{
    edo_broadcast_recv_future *fut = of_recv(base);
    edo_broadcast_receiver *rx = fut->rx;
    wakes owed;

    if (base->result == 1) {
        if (a_load(&rx->place, relaxed) != fut->place + 1)
            return; /* received from since: the success stands */
        broadcast_ring_put_back(rx->ch, fut->place, fut->item);
        wakes_init(&owed);
        lock_take(&rx->ch->lock);
        a_store(&rx->place, fut->place, relaxed); /* relaxed: others only count by it */
        broadcast_wake_receiver(rx, &owed);
        lock_drop(&rx->ch->lock);
        wakes_push(&owed);
    }
    base->result = -ECANCELED;
}

static const edo_future_ops recv_ops = {
    .poll = recv_poll,
    .put_back = recv_put_back,
    .name = "broadcast_recv",
    .flags = EDO_FUTURE_RESTARTS,
};

/* A direct form makes its future in place: to return it by value costs as much as a receive. */
static inline void recv_init(edo_broadcast_recv_future *fut, edo_broadcast_receiver *rx, void *item,
                             uint64_t *ret_missed)
{
    fut->base = (edo_future)EDO_FUTURE_INIT(&recv_ops);
    fut->rx = rx;
    fut->item = item;
    fut->ret_missed = ret_missed;
    fut->waiter.state = WAITER_IDLE;
    fut->waiter.kind = WAIT_NONE;
}

edo_broadcast_recv_future edo_broadcast_recv_async(edo_broadcast_receiver *rx, void *item,
                                                   uint64_t *ret_missed)
{
    edo_broadcast_recv_future fut;

    recv_init(&fut, rx, item, ret_missed);
    return fut;
}

/* Apart, for its frame. `looked`: and found nothing. */
static noinline int wait_for(thread *self, edo_broadcast_receiver *rx, void *item,
                             uint64_t *ret_missed, bool looked)
{
    edo_broadcast_recv_future fut;

    recv_init(&fut, rx, item, ret_missed);
    if (looked)
        fut.waiter.kind = WAIT_LOOKED;
    return (int)await_directly(self, &fut.base, recv_poll);
}

int edo_broadcast_recv(edo_broadcast_receiver *rx, void *item, uint64_t *ret_missed)
{
    thread *self = await_may_try();
    bool may_look = self && is_valid(rx, item);

    if (likely(may_look)) {
        int rc = receive(rx, item, ret_missed);
        if (likely(rc != -EAGAIN)) {
            await_spend(self);
            return rc;
        }
    }
    return wait_for(self, rx, item, ret_missed, may_look);
}

/* Waiting until there is no receiver. */

static bool is_closed(const broadcast *ch)
{
    /* relaxed: numbers; under the lock they are of that moment. */
    return a_load(&ch->receivers, relaxed) == 0 || (a_load(&ch->end, relaxed) & END_CLOSED);
}

static edo_poll finish_closed(edo_broadcast_closed_future *fut, int result)
{
    broadcast *ch = of_sender(fut->tx);

    if (fut->waiter.kind == WAIT_HOLDS) {
        withdraw(ch, &ch->closers, &fut->waiter);
        broadcast_unref(ch);
    }
    if (result == 0)
        coop_spend();
    return edo_future_finish(&fut->base, result);
}

static edo_poll closed_poll(edo_future *base, const edo_waker *waker)
{
    edo_broadcast_closed_future *fut = container_of(base, edo_broadcast_closed_future, base);
    edo_waiter *w = &fut->waiter;
    broadcast *ch = of_sender(fut->tx);

    if (!ch)
        return edo_future_finish(base, -EINVAL);
    if (base->state & FUTURE_CANCELED)
        return finish_closed(fut, -ECANCELED);
    if (waiter_waits_by(w, waker))
        return EDO_PENDING;
    if (w->kind == WAIT_NONE) {
        broadcast_ref(ch);
        w->kind = WAIT_HOLDS;
    }
    if (waiter_peek(w) == WAITER_IDLE && !coop_proceed(waker))
        return EDO_PENDING;
    lock_take(&ch->lock);
    bool waits = !is_closed(ch);
    if (waits) {
        if (w->state != WAITER_LINKED) {
            w->needs = (size_t)ch->closings;
            a_store(&w->state, WAITER_LINKED, relaxed); /* relaxed: only its owner looks unlocked */
            waiters_add(&ch->closers, w);
        }
        w->waker = *waker;
    }
    lock_drop(&ch->lock);
    return waits ? EDO_PENDING : finish_closed(fut, 0);
}

static const edo_future_ops closed_ops = {
    .poll = closed_poll, .name = "broadcast_closed", .flags = EDO_FUTURE_RESTARTS};

edo_broadcast_closed_future edo_broadcast_closed_async(edo_broadcast_sender *tx)
{
    return (edo_broadcast_closed_future){.base = EDO_FUTURE_INIT(&closed_ops), .tx = tx};
}

int edo_broadcast_closed(edo_broadcast_sender *tx)
{
    thread *self = tx ? await_may_try() : NULL;

    if (self && is_closed(of_sender(tx))) {
        await_spend(self);
        return 0;
    }
    edo_broadcast_closed_future fut = edo_broadcast_closed_async(tx);
    return (int)edo_await(&fut.base);
}
