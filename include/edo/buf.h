/*
 * edo/buf.h: a buffer of bytes that grows at its end and shrinks at its front.
 *
 * It is what bytes are read into and written from. It lies in the caller's memory, and zeros are an empty
 * one; what it allocates is freed by edo_buf_fini. edo/bytes.h shares what it holds without a copy.
 *
 *     edo_buf buf = {.limit = 64 * 1024};
 *
 *     while ((n = edo_read_buf(from, &buf)) > 0)
 *         edo_buf_consume(&buf, parse(buf.data, buf.len));
 *     edo_buf_fini(&buf);
 */
#ifndef EDO_BUF_H
#define EDO_BUF_H

#include <edo/io.h>

EDO_BEGIN_DECLS

struct edo_block;

/** Zeros are an empty one. */
typedef struct edo_buf {
    unsigned char *data;     /**< the first of its bytes; anything while there are none */
    size_t len;              /**< how many there are */
    size_t limit;            /**< the most it may hold, to be changed at will; 0: any number */
    struct edo_block *block; /**< private */
    unsigned char *base;     /**< private */
    size_t room;             /**< private */
} edo_buf;

/** A buffer in `size` bytes of the caller's: it never allocates, and can't grow beyond them. */
EDO_API_IO edo_buf edo_buf_over(void *memory, size_t size);
/** Frees what it holds, and leaves it empty. Zeros and NULL are fine. */
EDO_API_IO void edo_buf_fini(edo_buf *buf);

/** How many bytes fit behind those that are there, without anything being allocated or moved. */
EDO_API_IO size_t edo_buf_spare(const edo_buf *buf);
/**
 * Sees to it that at least `len` bytes fit behind those that are there. An empty buffer gets room for just
 * as many; one that grows doubles.
 *
 * Returns   0; -EINVAL; -EDO_ETOOLONG over its limit, -ENOMEM: then it is as it was.
 */
EDO_API_IO int edo_buf_reserve(edo_buf *buf, size_t len);
/** Where those bytes are to be put, to be counted by edo_buf_advance afterwards. */
EDO_API_IO unsigned char *edo_buf_end(const edo_buf *buf);
/** Counts `len` bytes that were put behind the others. 0; -EINVAL, and nothing done: so many don't fit. */
EDO_API_IO int edo_buf_advance(edo_buf *buf, size_t len);

/**
 * Puts bytes behind the others; `data` may not be the buffer's own.
 *
 * Returns   0; -EINVAL; -EDO_ETOOLONG over its limit, -ENOMEM: then it is as it was.
 */
EDO_API_IO int edo_buf_append(edo_buf *buf, const void *data, size_t len);
/** The same with `len` times one byte. */
EDO_API_IO int edo_buf_fill(edo_buf *buf, unsigned char byte, size_t len);
/** The same with a text as of printf, without the zero at its end; in the caller's memory that needs room. */
EDO_API_IO int edo_buf_print(edo_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Takes `len` bytes away at the front. 0; -EINVAL, and nothing done: so many aren't there. */
EDO_API_IO int edo_buf_consume(edo_buf *buf, size_t len);
/** The same, after it copied them to `dest`. */
EDO_API_IO int edo_buf_take(edo_buf *buf, void *dest, size_t len);
/** Keeps the first `len` bytes. 0; -EINVAL, and nothing done: so many aren't there. */
EDO_API_IO int edo_buf_truncate(edo_buf *buf, size_t len);
/** Takes all bytes away; its room stays. */
EDO_API_IO void edo_buf_clear(edo_buf *buf);
/** Takes everything out, memory and all. What is left is empty, and has the same limit. */
EDO_API_IO edo_buf edo_buf_move(edo_buf *buf);

/**
 * Its bytes as text: with a zero behind the last, which isn't counted, until the buffer is changed.
 *
 * Returns   the text, never more than `len` long for C if a byte is zero; NULL: no memory for the zero.
 */
EDO_API_IO char *edo_buf_text(edo_buf *buf);

/** The buffer as a reader, which takes away what it reads, and as a writer, which appends. It is borrowed. */
EDO_API_IO edo_reader edo_buf_as_reader(edo_buf *buf);
EDO_API_IO edo_writer edo_buf_as_writer(edo_buf *buf);

EDO_END_DECLS

#endif
