/*
 * watch_wait.c: waiting for a change, for a value of one's own choice, and for the last receiver's end.
 *
 * Queue          A wait for a change stands there with the version that it saw under the lock. So the
 *                queue is in the order of versions, and whoever has sent one ends the waits that need
 *                less, from the front, also if it has to drop the lock in between: those who came
 *                meanwhile need more and stay. Waits for the close have the number of the next close.
 * No lost        A wait is linked under the lock if there is no news; a sender raises the version under
 *   wake-up      the lock and then empties the queue.
 * The end of a   Means to look again: a change may have been marked as seen meanwhile, by the same
 *   wait         receiver, and then the wait goes on.
 * Lifetime       A pending wait keeps its receiver, which keeps the channel: the handle may be freed.
 */
#include "sync/watch.h"

#include "await/await.h"
#include "base/chaos.h"
#include "base/model.h"
#include "sched/coop.h"

void watch_wake(watch *c, edo_waiters *list, uint64_t limit, enum waiter_state how)
{
    wakes owed;
    bool more;

    wakes_init(&owed);
    do {
        while (list->first && list->first->needs < limit && !wakes_full(&owed))
            waiters_end(list, list->first, how, &owed);
        more = list->first && list->first->needs < limit;
        lock_drop(&c->lock);
        chaos_point();
        wakes_push(&owed);
        if (more)
            lock_take(&c->lock);
    } while (more);
}

void watch_wake_freed(watch *c, const edo_watch_receiver *rx)
{
    wakes owed;
    bool full;

    wakes_init(&owed);
    do {
        for (edo_waiter *w = c->changed.first, *next; w && !wakes_full(&owed); w = next) {
            next = w->next;
            if (container_of(w, edo_watch_wait, waiter)->rx == rx)
                waiters_end(&c->changed, w, WAITER_CLOSED, &owed);
        }
        full = wakes_full(&owed);
        lock_drop(&c->lock);
        chaos_point();
        wakes_push(&owed);
        if (full)
            lock_take(&c->lock);
    } while (full);
}

/* Waits for a change. */

static bool is_pending(const edo_watch_wait *wait)
{
    return a_load(&wait->waiter.state, relaxed) != WAITER_IDLE; /* only its owner ends that */
}

/* A wait more keeps the receiver; with the lock held, and the handle there. */
static void hold_receiver(edo_watch_receiver *rx)
{
    /* acquire: pairs with the release in watch_receiver_unref, since the store below does not carry on
     * what that began: the last one sees it all the same. */
    uint32_t refs = a_load(&rx->refs, MODEL_BUG(1524, acquire, relaxed));

    /* Only the handle's: that goes after the lock was taken, so nobody else writes it now. */
    if (likely(refs <= MODEL_BUG(1523, 1, 2)))
        a_store(&rx->refs, refs + 1, relaxed);
    else
        a_fetch_add(&rx->refs, 1, relaxed);
}

/* Under the lock: links it, or gives it another waker; or there is news. As watch_look. */
static int enlist(edo_watch_wait *wait, uint64_t seen, const edo_waker *waker)
{
    watch *c = wait->rx->channel;
    edo_waiter *w = &wait->waiter;
    int rc = 0;

    lock_take(&c->lock);
    if (w->state == WAITER_LINKED) {
        w->waker = *waker;
    } else if ((rc = MODEL_BUG(1517, watch_look(wait->rx, seen), 0)) == 0) {
        if (w->state == WAITER_IDLE && MODEL_BUG(1518, true, false))
            hold_receiver(wait->rx);
        w->needs = (size_t)c->version;
        w->waker = *waker;
        waiters_add(&c->changed, w);
        a_store(&w->state, WAITER_LINKED, relaxed);
    }
    lock_drop(&c->lock);
    return rc;
}

/* How it stands for one who has seen that much, as watch_look; on 0 the waker is kept. */
static int wait_on(edo_watch_wait *wait, uint64_t seen, const edo_waker *waker)
{
    if (waiter_waits_by(&wait->waiter, waker))
        return 0;
    if (waiter_peek(&wait->waiter) != WAITER_LINKED) {
        int rc = watch_look(wait->rx, seen);
        if (rc != 0)
            return rc;
    }
    return enlist(wait, seen, waker);
}

