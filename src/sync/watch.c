/*
 * watch.c: the handles of a watch, looks at its value, and marks of what was seen.
 *
 * Versions   The first value is version 1, and each that is told of is one more. A receiver has seen
 *            up to some version; there is news if the channel's is above it. 64 bits don't wrap.
 * Lifetime   Senders are counted, and together have one reference to the channel; each receiver has
 *            another. The last reference takes the value away first; if that is borrowed, it keeps
 *            the channel in turn.
 */
#include "sync/watch.h"
#include <stdlib.h>

#include "base/chaos.h"
#include "base/model.h"

/* The channel's memory and its first value; nobody knows it so far. */
static watch *make(const edo_item *item, const void *first)
{
    size_t cells, stride, size = watch_size(item, &cells, &stride);
    watch *c = aligned_alloc(item_align(item), size);

    if (!c)
        return NULL;
    *c = (watch){.senders = 1, .refs = 1, .version = 1, .item = *item, .stride = stride};
    c->chunks[0] = (char *)c + cells;
    watch_cell *cell = watch_cell_take(c);
    cell->version = 1;
    item_copy(item, watch_value(c, cell), first);
    c->word = (uint64_t)cell->index << WATCH_INDEX_SHIFT;
    return c;
}

/* Another receiver, for somebody who has a handle. */
static int add_receiver(watch *c, uint64_t seen, edo_watch_receiver **ret_rx)
{
    edo_watch_receiver *rx = malloc(sizeof *rx);

    if (!rx)
        return -ENOMEM;
    *rx = (edo_watch_receiver){.channel = c, .seen = seen, .refs = 1};
    a_fetch_add(&c->refs, 1, relaxed); /* the caller's is there as well */
    lock_take(&c->lock);
    a_store(&c->receivers, c->receivers + 1, relaxed); /* is_closed has nothing to see by it */
    lock_drop(&c->lock);
    *ret_rx = rx;
    return 0;
}

int edo_watch_new(const edo_item *item, const void *first, edo_watch_sender **ret_tx,
                  edo_watch_receiver **ret_rx)
{
    if (!item_is_valid(item) || (!first && item->size) || !ret_tx)
        return -EINVAL;
    watch *c = make(item, first);
    if (!c)
        return -ENOMEM;
    if (ret_rx && add_receiver(c, c->version, ret_rx) < 0) {
        free(c);
        return -ENOMEM;
    }
    *ret_tx = (edo_watch_sender *)c;
    return 0;
}

/* The last who knew it has gone. */
static noinline void end(watch *c)
{
    if (!c->ended) {
        c->ended = true;
        c->refs = 1;
        watch_before last = watch_swap(c, NULL);
        watch_retire(c, &last);
        watch_unref(c);
        return;
    }
    for (unsigned i = 1; i < WATCH_CHUNKS; i++)
        free(c->chunks[i]);
    free(c);
}

void watch_unref(watch *c)
{
    /* acq_rel: the last one sees what all the others did before they let go. */
    if (a_fetch_sub(&c->refs, 1, MODEL_BUG(1513, acq_rel, relaxed)) == 1)
        end(c);
}

/* Senders. */

edo_watch_sender *edo_watch_sender_clone(edo_watch_sender *tx)
{
    if (tx)
        a_fetch_add(&watch_of(tx)->senders, 1, relaxed); /* the caller's is there as well */
    return tx;
}

void edo_watch_sender_free(edo_watch_sender *tx)
{
    watch *c = watch_of(tx);

    /* release: the last version, and what the sender wrote; pairs with the acquire in watch_look. */
    if (!c || a_fetch_sub(&c->senders, 1, MODEL_BUG(1514, acq_rel, relaxed)) != 1)
        return;
    chaos_point();
    lock_take(&c->lock);
    watch_wake(c, &c->changed, UINT64_MAX, WAITER_GRANTED);
    lock_take(&c->lock);
    watch_wake(c, &c->closed, UINT64_MAX, WAITER_CLOSED);
    watch_unref(c);
}

int edo_watch_subscribe(edo_watch_sender *tx, edo_watch_receiver **ret_rx)
{
    if (!tx || !ret_rx)
        return -EINVAL;
    /* acquire: as in watch_look. */
    return add_receiver(watch_of(tx), a_load(&watch_of(tx)->version, acquire), ret_rx);
}

