/* broadcast.c: a broadcast channel's handles and its sends; sync/broadcast.h says how it works. */
#include "sync/broadcast.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/chaos.h"

static edo_broadcast_sender *as_sender(broadcast *ch)
{
    return (edo_broadcast_sender *)(void *)ch;
}

static broadcast *of_weak(const edo_broadcast_weak *weak)
{
    return (broadcast *)(uintptr_t)weak;
}

/* Lifetime. */

void broadcast_ref(broadcast *ch)
{
    a_fetch_add(&ch->refs, 1, relaxed); /* who calls has one already */
}

void broadcast_unref(broadcast *ch)
{
    /* acq_rel: the last one sees what all the others did before they let go. */
    if (a_fetch_sub(&ch->refs, 1, MODEL_BUG(1607, acq_rel, relaxed)) != 1)
        return;
    free(ch->memory);
    free(ch);
}

void receiver_unref(edo_broadcast_receiver *rx)
{
    broadcast *ch = rx->ch;

    /* acq_rel: the last one sees what the other did before it let go. */
    if (a_fetch_sub(&rx->refs, 1, MODEL_BUG(1608, acq_rel, relaxed)) != 1)
        return;
    free(rx->grave);
    free(rx);
    broadcast_unref(ch);
}

static bool is_valid(const edo_item *item, size_t capacity)
{
    return item_is_valid(item) && capacity && capacity <= SIZE_MAX / 2 &&
           (!item->destroy || item->clone);
}

int edo_broadcast_new(const edo_item *item, size_t capacity, edo_broadcast_sender **ret_tx,
                      edo_broadcast_receiver **ret_rx)
{
    int rc;

    if (!is_valid(item, capacity) || !ret_tx)
        return -EINVAL;
    broadcast *ch = malloc(sizeof *ch);
    if (!ch)
        return -ENOMEM;
    *ch = (broadcast){.item = *item, .refs = 1, .senders = 1};
    if ((rc = broadcast_ring_init(ch, capacity)) < 0)
        goto fail;
    if (ret_rx && (rc = edo_broadcast_subscribe(as_sender(ch), ret_rx)) < 0)
        goto fail;
    *ret_tx = as_sender(ch);
    return 0;
fail:
    broadcast_unref(ch);
    return rc;
}

/* Waits. */

void broadcast_wake(broadcast *ch, edo_waiters *list, uint64_t limit, wakes *owed)
{
    for (bool more = true; more;) {
        /* Only ever compared with what is close by: the lower bits are enough. */
        while (list->first && (ptrdiff_t)(list->first->needs - (size_t)limit) < 0 &&
               !wakes_full(owed))
            waiters_end(list, list->first, WAITER_GRANTED, owed);
        more = wakes_full(owed);
        lock_drop(&ch->lock);
        chaos_point();
        wakes_push(owed);
        if (more)
            lock_take(&ch->lock);
    }
}

void broadcast_wake_receiver(edo_broadcast_receiver *rx, wakes *owed)
{
    edo_waiter *w = rx->ch->waiting.first;

    /* relaxed: a receive that links itself does so under the lock, and looks again there. */
    if (a_load(&rx->refs, relaxed) == 1)
        return;
    while (w && container_of(w, edo_broadcast_recv_future, waiter)->rx != rx)
        w = w->next;
    if (w)
        waiters_end(&rx->ch->waiting, w, WAITER_GRANTED, owed);
}

/* Senders. */

edo_broadcast_sender *edo_broadcast_sender_clone(edo_broadcast_sender *tx)
{
    if (tx) {
        broadcast_ref(of_sender(tx));
        a_fetch_add(&of_sender(tx)->senders, 1, relaxed); /* who calls is one */
    }
    return tx;
}

/* The last sender is gone: receivers that wait have got all there is. */
static void close_channel(broadcast *ch)
{
    wakes owed;

    wakes_init(&owed);
    lock_take(&ch->lock);
    /* release: pairs with the acquire in receive. */
    a_store(&ch->end, a_load(&ch->end, relaxed) | END_CLOSED, MODEL_BUG(1609, release, relaxed));
    uint64_t closings = ++ch->closings;
    broadcast_wake(ch, &ch->waiting, broadcast_next(ch) + 1, &owed);
    lock_take(&ch->lock);
    broadcast_wake(ch, &ch->closers, closings, &owed);
}

void edo_broadcast_sender_free(edo_broadcast_sender *tx)
{
    if (!tx)
        return;
    broadcast *ch = of_sender(tx);
    /* acq_rel: what the others sent came before the end. */
    if (a_fetch_sub(&ch->senders, 1, acq_rel) == 1)
        close_channel(ch);
    broadcast_unref(ch);
}

