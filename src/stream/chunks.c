/*
 * chunks.c: items gathered until there are enough, or for a while.
 *
 * An item is pulled to its place in the chunk, which doesn't move while a pull is under way. What was
 * gathered when a next is cancelled stays for the following one, and so does the time of its first item.
 */
#include "stream/items.h"
#include "stream/timed.h"

static void destroy_items(void *item)
{
    edo_items_fini(item);
}

const edo_item *edo_items_item(void)
{
    static const edo_item item = {
        .size = sizeof(edo_items), .align = _Alignof(edo_items), .destroy = destroy_items};

    return &item;
}

edo_items edo_stream_chunks_take(edo_stream_chunks *chunks)
{
    edo_items items = chunks->items;

    chunks->items = (edo_items){0};
    return items;
}

static edo_poll give(edo_stream_chunks *c, edo_pull *p)
{
    edo_items items = edo_stream_chunks_take(c);

    timed_stop(&c->timed);
    memcpy(p->item, &items, sizeof items);
    return pull_finish(p, 1);
}

/* Pulls the next item to its place. READY: what came is s->pull.result. */
static edo_poll pull(edo_stream_chunks *c, edo_pull *p, const edo_waker *waker)
{
    edo_stage *s = &c->timed.stage;
    const edo_item *item = s->source.item;
    int rc = s->is_pulling ? 0 : items_grow(&c->items, item);

    if (rc < 0)
        return pull_finish(&s->pull, rc);
    if (stage_pull(s, p, items_at(&c->items, c->items.len), waker) == EDO_PENDING)
        return EDO_PENDING;
    if (s->pull.result > 0 && c->items.len++ == 0)
        timed_set(&c->timed);
    return EDO_READY;
}

/* The time has come, and the pull is READY: what isn't an item is for the next. */
static edo_poll end(edo_stream_chunks *c, edo_pull *p)
{
    edo_stage *s = &c->timed.stage;

    c->timed.is_ending = false;
    if (s->pull.result < 0 && s->pull.result != -ECANCELED)
        s->error = (int)s->pull.result;
    return give(c, p);
}

/* Nothing is there now. PENDING; or READY: the time has come, and the pull is at its end. */
static edo_poll wait(edo_stream_chunks *c, edo_pull *p, const edo_waker *waker)
{
    edo_timed *t = &c->timed;

    if (p->canceled || c->items.len == 0 || timed_wait(t, waker) == EDO_PENDING)
        return EDO_PENDING;
    timed_end_pull(t, p, 0);
    return pull(c, p, waker);
}

static edo_poll gather(edo_stream_chunks *c, edo_pull *p, const edo_waker *waker)
{
    edo_stage *s = &c->timed.stage;

    while (c->items.len < c->max) {
        if (pull(c, p, waker) == EDO_PENDING)
            return wait(c, p, waker) == EDO_READY ? end(c, p) : EDO_PENDING;
        if (s->pull.result > 0)
            continue;
        if (s->pull.result == 0 && c->items.len > 0)
            break;
        timed_stop(&c->timed);
        return pull_finish(p, s->pull.result);
    }
    return give(c, p);
}

static edo_poll chunks_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_stream_chunks *c = self;

    if (stage_give_held(&c->timed.stage, p))
        return EDO_READY;
    if (!c->timed.is_ending)
        return gather(c, p, waker);
    return pull(c, p, waker) == EDO_READY ? end(c, p) : EDO_PENDING;
}

static edo_stream_bounds chunks_hint(void *self)
{
    edo_stream_chunks *c = self;
    edo_stream_bounds bounds = stage_source_bounds(&c->timed.stage);
    size_t gathered = c->items.len > 0;

    bounds.lower = bounds.lower / c->max + (bounds.lower % c->max > 0 || gathered);
    return stage_with_held(&c->timed.stage,
                           bounds_sum(bounds, (edo_stream_bounds){0, gathered, true}));
}

static bool chunks_is_done(void *self)
{
    edo_stream_chunks *c = self;

    return c->items.len == 0 && stage_is_done(&c->timed.stage);
}

static void chunks_release(void *self)
{
    edo_stream_chunks *c = self;

    edo_items_fini(&c->items);
    stage_release(&c->timed.stage);
}

int edo_stream_chunks_timeout(edo_stream_chunks *chunks, edo_stream source, size_t max,
                              edo_duration span, edo_stream *ret_stream)
{
    static const edo_stream_ops ops = {
        .next = chunks_next,
        .cancel = timed_cancel,
        .put_back = stage_put_back,
        .hint = chunks_hint,
        .is_done = chunks_is_done,
        .release = chunks_release,
        .source = stage_source,
        .name = "chunks",
    };

    if (max == 0 || !chunks || !ret_stream)
        return -EINVAL;
    *chunks = (edo_stream_chunks){.max = max};
    chunks->timed.stage = stage_on(source, edo_items_item(), NULL);
    chunks->timed.span = span;
    *ret_stream = (edo_stream){&ops, chunks, edo_items_item()};
    return 0;
}
