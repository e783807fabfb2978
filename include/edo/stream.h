/*
 * edo/stream.h: streams of items: what gives one after the other, and may have to be waited for.
 *
 *     edo_iter numbers;
 *     edo_stage evens;
 *     edo_stream s = edo_stream_iter(&numbers, array, 8, EDO_ITEM(int));
 *     int n, rc;
 *
 *     s = edo_stream_filter(&evens, s, is_even, NULL);
 *     while ((rc = edo_stream_next(s, &n)) > 0)
 *         printf("%d\n", n);
 *     edo_stream_release(s);
 *
 * A stream is a table of functions and the object they work on, by value; anybody can implement one. Sources
 * and stages lie in their user's memory. A stage (edo/stream_stage.h) owns the stream that it was put on:
 * releasing the last releases all. One task or thread at a time uses a stream, and one next of it is under
 * way at a time. No object moves while a next of it is under way.
 */
#ifndef EDO_STREAM_H
#define EDO_STREAM_H

#include <edo/future.h>
#include <edo/item.h>

EDO_BEGIN_DECLS

/** One next under way, in the memory of whoever asked. It stays where it is from the first poll to READY. */
typedef struct edo_pull {
    void *item;     /**< where the item is to be put: room for one of the stream's */
    int64_t result; /**< to be set: 1 an item; 0 the end; a negative errno: an error as an item */
    bool begun;     /**< false at the first poll, true afterwards; kept by edo */
    bool canceled;  /**< it is to end soon; kept by edo */
} edo_pull;

/** How many items are still to come, errors not counted. */
typedef struct edo_stream_bounds {
    size_t lower;   /**< at least so many */
    size_t upper;   /**< at most so many, if has_upper */
    bool has_upper; /**< false: nobody knows */
} edo_stream_bounds;

typedef struct edo_stream edo_stream;

/** What a stream can do. Only `next` must be there. */
typedef struct edo_stream_ops {
    /**
     * Says READY after it stored `p->result`, or PENDING after it has arranged that `waker` is woken. A later
     * poll's waker replaces an earlier one's. Once `p->canceled` is set it is polled until it says READY:
     * with -ECANCELED and nothing taken, or with its result. One that is always ready says PENDING at
     * times (edo_stream_from_fn does that for its function).
     */
    edo_poll (*next)(void *self, edo_pull *p, const edo_waker *waker);
    /** Asks one that said PENDING to end soon. NULL: the next poll sees `p->canceled`. */
    void (*cancel)(void *self, edo_pull *p);
    /** Takes back the item that a READY next has given: the following next gives it. 0; or a negative
     * errno: then the success stands. NULL: it always does. */
    int (*put_back)(void *self, edo_pull *p);
    /** NULL: 0 and no upper bound. */
    edo_stream_bounds (*hint)(void *self);
    /** Whether it is known to have ended. NULL: it is not. */
    bool (*is_done)(void *self);
    /** Releases all that it holds and owns. NULL: nothing is to be done. */
    void (*release)(void *self);
    /** Of stages: where the stream lies that it takes its items from; `n` counts them from 0. NULL, also as
     * an answer: there is none. */
    edo_stream *(*source)(void *self, unsigned n);
    const char *name; /**< for reports: "filter" */
} edo_stream_ops;

struct edo_stream {
    const edo_stream_ops *ops;
    void *self;
    const edo_item *
        item; /**< what it gives; borrowed by the stream and by edo_items made of it: static is best,
                             as an EDO_ITEM(...) ends with its block */
};

/** A next under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_stream_next_future {
    edo_future base;
    edo_stream from;
    edo_pull pull;
} edo_stream_next_future;

/**
 * Waits for the next item, which is copied to `ret_item`.
 *
 * Returns   1 with an item; 0 at the end; a negative errno: an error as an item, after which the stream
 *           goes on; -EINVAL; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 *           edo's streams say 0 for ever once they have ended, unless their documentation says otherwise.
 * Owns      the item is the caller's; its memory is the stream's until READY.
 * Suspends  unless there is one.
 * Cancel    takes nothing; as a loser of select puts back: the following next gives it.
 */
EDO_API_STREAM int edo_stream_next(edo_stream from, void *ret_item);
EDO_API_STREAM edo_stream_next_future edo_stream_next_async(edo_stream from, void *ret_item);

/** How many items are still to come, as far as the stream knows. */
EDO_API_STREAM edo_stream_bounds edo_stream_hint(edo_stream s);
/** Whether it is known to have ended: then next says 0. Cheap. */
EDO_API_STREAM bool edo_stream_is_done(edo_stream s);
/** Releases the stream, what it has taken and not given, and the streams that it owns. No next of it is under
 * way. A stream of zeros is fine. */
EDO_API_STREAM void edo_stream_release(edo_stream s);

/**
 * The stream number `n` from which a stage takes its items, which stays the stage's. What is taken from it
 * directly the stage doesn't see.
 *
 * Returns   it; one of zeros if there is none.
 */
EDO_API_STREAM edo_stream edo_stream_source(edo_stream s, unsigned n);
/**
 * Takes it back from the stage: it goes on from where the stage left it. The stage then has what it has
 * pulled already, and has not given yet: its next gives that, and then the end. No next is under way.
 *
 * Returns   0; -EINVAL: there is none, and then *ret_source is untouched.
 * Owns      the source is the caller's, the stage still has to be released.
 */
EDO_API_STREAM int edo_stream_take_source(edo_stream s, unsigned n, edo_stream *ret_source);

/*
 * For those who implement a stream around another, which keep in their object an edo_pull for it: or who
 * write futures that take from one.
 */

/** Begins a next: it is new, and puts its item there. */
static inline void edo_pull_begin(edo_pull *p, void *item)
{
    p->item = item;
    p->result = 0;
    p->begun = p->canceled = false;
}
/** Polls it. Once READY, begin it anew. */
EDO_API_STREAM edo_poll edo_stream_poll(edo_stream s, edo_pull *p, const edo_waker *waker);
/** Asks it to end soon: then poll it until it is READY. */
EDO_API_STREAM void edo_stream_cancel(edo_stream s, edo_pull *p);
/** Gives a READY next's item back. 0, and the result is -ECANCELED; or an error: its success stands. An end, or
 * an error as an item, stands as well, and says 0. */
EDO_API_STREAM int edo_stream_put_back(edo_stream s, edo_pull *p);

EDO_END_DECLS

#endif
