/* edo/mpsc.h: a channel from many senders to one receiver, bounded or not. */
#ifndef EDO_MPSC_H
#define EDO_MPSC_H

#include <edo/duration.h>
#include <edo/future.h>
#include <edo/item.h>
#include <edo/waiter.h>

EDO_BEGIN_DECLS

/** More room than this is -EINVAL. */
#define EDO_MPSC_CAPACITY_MAX (SIZE_MAX >> 3)

/** Who sends. Each clone is a handle of its own to free; all may be used by any thread at once. */
typedef struct edo_mpsc_sender edo_mpsc_sender;
/** Who receives: one thread or task at a time, but for edo_mpsc_close and what only asks. */
typedef struct edo_mpsc_receiver edo_mpsc_receiver;
/** A handle that doesn't keep the channel open, and can become a sender while there is one. */
typedef struct edo_mpsc_weak edo_mpsc_weak;

/**
 * Makes a channel with room for `capacity` messages, all of which is allocated here: so a send never
 * fails for want of memory. Messages are received in the order in which they were sent.
 *
 * Returns   0; -EINVAL (no room at all or too much, a bad item), -ENOMEM; then nothing is written.
 * Owns      the caller: a sender until edo_mpsc_sender_free, the receiver until
 *           edo_mpsc_receiver_free.
 */
EDO_API_SYNC int edo_mpsc_new(const edo_item *item, size_t capacity, edo_mpsc_sender **ret_sender,
                              edo_mpsc_receiver **ret_receiver);
/** The same without a limit: a send never waits, and allocates once for 64 messages: -ENOMEM. */
EDO_API_SYNC int edo_mpsc_new_unbounded(const edo_item *item, edo_mpsc_sender **ret_sender,
                                        edo_mpsc_receiver **ret_receiver);

/* Handles. */

/** One more handle: to be freed. NULL gives NULL. */
EDO_API_SYNC edo_mpsc_sender *edo_mpsc_sender_clone(edo_mpsc_sender *sender);
/**
 * Frees a handle. The last one closes the channel: the receiver gets what was sent, then the end.
 * What was begun on it and still waits says -EPIPE then; a send that has its room already says 0.
 * NULL is fine.
 */
EDO_API_SYNC void edo_mpsc_sender_free(edo_mpsc_sender *sender);
/**
 * Closes the channel and destroys what nobody received. A recv that still waits says 0; then it is
 * its next poll that destroys. NULL is fine.
 */
EDO_API_SYNC void edo_mpsc_receiver_free(edo_mpsc_receiver *receiver);
/** Whether both send into the same channel. */
EDO_API_SYNC bool edo_mpsc_same_channel(const edo_mpsc_sender *a, const edo_mpsc_sender *b);

/** A weak handle, to be freed. NULL gives NULL. */
EDO_API_SYNC edo_mpsc_weak *edo_mpsc_downgrade(edo_mpsc_sender *sender);
EDO_API_SYNC edo_mpsc_weak *edo_mpsc_weak_clone(edo_mpsc_weak *weak);
EDO_API_SYNC void edo_mpsc_weak_free(edo_mpsc_weak *weak);
/** A sender, to be freed; NULL when the last one is gone. */
EDO_API_SYNC edo_mpsc_sender *edo_mpsc_upgrade(edo_mpsc_weak *weak);
/** How many senders there are, permits by edo_mpsc_reserve_owned included; and weak handles. */
EDO_API_SYNC size_t edo_mpsc_sender_strong_count(const edo_mpsc_sender *sender);
EDO_API_SYNC size_t edo_mpsc_sender_weak_count(const edo_mpsc_sender *sender);
EDO_API_SYNC size_t edo_mpsc_receiver_strong_count(const edo_mpsc_receiver *receiver);
EDO_API_SYNC size_t edo_mpsc_receiver_weak_count(const edo_mpsc_receiver *receiver);
EDO_API_SYNC size_t edo_mpsc_weak_strong_count(const edo_mpsc_weak *weak);
EDO_API_SYNC size_t edo_mpsc_weak_weak_count(const edo_mpsc_weak *weak);

