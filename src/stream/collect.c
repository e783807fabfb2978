/*
 * collect.c: all items of a stream, to memory that grows or to an array.
 *
 * There is room for an item before it is pulled, so none is ever without a place.
 */
#include <edo/stream_fold.h>

#include <edo/await.h>

#include "base/macros.h"
#include "stream/items.h"
#include "stream/stage.h"

static edo_stream_collect_future *of(edo_future *base)
{
    return container_of(base, edo_stream_collect_future, base);
}

static bool is_valid(const edo_stream_collect_future *fut)
{
    const edo_item *item = fut->from.item;

    return fut->from.ops && item && (fut->into || fut->array || !fut->room || !item->size);
}

/* Whether the array is. */
static bool is_full(const edo_stream_collect_future *fut)
{
    return !fut->into && fut->done == fut->room;
}

/* Begins a pull to the next place. 0, -EINVAL, -ENOMEM. */
static int begin(edo_stream_collect_future *fut)
{
    const edo_item *item = fut->from.item;

    if (!fut->into) {
        fut->pull.item = fut->array + fut->done * item->size;
        return 0;
    }
    int rc = items_grow(fut->into, item);
    if (rc == 0)
        fut->pull.item = items_at(fut->into, fut->into->len);
    return rc;
}

static edo_poll finish(edo_stream_collect_future *fut, int64_t result)
{
    edo_pull_begin(&fut->pull, NULL);
    return edo_future_finish(&fut->base, result);
}

static edo_poll end(edo_stream_collect_future *fut)
{
    int64_t result = fut->pull.result;
    bool was_cut = fut->pull.canceled && result == -ECANCELED;

    if (result < 0 && !was_cut && fut->into) {
        items_truncate(fut->into, fut->into->len - fut->done);
        fut->done = 0;
    }
    return finish(fut, result);
}

static edo_poll collect_poll(edo_future *base, const edo_waker *waker)
{
    edo_stream_collect_future *fut = of(base);
    edo_pull *p = &fut->pull;

    if (!is_valid(fut))
        return finish(fut, -EINVAL);
    for (;;) {
        if (is_full(fut))
            return finish(fut, edo_stream_is_done(fut->from) ? 0 : -ENOSPC);
        int rc = p->begun ? 0 : begin(fut);
        if (rc < 0)
            return finish(fut, rc);
        if (edo_stream_poll(fut->from, p, waker) == EDO_PENDING)
            return EDO_PENDING;
        p->begun = false;
        if (p->result <= 0)
            return end(fut);
        fut->done++;
        if (fut->into)
            fut->into->len++;
    }
}

static void collect_cancel(edo_future *base)
{
    edo_stream_cancel(of(base)->from, &of(base)->pull);
}

static const edo_future_ops collect_ops = {
    .poll = collect_poll,
    .cancel = collect_cancel,
    .name = "stream_collect",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_stream_collect_future edo_stream_collect_async(edo_stream from, edo_items *into)
{
    return (edo_stream_collect_future){
        .base = EDO_FUTURE_INIT(&collect_ops),
        .from = into ? from : (edo_stream){0},
        .into = into,
    };
}

edo_stream_collect_future edo_stream_collect_array_async(edo_stream from, void *ret_items,
                                                         size_t room)
{
    return (edo_stream_collect_future){
        .base = EDO_FUTURE_INIT(&collect_ops), .from = from, .array = ret_items, .room = room};
}

int edo_stream_collect(edo_stream from, edo_items *into)
{
    edo_stream_collect_future fut = edo_stream_collect_async(from, into);

    return (int)edo_await(&fut.base);
}

int edo_stream_collect_array(edo_stream from, void *ret_items, size_t room, size_t *ret_done)
{
    edo_stream_collect_future fut = edo_stream_collect_array_async(from, ret_items, room);
    int rc = (int)edo_await(&fut.base);

    if (ret_done)
        *ret_done = fut.done;
    return rc;
}
