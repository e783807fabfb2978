/*
 * edo/read.h: reading more than one call of a reader gives: so many bytes, up to a delimiter, to the end.
 *
 * Each of these is several reads. It says 0 for the whole of it, or an error; how far it came is in its
 * future's `done`, and in *ret_done of the direct form, which may be NULL and is written in any case. What was read
 * is where it belongs, after an error or a cancel too, and the same call goes on behind it.
 */
#ifndef EDO_READ_H
#define EDO_READ_H

#include <edo/buf.h>
#include <edo/io.h>

EDO_BEGIN_DECLS

/** A read of so many bytes under way. Its fields but done are private. */
typedef struct edo_read_exact_future {
    edo_future base;
    size_t done; /**< bytes read so far */
    edo_reader from;
    unsigned char *buf;
    size_t len;
    edo_transfer t;
} edo_read_exact_future;

/**
 * Reads exactly `len` bytes, and nothing behind them.
 *
 * Returns   0; -EINVAL; -EDO_EEOF when the end comes before; what the reader says; or why the waiting was
 *           cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Owns      `buf` is the reader's until it is READY.
 * Suspends  unless all of it is there.
 * Cancel    says how much it took, in `done`: these bytes are in `buf`. What a losing arm has read by a
 *           single call is put back, where the reader can; else its success stands.
 */
EDO_API_IO int edo_read_exact(edo_reader from, void *buf, size_t len, size_t *ret_done);
EDO_API_IO edo_read_exact_future edo_read_exact_async(edo_reader from, void *buf, size_t len);

/** A read into a buffer under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_read_buf_future {
    edo_future base;
    edo_reader from;
    edo_buf *buf;
    edo_transfer t;
} edo_read_buf_future;

/**
 * Reads what is there behind what the buffer holds, by one call of the reader, as much as there is room
 * for. A full buffer grows first.
 *
 * Returns   the count; 0 at the end; -EINVAL; -EDO_ETOOLONG: the buffer is at its limit; -ENOMEM; what the
 *           reader says; or why the waiting was cut short.
 * Owns      the buffer is the reader's until it is READY.
 * Suspends  unless something is there.
 * Cancel    puts back, where the reader can; else takes nothing, or the success stands.
 */
EDO_API_IO ssize_t edo_read_buf(edo_reader from, edo_buf *buf);
EDO_API_IO edo_read_buf_future edo_read_buf_async(edo_reader from, edo_buf *buf);

/** A read to the end under way. Its fields but done are private. */
typedef struct edo_read_to_end_future {
    edo_future base;
    size_t done; /**< bytes put behind those that the buffer held */
    edo_reader from;
    edo_buf *buf;
    bool is_text;
    edo_transfer t;
} edo_read_to_end_future;

/**
 * Reads until the end, behind what the buffer holds.
 *
 * Returns   0; -EINVAL; -EDO_ETOOLONG: the buffer is at its limit, and whether the end comes next wasn't looked
 *           at; -ENOMEM; what the reader says; or why the waiting was cut short. Each leaves in the
 *           buffer what was read, and the next call goes on.
 * Owns      the buffer is the reader's until it is READY.
 * Suspends  unless the end is there.
 * Cancel    says how much it took, in `done`: these bytes are in the buffer.
 */
EDO_API_IO int edo_read_to_end(edo_reader from, edo_buf *buf, size_t *ret_done);
EDO_API_IO edo_read_to_end_future edo_read_to_end_async(edo_reader from, edo_buf *buf);
/**
 * The same with text: at the end, what was read has to be UTF-8.
 *
 * Returns   as edo_read_to_end; -EILSEQ when it isn't. The bytes are in the buffer all the same.
 */
EDO_API_IO int edo_read_to_string(edo_reader from, edo_buf *buf, size_t *ret_done);
EDO_API_IO edo_read_to_end_future edo_read_to_string_async(edo_reader from, edo_buf *buf);

/** A read up to a delimiter under way. Its fields but done are private. */
typedef struct edo_read_until_future {
    edo_future base;
    size_t done; /**< bytes put behind those that the buffer held */
    edo_reader from;
    edo_buf *buf;
    unsigned char delimiter;
    edo_transfer t;
} edo_read_until_future;

/**
 * Reads up to a delimiter or the end, behind what the buffer holds, and nothing behind the delimiter, which
 * is put there too. The reader has to be a buffered one, with `fill` and `consume`.
 *
 * Returns   0, also at the end: with `done` 0 if nothing was left; -EINVAL; -ENOTSUP: the reader has no
 *           buffer; -EDO_ETOOLONG: the buffer is at its limit, and the rest is in the reader still;
 *           -ENOMEM; what the reader says; or why the waiting was cut short.
 * Suspends  unless the delimiter is in the reader's buffer.
 * Cancel    says how much it took, in `done`: these bytes are in the buffer, the others in the reader.
 */
EDO_API_IO int edo_read_until(edo_reader from, unsigned char delimiter, edo_buf *buf,
                              size_t *ret_done);
EDO_API_IO edo_read_until_future edo_read_until_async(edo_reader from, unsigned char delimiter,
                                                      edo_buf *buf);
/** The same up to a newline. What it reads need not be text. */
EDO_API_IO int edo_read_line(edo_reader from, edo_buf *buf, size_t *ret_done);
EDO_API_IO edo_read_until_future edo_read_line_async(edo_reader from, edo_buf *buf);

EDO_END_DECLS

#endif
