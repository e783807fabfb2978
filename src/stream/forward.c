/*
 * forward.c: all of a stream to a sink.
 *
 * NEXT -> PULL -> SETTLE -> ROOM -> SEND -> NEXT ... -> LAST. The stream is asked first: its end needs no room,
 * and no room is taken from others while it pends. A flush is begun then (SETTLE waits for its end). FAIL ends
 * whatever is under way. An item in hand goes back to the stream; from one that takes nothing back none is
 * pulled without room: NEXT -> ROOM -> PULL -> SETTLE -> SEND.
 */
#include <edo/item_sink.h>

#include <edo/await.h>

#include "base/macros.h"
#include "stream/slot.h"
#include "future/future.h"

enum step {
    STEP_NEXT,
    STEP_PULL,
    STEP_SETTLE,
    STEP_ROOM,
    STEP_SEND,
    STEP_LAST,
    STEP_FAIL,
    STEP_DONE,
};

static edo_forward_future *of(edo_future *base)
{
    return container_of(base, edo_forward_future, base);
}

/* A wait of the sink; after READY its result is in `push`. */
static edo_poll push(edo_forward_future *f, edo_push_poll *which, const edo_waker *waker)
{
    if (!f->is_pushing)
        f->push = (edo_push){0};
    f->is_pushing = edo_item_sink_poll(f->to, which, &f->push, waker) == EDO_PENDING;
    return f->is_pushing ? EDO_PENDING : EDO_READY;
}

static void stop(edo_forward_future *f)
{
    if (f->is_pulling && !f->pull.canceled)
        edo_stream_cancel(f->from, &f->pull);
    if (f->is_pushing && !f->push.canceled)
        edo_item_sink_cancel(f->to, &f->push);
}

static void fail(edo_forward_future *f, int64_t why)
{
    f->failure = (int)why;
    f->step = STEP_FAIL;
    stop(f);
}

/* Whether an item was pulled that the sink doesn't have yet. */
static bool has_item(const edo_forward_future *f)
{
    return f->pull.result > 0;
}

static void give_back(edo_forward_future *f)
{
    if (has_item(f) && edo_stream_put_back(f->from, &f->pull) < 0)
        item_destroy(f->from.item, f->pull.item);
    f->pull.result = 0;
}

/* The sink doesn't take what is in hand, or anything. */
static edo_poll refuse(edo_forward_future *f, int64_t why)
{
    give_back(f);
    fail(f, why);
    return EDO_READY;
}

/* Whether an item is pulled before there is room for it. */
static bool pulls_first(const edo_forward_future *f)
{
    return f->from.ops->put_back != NULL;
}

/* The stream pends: time for a flush. READY: it has failed. */
static edo_poll flush(edo_forward_future *f, const edo_waker *waker)
{
    if (!f->is_dirty || push(f, f->to.ops->flush, waker) == EDO_PENDING)
        return EDO_PENDING;
    f->is_dirty = false;
    if (f->push.result >= 0 || (f->base.state & FUTURE_CANCELED))
        return EDO_PENDING;
    fail(f, f->push.result);
    return EDO_READY;
}

static edo_poll pull(edo_forward_future *f, const edo_waker *waker)
{
    if (!f->is_pulling) {
        edo_pull_begin(&f->pull, slot_at(&f->slot, f->from.item));
        f->pull.canceled = f->base.state & FUTURE_CANCELED;
    }
    f->is_pulling = edo_stream_poll(f->from, &f->pull, waker) == EDO_PENDING;
    if (f->is_pulling)
        return flush(f, waker);
    if (f->pull.result < 0)
        fail(f, f->pull.result);
    else
        f->step = STEP_SETTLE;
    return EDO_READY;
}

/* A flush that was begun comes to its end. */
static edo_poll settle(edo_forward_future *f, const edo_waker *waker)
{
    if (f->is_pushing) {
        if (push(f, f->to.ops->flush, waker) == EDO_PENDING)
            return EDO_PENDING;
        if (f->push.result < 0 && !(f->base.state & FUTURE_CANCELED))
            return refuse(f, f->push.result);
    }
    if (has_item(f))
        f->step = pulls_first(f) ? STEP_ROOM : STEP_SEND;
    else
        f->step = STEP_LAST;
    return EDO_READY;
}

