/*
 * mpsc_recv.c: receiving, one or several.
 *
 * A message is taken when it is polled for, never handed over: so a cancelled receive has nothing to
 * give back. Only a receive that was READY and loses all the same, in a select within a select, puts
 * back: into `returned`, which every way of receiving looks at first.
 *
 * Who waits leaves its waker, then WANTED in the slot of the next message, then asks whether it is over;
 * mpsc.c and slot.h say why none of the three is missed.
 */
#include <stdlib.h>

#include <edo/error.h>

#include "await/await.h"
#include "base/report.h"
#include "base/thread.h"
#include "sched/coop.h"
#include "sync/mpsc.h"

/* Taking. */

static size_t take_returned(mpsc *c, char *to, size_t limit)
{
    mpsc_returned *back = &c->returned;
    size_t size = mpsc_item(c)->size;
    size_t n = back->count < limit ? back->count : limit;

    if (n == 0)
        return 0;
    if (size)
        memcpy(to, back->items + back->first * size, n * size);
    back->first += n;
    a_store(&back->count, back->count - n, relaxed);
    return n;
}

/* Moves up to `limit` messages out; how many. */
static size_t take(mpsc *c, char *to, size_t limit)
{
    const slot_shape *shape = mpsc_shape(c);
    size_t n = unlikely(c->returned.count) ? take_returned(c, to, limit) : 0;
    size_t freed = 0;

    for (char *slot; n < limit && (slot = mpsc_next(c)); n++, freed++) {
        item_copy(&shape->item, to + n * shape->item.size, slot);
        slot_empty(shape, slot);
        mpsc_advance(c);
    }
    if (freed && mpsc_is_bounded(c))
        permits_release(&c->permits, freed);
    return n;
}

/* Waiting. */

static int report_second(void)
{
    report_misuse("a channel's receiver can receive for one task at a time");
    return -EDO_EMISUSE;
}

/* Leaves word in the slot of the next message. False: it is there, or none will come. */
static bool want(mpsc *c)
{
    return mpsc_is_bounded(c) ? mpsc_ring_want(&c->ring) : mpsc_list_want(&c->list);
}

static void unwant(mpsc *c)
{
    if (mpsc_is_bounded(c))
        mpsc_ring_unwant(&c->ring);
    else
        mpsc_list_unwant(&c->list);
}

/* A receive that has begun is over. */
static void leave(mpsc *c)
{
    MODEL_BUG(1820, unwant(c), (void)0);
    if (mpsc_wait_leave(&c->wait))
        mpsc_end_receiver(c);
}

static edo_poll finish(edo_mpsc_recv_future *fut, int64_t result)
{
    if (fut->begun)
        leave(mpsc_of_receiver(fut->receiver));
    fut->begun = false;
    if (result >= 0)
        coop_spend();
    return edo_future_finish(&fut->base, result);
}

static bool is_orphan(const edo_mpsc_recv_future *fut)
{
    return fut->begun && mpsc_wait_is_orphan(&mpsc_of_receiver(fut->receiver)->wait);
}

/* From its first PENDING on it is the receive that waits; false: another one does. */
static bool begin(edo_mpsc_recv_future *fut, const edo_waker *waker)
{
    fut->begun = mpsc_wait_begin(&mpsc_of_receiver(fut->receiver)->wait, waker);
    return likely(fut->begun);
}

/* Of one that has begun: another poll may come from another task. */
static void change_waker(mpsc *c, const edo_waker *waker)
{
    if (edo_waker_is_same(&c->wait.waker, waker))
        return;
    MODEL_BUG(1821, unwant(c), (void)0);
    c->wait.waker = *waker;
}

/* Nothing was there: waits, unless something has come meanwhile. */
static edo_poll wait_on(edo_mpsc_recv_future *fut, const edo_waker *waker)
{
    mpsc *c = mpsc_of_receiver(fut->receiver);
    bool again = fut->begun;

    if (unlikely(again))
        change_waker(c, waker);
    else if (unlikely(!begin(fut, waker)))
        return finish(fut, report_second());
    while (!want(c)) {
        size_t n = take(c, fut->ret, fut->limit);
        if (n || mpsc_is_over(c))
            return finish(fut, (int64_t)n);
    }
    if (MODEL_BUG(1812, mpsc_is_over(c), false) ||
        (again && MODEL_BUG(1807, mpsc_wait_is_orphan_now(&c->wait), false)))
        return finish(fut, 0);
    return EDO_PENDING;
}

/* Out of budget: it comes back. */
static edo_poll postpone(edo_mpsc_recv_future *fut, const edo_waker *waker)
{
    return begin(fut, waker) ? EDO_PENDING : finish(fut, report_second());
}

static edo_poll recv_poll(edo_future *base, const edo_waker *waker)
{
    edo_mpsc_recv_future *fut = container_of(base, edo_mpsc_recv_future, base);

    if (!fut->receiver || (!fut->ret && fut->limit))
        return edo_future_finish(base, -EINVAL);
    if (fut->limit == 0 || is_orphan(fut))
        return finish(fut, 0);
    if (base->state & FUTURE_CANCELED)
        return finish(fut, -ECANCELED);
    if (!fut->begun && !coop_proceed(waker))
        return postpone(fut, waker);
    size_t n = take(mpsc_of_receiver(fut->receiver), fut->ret, fut->limit);
    return n ? finish(fut, (int64_t)n) : wait_on(fut, waker);
}

