/* edo/stream_iter.h: streams whose items are there already, or are made by a function. */
#ifndef EDO_STREAM_ITER_H
#define EDO_STREAM_ITER_H

#include <edo/stream.h>

EDO_BEGIN_DECLS

/** Where in an array, or with which function. It lies with its user; its fields are private. */
typedef struct edo_iter {
    const char *items;
    size_t count;
    size_t at;
    const edo_item *item;
    int (*fn)(void *arg, void *ret_item);
    void *arg;
    bool has_ended;
} edo_iter;

/**
 * The items of an array, in order. The array stays where it is; an item that was given is who got it's. What
 * was not given is destroyed with the release.
 */
EDO_API_STREAM edo_stream edo_stream_iter(edo_iter *iter, const void *items, size_t count,
                                          const edo_item *item);
/** One item, otherwise the same. */
EDO_API_STREAM edo_stream edo_stream_once(edo_iter *iter, const void *one, const edo_item *item);
/**
 * What `fn` gives: it puts an item to `ret_item` and says 1; 0 is the end, after which it isn't called again;
 * a negative errno is an error as an item. It may give items without an end: each costs a unit of the
 * task's budget. It can't take back what a loser of a select got: the success stands.
 */
EDO_API_STREAM edo_stream edo_stream_from_fn(edo_iter *iter, int (*fn)(void *arg, void *ret_item),
                                             void *arg, const edo_item *item);
/** A stream that has ended. */
EDO_API_STREAM edo_stream edo_stream_empty(const edo_item *item);
/** One that never gives anything, and never ends. */
EDO_API_STREAM edo_stream edo_stream_pending(const edo_item *item);

EDO_END_DECLS

#endif
