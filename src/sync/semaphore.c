/* semaphore.c: permits as a public object, and permits taken together as a value. */
#include <edo/semaphore.h>

#include "await/await.h"
#include "sync/owner.h"
#include "sync/permits.h"

int edo_semaphore_init(edo_semaphore *semaphore, size_t count)
{
    if (!semaphore || count > EDO_SEMAPHORE_MAX)
        return -EINVAL;
    *semaphore = (edo_semaphore)EDO_SEMAPHORE_INIT(count);
    return 0;
}

int edo_semaphore_fini(edo_semaphore *semaphore)
{
    return semaphore ? permits_fini(&semaphore->permits) : -EINVAL;
}

/* Acquire. */

static bool is_owned(edo_owner owner)
{
    return owner.unref != NULL;
}

/* Whether it can be asked for at all. */
static bool is_valid(const edo_semaphore *semaphore, size_t count, edo_owner owner,
                     const edo_permit *ret)
{
    return semaphore && count <= EDO_SEMAPHORE_MAX && (ret || !is_owned(owner));
}

static void give(edo_permit *ret, edo_semaphore *semaphore, size_t count, edo_owner owner)
{
    if (ret)
        *ret = (edo_permit){.semaphore = semaphore, .count = count, .owner = owner};
}

static edo_semaphore_acquire_future *of(edo_future *base)
{
    return container_of(base, edo_semaphore_acquire_future, base);
}

/* After a poll of the wait: its future is what it is. */
static inline edo_poll acquired(edo_semaphore_acquire_future *fut, edo_poll is)
{
    if (is == EDO_READY && fut->base.result == 0)
        give(fut->ret, fut->semaphore, fut->count, fut->owner);
    return is;
}

static edo_poll acquire_poll(edo_future *base, const edo_waker *waker)
{
    edo_semaphore_acquire_future *fut = of(base);

    if (!is_valid(fut->semaphore, fut->count, fut->owner, fut->ret))
        return edo_future_finish(base, -EINVAL);
    return acquired(
        fut, permits_advance(&fut->semaphore->permits, &fut->waiter, fut->count, base, waker));
}

/* As permits_go_on. */
static edo_poll acquire_go_on(edo_future *base, const edo_waker *waker)
{
    edo_semaphore_acquire_future *fut = of(base);

    return acquired(fut,
                    permits_go_on(&fut->semaphore->permits, &fut->waiter, fut->count, base, waker));
}

/* The reference goes back to the caller as well: nothing was taken. */
static void acquire_put_back(edo_future *base)
{
    edo_semaphore_acquire_future *fut = of(base);

    if (fut->ret)
        *fut->ret = (edo_permit){0};
    fut->waiter.state = WAITER_IDLE;
    base->result = -ECANCELED;
    permits_release(&fut->semaphore->permits, fut->count);
}

static const edo_future_ops acquire_ops = {
    .poll = acquire_poll,
    .put_back = acquire_put_back,
    .name = "semaphore_acquire",
    .flags = EDO_FUTURE_RESTARTS,
};

/* In place: to return one by value costs as much as half a switch. */
static inline void init_acquire(edo_semaphore_acquire_future *ret, edo_semaphore *semaphore,
                                size_t count, edo_owner owner, edo_permit *ret_permit)
{
    *ret = (edo_semaphore_acquire_future){
        .base = EDO_FUTURE_INIT(&acquire_ops),
        .semaphore = semaphore,
        .count = count,
        .owner = owner,
        .ret = ret_permit,
    };
}

edo_semaphore_acquire_future edo_semaphore_acquire_owned_async(edo_semaphore *semaphore,
                                                               size_t count, edo_owner owner,
                                                               edo_permit *ret_permit)
{
    edo_semaphore_acquire_future fut;

    init_acquire(&fut, semaphore, count, owner, ret_permit);
    return fut;
}

edo_semaphore_acquire_future edo_semaphore_acquire_many_async(edo_semaphore *semaphore,
                                                              size_t count, edo_permit *ret_permit)
{
    return edo_semaphore_acquire_owned_async(semaphore, count, (edo_owner){0}, ret_permit);
}

edo_semaphore_acquire_future edo_semaphore_acquire_async(edo_semaphore *semaphore,
                                                         edo_permit *ret_permit)
{
    return edo_semaphore_acquire_many_async(semaphore, 1, ret_permit);
}

/* Inlined, since mostly the count is 1 and there is no owner. */
static inline int take(edo_semaphore *semaphore, size_t count, edo_owner owner, edo_permit *ret)
{
    if (unlikely(!is_valid(semaphore, count, owner, ret)))
        return -EINVAL;
    int rc = permits_try(&semaphore->permits, count);
    if (likely(rc == 0))
        give(ret, semaphore, count, owner);
    return rc;
}

