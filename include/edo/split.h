/*
 * edo/split.h: the two directions of one thing as two that are owned apart, and two as one.
 *
 * A reader and a writer are values and can be used apart as they are, by two tasks at a time. Halves are for
 * those who can't say which of two tasks ends first: the thing is released by whoever is last. What they hand
 * out is the thing's own reader and writer, so nothing lies in between.
 */
#ifndef EDO_SPLIT_H
#define EDO_SPLIT_H

#include <edo/io.h>

EDO_BEGIN_DECLS

typedef struct edo_read_half edo_read_half;
typedef struct edo_write_half edo_write_half;

/** Zeros are the defaults. */
typedef struct edo_split_opts {
    void (*release)(void *arg); /**< called once, when both halves have been freed; must not wait */
    void *arg;
} edo_split_opts;

/**
 * Makes two halves of `io`. `opts` may be NULL.
 *
 * Returns   0; -EINVAL, -ENOMEM: then nothing was made, and nothing is released.
 * Owns      each half is its owner's, until it is freed or reunited; `io` is borrowed until then, and what is
 *           to be freed with it is released after both.
 */
EDO_API_IO int edo_split(edo_io io, const edo_split_opts *opts, edo_read_half **ret_read,
                         edo_write_half **ret_write);
/** The half as a reader, or a writer: what was split. Borrowed. */
EDO_API_IO edo_reader edo_read_half_reader(const edo_read_half *half);
EDO_API_IO edo_writer edo_write_half_writer(const edo_write_half *half);
/** Whether they were made by one split. */
EDO_API_IO bool edo_halves_match(const edo_read_half *read, const edo_write_half *write);
/**
 * Gives what was split back, and frees the halves; it is not released.
 *
 * Returns   0; -EINVAL: they are not of one split, and both stay as they are.
 */
EDO_API_IO int edo_unsplit(edo_read_half *read, edo_write_half *write, edo_io *ret_io);
/** Frees a half. No call on it is under way. NULL is fine. Any thread; works in a cancelled task. */
EDO_API_IO void edo_read_half_free(edo_read_half *half);
EDO_API_IO void edo_write_half_free(edo_write_half *half);

/** A reader and a writer as one. */
static inline edo_io edo_io_join(edo_reader reader, edo_writer writer)
{
    edo_io io;

    io.reader = reader;
    io.writer = writer;
    return io;
}

EDO_END_DECLS

#endif
