/*
 * barrier.c: a crowd that is told when it is complete.
 *
 * Invariant   `arrived` is how many are linked in this round; the one who makes it full is never
 *             linked. It empties the queue and begins the next round in one hold of the lock, so
 *             who comes later belongs to that.
 * Seen        Everyone arrives under the lock, so the last one has seen the writes of all, and its
 *             grants pass them on.
 * Lifetime    The leader tells the others under the lock, and edo_barrier_fini takes that. Who was told
 *             touches the barrier no more, unless it is cancelled or polled with another waker.
 */
#include <edo/barrier.h>

#include <errno.h>

#include "await/await.h"
#include "base/chaos.h"
#include "sched/coop.h"
#include "sync/crowd.h"

void edo_barrier_init(edo_barrier *b, unsigned size)
{
    if (b)
        *b = (edo_barrier)EDO_BARRIER_INIT(size);
}

int edo_barrier_fini(edo_barrier *b)
{
    if (!b)
        return -EINVAL;
    lock_take(&b->lock); /* the last round's leader has let go of it */
    bool over = crowd_end(&b->crowd, &b->lock);
    lock_drop(&b->lock);
    return over ? 0 : -EBUSY;
}

static edo_poll done(edo_future *base, int result)
{
    coop_spend();
    return edo_future_finish(base, result);
}

/* The barrier is not touched after the others were told. */
static edo_poll arrive(edo_barrier_wait_future *wait, const edo_waker *waker)
{
    edo_barrier *b = wait->barrier;

    lock_take(&b->lock);
    if (b->arrived + 1 >= b->size) {
        b->arrived = 0;
        crowd_wake(&b->crowd, &b->lock);
        return done(&wait->base, 1);
    }
    b->arrived++;
    chaos_point();
    crowd_add(&b->crowd, &wait->waiter, waker);
    a_store(&wait->waiter.state, WAITER_LINKED, relaxed); /* relaxed: under the lock */
    lock_drop(&b->lock);
    return EDO_PENDING;
}

/* A poll with another waker of one that has arrived. */
static edo_poll look_again(edo_barrier_wait_future *wait, const edo_waker *waker)
{
    lock_take(&wait->barrier->lock);
    bool over = wait->waiter.state == WAITER_GRANTED;
    if (!over)
        wait->waiter.waker = *waker;
    lock_drop(&wait->barrier->lock);
    return over ? done(&wait->base, 0) : EDO_PENDING;
}

/* True: its round was full before. With the lock held. */
static bool leave(edo_barrier *b, edo_waiter *w)
{
    bool told = crowd_leave(&b->crowd, w);

    if (MODEL_BUG(1306, !told, true))
        b->arrived--;
    a_store(&w->state, told ? WAITER_GRANTED : WAITER_IDLE, relaxed); /* the lock is held */
    return told;
}

static edo_poll canceled_poll(edo_barrier_wait_future *wait)
{
    edo_waiter *w = &wait->waiter;
    enum waiter_state state = waiter_peek(w);
    bool over = state == WAITER_GRANTED;

    if (state == WAITER_LINKED) {
        lock_take(&wait->barrier->lock);
        over = w->state == WAITER_GRANTED || leave(wait->barrier, w);
        lock_drop(&wait->barrier->lock);
    }
    return over ? done(&wait->base, 0) : edo_future_finish(&wait->base, -ECANCELED);
}

static edo_poll wait_poll(edo_future *base, const edo_waker *waker)
{
    edo_barrier_wait_future *wait = container_of(base, edo_barrier_wait_future, base);

    if (unlikely(!wait->barrier))
        return edo_future_finish(base, -EINVAL);
    if (unlikely(base->state & FUTURE_CANCELED))
        return canceled_poll(wait);
    if (waiter_waits_by(&wait->waiter,
                        waker)) /* first: later, told, it may not touch the barrier */
        return EDO_PENDING;
    switch (waiter_peek(&wait->waiter)) {
    case WAITER_IDLE:
        return coop_proceed(waker) ? arrive(wait, waker) : EDO_PENDING;
    case WAITER_LINKED:
        return look_again(wait, waker);
    default:
        return done(base, 0);
    }
}

/* The next poll, which the canceller makes at once, takes the arrival back. */
static const edo_future_ops wait_ops = {
    .poll = wait_poll, .name = "barrier_wait", .flags = EDO_FUTURE_RESTARTS};

edo_barrier_wait_future edo_barrier_wait_async(edo_barrier *b)
{
    return (edo_barrier_wait_future){.base = EDO_FUTURE_INIT(&wait_ops), .barrier = b};
}

int edo_barrier_wait(edo_barrier *b)
{
    edo_barrier_wait_future wait = edo_barrier_wait_async(b);

    return (int)edo_await(&wait.base);
}
