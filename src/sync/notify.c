/*
 * notify.c: one permit, the waits for it, and calls that end all of them.
 *
 * Word         calls of edo_notify_waiters << 2 | WAITED | PERMIT. While nobody waits, a notification
 *              and the taking of one are a compare-and-swap each.
 * Invariant    While the lock is free, WAITED is set exactly if somebody stands in the queue. It and
 *              PERMIT exclude each other. Whoever has the lock and sees WAITED has the word for
 *              itself: all others go for the lock first.
 * No lost      A waiter sets WAITED by the exchange that finds no permit and no call that it has not
 *   wake-up    seen. A notifier whose exchange came before it is seen by it; one that comes later
 *              finds WAITED, takes the lock, and finds the waiter linked.
 * All at once  A wait remembers the number of calls when it was made. Another number later on means
 *              that it was ended, though it was never polled and stands in no queue; then it leaves
 *              the permit to others.
 * Lifetime     Told by the slow way, a wait is told under the lock, and edo_notify_fini takes that: the
 *              notifier has let go of the object by then. Who waits touches it no more once it was
 *              told, unless it is cancelled or polled with another waker.
 * Source       tokio's Notify, which keeps the same word.
 */
#include <edo/notify.h>

#include "await/await.h"
#include "base/chaos.h"
#include "base/model.h"
#include "sched/coop.h"
#include "sync/crowd.h"
#include "sync/owner.h"

#define PERMIT UINT64_C(1)
#define WAITED UINT64_C(2)
#define CALL UINT64_C(4)
#define CALLS (~UINT64_C(3))

/* edo_waiter.kind: by whom it was ended, and so to whom a put-back passes it on. */
enum { BY_ALL, BY_ONE, BY_LAST };

void edo_notify_init(edo_notify *n)
{
    if (n)
        *n = (edo_notify)EDO_NOTIFY_INIT;
}

int edo_notify_fini(edo_notify *n)
{
    if (!n)
        return -EINVAL;
    lock_take(&n->lock); /* whoever notified by the slow way has let go of it */
    bool over = crowd_end(&n->crowd, &n->lock);
    lock_drop(&n->lock);
    return over ? 0 : -EBUSY;
}

/* Notifying. */

/* Stores a permit, also over one that is there, so that whoever takes it sees what we wrote. False:
 * somebody waits. */
static inline bool store(edo_notify *n)
{
    uint64_t word = a_load(&n->word, relaxed); /* a guess: the exchange verifies it */

    do {
        if (MODEL_BUG(1201, word & WAITED, false))
            return false;
        /* release: pairs with the acquires in take and in settle. */
    } while (
        !a_cas_weak(&n->word, &word, word | PERMIT, MODEL_BUG(1202, release, relaxed), relaxed));
    return true;
}

/* Takes a permit that is stored. */
static inline bool take(edo_notify *n)
{
    uint64_t word = a_load(&n->word, relaxed); /* a guess: the exchange verifies it */

    while (word & PERMIT)
        /* acquire: pairs with the release in store. */
        if (a_cas_weak(&n->word, &word, word & ~PERMIT, MODEL_BUG(1203, acquire, relaxed), relaxed))
            return true;
    return false;
}

/* Nobody stands in the queue any more; with the lock held. */
static void clear_waited(edo_notify *n)
{
    uint64_t word = a_load(&n->word, relaxed);

    /* A store: the word is ours, with the lock and WAITED. release: the calls of edo_notify_waiters,
     * which the exchanges before it carried on; pairs with the acquires in begin and settle. */
    a_store(&n->word, MODEL_BUG(1204, word & ~WAITED, word), MODEL_BUG(1218, release, relaxed));
}

/* Ends one wait; with the lock held. */
static void end_one(edo_notify *n, edo_waiter *w, uint32_t kind, wakes *owed)
{
    w->kind = kind;
    waiters_end(&n->crowd.waits, w, WAITER_GRANTED, owed);
    if (!crowd_has_waits(&n->crowd))
        clear_waited(n);
}

/* To a wait, or, if it has gone meanwhile, stored. */
static noinline void notify(edo_notify *n, uint32_t kind)
{
    edo_waiters *waits = &n->crowd.waits;
    wakes owed;

    wakes_init(&owed);
    lock_take(&n->lock);
    if (!store(n))
        end_one(n, kind == BY_LAST ? waits->last : waits->first, kind, &owed);
    lock_drop(&n->lock);
    chaos_point();
    wakes_push(&owed);
}

void edo_notify_one(edo_notify *n)
{
    if (likely(n) && unlikely(!store(n)))
        notify(n, BY_ONE);
}

void edo_notify_last(edo_notify *n)
{
    if (likely(n) && unlikely(!store(n)))
        notify(n, BY_LAST);
}

