/*
 * delay_queue_next.c: waiting for the next entry, with the queue's one timer.
 *
 * The timer is looked at, set and taken out under the queue's lock, as is the store: so what is found
 * not to be due, and the timer that is then set, belong together.
 */
#include <edo/error.h>

#include "await/await.h"
#include "base/report.h"
#include "sched/coop.h"
#include "sync/delay_queue.h"

/* With the lock held: 1 with the first entry, 0: there is none, -EAGAIN: it isn't due. */
static int take_due(edo_delay_queue *q, void *ret_item, edo_delay_expired *ret_expired)
{
    delay_store *s = &q->store;

    if (s->count == 0)
        return 0;
    if (delay_queue_first(q) > sched_now(q->runtime))
        return -EAGAIN;
    uint32_t entry = s->heap[0].entry;
    *ret_expired = (edo_delay_expired){{delay_store_serial(s, entry)}, {delay_queue_first(q)}};
    delay_queue_take(q, entry, ret_item);
    return 1;
}

static bool may_take(const edo_delay_queue *q, const void *ret_item)
{
    return q && (ret_item || q->store.item.size == 0);
}

int edo_delay_queue_try_next(edo_delay_queue *queue, void *ret_item, edo_delay_expired *ret_expired)
{
    edo_delay_expired expired;

    if (!may_take(queue, ret_item))
        return -EINVAL;
    lock_take(&queue->lock);
    int rc = take_due(queue, ret_item, &expired);
    delay_queue_end_change(queue);
    if (rc == 1 && ret_expired)
        *ret_expired = expired;
    return rc;
}

/* Sets the timer to the first deadline: -EAGAIN; or 0, it was due at once; or why it can't. */
static int start_timer(edo_delay_queue *q, const edo_waker *waker, bool *ret_sooner)
{
    timer_wheel *wheel;
    int rc = current_wheel_in(q->runtime, &wheel);

    if (rc < 0)
        return rc;
    q->timer_for = delay_queue_first(q);
    if (wheel_add(wheel, &q->timer, q->timer_for, waker, ret_sooner))
        return -EAGAIN;
    return wheel_remove(&q->timer) == TIMER_SHUTDOWN ? -EDO_ESHUTDOWN : 0;
}

/* The same of a timer that may be there already. */
static int look_at_timer(edo_delay_queue *q, const edo_waker *waker, bool *ret_sooner)
{
    switch (wheel_poll(&q->timer, waker)) {
    case TIMER_WAITING: /* for the first deadline */
        return -EAGAIN;
    case TIMER_SHUTDOWN:
        return -EDO_ESHUTDOWN;
    case TIMER_FIRED:
        wheel_remove(&q->timer);
        break;
    case TIMER_IDLE:
        break;
    }
    return start_timer(q, waker, ret_sooner);
}

/* With the lock held: the result, or -EAGAIN: it waits. */
static int advance(edo_delay_queue_next_future *fut, const edo_waker *waker, bool *ret_sooner)
{
    edo_delay_queue *q = fut->queue;
    int rc, timer = 0;

    if (!fut->waits && q->waited_for) /* one that was only refused budget takes nothing either */
        return fut->base.state & FUTURE_CANCELED ? -ECANCELED : -EDO_EMISUSE;
    if (fut->base.state & FUTURE_CANCELED)
        rc = -ECANCELED;
    else
        do
            rc = take_due(q, fut->ret_item, &fut->expired);
        while (rc == -EAGAIN && (timer = look_at_timer(q, waker, ret_sooner)) == 0);
    if (rc == -EAGAIN)
        rc = timer;
    if (rc != -EAGAIN)
        wheel_remove(&q->timer);
    fut->waits = q->waited_for = rc == -EAGAIN;
    return rc;
}

static edo_poll finish(edo_delay_queue_next_future *fut, int rc)
{
    if (rc == -EDO_EMISUSE)
        report_misuse(
            "a delay queue's next entry is waited for twice at a time; it has one waiter");
    if (rc == 1 && fut->ret_expired)
        *fut->ret_expired = fut->expired;
    if (rc >= 0)
        coop_spend();
    return edo_future_finish(&fut->base, rc);
}

static edo_poll next_poll(edo_future *base, const edo_waker *waker)
{
    edo_delay_queue_next_future *fut = container_of(base, edo_delay_queue_next_future, base);
    edo_delay_queue *q = fut->queue;
    bool sooner = false;

    if (!may_take(q, fut->ret_item))
        return edo_future_finish(base, -EINVAL);
    if (!fut->waits && !(base->state & FUTURE_CANCELED) && !coop_proceed(waker))
        return EDO_PENDING;
    lock_take(&q->lock);
    int rc = advance(fut, waker, &sooner);
    lock_drop(&q->lock);
    if (sooner)
        current_wheel_sooner(q->timer.wheel); /* the queue stays while this wait is pending */
    return rc == -EAGAIN ? EDO_PENDING : finish(fut, rc);
}

static void next_put_back(edo_future *base)
{
    edo_delay_queue_next_future *fut = container_of(base, edo_delay_queue_next_future, base);
    edo_delay_queue *q = fut->queue;

    if (base->result != 1)
        return;
    lock_take(&q->lock);
    if (delay_store_make_room(&q->store)) { /* else it stays a success */
        delay_store_add(&q->store, fut->expired.key.serial, fut->expired.deadline.ns,
                        fut->ret_item);
        base->result = -ECANCELED;
    }
    delay_queue_end_change(q);
}

static const edo_future_ops next_ops = {
    .poll = next_poll,
    .put_back = next_put_back,
    .name = "delay_queue_next",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_delay_queue_next_future edo_delay_queue_next_async(edo_delay_queue *queue, void *ret_item,
                                                       edo_delay_expired *ret_expired)
{
    return (edo_delay_queue_next_future){
        .base = EDO_FUTURE_INIT(&next_ops),
        .queue = queue,
        .ret_item = ret_item,
        .ret_expired = ret_expired,
    };
}

int edo_delay_queue_next(edo_delay_queue *queue, void *ret_item, edo_delay_expired *ret_expired)
{
    edo_delay_queue_next_future fut = edo_delay_queue_next_async(queue, ret_item, ret_expired);

    return (int)edo_await(&fut.base);
}
