/*
 * edo/buf_reader.h: a buffer in front of a reader, so that many small reads cost few of its calls; and
 * looking at what such a reader holds.
 *
 * A read of the inner reader that is under way fills the object's own memory, so what a cancelled read would
 * have got is there for the next. A read that is as long as the buffer goes past it when it is empty.
 */
#ifndef EDO_BUF_READER_H
#define EDO_BUF_READER_H

#include <edo/io.h>

EDO_BEGIN_DECLS

/** Of a buffered reader or writer. Zeros are the defaults. */
typedef struct edo_buffering_opts {
    size_t capacity; /**< bytes; 0: 8 KiB */
    void *memory;    /**< so many bytes of the caller's for it; NULL: allocated */
    edo_seeker
        seeker; /**< of what is inside, so that its buffer can be sought in; zeros: it can't */
} edo_buffering_opts;

/** A reader with a buffer. Its fields are private. It stays where it is while a read is under way. */
typedef struct edo_buf_reader {
    edo_reader inner;
    edo_seeker seeker;
    char *buf;
    size_t capacity;
    size_t begin, end;
    edo_transfer *user;
    uint8_t doing;
    uint8_t last;
    bool owns;
    edo_transfer own;
} edo_buf_reader;

/**
 * Puts a buffer in front of `inner`. `opts` may be NULL.
 *
 * Returns   0; -EINVAL (no reader; memory of no size), -ENOMEM: then it is untouched.
 * Owns      `inner` is borrowed; the buffer is freed by edo_buf_reader_fini, if it was allocated.
 */
EDO_API_IO int edo_buf_reader_init(edo_buf_reader *reader, edo_reader inner,
                                   const edo_buffering_opts *opts);
/** Frees its buffer, with what it holds. No read is under way. Zeros and NULL are fine. */
EDO_API_IO void edo_buf_reader_fini(edo_buf_reader *reader);
/** The same on the heap, until edo_buf_reader_free. */
EDO_API_IO int edo_buf_reader_new(edo_reader inner, const edo_buffering_opts *opts,
                                  edo_buf_reader **ret_reader);
EDO_API_IO void edo_buf_reader_free(edo_buf_reader *reader);

/**
 * It as a reader, for one read at a time (another one is -EBUSY). It puts back what a losing read took; of one
 * that went past the buffer, if the inner reader does or the buffer has room for it.
 */
EDO_API_IO edo_reader edo_buf_reader_reader(edo_buf_reader *reader);
/**
 * It as a seeker. A seek drops what the buffer holds, and SEEK_CUR counts from where its reads have come
 * to. -ENOTSUP: it was made without a seeker. A seek that fails leaves the buffer as it was.
 */
EDO_API_IO edo_seeker edo_buf_reader_seeker(edo_buf_reader *reader);
/** What it holds and nobody has read yet; good until the next call. NULL and 0 for NULL. */
EDO_API_IO const void *edo_buf_reader_buffered(const edo_buf_reader *reader, size_t *ret_len);

/** A fill under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_fill_future {
    edo_future base;
    edo_reader from;
    const void **ret_data;
    edo_transfer t;
} edo_fill_future;

/**
 * Waits until a buffered reader holds something, unless it does, and shows it at *ret_data. It stays there
 * until edo_consume.
 *
 * Returns   how many bytes; 0: the end; -ENOTSUP: the reader has no buffer; -EINVAL; what the reader says;
 *           or why the waiting was cut short.
 * Suspends  unless something is there.
 * Cancel    takes nothing.
 */
EDO_API_IO ssize_t edo_fill(edo_reader from, const void **ret_data);
EDO_API_IO edo_fill_future edo_fill_async(edo_reader from, const void **ret_data);
/**
 * Takes away `len` bytes of what edo_fill has shown.
 *
 * Returns   0; -EINVAL when it holds fewer, and then it still does; -ENOTSUP: the reader has no buffer.
 */
EDO_API_IO int edo_consume(edo_reader from, size_t len);

EDO_END_DECLS

#endif
