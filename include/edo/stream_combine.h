/*
 * edo/stream_combine.h: streams made of others: fewer items, other items, two streams as one.
 *
 * Each function makes a stage in the memory that it is given, and returns its stream; it allocates nothing.
 * What it was put on is the stage's from then on. edo/stream_stage.h says what they have in common.
 */
#ifndef EDO_STREAM_COMBINE_H
#define EDO_STREAM_COMBINE_H

#include <edo/stream_stage.h>

EDO_BEGIN_DECLS

/** Each item made into another, of the kind `item`. `fn` says 0 or 1, which is the same here, or an error. */
EDO_API_STREAM edo_stream edo_stream_map(edo_stage *stage, edo_stream source, edo_item_map *fn,
                                         void *arg, const edo_item *item);
/** The same with those for which `fn` says 1; 0: it made none of this one. */
EDO_API_STREAM edo_stream edo_stream_filter_map(edo_stage *stage, edo_stream source,
                                                edo_item_map *fn, void *arg, const edo_item *item);
/** The same up to the first for which `fn` says 0: there the stream ends. */
EDO_API_STREAM edo_stream edo_stream_map_while(edo_stage *stage, edo_stream source,
                                               edo_item_map *fn, void *arg, const edo_item *item);
/** Each item made into another by a step that may wait. One step at a time: the source is asked for the item
 * behind it when it is finished. */
EDO_API_STREAM edo_stream edo_stream_then(edo_stage *stage, edo_stream source, edo_item_step *fn,
                                          void *arg, const edo_item *item);

/** The items for which `fn` is true; the others are destroyed. */
EDO_API_STREAM edo_stream edo_stream_filter(edo_stage *stage, edo_stream source, edo_item_test *fn,
                                            void *arg);
/** Those in front of the first for which it is false, which is destroyed: there the stream ends. */
EDO_API_STREAM edo_stream edo_stream_take_while(edo_stage *stage, edo_stream source,
                                                edo_item_test *fn, void *arg);
/** Those from the first for which it is false on; it isn't called again then. */
EDO_API_STREAM edo_stream edo_stream_skip_while(edo_stage *stage, edo_stream source,
                                                edo_item_test *fn, void *arg);
/** The first `n`. The source isn't asked for more. */
EDO_API_STREAM edo_stream edo_stream_take(edo_stage *stage, edo_stream source, size_t n);
/** Those behind the first `n`, which are destroyed. */
EDO_API_STREAM edo_stream edo_stream_skip(edo_stage *stage, edo_stream source, size_t n);

/** All of them up to the first end: for a source that would go on behind it. */
EDO_API_STREAM edo_stream edo_stream_fuse(edo_stage *stage, edo_stream source);
/** All of them; the next one can be looked at. */
EDO_API_STREAM edo_stream edo_stream_peekable(edo_stage *stage, edo_stream source);

/** All of them, and behind the last an error as an item, -EPIPE, once: so that one sees which of several
 * streams has ended (edo/keyed_streams.h gives its key). */
EDO_API_STREAM edo_stream edo_stream_notify_close(edo_stage *stage, edo_stream source);

/** A look at the next item under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_stream_peek_future {
    edo_future base;
    edo_stage *peekable;
    edo_pull pull;
    void **ret_item;
} edo_stream_peek_future;

/**
 * Waits for the next item of a peekable, and takes it not: *ret_item (NULL is fine) points to it until the
 * following next, and it may be changed there.
 *
 * Returns   1; 0 at the end; an error, which the following next says once more; -ENOMEM; -EINVAL; or why the
 *           waiting was cut short.
 * Suspends  unless there is one.
 * Cancel    takes nothing.
 */
EDO_API_STREAM int edo_stream_peek(edo_stage *peekable, void **ret_item);
EDO_API_STREAM edo_stream_peek_future edo_stream_peek_async(edo_stage *peekable, void **ret_item);

/** A stage on two sources, of the same kind of item. It lies with its user; its fields are private. */
typedef struct edo_pair {
    edo_stage a, b;
    int failure; /* of a pull that got nothing */
    bool second_is_next;
    bool second_gave;
    bool is_draining;
} edo_pair;

/** The items of one, and then those of the other. */
EDO_API_STREAM edo_stream edo_stream_chain(edo_pair *pair, edo_stream first, edo_stream second);
/** The items of both as they come; where both have one, in turns. It ends when both have ended. */
EDO_API_STREAM edo_stream edo_stream_merge(edo_pair *pair, edo_stream a, edo_stream b);

EDO_END_DECLS

#endif