edo_broadcast_weak *edo_broadcast_downgrade(edo_broadcast_sender *tx)
{
    return edo_broadcast_weak_clone((edo_broadcast_weak *)(void *)tx);
}

edo_broadcast_sender *edo_broadcast_upgrade(const edo_broadcast_weak *weak)
{
    broadcast *ch = of_weak(weak);

    if (!ch)
        return NULL;
    uint64_t senders = a_load(&ch->senders, relaxed); /* a guess: the exchange verifies it */
    do {
        if (senders == 0)
            return NULL;
        /* relaxed: the weak handle was given to us by who saw it open. */
    } while (!a_cas_weak(&ch->senders, &senders, senders + 1, relaxed, relaxed));
    broadcast_ref(ch);
    return as_sender(ch);
}

edo_broadcast_weak *edo_broadcast_weak_clone(edo_broadcast_weak *weak)
{
    if (weak) {
        broadcast_ref(of_weak(weak));
        a_fetch_add(&of_weak(weak)->weak, 1, relaxed); /* a number */
    }
    return weak;
}

void edo_broadcast_weak_free(edo_broadcast_weak *weak)
{
    if (!weak)
        return;
    a_fetch_sub(&of_weak(weak)->weak, 1, relaxed); /* a number */
    broadcast_unref(of_weak(weak));
}

/* Receivers. */

static int subscribe(broadcast *ch, edo_broadcast_receiver **ret_rx)
{
    edo_broadcast_receiver *rx = malloc(sizeof *rx);

    if (!rx)
        return -ENOMEM;
    *rx = (edo_broadcast_receiver){.ch = ch, .refs = 1};
    if (ch->item.destroy && !(rx->grave = item_array(&ch->item, 1))) {
        free(rx);
        return -ENOMEM;
    }
    broadcast_ref(ch);
    lock_take(&ch->lock);
    rx->place = broadcast_next(ch);
    rx->next = ch->first;
    if (ch->first)
        ch->first->prev = rx;
    ch->first = rx;
    a_store(&ch->receivers, ch->receivers + 1,
            relaxed); /* relaxed: a number where it isn't locked */
    lock_drop(&ch->lock);
    *ret_rx = rx;
    return 0;
}

int edo_broadcast_subscribe(edo_broadcast_sender *tx, edo_broadcast_receiver **ret_rx)
{
    return tx && ret_rx ? subscribe(of_sender(tx), ret_rx) : -EINVAL;
}

int edo_broadcast_resubscribe(const edo_broadcast_receiver *rx, edo_broadcast_receiver **ret_rx)
{
    return rx && ret_rx ? subscribe(rx->ch, ret_rx) : -EINVAL;
}

/* Lock held. */
static void unlink_receiver(broadcast *ch, edo_broadcast_receiver *rx)
{
    *(rx->prev ? &rx->prev->next : &ch->first) = rx->next;
    if (rx->next)
        rx->next->prev = rx->prev;
    a_store(&ch->receivers, ch->receivers - 1, relaxed); /* as in subscribe */
    if (ch->receivers == 0)
        ch->closings++;
}

void edo_broadcast_receiver_free(edo_broadcast_receiver *rx)
{
    wakes owed;

    if (!rx)
        return;
    wakes_init(&owed);
    broadcast *ch = rx->ch;
    lock_take(&ch->lock);
    unlink_receiver(ch, rx);
    uint64_t end = broadcast_next(ch);
    a_store(&rx->gone, 1, relaxed); /* relaxed: who goes on to wait asks again under the lock */
    broadcast_wake_receiver(rx, &owed);
    broadcast_wake(ch, &ch->closers, ch->closings, &owed);
    ring_pass(ch, a_load(&rx->place, relaxed), end, rx->grave);
    receiver_unref(rx);
}

/* Sending. */

/* With the lock held, which is dropped: item number n is stored. Returns how many will see it. */
static inline int publish(broadcast *ch, uint64_t n)
{
    int receivers = (int)ch->receivers;
    wakes owed;

    a_store(&ch->end, (n + 1) << 1, relaxed); /* relaxed: the item's stamp has published it */
    if (likely(waiters_is_empty(&ch->waiting))) {
        lock_drop(&ch->lock);
        return receivers;
    }
    wakes_init(&owed);
    broadcast_wake(ch, &ch->waiting, n + 1, &owed);
    return receivers;
}

