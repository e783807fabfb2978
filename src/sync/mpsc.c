/*
 * mpsc.c: a channel's life: making it, its handles, closing it, and what both sides share.
 *
 * Closing       Bounded: CLOSED in the permits' word; so a permit was taken before, or is refused.
 *               Unbounded: the bit in the tail. In both the exchange that lets a message in is the one
 *               that sees the close.
 * The end       Closed, and no message left, and (bounded) all permits back: none can come any more.
 * No lost       The receiver leaves its waker and then WANTED in the slot of the next message, and
 *   wake-up     whoever fills that slot wakes it. So does whoever else makes the end true: there will
 *               be no next message, so its slot is filled with the END. Where the receiver itself makes
 *               it true, by taking the last one after the close, it sees that before it waits.
 * Lifetime      `refs` counts: all senders as one, the receiver, each weak handle, and each future of a
 *               sender that has said PENDING. The last of them frees it.
 */
#include "sync/mpsc.h"

#include <stdlib.h>

#include "base/chaos.h"

/* Making. */

static int init(mpsc *c, const edo_item *item, size_t capacity)
{
    memset(c, 0, sizeof *c);
    c->permits = (edo_permits)EDO_PERMITS_INIT(capacity);
    c->capacity = capacity;
    c->strong = 1;
    c->refs = 2;
    return capacity ? mpsc_ring_init(&c->ring, item, capacity) : mpsc_list_init(&c->list, item);
}

static int make(const edo_item *item, size_t capacity, edo_mpsc_sender **ret_sender,
                edo_mpsc_receiver **ret_receiver)
{
    if (!item_is_valid(item) || !ret_sender || !ret_receiver)
        return -EINVAL;
    mpsc *c = aligned_alloc(_Alignof(mpsc), sizeof *c);
    if (!c)
        return -ENOMEM;
    int rc = init(c, item, capacity);
    if (rc < 0) {
        free(c);
        return rc;
    }
    *ret_sender = (edo_mpsc_sender *)c;
    *ret_receiver = (edo_mpsc_receiver *)c;
    return 0;
}

int edo_mpsc_new(const edo_item *item, size_t capacity, edo_mpsc_sender **ret_sender,
                 edo_mpsc_receiver **ret_receiver)
{
    if (capacity == 0 || capacity > EDO_MPSC_CAPACITY_MAX)
        return -EINVAL;
    return make(item, capacity, ret_sender, ret_receiver);
}

int edo_mpsc_new_unbounded(const edo_item *item, edo_mpsc_sender **ret_sender,
                           edo_mpsc_receiver **ret_receiver)
{
    return make(item, 0, ret_sender, ret_receiver);
}

/* Its end. */

/* Destroys what nobody can receive any more. By the receiver, or by the last handle. */
static void drain(mpsc *c)
{
    const edo_item *item = mpsc_item(c);
    mpsc_returned *back = &c->returned;

    for (; back->count; back->count--)
        item_destroy(item, back->items + back->first++ * item->size);
    for (char *slot; (slot = mpsc_next(c));) {
        item_destroy(item, slot);
        slot_empty(mpsc_shape(c), slot);
        mpsc_advance(c);
        if (mpsc_is_bounded(c))
            permits_release(&c->permits, 1);
    }
}

void mpsc_ref(mpsc *c)
{
    a_fetch_add(&c->refs, 1, relaxed); /* who calls has one already */
}

void mpsc_unref(mpsc *c)
{
    /* acq_rel: the last one sees what all the others did before they let go. */
    if (a_fetch_sub(&c->refs, 1, MODEL_BUG(1802, acq_rel, relaxed)) != 1)
        return;
    drain(c);
    free(c->returned.items);
    if (mpsc_is_bounded(c))
        mpsc_ring_fini(&c->ring);
    else
        mpsc_list_fini(&c->list);
    free(c);
}

/* Waking. */

/* Puts the END in the place of a next message, if that is known; a receiver that waits is woken. */
static void put_end(mpsc *c)
{
    edo_waker owed;
    bool owes = mpsc_is_bounded(c)
                    ? mpsc_is_over(c) && mpsc_ring_end(&c->ring, &c->wait.waker, &owed)
                    : mpsc_list_end(&c->list, &c->wait.waker, &owed);

    if (owes) {
        chaos_point();
        wake_push(&owed);
    }
}