int edo_semaphore_try_acquire_owned(edo_semaphore *semaphore, size_t count, edo_owner owner,
                                    edo_permit *ret_permit)
{
    return take(semaphore, count, owner, ret_permit);
}

int edo_semaphore_try_acquire_many(edo_semaphore *semaphore, size_t count, edo_permit *ret_permit)
{
    return take(semaphore, count, (edo_owner){0}, ret_permit);
}

int edo_semaphore_try_acquire(edo_semaphore *semaphore, edo_permit *ret_permit)
{
    return take(semaphore, 1, (edo_owner){0}, ret_permit);
}

/* With `self`, a try has been in vain. */
static noinline int wait_for(thread *self, edo_semaphore *semaphore, size_t count, edo_owner owner,
                             edo_permit *ret)
{
    edo_semaphore_acquire_future fut;

    init_acquire(&fut, semaphore, count, owner, ret);
    return (int)await_directly(self, &fut.base, acquire_go_on);
}

static inline int acquire(edo_semaphore *semaphore, size_t count, edo_owner owner, edo_permit *ret)
{
    thread *self = await_may_try();

    if (likely(self)) {
        int rc = take(semaphore, count, owner, ret);
        if (likely(rc != -EAGAIN)) {
            await_spend(self);
            return rc;
        }
    }
    return wait_for(self, semaphore, count, owner, ret);
}

int edo_semaphore_acquire_owned(edo_semaphore *semaphore, size_t count, edo_owner owner,
                                edo_permit *ret_permit)
{
    return acquire(semaphore, count, owner, ret_permit);
}

int edo_semaphore_acquire_many(edo_semaphore *semaphore, size_t count, edo_permit *ret_permit)
{
    return acquire(semaphore, count, (edo_owner){0}, ret_permit);
}

int edo_semaphore_acquire(edo_semaphore *semaphore, edo_permit *ret_permit)
{
    return acquire(semaphore, 1, (edo_owner){0}, ret_permit);
}

/* Permits as a value. Emptied before they are given back: afterwards whoever gets them may free it. */

static noinline void release_owned(edo_semaphore *semaphore, size_t count, edo_owner owner)
{
    permits_release(&semaphore->permits, count);
    owner_unref(owner);
}

void edo_permit_release(edo_permit *permit)
{
    edo_semaphore *semaphore = permit ? permit->semaphore : NULL;

    if (!semaphore)
        return;
    size_t count = permit->count;
    edo_owner owner = permit->owner;
    *permit = (edo_permit){0};
    if (unlikely(is_owned(owner)))
        release_owned(semaphore, count, owner);
    else
        permits_release(&semaphore->permits, count);
}

void edo_permit_forget(edo_permit *permit)
{
    if (!permit)
        return;
    edo_owner owner = permit->owner;
    *permit = (edo_permit){0};
    owner_unref(owner);
}

int edo_permit_split(edo_permit *permit, size_t count, edo_permit *ret_part)
{
    if (!permit || !ret_part || ret_part == permit || count > permit->count)
        return -EINVAL;
    permit->count -= count;
    *ret_part = (edo_permit){.semaphore = permit->semaphore, .count = count};
    return 0;
}

int edo_permit_merge(edo_permit *permit, edo_permit *from)
{
    if (!permit || !from || permit == from ||
        (permit->semaphore && from->semaphore && permit->semaphore != from->semaphore))
        return -EINVAL;
    edo_permit added = *from;
    *from = (edo_permit){0};
    permit->semaphore = permit->semaphore ? permit->semaphore : added.semaphore;
    permit->count += added.count;
    if (is_owned(permit->owner))
        owner_unref(added.owner);
    else
        permit->owner = added.owner;
    return 0;
}

size_t edo_permit_count(const edo_permit *permit)
{
    return permit ? permit->count : 0;
}

/* The number of permits. */

size_t edo_semaphore_available(const edo_semaphore *semaphore)
{
    return semaphore ? permits_available(&semaphore->permits) : 0;
}

int edo_semaphore_add(edo_semaphore *semaphore, size_t count)
{
    return semaphore ? permits_add(&semaphore->permits, count) : -EINVAL;
}

size_t edo_semaphore_forget(edo_semaphore *semaphore, size_t count)
{
    return semaphore ? permits_forget(&semaphore->permits, count) : 0;
}

void edo_semaphore_close(edo_semaphore *semaphore)
{
    if (semaphore)
        permits_close(&semaphore->permits);
}

bool edo_semaphore_is_closed(const edo_semaphore *semaphore)
{
    return semaphore && permits_is_closed(&semaphore->permits);
}