/* Sending. */

/** A send under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_mpsc_send_future {
    edo_future base;
    edo_mpsc_sender *sender;
    const void *item;
    edo_waiter waiter;
} edo_mpsc_send_future;

/**
 * Sends a copy of *item, when there is room for it. Who waits is served first come, first served,
 * together with those who reserve.
 *
 * Returns   0; -EPIPE (closed), -ENOMEM (unbounded only), -EINVAL; or why the waiting was cut
 *           short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Owns      the channel has the item on success; else it is still the caller's.
 * Suspends  unless there is room; a plain thread parks.
 * Cancel    says what it gave: 0 if the message went in, else it did not and is the caller's.
 */
EDO_API_SYNC int edo_mpsc_send(edo_mpsc_sender *sender, const void *item);
EDO_API_SYNC edo_mpsc_send_future edo_mpsc_send_async(edo_mpsc_sender *sender, const void *item);
/** The same without waiting: -EAGAIN when there is no room, or somebody waits for it. */
EDO_API_SYNC int edo_mpsc_try_send(edo_mpsc_sender *sender, const void *item);
/** The same with a limit: -ETIMEDOUT; without a runtime -EDO_ENORUNTIME or -EDO_ENOTIME. */
EDO_API_SYNC int edo_mpsc_send_within(edo_mpsc_sender *sender, const void *item, edo_duration span);

/** Room that was reserved. Whoever has it sends that often without waiting. Zeros are none. */
typedef struct edo_mpsc_permit {
    edo_mpsc_sender *sender;
    size_t count;
    bool owned; /**< it counts as a sender of its own */
} edo_mpsc_permit;

/** A wait for room. Its fields are private; don't move it once it has been polled. */
typedef struct edo_mpsc_reserve_future {
    edo_future base;
    edo_mpsc_sender *sender;
    size_t count;
    bool owned;
    edo_mpsc_permit *ret;
    edo_waiter waiter;
} edo_mpsc_reserve_future;

/**
 * Waits for room for one message, or for `count`, and keeps it for the permit. Bounded channels
 * only. The sender has to outlive the permit, but for the `_owned` form, whose permit is a sender
 * itself.
 *
 * Returns   0; -EPIPE (closed), -EINVAL (unbounded, or more than the capacity); or why the
 *           waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Owns      the caller, until it is used up or released.
 * Suspends  unless there is room; a plain thread parks.
 * Cancel    takes nothing; room that was granted first is the caller's, and says 0. As a loser of
 *           select puts back.
 */
EDO_API_SYNC int edo_mpsc_reserve(edo_mpsc_sender *sender, edo_mpsc_permit *ret_permit);
EDO_API_SYNC int edo_mpsc_reserve_many(edo_mpsc_sender *sender, size_t count,
                                       edo_mpsc_permit *ret_permit);
EDO_API_SYNC int edo_mpsc_reserve_owned(edo_mpsc_sender *sender, edo_mpsc_permit *ret_permit);
EDO_API_SYNC edo_mpsc_reserve_future edo_mpsc_reserve_async(edo_mpsc_sender *sender,
                                                            edo_mpsc_permit *ret_permit);
EDO_API_SYNC edo_mpsc_reserve_future edo_mpsc_reserve_many_async(edo_mpsc_sender *sender,
                                                                 size_t count,
                                                                 edo_mpsc_permit *ret_permit);
EDO_API_SYNC edo_mpsc_reserve_future edo_mpsc_reserve_owned_async(edo_mpsc_sender *sender,
                                                                  edo_mpsc_permit *ret_permit);
/** The same without waiting: -EAGAIN when there is no room, or somebody waits for it. */
EDO_API_SYNC int edo_mpsc_try_reserve(edo_mpsc_sender *sender, edo_mpsc_permit *ret_permit);
EDO_API_SYNC int edo_mpsc_try_reserve_many(edo_mpsc_sender *sender, size_t count,
                                           edo_mpsc_permit *ret_permit);
