/*
 * edo/keyed_streams.h: many streams at once, each by a key, that may come and go.
 *
 * A next asks all of them, beginning anywhere, and gives what the first has; so its cost grows with their
 * number, as that of a select does. It suits hundreds, not a million. Keys are bytes, as in edo/join_map.h.
 */
#ifndef EDO_KEYED_STREAMS_H
#define EDO_KEYED_STREAMS_H

#include <edo/stream.h>

EDO_BEGIN_DECLS

/** One task or thread at a time uses it. */
typedef struct edo_keyed_streams edo_keyed_streams;

/**
 * Makes an empty one, for streams of one kind of item, with keys of `key_size` bytes, and room for `capacity`
 * of them.
 *
 * Returns   0; -EINVAL, -ENOMEM, and then *ret_streams is untouched.
 * Owns      the caller, until edo_keyed_streams_free.
 */
EDO_API_STREAM int edo_keyed_streams_new(size_t key_size, const edo_item *item, size_t capacity,
                                         edo_keyed_streams **ret_streams);
/** Releases its streams, and frees it. No next is under way. NULL is fine. */
EDO_API_STREAM void edo_keyed_streams_free(edo_keyed_streams *streams);

/**
 * Adds a stream, also while a next is under way, which is woken. A stream of that key that is there already
 * is given to *ret_before; if that is NULL, it is released.
 *
 * Returns   0; 1: there was one before; -EBUSY: it is being waited for; -EINVAL, -ENOMEM. With an error the
 *           stream is still the caller's.
 */
EDO_API_STREAM int edo_keyed_streams_insert(edo_keyed_streams *streams, const void *key,
                                            edo_stream s, edo_stream *ret_before);
/**
 * Takes a stream out; it goes on where it was. NULL for `ret_stream`: it is released.
 *
 * Returns   1; 0: there is none of that key; -EBUSY: it is being waited for; -EINVAL.
 */
EDO_API_STREAM int edo_keyed_streams_remove(edo_keyed_streams *streams, const void *key,
                                            edo_stream *ret_stream);
/** Releases all of them. 0; -EBUSY: a next is under way; -EINVAL. */
EDO_API_STREAM int edo_keyed_streams_clear(edo_keyed_streams *streams);

/** How many streams there are; those that have ended aren't, once a next has seen it. */
EDO_API_STREAM size_t edo_keyed_streams_len(const edo_keyed_streams *streams);
EDO_API_STREAM bool edo_keyed_streams_is_empty(const edo_keyed_streams *streams);
/** How many there is room for without more memory. */
EDO_API_STREAM size_t edo_keyed_streams_capacity(const edo_keyed_streams *streams);
EDO_API_STREAM bool edo_keyed_streams_contains(const edo_keyed_streams *streams, const void *key);
/** Copies the keys, in no order, one behind the other, as many as `room`. Returns how many there are. */
EDO_API_STREAM size_t edo_keyed_streams_keys(const edo_keyed_streams *streams, void *ret_keys,
                                             size_t room);
/**
 * The stream number `n`, in the order of the keys, and *ret_key (NULL is fine) its key. It may be replaced in
 * its place while no next is under way. NULL: there are no more. Good until one comes or goes.
 */
EDO_API_STREAM edo_stream *edo_keyed_streams_nth(edo_keyed_streams *streams, size_t n,
                                                 const void **ret_key);
/** The sum of what all of them say. */
EDO_API_STREAM edo_stream_bounds edo_keyed_streams_hint(const edo_keyed_streams *streams);

/** A next under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_keyed_next_future {
    edo_future base;
    edo_keyed_streams *streams;
    char *ret_keys;
    char *ret_items;
    size_t limit;
    size_t got;
    int error;
    bool is_draining;
} edo_keyed_next_future;

/**
 * Waits for the next item of any of them. Its key goes to *ret_key (NULL is fine), and an error's as well.
 * Streams that end are released and forgotten.
 *
 * Returns   1; 0: there are no streams any more; an error as an item; -EINVAL; -EDO_EMISUSE: another next is
 *           under way; or why the waiting was cut short. After a 0 streams may be added and asked again.
 * Suspends  unless one has an item, or there are none.
 * Cancel    takes nothing; as a loser of select puts back, if there is a ret_key.
 */
EDO_API_STREAM int edo_keyed_streams_next(edo_keyed_streams *streams, void *ret_key,
                                          void *ret_item);
EDO_API_STREAM edo_keyed_next_future edo_keyed_streams_next_async(edo_keyed_streams *streams,
                                                                  void *ret_key, void *ret_item);
/**
 * The same for what is there of each of them, at most `limit` items: the keys and items lie in two arrays. An
 * error of one comes after the items of others.
 *
 * Returns   how many; 0 also when `limit` is 0; otherwise as above.
 */
EDO_API_STREAM ssize_t edo_keyed_streams_next_many(edo_keyed_streams *streams, void *ret_keys,
                                                   void *ret_items, size_t limit);
EDO_API_STREAM edo_keyed_next_future edo_keyed_streams_next_many_async(edo_keyed_streams *streams,
                                                                       void *ret_keys,
                                                                       void *ret_items,
                                                                       size_t limit);

EDO_END_DECLS

#endif
