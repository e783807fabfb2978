/* edo/stream_time.h: streams and time: limits, distances, gathering for a while, ticks. */
#ifndef EDO_STREAM_TIME_H
#define EDO_STREAM_TIME_H

#include <edo/interval.h>
#include <edo/stream_fold.h>
#include <edo/stream_stage.h>
#include <edo/time.h>

EDO_BEGIN_DECLS

/** A stage with a clock. It lies with its user; its fields are private. */
typedef struct edo_timed {
    edo_stage stage;
    edo_sleep_future sleep;
    edo_duration span;
    edo_instant at;
    int failure; /* why the pull that is being ended was cut short */
    bool is_set; /* `at` counts */
    bool sleeps; /* the sleep has been polled */
    bool repeats;
    bool is_ending; /* the time has come, and the pull isn't READY yet */
} edo_timed;

/**
 * All items; where none has come for `span`, since the one before or the first next, an -ETIMEDOUT among
 * them. Then there is no limit until an item has come. What comes as the time passes is given, and the end is
 * the end.
 */
EDO_API_STREAM edo_stream edo_stream_timeout(edo_timed *timed, edo_stream source,
                                             edo_duration span);
/** The same, and an -ETIMEDOUT after each further `span` until an item comes. */
EDO_API_STREAM edo_stream edo_stream_timeout_repeating(edo_timed *timed, edo_stream source,
                                                       edo_duration span);
/** All items, each at the earliest `span` after the one before. */
EDO_API_STREAM edo_stream edo_stream_throttle(edo_timed *timed, edo_stream source,
                                              edo_duration span);

/** Items gathered for a while. It lies with its user; its fields are private. */
typedef struct edo_stream_chunks {
    edo_timed timed;
    edo_items items;
    size_t max;
} edo_stream_chunks;

/** What chunks are: edo_items, which are their taker's, to be ended by edo_items_fini. */
EDO_API_STREAM const edo_item *edo_items_item(void);
/**
 * The items in chunks: each of `max` items, or of those that came within `span` from the chunk's first on, or
 * before the end. A chunk is never empty. Memory for it is allocated as it grows: without any the next says
 * -ENOMEM, and nothing is lost.
 *
 * Returns   0; -EINVAL: `max` is 0. Then the source is still the caller's.
 */
EDO_API_STREAM int edo_stream_chunks_timeout(edo_stream_chunks *chunks, edo_stream source,
                                             size_t max, edo_duration span, edo_stream *ret_stream);
/** Takes out what has been gathered for the next chunk; no next is under way. */
EDO_API_STREAM edo_items edo_stream_chunks_take(edo_stream_chunks *chunks);

/** An interval as a stream. It lies with its user; its fields are private. */
typedef struct edo_ticks {
    edo_interval interval;
    edo_interval_tick_future tick;
} edo_ticks;

/** The ticks of an interval, of which it has a copy: an edo_instant each, without an end. */
EDO_API_STREAM edo_stream edo_stream_ticks(edo_ticks *ticks, const edo_interval *interval);

EDO_END_DECLS

#endif
