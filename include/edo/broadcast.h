/*
 * edo/broadcast.h: a channel in which every receiver gets every item.
 *
 * It keeps the latest items, as many as its capacity, and each receiver has a place of its own among
 * them. Who sends never waits: what is oldest is overwritten. A receiver that was too slow for that
 * is told how many it missed, and goes on with the oldest that is still there.
 */
#ifndef EDO_BROADCAST_H
#define EDO_BROADCAST_H

#include <edo/future.h>
#include <edo/item.h>
#include <edo/waiter.h>

EDO_BEGIN_DECLS

/** One that sends: a counted pointer to the channel. */
typedef struct edo_broadcast_sender edo_broadcast_sender;
/** One that can become a sender as long as there is another; counted, too. */
typedef struct edo_broadcast_weak edo_broadcast_weak;
/** One that receives, with its place in the channel. One task or thread at a time uses it. */
typedef struct edo_broadcast_receiver edo_broadcast_receiver;

/**
 * Makes a channel that keeps `capacity` items, rounded up to a power of two. Items are copied to
 * each receiver as bytes; those with `destroy` need `clone`: each receiver gets a clone, and the
 * last one that hadn't seen it the item itself. An item is destroyed when nobody is left who could
 * receive it, or when it is overwritten.
 *
 * Returns   0; -EINVAL (no capacity, or above SIZE_MAX / 2; an item that can't be), -ENOMEM. Then
 *           nothing was written.
 * Owns      both are the caller's to free. `ret_rx` may be NULL: then nobody receives yet.
 */
EDO_API_SYNC int edo_broadcast_new(const edo_item *item, size_t capacity,
                                   edo_broadcast_sender **ret_tx, edo_broadcast_receiver **ret_rx);

/** Another handle of the same; returns the pointer. NULL for NULL. */
EDO_API_SYNC edo_broadcast_sender *edo_broadcast_sender_clone(edo_broadcast_sender *tx);
/** Gives a handle up. With the last one the channel is closed: receivers are told. NULL is fine. */
EDO_API_SYNC void edo_broadcast_sender_free(edo_broadcast_sender *tx);
/** A handle that doesn't keep the channel open. NULL for NULL. */
EDO_API_SYNC edo_broadcast_weak *edo_broadcast_downgrade(edo_broadcast_sender *tx);
/** A sender again; NULL when there is none any more. Both are the caller's. */
EDO_API_SYNC edo_broadcast_sender *edo_broadcast_upgrade(const edo_broadcast_weak *weak);
/** Another handle of the same; returns the pointer. NULL for NULL. */
EDO_API_SYNC edo_broadcast_weak *edo_broadcast_weak_clone(edo_broadcast_weak *weak);
/** Gives a handle up. NULL is fine. */
EDO_API_SYNC void edo_broadcast_weak_free(edo_broadcast_weak *weak);

/**
 * Makes a receiver of what is sent from now on. A channel that had none is open again.
 *
 * Returns   0; -EINVAL, -ENOMEM, and then *ret_rx is untouched.
 * Owns      the caller, until edo_broadcast_receiver_free.
 */
EDO_API_SYNC int edo_broadcast_subscribe(edo_broadcast_sender *tx, edo_broadcast_receiver **ret_rx);
/** The same by way of a receiver, which keeps its own place. */
EDO_API_SYNC int edo_broadcast_resubscribe(const edo_broadcast_receiver *rx,
                                           edo_broadcast_receiver **ret_rx);
/**
 * Ends it. A receive that waits is woken and says 0. NULL is fine.
 *
 * Threads   none may begin a receive on it meanwhile; one that is pending may go on elsewhere.
 */
EDO_API_SYNC void edo_broadcast_receiver_free(edo_broadcast_receiver *rx);

/**
 * Sends an item to every receiver there is. Never waits.
 *
 * Returns   how many receivers that is; -EPIPE (none), -EINVAL, -ENOMEM (only for items with
 *           `destroy`, of which one has to be overwritten).
 * Owns      the item is the channel's on success; else it is still the caller's.
 */
