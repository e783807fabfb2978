/*
 * edo/watch.h: one value that everybody can look at, and news of when it changes.
 *
 * A sender replaces the value; each receiver can ask, or wait, whether there is one that it hasn't seen.
 * Who was away for several changes sees the last one only. A look copies nothing: it borrows the
 * value, which stays as it is until the borrow is ended, whatever is sent meanwhile; nobody waits
 * for that.
 *
 * Senders may be used by any thread at once, a receiver by one task or thread at a time.
 */
#ifndef EDO_WATCH_H
#define EDO_WATCH_H

#include <edo/future.h>
#include <edo/item.h>
#include <edo/waiter.h>

EDO_BEGIN_DECLS

/** One that sends: a counted pointer to the channel. */
typedef struct edo_watch_sender edo_watch_sender;
/** One that looks, with its mark of what it has seen. */
typedef struct edo_watch_receiver edo_watch_receiver;

/**
 * Makes a channel with a first value, which its receiver has seen. A value is destroyed when it has
 * been replaced and no borrow of it is left, on the thread of whoever was last.
 *
 * Returns   0; -EINVAL, -ENOMEM: then the first value is still the caller's and nothing was written.
 * Owns      the caller: *ret_tx until edo_watch_sender_free, *ret_rx until edo_watch_receiver_free.
 *           `ret_rx` may be NULL: then nobody looks yet.
 */
EDO_API_SYNC int edo_watch_new(const edo_item *item, const void *first, edo_watch_sender **ret_tx,
                               edo_watch_receiver **ret_rx);

/** Another handle of the same; returns the pointer. NULL for NULL. */
EDO_API_SYNC edo_watch_sender *edo_watch_sender_clone(edo_watch_sender *tx);
/** Gives a handle up. With the last one the channel is closed: receivers are told. NULL is fine. */
EDO_API_SYNC void edo_watch_sender_free(edo_watch_sender *tx);
/**
 * Makes a receiver, which has seen what was sent so far. A channel that had none is open again.
 *
 * Returns   0; -EINVAL, -ENOMEM, and then *ret_rx is untouched.
 * Owns      the caller, until edo_watch_receiver_free.
 */
EDO_API_SYNC int edo_watch_subscribe(edo_watch_sender *tx, edo_watch_receiver **ret_rx);
/** The same by way of a receiver, whose mark of what was seen is copied. */
EDO_API_SYNC int edo_watch_receiver_clone(const edo_watch_receiver *rx,
                                          edo_watch_receiver **ret_rx);
/**
 * Ends it. Its waits that are pending say -EPIPE, its borrows go on. NULL is fine.
 *
 * Threads   none may begin a wait on it meanwhile; one that is pending may go on elsewhere.
 */
EDO_API_SYNC void edo_watch_receiver_free(edo_watch_receiver *rx);
/** How many there are now. */
EDO_API_SYNC size_t edo_watch_sender_count(const edo_watch_sender *tx);
EDO_API_SYNC size_t edo_watch_receiver_count(const edo_watch_sender *tx);
/** Whether both are of one channel. */
EDO_API_SYNC bool edo_watch_same_channel(const edo_watch_sender *a, const edo_watch_sender *b);
EDO_API_SYNC bool edo_watch_receiver_same_channel(const edo_watch_receiver *a,
                                                  const edo_watch_receiver *b);

/* Looking. */

/** A value that is being looked at. Its fields but `value` are private; it may be moved. */
typedef struct edo_watch_ref {
    const void *value;
    struct watch *channel;
    struct watch_cell *cell;
} edo_watch_ref;

/**
 * Borrows the present value. The borrow may be kept while others are sent, over a suspension, and
 * longer than the handle.
 *
 * Returns   the value, which *ret_ref has as well; NULL for NULL.
 * Owns      the caller, until edo_watch_borrow_end(ret_ref). With 65,533 replaced values that are
 *           borrowed still, a send says -ENOMEM.
 */
EDO_API_SYNC const void *edo_watch_borrow(const edo_watch_receiver *rx, edo_watch_ref *ret_ref);
/** The same, and marks it as seen. */
EDO_API_SYNC const void *edo_watch_borrow_and_update(edo_watch_receiver *rx,
                                                     edo_watch_ref *ret_ref);
EDO_API_SYNC const void *edo_watch_sender_borrow(const edo_watch_sender *tx,
                                                 edo_watch_ref *ret_ref);
/** Ends a borrow, and empties it. The last one destroys a value that was replaced. */
EDO_API_SYNC void edo_watch_borrow_end(edo_watch_ref *ref);

/** Whether there is a value it hasn't seen: 1, 0; -EPIPE: the last sender is gone; -EINVAL. */
EDO_API_SYNC int edo_watch_has_changed(const edo_watch_receiver *rx);
/** Marks the present value as not seen: the next wait is none. */
EDO_API_SYNC void edo_watch_mark_changed(edo_watch_receiver *rx);
/** Marks the present value as seen. */
EDO_API_SYNC void edo_watch_mark_unchanged(edo_watch_receiver *rx);