static noinline void call_all(edo_notify *n)
{
    lock_take(&n->lock);
    uint64_t word = a_load(&n->word, relaxed); /* a guess: the exchange verifies it */
    /* release: pairs with the acquires in begin and settle. */
    while (!a_cas_weak(&n->word, &word, (word & ~WAITED) + CALL, MODEL_BUG(1205, release, relaxed),
                       relaxed))
        ;
    crowd_wake(&n->crowd, &n->lock);
}

void edo_notify_waiters(edo_notify *n)
{
    if (!n)
        return;
    uint64_t word = a_load(&n->word, relaxed); /* a guess: the exchange verifies it */
    do {
        if (word & WAITED) {
            call_all(n);
            return;
        }
        /* release: pairs with the acquires in begin and settle. */
    } while (!a_cas_weak(&n->word, &word, word + CALL, MODEL_BUG(1206, release, relaxed), relaxed));
}

/* Waiting. */

static edo_notify_wait_future *of(edo_future *base)
{
    return container_of(base, edo_notify_wait_future, base);
}

static inline bool was_called(const edo_notify_wait_future *wait, uint64_t word)
{
    return (word & CALLS) != wait->calls;
}

static bool end(edo_notify_wait_future *wait, uint32_t kind)
{
    wait->waiter.kind = kind;
    a_store(&wait->waiter.state, WAITER_GRANTED, relaxed); /* relaxed: only its owner looks */
    return true;
}

/* Ends the wait with what is there, or links it. True: it is over. With the lock held. */
static bool settle(edo_notify_wait_future *wait, const edo_waker *waker)
{
    edo_notify *n = wait->notify;
    /* acquire, as on failure below: pairs with the releases of edo_notify_waiters. */
    uint64_t word = a_load(&n->word, MODEL_BUG(1207, acquire, relaxed));

    for (;;) {
        if (MODEL_BUG(1208, was_called(wait, word), false))
            return end(wait, BY_ALL);
        if (word & WAITED)
            break;
        uint64_t next = word & PERMIT ? word & ~PERMIT : word | WAITED;
        /* acquire: pairs with the release in store. */
        if (!a_cas_weak(&n->word, &word, next, MODEL_BUG(1209, acquire, relaxed),
                        MODEL_BUG(1210, acquire, relaxed)))
            continue;
        if (word & PERMIT)
            return end(wait, BY_ONE);
        break;
    }
    chaos_point();
    crowd_add(&n->crowd, &wait->waiter, waker);
    a_store(&wait->waiter.state, WAITER_LINKED, relaxed); /* relaxed: under the lock */
    return false;
}

/* The same, taking the lock. */
static bool settle_locked(edo_notify_wait_future *wait, const edo_waker *waker)
{
    lock_take(&wait->notify->lock);
    bool over = settle(wait, waker);
    lock_drop(&wait->notify->lock);
    return over;
}

/* True: it is over. */
static bool begin(edo_notify_wait_future *wait, const edo_waker *waker)
{
    /* acquire: pairs with the releases of edo_notify_waiters. */
    if (was_called(wait, a_load(&wait->notify->word, MODEL_BUG(1211, acquire, relaxed))))
        return end(wait, BY_ALL);
    if (take(wait->notify))
        return end(wait, BY_ONE);
    return settle_locked(wait, waker);
}

/* Another waker for a wait that may be linked still. True: it is over. */
static bool replace_waker(edo_notify_wait_future *wait, const edo_waker *waker)
{
    lock_take(&wait->notify->lock);
    bool over = wait->waiter.state == WAITER_GRANTED;
    if (!over)
        wait->waiter.waker = *waker;
    lock_drop(&wait->notify->lock);
    return over;
}

/* Out of the queue; with the lock held. True: it was told before. */
static bool leave(edo_notify *n, edo_waiter *w)
{
    bool told = crowd_leave(&n->crowd, w);

    if (!told && MODEL_BUG(1212, !crowd_has_waits(&n->crowd), false))
        clear_waited(n);
    a_store(&w->state, told ? WAITER_GRANTED : WAITER_IDLE,
            relaxed); /* relaxed: the lock is held */
    return told;
}

/* After a cancel. True: it was notified before. */
static bool withdraw(edo_notify_wait_future *wait)
{
    edo_notify *n = wait->notify;
    edo_waiter *w = &wait->waiter;

    lock_take(&n->lock);
    bool notified = w->state == WAITER_GRANTED || leave(n, w);
    lock_drop(&n->lock);
    return notified;
}

/* The reference is the last that it touches: the notify may go with it. */
static edo_poll done(edo_notify_wait_future *wait)
{
    edo_owner owner = wait->owner;

    coop_spend();
    if (owner.unref && !(wait->base.state & FUTURE_CANCELED)) {
        wait->notify = NULL;
        wait->owner = (edo_owner){0};
        owner_unref(owner);
    }
    return edo_future_finish(&wait->base, 0);
}

