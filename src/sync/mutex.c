/*
 * mutex.c: the lock of mutex_word.h as a public object.
 *
 * Owned   The holder leaves its reference in the mutex and says so in the word, so that the unlock of a
 *         lock without one stays one exchange.
 */
#include <edo/mutex.h>

#include <errno.h>

#include <edo/error.h>

#include "await/await.h"
#include "base/report.h"
#include "sched/coop.h"
#include "sync/mutex_word.h"
#include "sync/owner.h"

int edo_mutex_init(edo_mutex *mutex)
{
    if (!mutex)
        return -EINVAL;
    *mutex = (edo_mutex)EDO_MUTEX_INIT;
    return 0;
}

int edo_mutex_fini(edo_mutex *mutex)
{
    if (!mutex)
        return -EINVAL;
    lock_take(&mutex->lock); /* whoever has passed it on has let go of it */
    /* acquire: as in mutex_try: the memory is the caller's from now on. */
    bool busy = a_load(&mutex->word, acquire) != 0;
    lock_drop(&mutex->lock);
    return busy ? -EBUSY : 0;
}

/* The reference of a lock that is held. By the holder. */
static void leave_owner(edo_mutex *m, edo_owner owner)
{
    if (!owner.unref)
        return;
    m->owner = owner;
    /* release: pairs with the acquire in take_owner, as another may unlock. */
    a_fetch_or(&m->word, MUTEX_OWNED, release);
}

static edo_owner take_owner(edo_mutex *m)
{
    /* acquire: pairs with the release in leave_owner. */
    if (!(a_fetch_and(&m->word, ~MUTEX_OWNED, acquire) & MUTEX_OWNED))
        return (edo_owner){0};
    return m->owner;
}

/* --- lock --------------------------------------------------------------------------------- */

static edo_mutex_lock_future *of(edo_future *base)
{
    return container_of(base, edo_mutex_lock_future, base);
}

static edo_poll locked(edo_mutex_lock_future *fut)
{
    leave_owner(fut->mutex, fut->owner);
    return edo_future_finish(&fut->base, 0);
}

static edo_poll lock_poll(edo_future *base, const edo_waker *waker)
{
    edo_mutex_lock_future *fut = of(base);

    if (base->state & FUTURE_CANCELED)
        return mutex_cancel(fut) ? locked(fut) : edo_future_finish(base, -ECANCELED);
    if (!fut->mutex)
        return edo_future_finish(base, -EINVAL);
    bool begins = waiter_peek(&fut->waiter) == WAITER_IDLE;
    if (begins && !coop_proceed(waker))
        return EDO_PENDING;
    if (!(begins && mutex_try(fut->mutex)) && !mutex_poll(fut, waker))
        return EDO_PENDING;
    coop_spend();
    return locked(fut);
}

static void lock_put_back(edo_future *base)
{
    edo_mutex_lock_future *fut = of(base);

    if (fut->owner.unref)
        take_owner(fut->mutex); /* it is the caller's again */
    base->result = -ECANCELED;
    mutex_free(fut->mutex);
}

static const edo_future_ops lock_ops = {
    .poll = lock_poll,
    .put_back = lock_put_back,
    .name = "mutex_lock",
    .flags = EDO_FUTURE_RESTARTS,
};

/* In place: to return one by value costs as much as half a switch. */
static inline void init_lock(edo_mutex_lock_future *ret, edo_mutex *mutex, edo_owner owner)
{
    *ret =
        (edo_mutex_lock_future){.base = EDO_FUTURE_INIT(&lock_ops), .mutex = mutex, .owner = owner};
}

edo_mutex_lock_future edo_mutex_lock_owned_async(edo_mutex *mutex, edo_owner owner)
{
    edo_mutex_lock_future fut;

    init_lock(&fut, mutex, owner);
    return fut;
}

edo_mutex_lock_future edo_mutex_lock_async(edo_mutex *mutex)
{
    return edo_mutex_lock_owned_async(mutex, (edo_owner){0});
}

/* Apart, for its frame. */
static noinline int wait_for(thread *self, edo_mutex *mutex, edo_owner owner)
{
    edo_mutex_lock_future fut;

    init_lock(&fut, mutex, owner);
    return (int)await_directly(self, &fut.base, lock_poll);
}

int edo_mutex_lock(edo_mutex *mutex)
{
    thread *self = await_may_try();

    if (unlikely(!self || !mutex || !mutex_try(mutex)))
        return wait_for(self, mutex, (edo_owner){0});
    await_spend(self);
    return 0;
}

int edo_mutex_lock_owned(edo_mutex *mutex, edo_owner owner)
{
    thread *self = await_may_try();

    if (unlikely(!self || !mutex || !mutex_try(mutex)))
        return wait_for(self, mutex, owner);
    leave_owner(mutex, owner);
    await_spend(self);
    return 0;
}

int edo_mutex_try_lock(edo_mutex *mutex)
{
    if (unlikely(!mutex))
        return -EINVAL;
    return mutex_try(mutex) ? 0 : -EAGAIN;
}

int edo_mutex_try_lock_owned(edo_mutex *mutex, edo_owner owner)
{
    int rc = edo_mutex_try_lock(mutex);

    if (rc == 0)
        leave_owner(mutex, owner);
    return rc;
}

/* --- unlock ------------------------------------------------------------------------------- */

static noinline int unlock_slowly(edo_mutex *m, uint32_t word)
{
    edo_owner owner = {0};

    if (!(word & MUTEX_HELD)) {
        report_misuse("a mutex is unlocked that is not locked");
        return -EDO_EMISUSE;
    }
    if (word & MUTEX_OWNED)
        owner = take_owner(m);
    mutex_free(m);
    owner_unref(owner);
    return 0;
}

int edo_mutex_unlock(edo_mutex *mutex)
{
    uint32_t word;

    if (unlikely(!mutex))
        return -EINVAL;
    if (likely(mutex_try_free(mutex, &word)))
        return 0;
    return unlock_slowly(mutex, word);
}
