/*
 * edo/delay_queue.h: things that are due some time later, each at its own time: sessions that expire,
 * entries of a cache, attempts to be made again. One timer serves all of them.
 */
#ifndef EDO_DELAY_QUEUE_H
#define EDO_DELAY_QUEUE_H

#include <edo/duration.h>
#include <edo/future.h>
#include <edo/item.h>

EDO_BEGIN_DECLS

/** The most entries that one can have. */
#define EDO_DELAY_QUEUE_MAX ((size_t)1 << 30)
/** The longest delay: a bit more than two years. */
#define EDO_DELAY_LONGEST EDO_MILLIS((UINT64_C(1) << 36) - 1)

/** It goes by the clock of the runtime that it was made in, whoever calls it. */
typedef struct edo_delay_queue edo_delay_queue;

/** One entry, as a value; never given twice, so one that is out of date is told so. Zeros: none. */
typedef struct edo_delay_key {
    uint64_t serial;
} edo_delay_key;

/** What an entry was known by, and when it was due. */
typedef struct edo_delay_expired {
    edo_delay_key key;
    edo_instant deadline;
} edo_delay_expired;

/**
 * Makes an empty queue of `item`s. It has no memory for entries until there are some.
 *
 * Returns   0; -EINVAL, -ENOMEM; -EDO_ENORUNTIME, -EDO_ENOTIME.
 * Owns      the caller, until edo_delay_queue_free.
 */
EDO_API_SYNC int edo_delay_queue_new(const edo_item *item, edo_delay_queue **ret_queue);
/**
 * Frees it, and destroys what is left in it. NULL is fine.
 *
 * Returns   0; -EBUSY: somebody waits, and it is as it was.
 * Threads   no other call of it is under way.
 */
EDO_API_SYNC int edo_delay_queue_free(edo_delay_queue *queue);

/**
 * Puts an item in, to be given in `delay` from now, or at `deadline`; one that has passed is due at
 * once. Its bytes are copied. *ret_key may be NULL.
 *
 * Returns   0; -EINVAL (NULL; further ahead than EDO_DELAY_LONGEST); -ENOMEM, and the item is still
 *           the caller's.
 */
EDO_API_SYNC int edo_delay_queue_insert(edo_delay_queue *queue, const void *item,
                                        edo_duration delay, edo_delay_key *ret_key);
EDO_API_SYNC int edo_delay_queue_insert_at(edo_delay_queue *queue, const void *item,
                                           edo_instant deadline, edo_delay_key *ret_key);
/**
 * Takes an entry out before it is given, due or not. `ret_item` may be NULL where items have no
 * `destroy`.
 *
 * Returns   0; -ENOENT: it was given or removed; -EINVAL for NULL.
 * Owns      the caller gets the item.
 */
EDO_API_SYNC int edo_delay_queue_remove(edo_delay_queue *queue, edo_delay_key key, void *ret_item);
/**
 * Gives an entry another time. Its key stays.
 *
 * Returns   0; -ENOENT: it was given or removed; -EINVAL, as for an insert, and nothing has changed.
 */
EDO_API_SYNC int edo_delay_queue_reset(edo_delay_queue *queue, edo_delay_key key,
                                       edo_duration delay);
EDO_API_SYNC int edo_delay_queue_reset_at(edo_delay_queue *queue, edo_delay_key key,
                                          edo_instant deadline);

/** A wait for the next entry. Its fields are private; don't move it once it has been polled. */
typedef struct edo_delay_queue_next_future {
    edo_future base;
    edo_delay_queue *queue;
    void *ret_item;
    edo_delay_expired *ret_expired;
    edo_delay_expired expired;
    bool waits;
} edo_delay_queue_next_future;

/**
 * Waits until an entry is due, and copies its bytes to *ret_item. The earliest comes first; of those
 * due in the same millisecond the order is not told. *ret_expired may be NULL.
 *
 * Returns   1 with the item; 0: the queue is empty; -EINVAL for NULL; -EDO_EMISUSE: another wait is
 *           pending; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Owns      the caller gets the item.
 * Suspends  unless an entry is due, or there is none; a plain thread parks.
 * Cancel    takes nothing. As a loser of select puts back: the entry has its key again.
 */
EDO_API_SYNC int edo_delay_queue_next(edo_delay_queue *queue, void *ret_item,
                                      edo_delay_expired *ret_expired);
EDO_API_SYNC edo_delay_queue_next_future edo_delay_queue_next_async(edo_delay_queue *queue,
                                                                    void *ret_item,
                                                                    edo_delay_expired *ret_expired);
/** The same without waiting: -EAGAIN when none is due. */
EDO_API_SYNC int edo_delay_queue_try_next(edo_delay_queue *queue, void *ret_item,
                                          edo_delay_expired *ret_expired);
/** Which entry comes next, due or not. 0; -ENOENT: the queue is empty; -EINVAL for NULL. */
EDO_API_SYNC int edo_delay_queue_peek(edo_delay_queue *queue, edo_delay_expired *ret_expired);
/** When an entry is due. 0; -ENOENT: it was given or removed; -EINVAL for NULL. */
EDO_API_SYNC int edo_delay_queue_deadline(edo_delay_queue *queue, edo_delay_key key,
                                          edo_instant *ret_deadline);

/** How many entries have not been given, due or not. */
EDO_API_SYNC size_t edo_delay_queue_len(edo_delay_queue *queue);
EDO_API_SYNC bool edo_delay_queue_is_empty(edo_delay_queue *queue);
/** How many entries it has memory for. */
EDO_API_SYNC size_t edo_delay_queue_capacity(edo_delay_queue *queue);
/** Memory for that many more. 0; -EINVAL (above the maximum; NULL); -ENOMEM. */
EDO_API_SYNC int edo_delay_queue_reserve(edo_delay_queue *queue, size_t additional);
/** Gives memory back that the present entries don't need, if that can be done. Keys stay. */
EDO_API_SYNC void edo_delay_queue_compact(edo_delay_queue *queue);
/** Destroys all entries; a wait says 0. */
EDO_API_SYNC void edo_delay_queue_clear(edo_delay_queue *queue);

EDO_END_DECLS

#endif
