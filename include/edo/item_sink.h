/*
 * edo/item_sink.h: sinks of items: where items go one after the other, and room may have to be waited for.
 *
 * A sink is a table of functions and the object they work on, by value; anybody can implement one. One task
 * or thread at a time uses it. (A writer that takes all bytes and forgets them is edo_sink, in edo/empty.h.)
 */
#ifndef EDO_ITEM_SINK_H
#define EDO_ITEM_SINK_H

#include <edo/stream_stage.h>

EDO_BEGIN_DECLS

/** A wait of a sink under way, in the memory of whoever asked. It stays where it is until READY. */
typedef struct edo_push {
    int64_t result; /**< to be set: 0 or a negative errno */
    bool begun;     /**< false at the first poll, true afterwards; kept by edo */
    bool canceled;  /**< it is to end soon; kept by edo */
} edo_push;

/** A poll function of a sink: as that of a stream (edo_stream_ops.next). */
typedef edo_poll edo_push_poll(void *self, edo_push *p, const edo_waker *waker);

/** What a sink can do. */
typedef struct edo_item_sink_ops {
    /** Waits until there is room for an item: then the result is 0, and the room stays until the send. A
     * second wait says 0 at once. NULL: there always is. */
    edo_push_poll *ready;
    /** Takes the item, a copy of `*item`, after ready said 0. 0; or a negative errno: then it is still the
     * caller's. */
    int (*send)(void *self, const void *item);
    /** Waits until what was taken has gone on to where it is going. NULL: nothing is held back. */
    edo_push_poll *flush;
    /** Flushes and ends it: no item is taken any more. NULL: there is no such thing here. */
    edo_push_poll *close;
    /** Asks a wait that said PENDING to end soon. NULL: the next poll sees `p->canceled`. */
    void (*cancel)(void *self, edo_push *p);
    /** Releases what it holds and owns; what wasn't flushed is lost. NULL: nothing is to be done. */
    void (*release)(void *self);
    const char *name;
} edo_item_sink_ops;

typedef struct edo_item_sink {
    const edo_item_sink_ops *ops;
    void *self;
    const edo_item *item; /**< what it takes; borrowed for as long as the sink is used */
} edo_item_sink;

/** A send, flush or close under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_item_sink_future {
    edo_future base;
    edo_item_sink to;
    edo_push push;
    const void *item;
    uint8_t step;
    uint8_t last;
    bool is_taken; /**< of a send: the sink has the item, whatever the result */
} edo_item_sink_future;

/**
 * Waits for room and gives the sink a copy of `*item`; it may be held back until the next flush.
 *
 * Returns   0; -EINVAL; what the sink says; or why the waiting was cut short.
 * Owns      the item is the sink's on success; else it is still the caller's.
 * Suspends  unless there is room.
 * Cancel    gives nothing, or says its success. Room that it waited for stays.
 */
EDO_API_STREAM int edo_item_sink_feed(edo_item_sink to, const void *item);
EDO_API_STREAM edo_item_sink_future edo_item_sink_feed_async(edo_item_sink to, const void *item);
/**
 * The same and a flush. When that fails or is cut short, the sink has the item all the same: *ret_taken (NULL
 * is fine), or the future's is_taken, says so.
 */
EDO_API_STREAM int edo_item_sink_send(edo_item_sink to, const void *item, bool *ret_taken);
EDO_API_STREAM edo_item_sink_future edo_item_sink_send_async(edo_item_sink to, const void *item);

/**
 * Waits until what was taken has gone on to where it is going.
 *
 * Returns   0; -EINVAL; what the sink says; or why the waiting was cut short.
 * Suspends  while there is something to pass on.
 * Cancel    takes nothing: what wasn't passed on yet is still there.
 */
EDO_API_STREAM int edo_item_sink_flush(edo_item_sink to);
EDO_API_STREAM edo_item_sink_future edo_item_sink_flush_async(edo_item_sink to);
/** Flushes and ends it; it still has to be released. Otherwise the same. */
EDO_API_STREAM int edo_item_sink_close(edo_item_sink to);
EDO_API_STREAM edo_item_sink_future edo_item_sink_close_async(edo_item_sink to);

/** Releases the sink and what it owns. No wait of it is under way. One of zeros is fine. */
EDO_API_STREAM void edo_item_sink_release(edo_item_sink to);

/** A forward under way. Its fields are private but `done`; don't move it once it has been polled. */
typedef struct edo_forward_future {
    edo_future base;
    edo_stream from;
    edo_item_sink to;
    edo_pull pull;
    edo_push push;
    edo_slot slot;
    size_t done; /**< items that the sink has taken */
    int failure;
    uint8_t step;
    bool closes;
    bool is_pulling;
    bool is_pushing;
    bool is_dirty;
} edo_forward_future;

/**
 * Gives a sink all items of a stream, both of which are borrowed. It asks the stream first, so that its end
 * needs no room, then waits for room for the item; one that takes nothing back (no put_back) it asks only when
 * there is room. It flushes while it waits for the stream, and at the end. *ret_done (NULL is fine), or the
 * future's done, is how many the sink has taken.
 *
 * Returns   0 at the stream's end; the stream's first error, or the sink's; -EINVAL; -ENOMEM: nothing was
 *           taken; or why the waiting was cut short. An item that the sink refused goes back to the stream;
 *           where it takes none back it is destroyed.
 * Suspends  while either does.
 * Cancel    says how much it gave; nothing is lost, and the same future may be begun anew.
 */
EDO_API_STREAM int edo_stream_send_all(edo_stream from, edo_item_sink to, size_t *ret_done);
EDO_API_STREAM edo_forward_future edo_stream_send_all_async(edo_stream from, edo_item_sink to);
/** The same, and closes the sink at the stream's end. */
EDO_API_STREAM int edo_stream_forward(edo_stream from, edo_item_sink to, size_t *ret_done);
EDO_API_STREAM edo_forward_future edo_stream_forward_async(edo_stream from, edo_item_sink to);

/*
 * For those who implement a sink around another, which keep in their object an edo_push for it: or who write
 * futures that give to one.
 */

/** Polls one of the sink's waits; `which` is the function of its table. Once READY, begin it anew: zeros. */
EDO_API_STREAM edo_poll edo_item_sink_poll(edo_item_sink to, edo_push_poll *which, edo_push *p,
                                           const edo_waker *waker);
/** Asks it to end soon: then poll it until it is READY. */
EDO_API_STREAM void edo_item_sink_cancel(edo_item_sink to, edo_push *p);

EDO_END_DECLS

#endif