/* Nobody else knows it any more. */
static inline void let_go(edo_watch_wait *wait)
{
    a_store(&wait->waiter.state, WAITER_IDLE, relaxed); /* its owner's own */
    watch_receiver_unref(wait->rx);
}

/* The wait is over: nobody touches it any more. */
static void leave(edo_watch_wait *wait)
{
    watch *c = wait->rx->channel;

    if (!is_pending(wait))
        return;
    if (waiter_peek(&wait->waiter) == WAITER_LINKED) {
        lock_take(&c->lock);
        if (wait->waiter.state == WAITER_LINKED)
            waiters_remove(&c->changed, &wait->waiter);
        lock_drop(&c->lock);
    }
    let_go(wait);
}

/* Marks it; what was there before is kept for a put-back. */
static void mark(edo_watch_wait *wait, uint64_t version)
{
    wait->seen_before = a_load(&wait->rx->seen, relaxed); /* its user's own */
    a_store(&wait->rx->seen, version, relaxed);
}

static void unmark(const edo_watch_wait *wait)
{
    a_store(&wait->rx->seen, wait->seen_before, relaxed);
}

static edo_poll finish(edo_future *base, edo_watch_wait *wait, int result)
{
    if (result != -ECANCELED)
        coop_spend();
    leave(wait);
    return edo_future_finish(base, result);
}

static uint64_t newest(const edo_watch_receiver *rx)
{
    return a_load(&rx->channel->version, acquire); /* as in watch_look */
}

static int mark_newest(edo_watch_wait *wait)
{
    mark(wait, newest(wait->rx));
    return 0;
}

static edo_poll changed_poll(edo_future *base, const edo_waker *waker)
{
    edo_watch_wait *wait = &container_of(base, edo_watch_changed_future, base)->wait;
    bool canceled = base->state & FUTURE_CANCELED;

    if (!wait->rx)
        return edo_future_finish(base, -EINVAL);
    if (!is_pending(wait)) {
        if (canceled)
            return edo_future_finish(base, -ECANCELED);
        if (!coop_proceed(waker))
            return EDO_PENDING;
    }
    uint64_t seen = a_load(&wait->rx->seen, relaxed); /* its user's own */
    int rc = canceled ? watch_look(wait->rx, seen) : wait_on(wait, seen, waker);
    if (rc == 0 && !canceled)
        return EDO_PENDING;
    return finish(base, wait, rc == 1 ? mark_newest(wait) : rc < 0 ? rc : -ECANCELED);
}

static void changed_put_back(edo_future *base)
{
    unmark(&container_of(base, edo_watch_changed_future, base)->wait);
    base->result = -ECANCELED;
}

static const edo_future_ops changed_ops = {
    .poll = changed_poll,
    .put_back = changed_put_back,
    .name = "watch_changed",
    .flags = EDO_FUTURE_RESTARTS,
};

/* In place: to return one by value, or to zero it, costs as much as half a switch. */
static inline void init_changed(edo_watch_changed_future *fut, edo_watch_receiver *rx)
{
    fut->base = (edo_future)EDO_FUTURE_INIT(&changed_ops);
    fut->wait.rx = rx;
    fut->wait.waiter.state = WAITER_IDLE; /* the rest is written before it is read */
}

edo_watch_changed_future edo_watch_changed_async(edo_watch_receiver *rx)
{
    edo_watch_changed_future fut;

    init_changed(&fut, rx);
    return fut;
}

/* The same as changed_poll for one that was woken and not cancelled: mostly by a change. */
static edo_poll woken_poll(edo_future *base, const edo_waker *waker)
{
    edo_watch_wait *wait = &container_of(base, edo_watch_changed_future, base)->wait;

    if (unlikely(waiter_peek(&wait->waiter) == WAITER_LINKED ||
                 watch_look(wait->rx, a_load(&wait->rx->seen, relaxed)) != 1))
        return changed_poll(base, waker);
    a_store(&wait->rx->seen, newest(wait->rx), relaxed); /* its user's own; nothing is put back */
    coop_spend();
    let_go(wait);
    return edo_future_finish(base, 0);
}

