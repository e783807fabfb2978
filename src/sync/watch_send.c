/*
 * watch_send.c: one value follows another.
 *
 * Order          Under the lock the word gets the new value, then the version goes up: so who sees
 *                the version finds that value or a later one. Then those who wait are woken, and only
 *                without the lock what was there before goes.
 * Modifying      A copy is changed while the old value can still be borrowed. The modifier holds the
 *                lock only to say so, and `order` until it is done; other senders find that out under
 *                the lock, and wait for `order` without it. Borrows, waits and handles need neither.
 */
#include "sync/watch.h"

#include "await/await.h"
#include "base/chaos.h"
#include "base/model.h"
#include "base/report.h"

/* Whether this thread is in a modify of it; nobody else makes that true or false. */
static bool is_own_modify(const watch *c)
{
    const void *modifier = a_load(&c->modifier, relaxed); /* its own is in order with itself */

    if (likely(!modifier || modifier != thread_self()))
        return false;
    report_misuse("a watch can't be sent to in a modify of its own");
    return true;
}

/* Takes the lock, as the only sender. 0, or -EDEADLK. */
static int lock_to_send(watch *c)
{
    lock_take(&c->lock);
    while (unlikely(a_load(&c->modifier, relaxed) != NULL)) {
        lock_drop(&c->lock);
        if (is_own_modify(c))
            return -EDEADLK;
        lock_take(&c->order);
        lock_drop(&c->order);
        lock_take(&c->lock);
    }
    return 0;
}

/* The cell's value becomes the present one. With the lock held. */
static watch_before publish(watch *c, watch_cell *next, bool tells)
{
    next->version = c->version + tells;
    watch_before before = watch_swap(c, next);
    chaos_point();
    /* release: pairs with the acquire in watch_look. */
    a_store(&c->version, next->version, MODEL_BUG(1511, release, relaxed));
    return before;
}

/* Tells those who wait for a version, where there is a new one; with the lock held, which it drops. */
static void tell(watch *c, uint64_t version)
{
    if (likely(waiters_is_empty(&c->changed)))
        lock_drop(&c->lock);
    else
        watch_wake(c, &c->changed, version, WAITER_GRANTED);
}

static bool may_send(const edo_watch_sender *tx, const void *item)
{
    return tx && (item || watch_of(tx)->item.size == 0);
}

/* Replaces. With the lock held: on success it is dropped and others were told. */
static int replace(watch *c, const void *item, watch_before *ret_before)
{
    watch_cell *next = watch_cell_take(c);

    if (!next)
        return -ENOMEM;
    item_copy(&c->item, watch_value(c, next), item);
    *ret_before = publish(c, next, true);
    return 0;
}

int edo_watch_send(edo_watch_sender *tx, const void *item)
{
    watch *c = watch_of(tx);
    watch_before before;

    if (!may_send(tx, item))
        return -EINVAL;
    int rc = lock_to_send(c);
    if (rc < 0)
        return rc;
    if (a_load(&c->receivers, relaxed) == 0) /* relaxed: under the lock */
        rc = -EPIPE;
    else
        rc = replace(c, item, &before);
    if (rc < 0) {
        lock_drop(&c->lock);
        return rc;
    }
    bool kept = watch_keep(c, &before);
    tell(c, c->version);
    if (!kept)
        watch_retire(c, &before);
    return 0;
}

/* Takes the value before out, if that can be; else it stays where it is. The borrows that were, and
 * are not counted in its cell so far, keep it. */
static bool give_back(watch *c, const watch_before *before, void *ret)
{
    const void *value = watch_value(c, before->cell);

    if (!ret || (before->borrows && c->item.destroy && !c->item.clone))
        return false;
    if (before->borrows && c->item.clone)
        return c->item.clone(ret, value) == 0;
    item_copy(&c->item, ret, value);
    return true;
}

int edo_watch_send_replace(edo_watch_sender *tx, const void *item, void *ret_before)
{
    watch *c = watch_of(tx);
    watch_before before;

    if (!may_send(tx, item))
        return -EINVAL;
    int rc = lock_to_send(c);
    if (rc < 0)
        return rc;
    if ((rc = replace(c, item, &before)) < 0) {
        lock_drop(&c->lock);
        return rc;
    }
    tell(c, c->version);
    bool given = give_back(c, &before, ret_before);
    if (given && !before.borrows)
        watch_cell_put(c, before.cell);
    else
        watch_retire(c, &before);
    return given;
}

/* Modifying. */

typedef struct change {
    bool (*modify)(void *arg, void *value);
    void (*always)(void *arg, void *value);
    void *arg;
} change;

/* Runs the user's function, in which nothing can be awaited. */
static bool apply(const change *what, void *value)
{
    thread *self = thread_self();
    bool tells = true;

    await_poll_begin(self);
    if (what->always)
        what->always(what->arg, value);
    else
        tells = what->modify(what->arg, value);
    await_poll_end(self);
    return tells;
}

/* Another of the present value; nobody can replace that meanwhile. */
static int copy_present(watch *c, watch_cell *next)
{
    watch_cell *now = watch_borrow(c);
    int rc = 0;

    if (c->item.clone)
        rc = c->item.clone(watch_value(c, next), watch_value(c, now));
    else
        item_copy(&c->item, watch_value(c, next), watch_value(c, now));
    watch_return(c, now);
    return rc;
}

/* A cell with a copy of the present value, and from then on no other sender; NULL: there was an
 * error. With `order` held. */
static watch_cell *begin_modify(watch *c, int *ret_error)
{
    lock_take(&c->lock);
    watch_cell *next = watch_cell_take(c);
    if (next && MODEL_BUG(1512, true, false))
        a_store(&c->modifier, thread_self(), relaxed); /* under the lock */
    lock_drop(&c->lock);
    *ret_error = next ? copy_present(c, next) : -ENOMEM;
    if (next && *ret_error) {
        watch_cell_put(c, next);
        a_store(&c->modifier, NULL, relaxed); /* who still sees it waits for `order` */
        next = NULL;
    }
    return next;
}

/* 1 or 0: whether receivers were told; or a negative error. */
static int modify(edo_watch_sender *tx, const change *what)
{
    watch *c = watch_of(tx);
    int rc;

    if (!tx || (!what->modify && !what->always) || (c->item.destroy && !c->item.clone))
        return -EINVAL;
    if (is_own_modify(c))
        return -EDEADLK;
    lock_take(&c->order);
    watch_cell *next = begin_modify(c, &rc);
    if (!next) {
        lock_drop(&c->order);
        return rc;
    }
    bool tells = apply(what, watch_value(c, next));
    chaos_point();
    lock_take(&c->lock);
    a_store(&c->modifier, NULL, relaxed);
    lock_drop(&c->order); /* nothing that is called from here on finds it held */
    watch_before before = publish(c, next, tells);
    tell(c, c->version);
    watch_retire(c, &before);
    return tells;
}

int edo_watch_send_modify(edo_watch_sender *tx, void (*modify_fn)(void *arg, void *value),
                          void *arg)
{
    int rc = modify(tx, &(change){.always = modify_fn, .arg = arg});

    return rc < 0 ? rc : 0;
}

int edo_watch_send_if_modified(edo_watch_sender *tx, bool (*modify_fn)(void *arg, void *value),
                               void *arg)
{
    return modify(tx, &(change){.modify = modify_fn, .arg = arg});
}
