/*
 * keyed_next.c: the next item of many streams.
 *
 * ASKING     Each entry is asked once, from a random one on, until there are as many items as are wanted.
 * DRAINING   Something was got, or the next was cancelled: what is under way is cancelled and ended. An item
 *            that comes all the same goes back to its stream, or is held by its entry.
 * A place    Items are pulled to the entry's own memory, and copied from there: many pulls are under way at
 * once.
 */
#include "stream/keyed.h"

#include <errno.h>

#include <edo/await.h>
#include <edo/error.h>

#include "base/macros.h"
#include "base/report.h"
#include "future/future.h"
#include "sched/current.h"
#include "sched/sched.h"

static edo_keyed_next_future *of(edo_future *base)
{
    return container_of(base, edo_keyed_next_future, base);
}

static void write_key(edo_keyed_next_future *fut, const keyed_entry *e)
{
    size_t size = fut->streams->key_size;

    if (fut->ret_keys && size)
        memcpy(fut->ret_keys + fut->got * size, e->key, size);
}

/* Gives what the entry holds. True: that is enough. */
static bool give(edo_keyed_next_future *fut, keyed_entry *e)
{
    edo_keyed_streams *k = fut->streams;

    if (e->holds) {
        write_key(fut, e);
        item_copy(&k->item, fut->ret_items + fut->got * k->item.size, entry_item(k, e));
        fut->got++;
        e->holds = false;
    } else if (e->error && fut->got == 0) {
        write_key(fut, e);
        fut->error = e->error;
        e->error = 0;
    }
    return fut->error || fut->got == fut->limit;
}

/* The pull is READY. */
static void take_in(keyed_entry *e)
{
    int64_t result = e->pull.result;
    bool was_cut = e->pull.canceled && result == -ECANCELED;

    e->is_pulling = false;
    e->holds = result > 0;
    e->has_ended = result == 0;
    e->error = result < 0 && !was_cut ? (int)result : 0;
}

static void ask(const edo_keyed_streams *k, keyed_entry *e, const edo_waker *waker)
{
    if (e->holds || e->error || e->has_ended)
        return;
    if (!e->is_pulling)
        edo_pull_begin(&e->pull, entry_item(k, e));
    e->is_pulling = true;
    if (edo_stream_poll(e->s, &e->pull, waker) == EDO_READY)
        take_in(e);
}

/* True: there is something to say. */
static bool ask_all(edo_keyed_next_future *fut, const edo_waker *waker)
{
    edo_keyed_streams *k = fut->streams;
    size_t len = k->len, at = len ? thread_random_below(thread_self(), (uint32_t)len) : 0;

    for (size_t left = len; left > 0; left--) {
        keyed_entry *e = k->entries[at];
        ask(k, e, waker);
        if (give(fut, e))
            break;
        at = at + 1 == len ? 0 : at + 1;
    }
    keyed_sweep(k);
    return fut->got || fut->error || k->len == 0;
}

/* Ends what is under way. */
static edo_poll drain(edo_keyed_streams *k, const edo_waker *waker)
{
    edo_poll is = EDO_READY;

    for (size_t i = 0; i < k->len; i++) {
        keyed_entry *e = k->entries[i];
        if (!e->is_pulling)
            continue;
        if (!e->pull.canceled)
            edo_stream_cancel(e->s, &e->pull);
        if (edo_stream_poll(e->s, &e->pull, waker) == EDO_READY)
            take_in(e);
        else
            is = EDO_PENDING;
    }
    keyed_sweep(k);
    return is;
}

static edo_poll finish(edo_keyed_next_future *fut, int64_t result)
{
    if (fut->streams && fut->streams->waits == fut)
        fut->streams->waits = NULL;
    fut->is_draining = false;
    return edo_future_finish(&fut->base, result);
}

static int64_t result_of(const edo_keyed_next_future *fut)
{
    if (fut->got)
        return (int64_t)fut->got;
    if (fut->error)
        return fut->error;
    return fut->base.state & FUTURE_CANCELED ? -ECANCELED : 0;
}

static edo_poll wait(edo_keyed_next_future *fut, const edo_waker *waker)
{
    fut->streams->waits = fut;
    fut->streams->waker = *waker;
    return EDO_PENDING;
}

static bool is_valid(const edo_keyed_next_future *fut)
{
    const edo_keyed_streams *k = fut->streams;

    return k && (fut->ret_items || !fut->limit || !k->item.size);
}

static edo_poll next_poll(edo_future *base, const edo_waker *waker)
{
    edo_keyed_next_future *fut = of(base);
    edo_keyed_streams *k = fut->streams;

    if (!is_valid(fut))
        return edo_future_finish(base, -EINVAL);
    if (k->waits && k->waits != fut) {
        report_misuse("two nexts of the same keyed streams at once; they have one at a time");
        return edo_future_finish(base, -EDO_EMISUSE);
    }
    if (fut->limit == 0)
        return finish(fut, 0);
    if (!fut->is_draining && !(base->state & FUTURE_CANCELED)) {
        if (!ask_all(fut, waker))
            return wait(fut, waker);
        fut->is_draining = true;
    }
    if (drain(k, waker) == EDO_PENDING)
        return wait(fut, waker);
    return finish(fut, result_of(fut));
}

/* Each entry has given one at most, so there is room in it; unless it is gone, or has been asked since. */
static bool can_put_back(const edo_keyed_next_future *fut)
{
    const edo_keyed_streams *k = fut->streams;

    for (size_t i = 0; fut->ret_keys && i < fut->got; i++) {
        const keyed_entry *e = keyed_find(k, fut->ret_keys + i * k->key_size);
        if (!e || e->holds || e->error)
            return false;
    }
    return fut->ret_keys;
}

static void next_put_back(edo_future *base)
{
    edo_keyed_next_future *fut = of(base);
    const edo_keyed_streams *k = fut->streams;

    if (fut->got == 0 || !can_put_back(fut))
        return;
    for (size_t i = 0; i < fut->got; i++) {
        keyed_entry *e = keyed_find(k, fut->ret_keys + i * k->key_size);
        item_copy(&k->item, entry_item(k, e), fut->ret_items + i * k->item.size);
        e->holds = true;
    }
    fut->got = 0;
    base->result = -ECANCELED;
}

static const edo_future_ops next_ops = {
    .poll = next_poll,
    .put_back = next_put_back,
    .name = "keyed_streams_next",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_keyed_next_future edo_keyed_streams_next_many_async(edo_keyed_streams *streams, void *ret_keys,
                                                        void *ret_items, size_t limit)
{
    return (edo_keyed_next_future){
        .base = EDO_FUTURE_INIT(&next_ops),
        .streams = streams,
        .ret_keys = ret_keys,
        .ret_items = ret_items,
        .limit = limit,
    };
}

edo_keyed_next_future edo_keyed_streams_next_async(edo_keyed_streams *streams, void *ret_key,
                                                   void *ret_item)
{
    return edo_keyed_streams_next_many_async(streams, ret_key, ret_item, 1);
}

ssize_t edo_keyed_streams_next_many(edo_keyed_streams *streams, void *ret_keys, void *ret_items,
                                    size_t limit)
{
    edo_keyed_next_future fut =
        edo_keyed_streams_next_many_async(streams, ret_keys, ret_items, limit);

    return (ssize_t)edo_await(&fut.base);
}

int edo_keyed_streams_next(edo_keyed_streams *streams, void *ret_key, void *ret_item)
{
    return (int)edo_keyed_streams_next_many(streams, ret_key, ret_item, 1);
}