/* Apart, for its frame. `looked`: in this task, and found no news. */
static noinline int wait_for_change(thread *self, edo_watch_receiver *rx, bool looked)
{
    edo_watch_changed_future fut;

    init_changed(&fut, rx);
    if (unlikely(!looked || !self->task))
        return (int)await_directly(self, &fut.base, changed_poll);
    edo_waker waker = task_waker(self->task);
    if (likely(enlist(&fut.wait, a_load(&rx->seen, relaxed), &waker) == 0))
        return (int)await_rest_directly(self, &fut.base, woken_poll);
    return (int)await_directly(self, &fut.base, changed_poll); /* it has come meanwhile */
}

int edo_watch_changed(edo_watch_receiver *rx)
{
    thread *self = await_may_try();
    bool may_look = self && rx;

    if (likely(may_look)) {
        int rc = watch_look(rx, a_load(&rx->seen, relaxed));
        if (rc != 0) {
            await_spend(self);
            if (rc == 1)
                a_store(&rx->seen, newest(rx), relaxed); /* its user's own */
            return rc < 0 ? rc : 0;
        }
    }
    return wait_for_change(self, rx, may_look);
}

/* Waits for a value of one's own choice. */

/* Shows it the present value. True: that one it is. */
static bool choose(edo_watch_wait_for_future *fut)
{
    edo_watch_ref ref;

    edo_watch_borrow(fut->wait.rx, &ref);
    fut->looked = ref.cell->version;
    bool chosen = fut->predicate(fut->arg, ref.value);
    if (chosen)
        mark(&fut->wait, fut->looked);
    if (chosen && fut->ret_ref)
        *fut->ret_ref = ref;
    else
        edo_watch_borrow_end(&ref);
    return chosen;
}

/* Looks at what is newer than what it has looked at, until it may go on waiting. As wait_on. */
static int look_on(edo_watch_wait_for_future *fut, const edo_waker *waker)
{
    for (;;) {
        int rc = wait_on(&fut->wait, fut->looked, waker);
        if (rc != 1 || choose(fut))
            return rc;
        coop_spend();
        if (!coop_proceed(waker)) /* they are sent as fast as it looks */
            return 0;
    }
}

/* The last look of a wait that was cancelled. */
static int look_last(edo_watch_wait_for_future *fut)
{
    int rc = watch_look(fut->wait.rx, fut->looked);

    return rc == 1 && !choose(fut) ? 0 : rc;
}

static edo_poll wait_for_poll(edo_future *base, const edo_waker *waker)
{
    edo_watch_wait_for_future *fut = container_of(base, edo_watch_wait_for_future, base);
    bool canceled = base->state & FUTURE_CANCELED;

    if (!fut->wait.rx || !fut->predicate)
        return edo_future_finish(base, -EINVAL);
    if (!is_pending(&fut->wait)) {
        if (canceled)
            return edo_future_finish(base, -ECANCELED);
        if (!coop_proceed(waker))
            return EDO_PENDING;
    }
    int rc = canceled ? look_last(fut) : look_on(fut, waker);
    if (rc == 0 && !canceled)
        return EDO_PENDING;
    fut->looked = 0; /* as it was made */
    return finish(base, &fut->wait, rc == 1 ? 0 : rc < 0 ? rc : -ECANCELED);
}

static void wait_for_put_back(edo_future *base)
{
    edo_watch_wait_for_future *fut = container_of(base, edo_watch_wait_for_future, base);

    edo_watch_borrow_end(fut->ret_ref);
    unmark(&fut->wait);
    base->result = -ECANCELED;
}

static const edo_future_ops wait_for_ops = {
    .poll = wait_for_poll,
    .put_back = wait_for_put_back,
    .name = "watch_wait_for",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_watch_wait_for_future edo_watch_wait_for_async(edo_watch_receiver *rx,
                                                   bool (*predicate)(void *arg, const void *value),
                                                   void *arg, edo_watch_ref *ret_ref)
{
    return (edo_watch_wait_for_future){
        .base = EDO_FUTURE_INIT(&wait_for_ops),
        .wait = {.rx = rx},
        .predicate = predicate,
        .arg = arg,
        .ret_ref = ret_ref,
    };
}

int edo_watch_wait_for(edo_watch_receiver *rx, bool (*predicate)(void *arg, const void *value),
                       void *arg, edo_watch_ref *ret_ref)
{
    edo_watch_wait_for_future fut = edo_watch_wait_for_async(rx, predicate, arg, ret_ref);

    return (int)edo_await(&fut.base);
}
