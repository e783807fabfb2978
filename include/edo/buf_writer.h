/*
 * edo/buf_writer.h: a buffer behind which a writer gets few large writes instead of many small ones.
 *
 * What was written stays in the buffer until it is full or edo_flush is called: nobody else does that, so
 * without it the end of what was written is lost with the object. A write that is as long as the buffer goes
 * past it, after what it holds.
 */
#ifndef EDO_BUF_WRITER_H
#define EDO_BUF_WRITER_H

#include <edo/buf_reader.h>
#include <edo/io.h>

EDO_BEGIN_DECLS

/** A writer with a buffer. Its fields are private. It stays where it is while a write is under way. */
typedef struct edo_buf_writer {
    edo_writer inner;
    edo_seeker seeker;
    char *buf;
    size_t capacity;
    size_t begin, end;
    edo_transfer *user;
    uint8_t doing;
    bool owns;
    bool is_shut;
    edo_transfer own;
} edo_buf_writer;

/**
 * Puts a buffer in front of `inner`. `opts` may be NULL.
 *
 * Returns   0; -EINVAL (no writer; memory of no size), -ENOMEM: then it is untouched.
 * Owns      `inner` is borrowed; the buffer is freed by edo_buf_writer_fini, if it was allocated.
 */
EDO_API_IO int edo_buf_writer_init(edo_buf_writer *writer, edo_writer inner,
                                   const edo_buffering_opts *opts);
/**
 * Frees its buffer. What it still holds is lost and nothing else: what it has passed on is not touched. Call
 * edo_flush before, or take it by edo_buf_writer_unwritten. No write is under way. Zeros and NULL are fine.
 */
EDO_API_IO void edo_buf_writer_fini(edo_buf_writer *writer);
/** The same on the heap, until edo_buf_writer_free. */
EDO_API_IO int edo_buf_writer_new(edo_writer inner, const edo_buffering_opts *opts,
                                  edo_buf_writer **ret_writer);
EDO_API_IO void edo_buf_writer_free(edo_buf_writer *writer);

/**
 * It as a writer, for one call at a time (another one is -EBUSY). A write says that the buffer has it; an
 * error of the inner writer comes with whichever call passes it on, and loses nothing: the next tries again.
 * A flush passes all of it on and flushes the inner writer; a shutdown then shuts that down as well, and may be
 * done again.
 */
EDO_API_IO edo_writer edo_buf_writer_writer(edo_buf_writer *writer);
/** It as a seeker: a seek passes on what it holds, first. -ENOTSUP: it was made without a seeker. */
EDO_API_IO edo_seeker edo_buf_writer_seeker(edo_buf_writer *writer);
/** What it holds and has not passed on; good until the next call. NULL and 0 for NULL. */
EDO_API_IO const void *edo_buf_writer_unwritten(const edo_buf_writer *writer, size_t *ret_len);

EDO_END_DECLS

#endif