static edo_poll room(edo_forward_future *f, const edo_waker *waker)
{
    if ((f->base.state & FUTURE_CANCELED) && !f->is_pushing)
        return refuse(f, -ECANCELED);
    if (push(f, f->to.ops->ready, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (f->push.result < 0)
        return refuse(f, f->push.result);
    f->step = has_item(f) ? STEP_SEND : STEP_PULL;
    return EDO_READY;
}

static edo_poll send(edo_forward_future *f)
{
    int rc = f->to.ops->send(f->to.self, f->pull.item);

    if (rc < 0)
        return refuse(f, rc);
    f->pull.result = 0;
    f->done++;
    f->is_dirty = true;
    f->step = STEP_NEXT;
    return EDO_READY;
}

static edo_poll last(edo_forward_future *f, const edo_waker *waker)
{
    const edo_item_sink_ops *ops = f->to.ops;

    if ((f->base.state & FUTURE_CANCELED) && !f->is_pushing) {
        fail(f, -ECANCELED);
        return EDO_READY;
    }
    if (push(f, f->closes && ops->close ? ops->close : ops->flush, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (f->push.result < 0)
        fail(f, f->push.result);
    else
        f->step = STEP_DONE;
    return EDO_READY;
}

/* Ends what is under way. */
static edo_poll end(edo_forward_future *f, const edo_waker *waker)
{
    if (f->is_pushing)
        f->is_pushing = edo_item_sink_poll(f->to, f->to.ops->flush, &f->push, waker) == EDO_PENDING;
    if (f->is_pulling) {
        f->is_pulling = edo_stream_poll(f->from, &f->pull, waker) == EDO_PENDING;
        if (!f->is_pulling)
            give_back(f);
    }
    if (f->is_pushing || f->is_pulling)
        return EDO_PENDING;
    f->step = STEP_DONE;
    return EDO_READY;
}

static edo_poll advance(edo_forward_future *f, const edo_waker *waker)
{
    switch ((enum step)f->step) {
    case STEP_NEXT:
        f->step = pulls_first(f) ? STEP_PULL : STEP_ROOM;
        break;
    case STEP_PULL:
        return pull(f, waker);
    case STEP_SETTLE:
        return settle(f, waker);
    case STEP_ROOM:
        return room(f, waker);
    case STEP_SEND:
        return send(f);
    case STEP_LAST:
        return last(f, waker);
    case STEP_FAIL:
        return end(f, waker);
    case STEP_DONE:
        break;
    }
    return EDO_READY;
}

static edo_poll finish(edo_forward_future *f, int64_t result)
{
    slot_fini(&f->slot);
    f->step = STEP_NEXT;
    f->failure = 0;
    return edo_future_finish(&f->base, result);
}

static int begin(edo_forward_future *f)
{
    if (!f->from.ops || !f->from.item || !f->to.ops || !f->to.item ||
        f->to.item->size != f->from.item->size)
        return -EINVAL;
    return slot_need(&f->slot, f->from.item);
}

static edo_poll forward_poll(edo_future *base, const edo_waker *waker)
{
    edo_forward_future *f = of(base);
    int rc = begin(f);

    if (rc < 0)
        return finish(f, rc);
    while (f->step != STEP_DONE)
        if (advance(f, waker) == EDO_PENDING)
            return EDO_PENDING;
    return finish(f, f->failure);
}

static void forward_cancel(edo_future *base)
{
    stop(of(base));
}

static const edo_future_ops forward_ops = {
    .poll = forward_poll,
    .cancel = forward_cancel,
    .name = "stream_forward",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_forward_future edo_stream_send_all_async(edo_stream from, edo_item_sink to)
{
    return (edo_forward_future){.base = EDO_FUTURE_INIT(&forward_ops), .from = from, .to = to};
}

edo_forward_future edo_stream_forward_async(edo_stream from, edo_item_sink to)
{
    edo_forward_future fut = edo_stream_send_all_async(from, to);

    fut.closes = true;
    return fut;
}

static int wait_for(edo_forward_future fut, size_t *ret_done)
{
    int rc = (int)edo_await(&fut.base);

    if (ret_done)
        *ret_done = fut.done;
    return rc;
}

int edo_stream_send_all(edo_stream from, edo_item_sink to, size_t *ret_done)
{
    return wait_for(edo_stream_send_all_async(from, to), ret_done);
}

int edo_stream_forward(edo_stream from, edo_item_sink to, size_t *ret_done)
{
    return wait_for(edo_stream_forward_async(from, to), ret_done);
}
