/*
 * rwlock.c: permits, of which a reader holds one and a writer all.
 *
 * Queue     That of the permits: first come, first served. A writer at its front collects what readers
 *           give back, and those who come later find none.
 * Readers   of the direct form grab a permit without having looked: beside others a subtraction can't
 *           fail, as an exchange does.
 * writing   is set by a writer after it has got the permits and cleared before it gives any back. So
 *           while it is set nobody else holds the lock, and whoever holds a read lock sees it clear:
 *           what is unlocked in the wrong way is found out. But while a writer has been granted the
 *           lock and has not run yet, an unlock of a read lock that nobody holds passes unnoticed.
 * Source    tokio's RwLock is made of a semaphore in the same way.
 */
#include <edo/rwlock.h>

#include <errno.h>

#include <edo/error.h>

#include "await/await.h"
#include "base/report.h"
#include "sync/owner.h"
#include "sync/permits.h"

int edo_rwlock_init(edo_rwlock *rwlock, uint32_t max_readers)
{
    if (!rwlock || max_readers == 0 || max_readers > EDO_RWLOCK_MAX_READERS)
        return -EINVAL;
    *rwlock = (edo_rwlock){.permits = EDO_PERMITS_INIT(max_readers), .max_readers = max_readers};
    return 0;
}

int edo_rwlock_fini(edo_rwlock *rwlock)
{
    if (!rwlock)
        return -EINVAL;
    int rc = permits_fini(&rwlock->permits);
    if (rc < 0)
        return rc;
    return permits_available(&rwlock->permits) == rwlock->max_readers ? 0 : -EBUSY;
}

static inline size_t share(const edo_rwlock *l, bool write)
{
    return write ? l->max_readers : 1;
}

/* --- lock --------------------------------------------------------------------------------- */

/* The permits are the caller's, and so is the lock. */
static inline void note_locked(edo_rwlock *l, bool write, edo_owner owner, edo_rwlock_guard *ret)
{
    if (write)
        a_store(&l->writing, 1, relaxed); /* the permits order it */
    if (ret)
        *ret = (edo_rwlock_guard){.rwlock = l, .owner = owner, .write = write};
}

static inline bool is_valid(const edo_rwlock *l, edo_owner owner, const edo_rwlock_guard *ret)
{
    return l && (ret || !owner.unref);
}

static inline int try_lock(edo_rwlock *l, bool write, edo_owner owner, edo_rwlock_guard *ret)
{
    if (unlikely(!is_valid(l, owner, ret)))
        return -EINVAL;
    int rc = permits_try(&l->permits, MODEL_BUG(1101, share(l, write), 1));
    if (rc == 0)
        note_locked(l, write, owner, ret);
    return rc;
}

/* Gives back what a lock of this kind holds. */
static inline void give_back(edo_rwlock *l, bool write)
{
    if (write)
        a_store(&l->writing, MODEL_BUG(1102, 0, 1), relaxed); /* the permits order it */
    permits_release(&l->permits, share(l, write));
}

static edo_rwlock_future *of(edo_future *base)
{
    return container_of(base, edo_rwlock_future, base);
}

/* After a poll of the wait: its future is what it is. */
static inline edo_poll locked(edo_rwlock_future *fut, edo_poll is)
{
    if (is == EDO_READY && fut->base.result == 0)
        note_locked(fut->rwlock, fut->write, fut->owner, fut->ret);
    return is;
}

static edo_poll lock_poll(edo_future *base, const edo_waker *waker)
{
    edo_rwlock_future *fut = of(base);
    edo_rwlock *l = fut->rwlock;

    if (!is_valid(l, fut->owner, fut->ret))
        return edo_future_finish(base, -EINVAL);
    return locked(fut,
                  permits_advance(&l->permits, &fut->waiter, share(l, fut->write), base, waker));
}

/* As permits_go_on. */
static edo_poll lock_go_on(edo_future *base, const edo_waker *waker)
{
    edo_rwlock_future *fut = of(base);
    edo_rwlock *l = fut->rwlock;

    return locked(fut, permits_go_on(&l->permits, &fut->waiter, share(l, fut->write), base, waker));
}

