/*
 * sync/mpsc.h: a channel from many senders to one receiver, behind its handles.
 *
 * A handle is the channel itself under another type; the counts tell how many there are of each.
 */
#ifndef SYNC_MPSC_H
#define SYNC_MPSC_H

#include <edo/mpsc.h>

#include "sync/mpsc_list.h"
#include "sync/mpsc_ring.h"
#include "sync/mpsc_wait.h"
#include "sync/permits.h"

/* Messages that a losing receive has put back: the next ones, in front of all others. */
typedef struct mpsc_returned {
    char *items;
    size_t first, count; /* atomic count: len reads it */
} mpsc_returned;

typedef struct mpsc {
    edo_permits permits; /* bounded: free room, and whether it is closed */
    size_t capacity;     /* 0: unbounded */
    /* Handles. */
    uint64_t strong;     /* atomic; once 0 it stays 0 */
    uint64_t weak;       /* atomic */
    uint64_t refs;       /* atomic: see Lifetime in mpsc.c */
    lock lock;           /* of `closers` */
    edo_waiters closers; /* who waits for the receiver's end */
    /* The receiver's. */
    mpsc_wait wait;
    mpsc_returned returned;
    union {
        mpsc_ring ring;
        mpsc_list list;
    };
} mpsc;

static inline mpsc *mpsc_of_sender(const edo_mpsc_sender *sender)
{
    return (mpsc *)(uintptr_t)sender;
}

static inline mpsc *mpsc_of_receiver(const edo_mpsc_receiver *receiver)
{
    return (mpsc *)(uintptr_t)receiver;
}

static inline bool mpsc_is_bounded(const mpsc *c)
{
    return c->capacity != 0;
}

/* Whether sends are refused: by the receiver's end, or since there are no senders any more. */
static inline bool mpsc_is_closed(const mpsc *c)
{
    return mpsc_is_bounded(c) ? permits_is_closed(&c->permits) : mpsc_list_is_closed(&c->list);
}

static inline const slot_shape *mpsc_shape(const mpsc *c)
{
    return mpsc_is_bounded(c) ? &c->ring.shape : &c->list.shape;
}

static inline const edo_item *mpsc_item(const mpsc *c)
{
    return &mpsc_shape(c)->item;
}

/* Whether there is something to send, and where. */
static inline bool mpsc_may_send(const edo_mpsc_sender *sender, const void *item)
{
    return sender && (item || mpsc_item(mpsc_of_sender(sender))->size == 0);
}

/* The receiver: the next message where it lies, or NULL. */
static inline char *mpsc_next(mpsc *c)
{
    char *slot = mpsc_is_bounded(c) ? mpsc_ring_head(&c->ring) : mpsc_list_head(&c->list);

    return slot && slot_is_full(mpsc_shape(c), slot) ? slot : NULL;
}

/* The receiver: that one is gone, and its slot is EMPTY. */
static inline void mpsc_advance(mpsc *c)
{
    if (mpsc_is_bounded(c))
        mpsc_ring_advance(&c->ring);
    else
        mpsc_list_advance(&c->list);
}

/* Wakes a receive that waits, to look around: by the receiver's user. */
void mpsc_stir(mpsc *c);
/* Puts one in; bounded: into room that the caller has a permit for, and then it is 0. */
int mpsc_put(mpsc *c, const void *item);
/* Gives room back that was not used: after the end of sends the receiver may be waiting for it. */
void mpsc_return_room(mpsc *c, size_t n);
/* Whether nothing more will come; but for what was put back, which its callers have looked at. */
bool mpsc_is_over(const mpsc *c);
/* Another sender, if there is one still. */
bool mpsc_ref_sender(mpsc *c);
/* The end of the receiver: destroys what it did not receive, and gives its reference up. */
void mpsc_end_receiver(mpsc *c);
/* `refs`. */
void mpsc_ref(mpsc *c);
void mpsc_unref(mpsc *c);

/*
 * For the futures of a sender: whichever says PENDING holds a reference until it says READY, since its
 * handle may be freed in between. waiter.kind tells whether it does.
 */
static inline edo_poll mpsc_is_pending(mpsc *c, edo_waiter *w)
{
    if (MODEL_BUG(1811, !w->kind, false))
        mpsc_ref(c);
    w->kind = MODEL_BUG(1811, true, false);
    return EDO_PENDING;
}

static inline edo_poll mpsc_is_ready(mpsc *c, edo_waiter *w)
{
    if (w->kind)
        mpsc_unref(c);
    w->kind = false;
    return EDO_READY;
}

#endif
