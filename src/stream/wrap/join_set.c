/* wrap/join_set.c: the results of a set's tasks as a stream. */
#include "stream/wrapped.h"

static edo_poll set_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_join_set_items *w = self;

    if (!w->set)
        return pull_finish(p, 0);
    if (!p->begun)
        w->next = edo_join_set_next_async(w->set, p->item);
    return wrapped_poll(&w->wrapped, &w->next.base, p, waker, false);
}

static edo_stream_bounds set_hint(void *self)
{
    const edo_join_set_items *w = self;
    size_t len = w->set ? edo_join_set_len(w->set) : 0;

    return (edo_stream_bounds){len, len, true};
}

edo_join_set *edo_join_set_items_take(edo_join_set_items *items)
{
    edo_join_set *set = items->set;

    items->set = NULL;
    items->wrapped.has_ended = true;
    return set;
}

static void set_release(void *self)
{
    edo_join_set_free(edo_join_set_items_take(self));
}

edo_stream edo_stream_of_join_set(edo_join_set_items *items, edo_join_set *set)
{
    static const edo_item joined = {.size = sizeof(edo_joined), .align = _Alignof(edo_joined)};
    static const edo_stream_ops ops = WRAPPED_OPS(set_next, set_release, set_hint, "join_set");

    *items = (edo_join_set_items){.set = set};
    return (edo_stream){&ops, items, &joined};
}
