/*
 * iter.c: streams that never wait: arrays, functions, nothing at all.
 *
 * Budget      Each item costs a unit. Without one the next says PENDING, and has woken its task.
 */
#include <edo/stream_iter.h>

#include <errno.h>

#include "sched/coop.h"
#include "sync/item.h"

static edo_poll finish(edo_pull *p, int64_t result)
{
    p->result = result;
    if (result > 0)
        coop_spend();
    return EDO_READY;
}

static char *place(const edo_iter *iter, size_t at)
{
    return (char *)(uintptr_t)iter->items + at * iter->item->size;
}

static edo_poll array_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_iter *iter = self;

    if (p->canceled)
        return finish(p, -ECANCELED);
    if (iter->at == iter->count)
        return finish(p, 0);
    if (!coop_proceed(waker))
        return EDO_PENDING;
    item_copy(iter->item, p->item, place(iter, iter->at++));
    return finish(p, 1);
}

/* The array is the user's to read alone: the item at its place is the same, unless it was changed. */
static int array_put_back(void *self, edo_pull *p)
{
    edo_iter *iter = self;

    (void)p;
    if (iter->at == 0)
        return -EINVAL;
    iter->at--;
    return 0;
}

static edo_stream_bounds array_hint(void *self)
{
    const edo_iter *iter = self;
    size_t left = iter->count - iter->at;

    return (edo_stream_bounds){left, left, true};
}

static bool array_is_done(void *self)
{
    const edo_iter *iter = self;

    return iter->at == iter->count;
}

static void array_release(void *self)
{
    edo_iter *iter = self;

    while (iter->at < iter->count)
        item_destroy(iter->item, place(iter, iter->at++));
}

static const edo_stream_ops array_ops = {
    .next = array_next,
    .put_back = array_put_back,
    .hint = array_hint,
    .is_done = array_is_done,
    .release = array_release,
    .name = "iter",
};

edo_stream edo_stream_iter(edo_iter *iter, const void *items, size_t count, const edo_item *item)
{
    *iter = (edo_iter){.items = items, .count = count, .item = item};
    return (edo_stream){&array_ops, iter, item};
}

edo_stream edo_stream_once(edo_iter *iter, const void *one, const edo_item *item)
{
    return edo_stream_iter(iter, one, 1, item);
}

/* A function. */

static edo_poll fn_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_iter *iter = self;

    if (p->canceled)
        return finish(p, -ECANCELED);
    if (iter->has_ended)
        return finish(p, 0);
    if (!coop_proceed(waker))
        return EDO_PENDING;
    int rc = iter->fn(iter->arg, p->item);
    iter->has_ended = rc == 0;
    return finish(p, rc);
}

static edo_stream_bounds fn_hint(void *self)
{
    const edo_iter *iter = self;

    return (edo_stream_bounds){0, 0, iter->has_ended};
}

static bool fn_is_done(void *self)
{
    return ((edo_iter *)self)->has_ended;
}

static const edo_stream_ops fn_ops = {
    .next = fn_next,
    .hint = fn_hint,
    .is_done = fn_is_done,
    .name = "from_fn",
};

edo_stream edo_stream_from_fn(edo_iter *iter, int (*fn)(void *arg, void *ret_item), void *arg,
                              const edo_item *item)
{
    *iter = (edo_iter){.fn = fn, .arg = arg, .item = item, .has_ended = !fn};
    return (edo_stream){&fn_ops, iter, item};
}

/* Nothing, and never. */

static edo_poll empty_next(void *self, edo_pull *p, const edo_waker *waker)
{
    (void)self, (void)waker;
    return finish(p, 0);
}

static edo_stream_bounds empty_hint(void *self)
{
    (void)self;
    return (edo_stream_bounds){0, 0, true};
}

static bool empty_is_done(void *self)
{
    (void)self;
    return true;
}

edo_stream edo_stream_empty(const edo_item *item)
{
    static const edo_stream_ops ops = {
        .next = empty_next,
        .hint = empty_hint,
        .is_done = empty_is_done,
        .name = "empty",
    };

    return (edo_stream){&ops, NULL, item};
}

static edo_poll pending_next(void *self, edo_pull *p, const edo_waker *waker)
{
    (void)self, (void)waker;
    return p->canceled ? finish(p, -ECANCELED) : EDO_PENDING;
}

edo_stream edo_stream_pending(const edo_item *item)
{
    static const edo_stream_ops ops = {.next = pending_next, .name = "pending"};

    return (edo_stream){&ops, NULL, item};
}