EDO_API_SYNC int edo_broadcast_send(edo_broadcast_sender *tx, const void *item);

/** A receive under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_broadcast_recv_future {
    edo_future base;
    edo_broadcast_receiver *rx;
    void *item;
    uint64_t *ret_missed;
    uint64_t place;
    edo_waiter waiter;
} edo_broadcast_recv_future;

/**
 * Receives the next item into `item`. A receiver that lagged is told so first, once: what it missed
 * is counted in *ret_missed, which may be NULL.
 *
 * Returns   1; 0 when all has been received and no sender is left; -EDO_ELAGGED, and then what
 *           lies at `item` is worthless; what `clone` said, and then it is received by the next
 *           call; -EINVAL; -EDO_EMISUSE: another receive waits with this receiver; or why the
 *           waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Owns      what was received is the caller's.
 * Suspends  unless there is one; a plain thread parks.
 * Cancel    takes nothing: the next receive gets the same item. As a part of something that loses a
 *           select puts back, unless the receiver has been used since: then it says its success.
 */
EDO_API_SYNC int edo_broadcast_recv(edo_broadcast_receiver *rx, void *item, uint64_t *ret_missed);
EDO_API_SYNC edo_broadcast_recv_future edo_broadcast_recv_async(edo_broadcast_receiver *rx,
                                                                void *item, uint64_t *ret_missed);
/** The same without waiting: -EAGAIN when there is nothing new. */
EDO_API_SYNC int edo_broadcast_try_recv(edo_broadcast_receiver *rx, void *item,
                                        uint64_t *ret_missed);

/** A wait for the last receiver's end. Its fields are private. */
typedef struct edo_broadcast_closed_future {
    edo_future base;
    edo_broadcast_sender *tx;
    edo_waiter waiter;
} edo_broadcast_closed_future;

/**
 * Waits until there is no receiver. When the last sender is freed meanwhile, that ends it as well.
 *
 * Returns   0; -EINVAL; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless there is none; a plain thread parks.
 * Cancel    takes nothing.
 */
EDO_API_SYNC int edo_broadcast_closed(edo_broadcast_sender *tx);
EDO_API_SYNC edo_broadcast_closed_future edo_broadcast_closed_async(edo_broadcast_sender *tx);

/**
 * How many items are kept for the slowest receiver. It looks at each of them.
 */
EDO_API_SYNC size_t edo_broadcast_sender_len(const edo_broadcast_sender *tx);
/** How many items it has not received, those included that it has missed and was not told of. */
EDO_API_SYNC size_t edo_broadcast_receiver_len(const edo_broadcast_receiver *rx);
/** Whether no sender is left. Items may be left all the same. */
EDO_API_SYNC bool edo_broadcast_receiver_is_closed(const edo_broadcast_receiver *rx);

/** How many handles there are, seen from any of them. 0 for NULL. */
EDO_API_SYNC size_t edo_broadcast_receiver_count(const edo_broadcast_sender *tx);
EDO_API_SYNC size_t edo_broadcast_sender_strong_count(const edo_broadcast_sender *tx);
EDO_API_SYNC size_t edo_broadcast_sender_weak_count(const edo_broadcast_sender *tx);
EDO_API_SYNC size_t edo_broadcast_weak_strong_count(const edo_broadcast_weak *weak);
EDO_API_SYNC size_t edo_broadcast_weak_weak_count(const edo_broadcast_weak *weak);
EDO_API_SYNC size_t edo_broadcast_receiver_strong_count(const edo_broadcast_receiver *rx);
EDO_API_SYNC size_t edo_broadcast_receiver_weak_count(const edo_broadcast_receiver *rx);
/** Whether both are of one channel. */
EDO_API_SYNC bool edo_broadcast_same_channel(const edo_broadcast_sender *tx,
                                             const edo_broadcast_sender *other);
EDO_API_SYNC bool edo_broadcast_receiver_same_channel(const edo_broadcast_receiver *rx,
                                                      const edo_broadcast_receiver *other);

EDO_END_DECLS

#endif
