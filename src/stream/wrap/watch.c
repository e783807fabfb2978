/* wrap/watch.c: a watch as a stream of its values. */
#include "stream/wrapped.h"

/* The value, as the item to give. 1, or what `clone` said: then it counts as not seen. */
static int copy(edo_watch_items *w, void *ret_item)
{
    edo_watch_ref ref;
    const void *value = edo_watch_borrow_and_update(w->rx, &ref);
    int rc = 0;

    if (w->item->clone)
        rc = w->item->clone(ret_item, value);
    else
        item_copy(w->item, ret_item, value);
    edo_watch_borrow_end(&ref);
    if (rc < 0)
        edo_watch_mark_changed(w->rx);
    return rc < 0 ? rc : 1;
}

static edo_poll watch_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_watch_items *w = self;

    if (w->wrapped.has_ended)
        return pull_finish(p, 0);
    if (!p->begun)
        w->changed = edo_watch_changed_async(w->rx);
    if (wrapped_poll(&w->wrapped, &w->changed.base, p, waker, true) == EDO_PENDING)
        return EDO_PENDING;
    w->wrapped.has_ended = p->result == -EPIPE;
    if (w->wrapped.has_ended)
        return pull_finish(p, 0);
    return p->result < 0 ? EDO_READY : pull_finish(p, copy(w, p->item));
}

/* The copy ends, and the value counts as not seen. */
static int watch_put_back(void *self, edo_pull *p)
{
    edo_watch_items *w = self;

    item_destroy(w->item, p->item);
    edo_watch_mark_changed(w->rx);
    return 0;
}

edo_watch_receiver *edo_watch_items_take(edo_watch_items *items)
{
    edo_watch_receiver *rx = items->rx;

    items->rx = NULL;
    items->wrapped.has_ended = true;
    return rx;
}

static void watch_release(void *self)
{
    edo_watch_receiver_free(edo_watch_items_take(self));
}

edo_stream edo_stream_of_watch(edo_watch_items *items, edo_watch_receiver *rx, const edo_item *item,
                               bool only_changes)
{
    static const edo_stream_ops ops = {
        .next = watch_next,
        .cancel = wrapped_cancel,
        .put_back = watch_put_back,
        .is_done = wrapped_is_done,
        .release = watch_release,
        .name = "watch",
    };

    *items = (edo_watch_items){.rx = rx, .item = item};
    if (!only_changes)
        edo_watch_mark_changed(rx);
    return (edo_stream){&ops, items, item};
}