size_t edo_watch_sender_count(const edo_watch_sender *tx)
{
    return tx ? a_load(&watch_of(tx)->senders, relaxed) : 0; /* a look */
}

size_t edo_watch_receiver_count(const edo_watch_sender *tx)
{
    return tx ? a_load(&watch_of(tx)->receivers, relaxed) : 0; /* a look */
}

bool edo_watch_same_channel(const edo_watch_sender *a, const edo_watch_sender *b)
{
    return a && a == b;
}

/* Receivers. */

int edo_watch_receiver_clone(const edo_watch_receiver *rx, edo_watch_receiver **ret_rx)
{
    if (!rx || !ret_rx)
        return -EINVAL;
    return add_receiver(rx->channel, a_load(&rx->seen, relaxed), ret_rx); /* its user's own */
}

void watch_receiver_unref(edo_watch_receiver *rx)
{
    watch *c = rx->channel;

    /* acq_rel: as in watch_unref. */
    if (a_fetch_sub(&rx->refs, 1, MODEL_BUG(1515, acq_rel, relaxed)) != 1)
        return;
    free(rx);
    watch_unref(c);
}

void edo_watch_receiver_free(edo_watch_receiver *rx)
{
    if (!rx)
        return;
    watch *c = rx->channel;
    lock_take(&c->lock);
    a_store(&rx->freed, MODEL_BUG(1521, true, false),
            relaxed); /* a wait of it that goes on has to link itself: the lock */
    /* release: what was done before; pairs with the acquire in edo_watch_is_closed. */
    a_store(&c->receivers, c->receivers - 1, MODEL_BUG(1516, release, relaxed));
    if (c->receivers == 0) {
        c->closings++;
        watch_wake(c, &c->closed, c->closings, WAITER_GRANTED);
        lock_take(&c->lock);
    }
    if (a_load(&rx->refs, relaxed) > 1) /* relaxed: nobody begins a wait any more */
        watch_wake_freed(c, rx);
    else
        lock_drop(&c->lock);
    watch_receiver_unref(rx);
}

bool edo_watch_receiver_same_channel(const edo_watch_receiver *a, const edo_watch_receiver *b)
{
    return a && b && a->channel == b->channel;
}

/* Looks and marks. */

static const void *borrow(watch *c, edo_watch_ref *ret)
{
    ret->channel = c;
    ret->cell = watch_borrow(c);
    ret->value = watch_value(c, ret->cell);
    return ret->value;
}

const void *edo_watch_borrow(const edo_watch_receiver *rx, edo_watch_ref *ret_ref)
{
    return rx && ret_ref ? borrow(rx->channel, ret_ref) : NULL;
}

const void *edo_watch_borrow_and_update(edo_watch_receiver *rx, edo_watch_ref *ret_ref)
{
    const void *value = edo_watch_borrow(rx, ret_ref);

    if (value)
        a_store(&rx->seen, ret_ref->cell->version, relaxed); /* its user's own */
    return value;
}

const void *edo_watch_sender_borrow(const edo_watch_sender *tx, edo_watch_ref *ret_ref)
{
    return tx && ret_ref ? borrow(watch_of(tx), ret_ref) : NULL;
}

void edo_watch_borrow_end(edo_watch_ref *ref)
{
    if (!ref || !ref->cell)
        return;
    edo_watch_ref ended = *ref;
    *ref = (edo_watch_ref){0};
    watch_return(ended.channel, ended.cell);
}

int edo_watch_has_changed(const edo_watch_receiver *rx)
{
    if (!rx)
        return -EINVAL;
    if (a_load(&rx->channel->senders, acquire) == 0) /* as in watch_look */
        return -EPIPE;
    return watch_look(rx, a_load(&rx->seen, relaxed)) == 1; /* its user's own */
}

void edo_watch_mark_changed(edo_watch_receiver *rx)
{
    if (rx)
        a_store(&rx->seen, 0, relaxed); /* its user's own */
}

void edo_watch_mark_unchanged(edo_watch_receiver *rx)
{
    if (rx) /* acquire: as in watch_look, so that a look finds this version at least */
        a_store(&rx->seen, a_load(&rx->channel->version, acquire), relaxed);
}
