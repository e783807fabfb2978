/*
 * edo/oneshot.h: a channel for one item: an answer on its way to whoever asked.
 *
 * It is one allocation, in which the item lies as well, and goes when both handles are gone. A handle
 * is used by one task or thread at a time; but it may be closed or freed while a wait on it is pending
 * elsewhere, which ends by that.
 */
#ifndef EDO_ONESHOT_H
#define EDO_ONESHOT_H

#include <edo/future.h>
#include <edo/item.h>

EDO_BEGIN_DECLS

typedef struct edo_oneshot_sender edo_oneshot_sender;
typedef struct edo_oneshot_receiver edo_oneshot_receiver;

/**
 * Makes a channel for one `item`.
 *
 * Returns   0; -EINVAL, -ENOMEM, and then the handles are untouched.
 * Owns      the caller: *ret_tx until edo_oneshot_send or edo_oneshot_sender_free, *ret_rx until
 *           edo_oneshot_receiver_free.
 */
EDO_API_SYNC int edo_oneshot_new(const edo_item *item, edo_oneshot_sender **ret_tx,
                                 edo_oneshot_receiver **ret_rx);

/**
 * Sends the item, whose bytes are copied. The handle is gone from the call on, also when it fails.
 *
 * Returns   0; -EPIPE: the receiver was closed or freed, and the item is still the caller's;
 *           -EINVAL for NULL, and then the handle is the caller's, too.
 */
EDO_API_SYNC int edo_oneshot_send(edo_oneshot_sender *tx, const void *item);
/** Gives up sending: a receiver that waits is told that nothing will come. NULL is fine. */
EDO_API_SYNC void edo_oneshot_sender_free(edo_oneshot_sender *tx);
/** Whether the receiver was closed or freed, so that a send is bound to fail. */
EDO_API_SYNC bool edo_oneshot_is_closed(const edo_oneshot_sender *tx);

/** Waiting for nobody to wait. Its fields are private; don't move it once it has been polled. */
typedef struct edo_oneshot_closed_future {
    edo_future base;
    edo_oneshot_sender *tx;
    bool waits;
} edo_oneshot_closed_future;

/**
 * Waits until the receiver was closed or freed: then nobody wants the item any more.
 *
 * Returns   0; -EPIPE: the sender was freed or has sent meanwhile; -EINVAL for NULL; -EDO_EMISUSE:
 *           another wait for the same is pending; or why the waiting was cut short: -ECANCELED,
 *           -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless that has happened; a plain thread parks.
 * Cancel    takes nothing.
 */
EDO_API_SYNC int edo_oneshot_closed(edo_oneshot_sender *tx);
EDO_API_SYNC edo_oneshot_closed_future edo_oneshot_closed_async(edo_oneshot_sender *tx);

/** A receive under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_oneshot_recv_future {
    edo_future base;
    edo_oneshot_receiver *rx;
    void *ret_item;
    bool waits;
} edo_oneshot_recv_future;

/**
 * Waits for the item and copies its bytes to *ret_item.
 *
 * Returns   1 with the item; 0, the end: the sender was freed, or the receiver closed or freed,
 *           without one, or it was taken before; -EINVAL for NULL; -EDO_EMISUSE: another receive is
 *           pending; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Owns      the caller gets the item.
 * Suspends  unless it is there, or never will be; a plain thread parks.
 * Cancel    takes nothing; an item that was sent first is the caller's, and says 1. As a loser of
 *           select puts back: the next receive gets it.
 */
EDO_API_SYNC int edo_oneshot_recv(edo_oneshot_receiver *rx, void *ret_item);
EDO_API_SYNC edo_oneshot_recv_future edo_oneshot_recv_async(edo_oneshot_receiver *rx,
                                                            void *ret_item);
/** The same without waiting: -EAGAIN when nothing was sent so far. */
EDO_API_SYNC int edo_oneshot_try_recv(edo_oneshot_receiver *rx, void *ret_item);
/** No item is let in any more; one that was sent before can still be received. */
EDO_API_SYNC void edo_oneshot_close(edo_oneshot_receiver *rx);
/** Closes it, and destroys an item that was sent and not received. NULL is fine. */
EDO_API_SYNC void edo_oneshot_receiver_free(edo_oneshot_receiver *rx);
/** Whether no item lies in it now. */
EDO_API_SYNC bool edo_oneshot_is_empty(const edo_oneshot_receiver *rx);
/** Whether the item, or the end, was received: nothing else will come. */
EDO_API_SYNC bool edo_oneshot_is_terminated(const edo_oneshot_receiver *rx);

EDO_END_DECLS

#endif