EDO_API_SYNC int edo_mpsc_try_reserve_owned(edo_mpsc_sender *sender, edo_mpsc_permit *ret_permit);

/**
 * Sends a copy of *item into reserved room, also after the channel was closed.
 *
 * Returns   0; -EINVAL; -EDO_EMISUSE: the permit is used up.
 * Owns      the channel has the item on success.
 */
EDO_API_SYNC int edo_mpsc_permit_send(edo_mpsc_permit *permit, const void *item);
/** Gives back the room that was not used. An empty one is fine. */
EDO_API_SYNC void edo_mpsc_permit_release(edo_mpsc_permit *permit);

/** Free room, and all of it; SIZE_MAX for a channel without a limit. */
EDO_API_SYNC size_t edo_mpsc_capacity(const edo_mpsc_sender *sender);
EDO_API_SYNC size_t edo_mpsc_max_capacity(const edo_mpsc_sender *sender);
/** Whether sends say -EPIPE: the receiver was closed or freed. */
EDO_API_SYNC bool edo_mpsc_sender_is_closed(const edo_mpsc_sender *sender);

/** A wait for the receiver's end under way. Its fields are private. */
typedef struct edo_mpsc_closed_future {
    edo_future base;
    edo_mpsc_sender *sender;
    edo_waiter waiter;
} edo_mpsc_closed_future;

/**
 * Waits until the receiver is closed or freed.
 *
 * Returns   0; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless it is closed; a plain thread parks.
 * Cancel    takes nothing.
 */
EDO_API_SYNC int edo_mpsc_closed(edo_mpsc_sender *sender);
EDO_API_SYNC edo_mpsc_closed_future edo_mpsc_closed_async(edo_mpsc_sender *sender);

/* Receiving. */

/** A receive under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_mpsc_recv_future {
    edo_future base;
    edo_mpsc_receiver *receiver;
    void *ret;
    size_t limit;
    bool begun;
} edo_mpsc_recv_future;

/**
 * Receives the next message into *ret_item.
 *
 * Returns   1; 0 at the end: closed, and all that was sent or can still be sent has been
 *           received; -EINVAL; -EDO_EMISUSE: another receive waits; or why the waiting was cut
 *           short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Owns      the caller has the item when it says 1.
 * Suspends  unless there is a message or the end; a plain thread parks.
 * Cancel    takes nothing: a message that has come meanwhile stays in the channel. As a loser of
 *           select puts back.
 */
EDO_API_SYNC int edo_mpsc_recv(edo_mpsc_receiver *receiver, void *ret_item);
EDO_API_SYNC edo_mpsc_recv_future edo_mpsc_recv_async(edo_mpsc_receiver *receiver, void *ret_item);
/** The same without waiting: -EAGAIN when there is none yet. */
EDO_API_SYNC int edo_mpsc_try_recv(edo_mpsc_receiver *receiver, void *ret_item);
/**
 * Receives up to `limit` messages into the array `ret_items`, and waits for the first alone.
 *
 * Returns   how many; 0 at the end, or when the limit is 0; else as edo_mpsc_recv.
 */
EDO_API_SYNC ssize_t edo_mpsc_recv_many(edo_mpsc_receiver *receiver, void *ret_items, size_t limit);
EDO_API_SYNC edo_mpsc_recv_future edo_mpsc_recv_many_async(edo_mpsc_receiver *receiver,
                                                           void *ret_items, size_t limit);

/**
 * From now on sends say -EPIPE; what was sent, and what holders of permits send, is received.
 *
 * Threads   any, while the receiver is not freed.
 */
EDO_API_SYNC void edo_mpsc_close(edo_mpsc_receiver *receiver);
/** Whether it was closed, or all senders are gone; there may still be messages. */
EDO_API_SYNC bool edo_mpsc_receiver_is_closed(const edo_mpsc_receiver *receiver);
/** Messages that were sent and not received. */
EDO_API_SYNC size_t edo_mpsc_len(const edo_mpsc_receiver *receiver);
EDO_API_SYNC bool edo_mpsc_is_empty(const edo_mpsc_receiver *receiver);

EDO_END_DECLS

#endif
