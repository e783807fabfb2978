/*
 * waker.c: wakers of a user's own, counted; and what can be done with any waker.
 *
 * A counted waker is referenced while it is marked (with its lock held), called after that lock was
 * released, and destroyed with its last reference.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/atomic.h"
#include "future/wake.h"

typedef struct counted {
    uint64_t refs; /* atomic */
    void (*wake)(void *arg);
    void (*destroy)(void *arg);
    void *arg;
} counted;

static void counted_ref(counted *c)
{
    a_fetch_add(&c->refs, 1, relaxed); /* who calls has one already */
}

static void counted_unref(void *data)
{
    counted *c = data;

    /* acq_rel: the last one sees what all the others did before they let go. */
    if (a_fetch_sub(&c->refs, 1, acq_rel) != 1)
        return;
    if (c->destroy)
        c->destroy(c->arg);
    free(c);
}

static bool counted_mark(void *data)
{
    counted_ref(data);
    return true;
}

static void counted_push(void *data)
{
    counted *c = data;

    c->wake(c->arg);
    counted_unref(c);
}

static int counted_clone(void *data, edo_waker *ret_clone);

static const struct edo_waker_ops counted_ops = {
    .mark = counted_mark,
    .push = counted_push,
    .clone = counted_clone,
    .drop = counted_unref,
};

static int counted_clone(void *data, edo_waker *ret_clone)
{
    counted_ref(data);
    *ret_clone = (edo_waker){.ops = &counted_ops, .data = data};
    return 0;
}

int edo_waker_new(void (*wake)(void *arg), void (*destroy)(void *arg), void *arg,
                  edo_waker *ret_waker)
{
    if (!wake || !ret_waker)
        return -EINVAL;
    counted *c = malloc(sizeof *c);
    if (!c)
        return -ENOMEM;
    *c = (counted){.refs = 1, .wake = wake, .destroy = destroy, .arg = arg};
    *ret_waker = (edo_waker){.ops = &counted_ops, .data = c};
    return 0;
}

int edo_waker_clone(const edo_waker *waker, edo_waker *ret_clone)
{
    if (!waker || !waker->ops || !ret_clone)
        return -EINVAL;
    return waker->ops->clone(waker->data, ret_clone);
}

void edo_waker_wake_by_ref(const edo_waker *waker)
{
    if (waker && waker->ops && waker->ops->mark(waker->data))
        waker->ops->push(waker->data);
}

void edo_waker_wake(edo_waker waker)
{
    edo_waker_wake_by_ref(&waker);
    edo_waker_drop(waker);
}

void edo_waker_drop(edo_waker waker)
{
    if (waker.ops && waker.ops->drop)
        waker.ops->drop(waker.data);
}

bool edo_waker_is_same(const edo_waker *a, const edo_waker *b)
{
    return a && b && wake_is_same(a, b);
}
