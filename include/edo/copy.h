/*
 * edo/copy.h: passing on what one reads to where another one writes: in one direction, and in both.
 *
 * Nothing that was read is lost: when a copy ends before its time, what was read and not written goes back
 * into the reader.
 */
#ifndef EDO_COPY_H
#define EDO_COPY_H

#include <edo/io.h>

EDO_BEGIN_DECLS

struct pump;

/** A copy under way. Its fields but the first three are private. */
typedef struct edo_copy_future {
    edo_future base;
    uint64_t done; /**< bytes written so far */
    size_t lost;   /**< bytes that were read, and neither written nor taken back by the reader */
    edo_reader from;
    edo_writer to;
    bool needs_buffered;
    struct pump *pump;
} edo_copy_future;

/**
 * Copies until the end of `from`, and flushes `to` then and whenever `from` lets it wait. It takes the bytes
 * out of the reader's own buffer, if it has one; else it has one of 64 KiB from its first read to its end.
 *
 * Returns   0: all of it; -EINVAL; -ENOMEM; -EDO_EWRITEZERO: the writer takes nothing any more; what the reader
 *           or the writer says; or why the waiting was cut short. *ret_done, which may be NULL, is how many
 *           bytes were written, also after a failure.
 * Owns      both are borrowed. They are not shut down.
 * Suspends  unless everything is ready; it gives way to other tasks.
 * Cancel    puts back: bytes written stay written, and are counted in `done`; what was read beyond these is
 *           the next read's. `lost` says how many the reader didn't take back: 0 for edo's own.
 */
EDO_API_IO int edo_copy(edo_reader from, edo_writer to, uint64_t *ret_done);
EDO_API_IO edo_copy_future edo_copy_async(edo_reader from, edo_writer to);
/** The same for readers with a buffer of their own alone: -ENOTSUP for the others. */
EDO_API_IO int edo_copy_buf(edo_reader from, edo_writer to, uint64_t *ret_done);
EDO_API_IO edo_copy_future edo_copy_buf_async(edo_reader from, edo_writer to);

/** How many bytes went where. */
typedef struct edo_copied {
    uint64_t a_to_b, b_to_a;
} edo_copied;

/** Two copies under way. Its fields but the first three are private. */
typedef struct edo_copy_bidirectional_future {
    edo_future base;
    edo_copied done; /**< bytes written so far */
    edo_copied lost; /**< as of a copy */
    edo_io a, b;
    int64_t failure;
    bool turn;
    struct pump *pumps[2];
} edo_copy_bidirectional_future;

/**
 * Copies from `a` to `b` and from `b` to `a`, until both have ended. The end of one shuts the other's writing
 * down, and the other direction goes on. A failure of a read or write ends both at once.
 *
 * Returns   0: both came to their end; -EINVAL, -ENOMEM, and the first failure otherwise; or why the waiting
 *           was cut short. *ret_done, which may be NULL, is as of edo_copy.
 * Owns      both are borrowed, and neither is closed.
 * Suspends  unless everything is ready; it gives way to other tasks.
 * Cancel    puts back, as edo_copy does in each direction.
 */
EDO_API_IO int edo_copy_bidirectional(edo_io a, edo_io b, edo_copied *ret_done);
EDO_API_IO edo_copy_bidirectional_future edo_copy_bidirectional_async(edo_io a, edo_io b);

EDO_END_DECLS

#endif