void mpsc_stir(mpsc *c)
{
    edo_waker owed;
    bool owes = mpsc_is_bounded(c) ? mpsc_ring_stir(&c->ring, &c->wait.waker, &owed)
                                   : mpsc_list_stir(&c->list, &c->wait.waker, &owed);

    if (owes)
        wake_push(&owed);
}

/* Everybody who waits for the receiver's end. With the lock held, which it drops in between. */
static void wake_closers(mpsc *c, wakes *owed)
{
    while (c->closers.first) {
        if (wakes_full(owed)) {
            lock_drop(&c->lock);
            wakes_push(owed);
            lock_take(&c->lock);
        } else {
            waiters_end(&c->closers, c->closers.first, WAITER_GRANTED, owed);
        }
    }
}

static void refuse_sends(mpsc *c)
{
    if (mpsc_is_bounded(c))
        permits_close(&c->permits);
    else
        mpsc_list_close(&c->list);
}

/* Nothing more can be sent; who waits for that is woken. */
static void close_channel(mpsc *c)
{
    wakes owed;

    refuse_sends(c);
    chaos_point();
    put_end(c);
    wakes_init(&owed);
    lock_take(&c->lock);
    wake_closers(c, &owed);
    lock_drop(&c->lock);
    chaos_point();
    wakes_push(&owed);
}

bool mpsc_is_over(const mpsc *c)
{
    if (!mpsc_is_closed(c))
        return false;
    return mpsc_is_bounded(c) ? permits_available(&c->permits) == c->capacity
                              : mpsc_list_len(&c->list) == 0;
}

void mpsc_return_room(mpsc *c, size_t n)
{
    permits_release(&c->permits, n);
    /* Once closed, free room only grows: whoever gives the last of it back sees all of it. */
    if (MODEL_BUG(1803, mpsc_is_closed(c), false))
        put_end(c);
}

/* Handles. */

edo_mpsc_sender *edo_mpsc_sender_clone(edo_mpsc_sender *sender)
{
    if (sender)
        a_fetch_add(&mpsc_of_sender(sender)->strong, 1, relaxed); /* who calls has one already */
    return sender;
}

bool mpsc_ref_sender(mpsc *c)
{
    uint64_t strong = a_load(&c->strong, relaxed); /* a guess: the exchange verifies it */

    do {
        if (strong == 0) /* the last one has begun to close it */
            return false;
    } while (!a_cas_weak(&c->strong, &strong, strong + 1, relaxed, relaxed));
    return true;
}

void edo_mpsc_sender_free(edo_mpsc_sender *sender)
{
    mpsc *c = mpsc_of_sender(sender);

    /* acq_rel: the last one closes after all that the others sent. */
    if (!sender || a_fetch_sub(&c->strong, 1, MODEL_BUG(1804, acq_rel, relaxed)) != 1)
        return;
    close_channel(c);
    mpsc_unref(c);
}

void mpsc_end_receiver(mpsc *c)
{
    drain(c);
    mpsc_unref(c);
}

void edo_mpsc_receiver_free(edo_mpsc_receiver *receiver)
{
    mpsc *c = mpsc_of_receiver(receiver);

    if (!receiver)
        return;
    /* As soon as a receive that waits can know it, it may end the receiver. */
    MODEL_BUG(1814, mpsc_ref(c), (void)0);
    bool waits = mpsc_wait_abandon(&c->wait);
    close_channel(c);
    if (waits)
        mpsc_stir(c);
    else
        mpsc_end_receiver(c);
    MODEL_BUG(1814, mpsc_unref(c), (void)0);
}

void edo_mpsc_close(edo_mpsc_receiver *receiver)
{
    mpsc *c = mpsc_of_receiver(receiver);

    if (!receiver)
        return;
    mpsc_ref(c); /* a waker that is called may free the receiver */
    close_channel(c);
    mpsc_unref(c);
}

bool edo_mpsc_same_channel(const edo_mpsc_sender *a, const edo_mpsc_sender *b)
{
    return a && a == b;
}