/* The reference goes back to the caller as well: nothing was taken. */
static void lock_put_back(edo_future *base)
{
    edo_rwlock_future *fut = of(base);

    if (fut->ret)
        *fut->ret = (edo_rwlock_guard){0};
    fut->waiter.state = WAITER_IDLE;
    base->result = -ECANCELED;
    give_back(fut->rwlock, MODEL_BUG(1104, fut->write, false));
}

static const edo_future_ops read_ops = {
    .poll = lock_poll,
    .put_back = lock_put_back,
    .name = "rwlock_read",
    .flags = EDO_FUTURE_RESTARTS,
};

static const edo_future_ops write_ops = {
    .poll = lock_poll,
    .put_back = lock_put_back,
    .name = "rwlock_write",
    .flags = EDO_FUTURE_RESTARTS,
};

/* In place: to return one by value costs as much as half a switch. */
static inline void init(edo_rwlock_future *fut, edo_rwlock *l, bool write, edo_owner owner,
                        edo_rwlock_guard *ret)
{
    *fut = (edo_rwlock_future){
        .base = EDO_FUTURE_INIT(write ? &write_ops : &read_ops),
        .rwlock = l,
        .owner = owner,
        .ret = ret,
        .write = write,
    };
}

static edo_rwlock_future make(edo_rwlock *l, bool write, edo_owner owner, edo_rwlock_guard *ret)
{
    edo_rwlock_future fut;

    init(&fut, l, write, owner, ret);
    return fut;
}

/* Apart, for its frame. With `self`, a try has been in vain. */
static noinline int wait_for(thread *self, edo_rwlock *l, bool write, edo_owner owner,
                             edo_rwlock_guard *ret)
{
    edo_rwlock_future fut;

    init(&fut, l, write, owner, ret);
    return (int)await_directly(self, &fut.base, lock_go_on);
}

static inline int lock_directly(edo_rwlock *l, bool write, edo_owner owner, edo_rwlock_guard *ret)
{
    thread *self = await_may_try();

    if (likely(self)) {
        int rc = try_lock(l, write, owner, ret);
        if (likely(rc != -EAGAIN)) {
            await_spend(self);
            return rc;
        }
    }
    return wait_for(self, l, write, owner, ret);
}

/* It has grabbed in vain, or could not try. */
static noinline int read_slowly(thread *self, edo_rwlock *l)
{
    if (!self || !l)
        return wait_for(NULL, l, false, (edo_owner){0}, NULL);
    if (!permits_settle(&l->permits))
        return wait_for(self, l, false, (edo_owner){0}, NULL);
    await_spend(self);
    return 0;
}

int edo_rwlock_read(edo_rwlock *rwlock)
{
    thread *self = await_may_try();

    if (unlikely(!self || !rwlock || !permits_grab(&rwlock->permits)))
        return read_slowly(self, rwlock);
    await_spend(self);
    return 0;
}

int edo_rwlock_write(edo_rwlock *rwlock)
{
    return lock_directly(rwlock, true, (edo_owner){0}, NULL);
}

int edo_rwlock_read_owned(edo_rwlock *rwlock, edo_owner owner, edo_rwlock_guard *ret_guard)
{
    return lock_directly(rwlock, false, owner, ret_guard);
}

int edo_rwlock_write_owned(edo_rwlock *rwlock, edo_owner owner, edo_rwlock_guard *ret_guard)
{
    return lock_directly(rwlock, true, owner, ret_guard);
}

edo_rwlock_read_future edo_rwlock_read_async(edo_rwlock *rwlock)
{
    return make(rwlock, false, (edo_owner){0}, NULL);
}

edo_rwlock_write_future edo_rwlock_write_async(edo_rwlock *rwlock)
{
    return make(rwlock, true, (edo_owner){0}, NULL);
}