/** What waits have in common. Private. */
typedef struct edo_watch_wait {
    edo_watch_receiver *rx;
    uint64_t seen_before;
    edo_waiter waiter;
} edo_watch_wait;

/** Waiting for a change. Its fields are private; don't move it once it has been polled. */
typedef struct edo_watch_changed_future {
    edo_future base;
    edo_watch_wait wait;
} edo_watch_changed_future;

/**
 * Waits for a value that was not seen, and marks it as seen.
 *
 * Returns   0; -EPIPE: the last sender is gone, and its last value was seen; -EINVAL for NULL; or why
 *           the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless there is one; a plain thread parks.
 * Cancel    takes nothing: nothing is marked. A change that came first says 0; as a loser of select
 *           puts back: the value counts as not seen.
 */
EDO_API_SYNC int edo_watch_changed(edo_watch_receiver *rx);
EDO_API_SYNC edo_watch_changed_future edo_watch_changed_async(edo_watch_receiver *rx);

/** Waiting for a value of one's own choice. Its fields are private; as above. */
typedef struct edo_watch_wait_for_future {
    edo_future base;
    edo_watch_wait wait;
    bool (*predicate)(void *arg, const void *value);
    void *arg;
    edo_watch_ref *ret_ref;
    uint64_t looked;
} edo_watch_wait_for_future;

/**
 * Waits for a value to which `predicate` says yes, beginning with the present one, seen or not; marks
 * it as seen. Between two looks several may be sent, of which the predicate is shown the last. It is
 * called by whoever polls, with no lock held, and can't wait. `ret_ref` may be NULL.
 *
 * Returns   0; -EPIPE: the last sender is gone, and its last value was none; -EINVAL for NULL; or why
 *           the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Owns      on success *ret_ref is that value, borrowed: the caller's until edo_watch_borrow_end.
 * Suspends  unless the present value will do; a plain thread parks.
 * Cancel    takes nothing: nothing is marked. A value that came first says 0; as a loser of select
 *           puts back: its borrow is ended and the mark is as before.
 */
EDO_API_SYNC int edo_watch_wait_for(edo_watch_receiver *rx,
                                    bool (*predicate)(void *arg, const void *value), void *arg,
                                    edo_watch_ref *ret_ref);
EDO_API_SYNC edo_watch_wait_for_future
edo_watch_wait_for_async(edo_watch_receiver *rx, bool (*predicate)(void *arg, const void *value),
                         void *arg, edo_watch_ref *ret_ref);

/* Sending. None of these waits for borrows. */

/**
 * Replaces the value, and wakes all who wait. The one before is destroyed.
 *
 * Returns   0; -EPIPE: there is no receiver; -EINVAL, -ENOMEM; -EDEADLK: inside of a modify of this
 *           channel. Then nothing has changed, and the item is still the caller's.
 */
EDO_API_SYNC int edo_watch_send(edo_watch_sender *tx, const void *item);
/**
 * The same, also without a receiver, and gives the value before back to the caller.
 *
 * Returns   1: its bytes are in *ret_before and it is the caller's. 0: it is borrowed, and will be
 *           destroyed with the last borrow; only of an item with `destroy` and without `clone`, of
 *           which nobody can make another, or if clone fails. -EINVAL, -ENOMEM, -EDEADLK, as above.
 */
EDO_API_SYNC int edo_watch_send_replace(edo_watch_sender *tx, const void *item, void *ret_before);
/**
 * Replaces the value by a changed copy: `modify` is called with one, in the calling thread, and must
 * be brief: other senders wait for it. In it nothing can be awaited and nothing sent here. Works
 * without a receiver.
 *
 * Returns   0; -EINVAL: also for an item with `destroy` and without `clone`; -ENOMEM, -EDEADLK, as
 *           above; or what `clone` says. Then nothing has changed.
 */
EDO_API_SYNC int edo_watch_send_modify(edo_watch_sender *tx, void (*modify)(void *arg, void *value),
                                       void *arg);
/**
 * The same, but only if `modify` says true the receivers are told. If it says false the next look
 * shows the changed value all the same, and nobody is woken.
 *
 * Returns   1 or 0: what `modify` said; or a negative error, as above.
 */
EDO_API_SYNC int edo_watch_send_if_modified(edo_watch_sender *tx,
                                            bool (*modify)(void *arg, void *value), void *arg);

/** Waiting for nobody to look. Its fields are private; don't move it once it has been polled. */
typedef struct edo_watch_closed_future {
    edo_future base;
    edo_watch_sender *tx;
    edo_waiter waiter;
} edo_watch_closed_future;

/**
 * Waits until the last receiver is gone. Whoever subscribes later opens the channel again.
 *
 * Returns   0; -EPIPE: the last sender was freed meanwhile; -EINVAL for NULL; or why the waiting was
 *           cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless there is none; a plain thread parks.
 * Cancel    takes nothing.
 */
EDO_API_SYNC int edo_watch_closed(edo_watch_sender *tx);
EDO_API_SYNC edo_watch_closed_future edo_watch_closed_async(edo_watch_sender *tx);
/** Whether there is no receiver. */
EDO_API_SYNC bool edo_watch_is_closed(const edo_watch_sender *tx);

EDO_END_DECLS

#endif