static edo_poll canceled_poll(edo_notify_wait_future *wait)
{
    enum waiter_state state = waiter_peek(&wait->waiter);
    bool notified = state == WAITER_GRANTED;

    if (state == WAITER_LINKED)
        notified = withdraw(wait);
    else if (state == WAITER_IDLE) /* out of budget at each poll so far; acquire: as in begin */
        notified = was_called(wait, a_load(&wait->notify->word, acquire));
    return notified ? done(wait) : edo_future_finish(&wait->base, -ECANCELED);
}

/* True: it is over. */
static bool advance(edo_notify_wait_future *wait, const edo_waker *waker)
{
    if (waiter_waits_by(&wait->waiter, waker)) /* first: later, told, it may not touch the object */
        return false;
    switch (waiter_peek(&wait->waiter)) {
    case WAITER_IDLE:
        return coop_proceed(waker) && begin(wait, waker);
    case WAITER_LINKED:
        return replace_waker(wait, waker);
    default:
        return true;
    }
}

static edo_poll wait_poll(edo_future *base, const edo_waker *waker)
{
    edo_notify_wait_future *wait = of(base);

    if (unlikely(!wait->notify))
        return edo_future_finish(base, -EINVAL);
    if (unlikely(base->state & FUTURE_CANCELED))
        return canceled_poll(wait);
    return advance(wait, waker) ? done(wait) : EDO_PENDING;
}

/* As good as new afterwards; the notification is somebody else's. */
static void wait_put_back(edo_future *base)
{
    edo_notify_wait_future *wait = of(base);
    uint32_t kind = wait->waiter.kind;

    if (kind == BY_ALL || !wait->notify)
        return;
    wait->waiter.kind = BY_ALL;
    wait->waiter.state = WAITER_IDLE;
    base->result = -ECANCELED;
    if (!store(wait->notify))
        notify(wait->notify, kind);
}

/* The next poll, which the canceller makes at once, takes it out of the queue. */
static const edo_future_ops wait_ops = {
    .poll = wait_poll,
    .put_back = wait_put_back,
    .name = "notify_wait",
    .flags = EDO_FUTURE_RESTARTS,
};

/* In place: to return one by value costs as much as half a switch. */
static inline void init_wait(edo_notify_wait_future *ret, edo_notify *n, edo_owner owner)
{
    ret->base = (edo_future)EDO_FUTURE_INIT(&wait_ops);
    ret->notify = n;
    ret->owner = owner;
    ret->calls = n ? a_load(&n->word, relaxed) & CALLS : 0; /* relaxed: it is compared, no more */
    ret->waiter.state = WAITER_IDLE;
    ret->waiter.kind = BY_ALL;
}

edo_notify_wait_future edo_notify_wait_owned_async(edo_notify *n, edo_owner owner)
{
    edo_notify_wait_future wait;

    init_wait(&wait, n, owner);
    return wait;
}

edo_notify_wait_future edo_notify_wait_async(edo_notify *n)
{
    return edo_notify_wait_owned_async(n, (edo_owner){0});
}

int edo_notify_wait_owned(edo_notify *n, edo_owner owner)
{
    edo_notify_wait_future wait = edo_notify_wait_owned_async(n, owner);
    int rc = (int)edo_await(&wait.base);

    if (rc == 0)
        owner_unref(wait.owner); /* of one that was notified just before it was cancelled */
    return rc;
}

/* The same as wait_poll for one that was linked, without an owner, and was not cancelled. */
static edo_poll woken_poll(edo_future *base, const edo_waker *waker)
{
    if (unlikely(waiter_peek(&of(base)->waiter) != WAITER_GRANTED))
        return wait_poll(base, waker);
    coop_spend();
    return edo_future_finish(base, 0);
}

/* Apart, for its frame. */
static noinline int wait_for(thread *self, edo_notify *n)
{
    edo_notify_wait_future wait;

    init_wait(&wait, n, (edo_owner){0});
    if (unlikely(!self || !self->task || !n))
        return (int)await_directly(self, &wait.base, wait_poll);
    edo_waker waker = task_waker(self->task);
    if (unlikely(settle_locked(&wait, &waker))) {
        await_spend(self);
        return 0;
    }
    return (int)await_rest_directly(self, &wait.base, woken_poll);
}

int edo_notify_wait(edo_notify *n)
{
    thread *self = await_may_try();

    if (likely(self && n) && take(n)) {
        await_spend(self);
        return 0;
    }
    return wait_for(self, n);
}

int edo_notify_wait_enable(edo_notify_wait_future *wait)
{
    static const edo_waker nobody;

    if (!wait)
        return -EINVAL;
    if (future_is_done(&wait->base))
        return wait->base.result < 0 ? (int)wait->base.result : 1;
    if (!wait->notify)
        return -EINVAL;
    enum waiter_state state = waiter_peek(&wait->waiter);
    if (state != WAITER_IDLE || (wait->base.state & FUTURE_CANCELED))
        return state == WAITER_GRANTED;
    bool over = begin(wait, &nobody);
    future_was_polled(&wait->base);
    return over;
}