edo_rwlock_read_future edo_rwlock_read_owned_async(edo_rwlock *rwlock, edo_owner owner,
                                                   edo_rwlock_guard *ret_guard)
{
    return make(rwlock, false, owner, ret_guard);
}

edo_rwlock_write_future edo_rwlock_write_owned_async(edo_rwlock *rwlock, edo_owner owner,
                                                     edo_rwlock_guard *ret_guard)
{
    return make(rwlock, true, owner, ret_guard);
}

int edo_rwlock_try_read(edo_rwlock *rwlock)
{
    return try_lock(rwlock, false, (edo_owner){0}, NULL);
}

int edo_rwlock_try_write(edo_rwlock *rwlock)
{
    return try_lock(rwlock, true, (edo_owner){0}, NULL);
}

int edo_rwlock_try_read_owned(edo_rwlock *rwlock, edo_owner owner, edo_rwlock_guard *ret_guard)
{
    return try_lock(rwlock, false, owner, ret_guard);
}

int edo_rwlock_try_write_owned(edo_rwlock *rwlock, edo_owner owner, edo_rwlock_guard *ret_guard)
{
    return try_lock(rwlock, true, owner, ret_guard);
}

/* --- unlock, downgrade -------------------------------------------------------------------- */

/* 0, or why it can't be unlocked so. */
static inline int check_held(const edo_rwlock *l, bool write)
{
    if (unlikely(!l))
        return -EINVAL;
    bool writing = a_load(&l->writing, relaxed); /* as a holder sees it: see above */
    if (likely(writing == write && (write || permits_available(&l->permits) < l->max_readers)))
        return 0;
    report_misuse("a lock is to be unlocked as held to %s, which it is not",
                  write ? "write" : "read");
    return -EDO_EMISUSE;
}

int edo_rwlock_unlock_read(edo_rwlock *rwlock)
{
    int rc = check_held(rwlock, false);

    if (likely(rc == 0))
        give_back(rwlock, false);
    return rc;
}

int edo_rwlock_unlock_write(edo_rwlock *rwlock)
{
    int rc = check_held(rwlock, true);

    if (likely(rc == 0))
        give_back(rwlock, true);
    return rc;
}

/* The writer's, less one that it keeps. */
static void keep_one(edo_rwlock *l)
{
    a_store(&l->writing, 0, relaxed); /* as in give_back */
    permits_release(&l->permits, MODEL_BUG(1103, l->max_readers - 1, l->max_readers));
}

int edo_rwlock_downgrade(edo_rwlock *rwlock)
{
    int rc = check_held(rwlock, true);

    if (rc == 0)
        keep_one(rwlock);
    return rc;
}

int edo_rwlock_downgrade_if(edo_rwlock *rwlock, bool (*may)(void *arg), void *arg)
{
    int rc = may ? check_held(rwlock, true) : -EINVAL;

    if (rc < 0 || !may(arg))
        return rc;
    keep_one(rwlock);
    return 1;
}

/* Emptied before the unlock: afterwards whoever gets the lock may free it. */
int edo_rwlock_guard_unlock(edo_rwlock_guard *guard)
{
    if (!guard || !guard->rwlock)
        return 0;
    edo_rwlock_guard gone = *guard;
    int rc = check_held(gone.rwlock, gone.write);
    if (rc < 0)
        return rc;
    *guard = (edo_rwlock_guard){0};
    give_back(gone.rwlock, gone.write);
    owner_unref(gone.owner);
    return 0;
}

int edo_rwlock_guard_downgrade(edo_rwlock_guard *guard)
{
    int rc = edo_rwlock_downgrade(guard ? guard->rwlock : NULL);

    if (rc == 0)
        guard->write = false;
    return rc;
}

int edo_rwlock_guard_downgrade_if(edo_rwlock_guard *guard, bool (*may)(void *arg), void *arg)
{
    int rc = edo_rwlock_downgrade_if(guard ? guard->rwlock : NULL, may, arg);

    if (rc > 0)
        guard->write = false;
    return rc;
}
