/*
 * edo/write.h: writing all of it, however little a writer takes at a time.
 *
 * Each of these is several writes. It says 0 for the whole of it, or an error; how much was given is in its
 * future's `done`, and in *ret_done of the direct form, which may be NULL and is written in any case.
 * After a cancel, the same future goes on with the rest.
 */
#ifndef EDO_WRITE_H
#define EDO_WRITE_H

#include <edo/chunks.h>
#include <edo/io.h>

EDO_BEGIN_DECLS

/** A write of the whole under way. Its fields but done are private. */
typedef struct edo_write_all_future {
    edo_future base;
    size_t done; /**< bytes given so far */
    edo_writer to;
    const unsigned char *buf;
    size_t len;
    edo_transfer t;
} edo_write_all_future;

/**
 * Writes all of it; the writer isn't asked to take nothing.
 *
 * Returns   0; -EINVAL; -EDO_EWRITEZERO: the writer took nothing; what the writer says; or why the waiting
 *           was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Owns      `buf` is the writer's until it is READY.
 * Suspends  unless there is room.
 * Cancel    says how much it gave, in `done`; the result is 0 only for the whole.
 */
EDO_API_IO int edo_write_all(edo_writer to, const void *buf, size_t len, size_t *ret_done);
EDO_API_IO edo_write_all_future edo_write_all_async(edo_writer to, const void *buf, size_t len);

/** A write of several pieces under way. Its fields but done are private. */
typedef struct edo_write_all_vectored_future {
    edo_future base;
    size_t done; /**< bytes given so far */
    edo_writer to;
    const struct iovec *iov;
    size_t count, at, offset;
    struct iovec window[4];
    edo_transfer t;
} edo_write_all_vectored_future;

/**
 * Writes all of `count` pieces, of which any may be empty, and any number is fine. The array is read until it
 * is READY, and not changed.
 *
 * Returns   as edo_write_all.
 * Owns      what the pieces point to is the writer's until it is READY.
 * Suspends  unless there is room.
 * Cancel    says how much it gave, in `done`; the result is 0 only for the whole.
 */
EDO_API_IO int edo_write_all_vectored(edo_writer to, const struct iovec *iov, size_t count,
                                      size_t *ret_done);
EDO_API_IO edo_write_all_vectored_future edo_write_all_vectored_async(edo_writer to,
                                                                      const struct iovec *iov,
                                                                      size_t count);

/** A write of chunks under way. Its fields but done are private. */
typedef struct edo_write_buf_future {
    edo_future base;
    size_t done; /**< bytes given so far, and taken away from the chunks */
    edo_writer to;
    edo_chunks from;
    struct iovec room;
    edo_transfer t;
} edo_write_buf_future;

/**
 * Writes what is taken of the chunks by one call of the writer, a vectored one where it can, and takes
 * that much away from them.
 *
 * Returns   the count; 0 when they hold nothing, and from a writer that takes nothing any more; -EINVAL; what
 *           the writer says; or why the waiting was cut short.
 * Owns      the chunks are the writer's until it is READY.
 * Suspends  unless there is room.
 * Cancel    says how much it gave: bytes given stay given and are the result; none: -ECANCELED.
 */
EDO_API_IO ssize_t edo_write_buf(edo_writer to, edo_chunks from);
EDO_API_IO edo_write_buf_future edo_write_buf_async(edo_writer to, edo_chunks from);
/**
 * Writes all of them: then they are empty. What was given is taken away, whatever the result is.
 *
 * Returns   as edo_write_all.
 * Owns      the chunks are the writer's until it is READY.
 * Suspends  unless there is room.
 * Cancel    says how much it gave, in `done`: what is left is in the chunks.
 */
EDO_API_IO int edo_write_all_buf(edo_writer to, edo_chunks from, size_t *ret_done);
EDO_API_IO edo_write_buf_future edo_write_all_buf_async(edo_writer to, edo_chunks from);

EDO_END_DECLS

#endif