/* One that isn't to be destroyed: 0, if there is no receiver. */
static inline int send_bytes(broadcast *ch, const void *item)
{
    lock_take(&ch->lock);
    if (unlikely(ch->receivers == 0)) {
        lock_drop(&ch->lock);
        return -EPIPE;
    }
    ring_put_bytes(ch, broadcast_next(ch), item);
    return publish(ch, broadcast_next(ch));
}

/* `grave` is for the item that is overwritten: *ret_buried, if that has to be destroyed. -ENOMEM:
 * that would be so, and there is no grave. */
static int send_item(broadcast *ch, const void *item, void *grave, bool *ret_buried)
{
    lock_take(&ch->lock);
    int rc = ch->receivers ? ring_put_item(ch, broadcast_next(ch), item, grave) : -EPIPE;
    if (rc < 0) {
        lock_drop(&ch->lock);
        return rc;
    }
    *ret_buried = rc == 1;
    return publish(ch, broadcast_next(ch));
}

static noinline int send_cloned(broadcast *ch, const void *item)
{
    void *grave = NULL;
    bool buried = false;
    int rc = send_item(ch, item, NULL, &buried);

    if (rc == -ENOMEM && (grave = item_array(&ch->item, 1)))
        rc = send_item(ch, item, grave, &buried);
    if (buried)
        item_destroy(&ch->item, grave);
    free(grave);
    return rc;
}

int edo_broadcast_send(edo_broadcast_sender *tx, const void *item)
{
    broadcast *ch = of_sender(tx);

    if (unlikely(!tx || (!item && ch->item.size)))
        return -EINVAL;
    return likely(!ch->item.clone) ? send_bytes(ch, item) : send_cloned(ch, item);
}

/* Numbers. */

static size_t load_count(const uint64_t *count)
{
    return a_load(count, relaxed); /* a number that may be old when it is read */
}

size_t edo_broadcast_receiver_count(const edo_broadcast_sender *tx)
{
    return tx ? a_load(&of_sender(tx)->receivers, relaxed) : 0; /* likewise */
}

size_t edo_broadcast_sender_strong_count(const edo_broadcast_sender *tx)
{
    return tx ? load_count(&of_sender(tx)->senders) : 0;
}

size_t edo_broadcast_sender_weak_count(const edo_broadcast_sender *tx)
{
    return tx ? load_count(&of_sender(tx)->weak) : 0;
}

size_t edo_broadcast_weak_strong_count(const edo_broadcast_weak *weak)
{
    return weak ? load_count(&of_weak(weak)->senders) : 0;
}

size_t edo_broadcast_weak_weak_count(const edo_broadcast_weak *weak)
{
    return weak ? load_count(&of_weak(weak)->weak) : 0;
}

size_t edo_broadcast_receiver_strong_count(const edo_broadcast_receiver *rx)
{
    return rx ? load_count(&rx->ch->senders) : 0;
}

size_t edo_broadcast_receiver_weak_count(const edo_broadcast_receiver *rx)
{
    return rx ? load_count(&rx->ch->weak) : 0;
}

size_t edo_broadcast_sender_len(const edo_broadcast_sender *tx)
{
    broadcast *ch = of_sender(tx);
    uint64_t most = 0;

    if (!tx)
        return 0;
    lock_take(&ch->lock);
    for (edo_broadcast_receiver *rx = ch->first; rx; rx = rx->next) {
        uint64_t left = broadcast_next(ch) - a_load(&rx->place, relaxed); /* may be old */
        most = left > most ? left : most;
    }
    lock_drop(&ch->lock);
    return (size_t)(most > ch->mask + 1 ? ch->mask + 1 : most);
}

size_t edo_broadcast_receiver_len(const edo_broadcast_receiver *rx)
{
    if (!rx)
        return 0;
    uint64_t next = broadcast_next(rx->ch), place = a_load(&rx->place, relaxed);
    return next > place ? (size_t)(next - place)
                        : 0; /* an item can be taken before it is counted */
}

bool edo_broadcast_receiver_is_closed(const edo_broadcast_receiver *rx)
{
    /* acquire: pairs with the release in close_channel: all that was sent is there. */
    return rx && (a_load(&rx->ch->end, acquire) & END_CLOSED);
}

bool edo_broadcast_same_channel(const edo_broadcast_sender *tx, const edo_broadcast_sender *other)
{
    return tx == other;
}

bool edo_broadcast_receiver_same_channel(const edo_broadcast_receiver *rx,
                                         const edo_broadcast_receiver *other)
{
    return rx == other || (rx && other && rx->ch == other->ch);
}
