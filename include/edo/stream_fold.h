/* edo/stream_fold.h: what takes a stream's items to its end, or as far as it has to. The stream is lent. */
#ifndef EDO_STREAM_FOLD_H
#define EDO_STREAM_FOLD_H

#include <edo/stream_stage.h>

EDO_BEGIN_DECLS

/** Takes an item, which is the function's own. 0: go on; a negative errno: stop with that. */
typedef int edo_item_fold(void *arg, void *item);

/** A fold under way. Its fields are private but `done`; don't move it once it has been polled. */
typedef struct edo_stream_fold_future {
    edo_future base;
    edo_stream from;
    edo_pull pull;
    edo_slot slot;
    union {
        edo_item_fold *folds;
        edo_item_test *tests;
    } fn;
    void *arg;
    size_t done; /**< items that `fn` has seen */
    uint8_t kind;
} edo_stream_fold_future;

/**
 * Calls `fn` with each item; what it makes of them lies at `arg`.
 *
 * Returns   0 at the end; what `fn` said; the stream's first error: the rest stays in the stream in both
 *           cases; -EINVAL; -ENOMEM: nothing taken; or why the waiting was cut short.
 * Suspends  while the stream does.
 * Cancel    says how much it gave: `fn` has had the first `done` items, the others are in the stream.
 */
EDO_API_STREAM int edo_stream_fold(edo_stream from, edo_item_fold *fn, void *arg);
EDO_API_STREAM edo_stream_fold_future edo_stream_fold_async(edo_stream from, edo_item_fold *fn,
                                                            void *arg);
/**
 * Whether `fn` is true for an item, or for all of them. It stops at the first that decides it, and leaves the
 * rest in the stream; those that were tested are destroyed. Of no items all are, and not one is.
 *
 * Returns   1, 0; otherwise as edo_stream_fold.
 */
EDO_API_STREAM int edo_stream_any(edo_stream from, edo_item_test *fn, void *arg);
EDO_API_STREAM edo_stream_fold_future edo_stream_any_async(edo_stream from, edo_item_test *fn,
                                                           void *arg);
EDO_API_STREAM int edo_stream_all(edo_stream from, edo_item_test *fn, void *arg);
EDO_API_STREAM edo_stream_fold_future edo_stream_all_async(edo_stream from, edo_item_test *fn,
                                                           void *arg);

/** Items in a row, in memory that grows. It lies with its user; zeros are an empty one. */
typedef struct edo_items {
    void *data;
    size_t len;           /**< how many there are */
    size_t capacity;      /**< how many there is room for */
    const edo_item *item; /**< what they are; set by who adds the first */
} edo_items;

/** Makes room for so many in all. 0; -EINVAL: it holds others; -ENOMEM: nothing has changed. */
EDO_API_STREAM int edo_items_reserve(edo_items *items, const edo_item *item, size_t capacity);
/** Destroys them all and frees the memory; it is empty then. NULL is fine. */
EDO_API_STREAM void edo_items_fini(edo_items *items);

/** A collect under way. Its fields are private but `done`; don't move it once it has been polled. */
typedef struct edo_stream_collect_future {
    edo_future base;
    edo_stream from;
    edo_pull pull;
    edo_items *into; /* NULL: to the array */
    char *array;
    size_t room;
    size_t done; /**< items taken */
} edo_stream_collect_future;

/**
 * Appends all items to `into`.
 *
 * Returns   0 at the end; the stream's first error, and then those that it collected are destroyed; -EINVAL;
 *           -ENOMEM, or why the waiting was cut short: those collected are there, the rest is in the stream.
 * Suspends  while the stream does.
 * Cancel    says how much it took: `into` has it. The same future may be begun anew.
 */
EDO_API_STREAM int edo_stream_collect(edo_stream from, edo_items *into);
EDO_API_STREAM edo_stream_collect_future edo_stream_collect_async(edo_stream from, edo_items *into);
/**
 * Puts all items to an array with room for some. *ret_done (NULL is fine), or the future's done, is how many
 * are there then, whatever it returns; they are the caller's.
 *
 * Returns   0 at the end; -ENOSPC: the array is full, and the stream not known to be done; the stream's first
 *           error; -EINVAL; or why the waiting was cut short. The rest is in the stream in each case.
 * Suspends  while the stream does.
 * Cancel    says how much it took.
 */
EDO_API_STREAM int edo_stream_collect_array(edo_stream from, void *ret_items, size_t room,
                                            size_t *ret_done);
EDO_API_STREAM edo_stream_collect_future edo_stream_collect_array_async(edo_stream from,
                                                                        void *ret_items,
                                                                        size_t room);

EDO_END_DECLS

#endif
