/* stream.c: the next of a stream, and what every other call of one goes through. */
#include <edo/stream.h>

#include <errno.h>

#include <edo/await.h>
#include <edo/stream_iter.h>

#include "base/macros.h"
#include "future/future.h"

edo_poll edo_stream_poll(edo_stream s, edo_pull *p, const edo_waker *waker)
{
    if (unlikely(p->canceled && !p->begun)) {
        p->result = -ECANCELED;
        return EDO_READY;
    }
    edo_poll is = s.ops->next(s.self, p, waker);
    p->begun = true;
    return is;
}

void edo_stream_cancel(edo_stream s, edo_pull *p)
{
    p->canceled = true;
    if (p->begun && s.ops->cancel)
        s.ops->cancel(s.self, p);
}

int edo_stream_put_back(edo_stream s, edo_pull *p)
{
    if (p->result <= 0) /* there is no item in it */
        return 0;
    int rc = s.ops->put_back ? s.ops->put_back(s.self, p) : -ENOTSUP;
    if (rc == 0)
        p->result = -ECANCELED;
    return rc;
}

edo_stream_bounds edo_stream_hint(edo_stream s)
{
    return s.ops && s.ops->hint ? s.ops->hint(s.self) : (edo_stream_bounds){0, 0, false};
}

bool edo_stream_is_done(edo_stream s)
{
    return s.ops && s.ops->is_done && s.ops->is_done(s.self);
}

void edo_stream_release(edo_stream s)
{
    if (s.ops && s.ops->release)
        s.ops->release(s.self);
}

static edo_stream *place_of(edo_stream s, unsigned n)
{
    return s.ops && s.ops->source ? s.ops->source(s.self, n) : NULL;
}

edo_stream edo_stream_source(edo_stream s, unsigned n)
{
    const edo_stream *place = place_of(s, n);

    return place ? *place : (edo_stream){0};
}

int edo_stream_take_source(edo_stream s, unsigned n, edo_stream *ret_source)
{
    edo_stream *place = place_of(s, n);

    if (!place || !ret_source)
        return -EINVAL;
    *ret_source = *place;
    *place = edo_stream_empty(place->item);
    return 0;
}

static edo_stream_next_future *of(edo_future *base)
{
    return container_of(base, edo_stream_next_future, base);
}

static bool is_valid(edo_stream s, const void *item)
{
    return s.ops && s.ops->next && s.item && (item || s.item->size == 0);
}

static edo_poll next_poll(edo_future *base, const edo_waker *waker)
{
    edo_stream_next_future *fut = of(base);

    if (!is_valid(fut->from, fut->pull.item))
        return edo_future_finish(base, -EINVAL);
    if (edo_stream_poll(fut->from, &fut->pull, waker) == EDO_PENDING)
        return EDO_PENDING;
    int64_t result = fut->pull.result;
    if (result == -ECANCELED) /* it may be begun anew */
        edo_pull_begin(&fut->pull, fut->pull.item);
    return edo_future_finish(base, result);
}

static void next_cancel(edo_future *base)
{
    edo_stream_cancel(of(base)->from, &of(base)->pull);
}

static void next_put_back(edo_future *base)
{
    edo_stream_next_future *fut = of(base);

    if (base->result <= 0 || edo_stream_put_back(fut->from, &fut->pull) < 0)
        return;
    edo_pull_begin(&fut->pull, fut->pull.item);
    base->result = -ECANCELED;
}

static const edo_future_ops next_ops = {
    .poll = next_poll,
    .cancel = next_cancel,
    .put_back = next_put_back,
    .name = "stream_next",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_stream_next_future edo_stream_next_async(edo_stream from, void *ret_item)
{
    return (edo_stream_next_future){
        .base = EDO_FUTURE_INIT(&next_ops),
        .from = from,
        .pull = {.item = ret_item},
    };
}

int edo_stream_next(edo_stream from, void *ret_item)
{
    edo_stream_next_future fut = edo_stream_next_async(from, ret_item);

    return (int)edo_await(&fut.base);
}