/* The same for one that was woken and not cancelled: mostly by the message it waits for. */
static edo_poll woken_poll(edo_future *base, const edo_waker *waker)
{
    edo_mpsc_recv_future *fut = container_of(base, edo_mpsc_recv_future, base);
    size_t n = take(mpsc_of_receiver(fut->receiver), fut->ret, fut->limit);

    return likely(n) ? finish(fut, (int64_t)n) : recv_poll(base, waker);
}

/* Putting back. */

/* Room for n more in front of those that were put back before. */
static bool make_room(mpsc_returned *back, size_t n, const edo_item *item)
{
    size_t size = item->size;

    if (back->first >= n)
        return true;
    char *items = item_array(item, n + back->count);
    if (!items)
        return false;
    if (back->count && size)
        memcpy(items + n * size, back->items + back->first * size, back->count * size);
    free(back->items);
    back->items = items;
    back->first = n;
    return true;
}

static void recv_put_back(edo_future *base)
{
    edo_mpsc_recv_future *fut = container_of(base, edo_mpsc_recv_future, base);
    size_t n = (size_t)base->result;

    if (n == 0)
        return; /* the end takes nothing */
    mpsc *c = mpsc_of_receiver(fut->receiver);
    size_t size = mpsc_item(c)->size;
    if (!make_room(&c->returned, n, mpsc_item(c)))
        return; /* no memory: it keeps its success */
    c->returned.first -= n;
    if (size)
        memcpy(c->returned.items + c->returned.first * size, fut->ret, n * size);
    a_store(&c->returned.count, c->returned.count + n, relaxed);
    base->result = -ECANCELED;
    mpsc_stir(c); /* another receive may have begun since */
}

static const edo_future_ops recv_ops = {
    .poll = recv_poll,
    .put_back = recv_put_back,
    .name = "mpsc_recv",
    .flags = EDO_FUTURE_RESTARTS,
};

/* In place: to return one by value costs as much as half a switch. */
static inline void init(edo_mpsc_recv_future *fut, edo_mpsc_receiver *receiver, void *ret_items,
                        size_t limit)
{
    *fut = (edo_mpsc_recv_future){
        .base = EDO_FUTURE_INIT(&recv_ops),
        .receiver = receiver,
        .ret = ret_items,
        .limit = limit,
    };
}

edo_mpsc_recv_future edo_mpsc_recv_many_async(edo_mpsc_receiver *receiver, void *ret_items,
                                              size_t limit)
{
    edo_mpsc_recv_future fut;

    init(&fut, receiver, ret_items, limit);
    return fut;
}

edo_mpsc_recv_future edo_mpsc_recv_async(edo_mpsc_receiver *receiver, void *ret_item)
{
    return edo_mpsc_recv_many_async(receiver, ret_item, 1);
}

/* Apart, for its frame. `looked`: and found nothing. */
static noinline ssize_t wait_for(thread *self, edo_mpsc_receiver *receiver, void *ret_items,
                                 size_t limit, bool looked)
{
    edo_mpsc_recv_future fut;

    init(&fut, receiver, ret_items, limit);
    if (unlikely(!looked || !self->task))
        return (ssize_t)await_directly(self, &fut.base, recv_poll);
    edo_waker waker = task_waker(self->task);
    if (wait_on(&fut, &waker) == EDO_READY)
        return (ssize_t)fut.base.result;
    return (ssize_t)await_rest_directly(self, &fut.base, woken_poll);
}

static inline ssize_t receive(edo_mpsc_receiver *receiver, void *ret_items, size_t limit)
{
    thread *self = await_may_try();
    bool may_look = self && receiver && ret_items && limit;

    if (likely(may_look)) {
        size_t n = take(mpsc_of_receiver(receiver), ret_items, limit);
        if (likely(n)) {
            await_spend(self);
            return (ssize_t)n;
        }
    }
    return wait_for(self, receiver, ret_items, limit, may_look);
}

ssize_t edo_mpsc_recv_many(edo_mpsc_receiver *receiver, void *ret_items, size_t limit)
{
    return receive(receiver, ret_items, limit);
}

int edo_mpsc_recv(edo_mpsc_receiver *receiver, void *ret_item)
{
    return (int)receive(receiver, ret_item, 1);
}

int edo_mpsc_try_recv(edo_mpsc_receiver *receiver, void *ret_item)
{
    if (!receiver || !ret_item)
        return -EINVAL;
    mpsc *c = mpsc_of_receiver(receiver);
    /* Over first: what came before the end is there afterwards. */
    bool over = mpsc_is_over(c);
    for (unsigned spins = 0; !take(c, ret_item, 1); spins++) {
        if (edo_mpsc_is_empty(receiver))
            return over ? 0 : -EAGAIN;
        /* A sender is between its claim and its copy; the sends behind it may have ended. */
        if (spins < 100)
            a_pause();
        else
            thread_yield();
    }
    return 1;
}

bool edo_mpsc_receiver_is_closed(const edo_mpsc_receiver *receiver)
{
    return receiver && mpsc_is_closed(mpsc_of_receiver(receiver));
}

size_t edo_mpsc_len(const edo_mpsc_receiver *receiver)
{
    if (!receiver)
        return 0;
    const mpsc *c = mpsc_of_receiver(receiver);
    return a_load(&c->returned.count, relaxed) +
           (mpsc_is_bounded(c) ? mpsc_ring_len(&c->ring) : mpsc_list_len(&c->list));
}

bool edo_mpsc_is_empty(const edo_mpsc_receiver *receiver)
{
    return edo_mpsc_len(receiver) == 0;
}
