/*
 * edo/bytes.h: bytes that nobody changes any more, shared by everybody who holds a part of them.
 *
 * An edo_bytes is a value that holds a reference: cutting and cloning it copies no bytes, and the memory
 * goes with the last that holds some of it. Zeros are one of no bytes.
 *
 *     edo_buf_split_to(&buf, frame_len, &frame);      what was read, without a copy
 *     edo_spawn_copy(handle, &frame, sizeof frame, NULL);   the task frees it
 */
#ifndef EDO_BYTES_H
#define EDO_BYTES_H

#include <edo/buf.h>
#include <edo/item.h>

EDO_BEGIN_DECLS

/** Copying the struct copies no reference: edo_bytes_clone does. */
typedef struct edo_bytes {
    const unsigned char *data; /**< the first of its bytes; anything while there are none */
    size_t len;                /**< how many there are */
    struct edo_block *block;   /**< private */
} edo_bytes;

/** Bytes that live for ever, or longer than everything made of these. */
EDO_API_IO edo_bytes edo_bytes_static(const void *data, size_t len);
/** A copy of bytes. 0; -EINVAL, -ENOMEM, and then *ret_bytes is untouched. */
EDO_API_IO int edo_bytes_copy(const void *data, size_t len, edo_bytes *ret_bytes);
/**
 * Bytes in the caller's memory, which nobody changes from now on; `destroy(arg)` is called when nobody
 * holds any of them any more, on the thread of whoever held the last.
 *
 * Returns   0; -EINVAL, -ENOMEM: then the memory is the caller's still.
 */
EDO_API_IO int edo_bytes_own(const void *data, size_t len, void (*destroy)(void *arg), void *arg,
                             edo_bytes *ret_bytes);
/** Another reference to the same bytes. */
EDO_API_IO edo_bytes edo_bytes_clone(const edo_bytes *bytes);
/** Gives the reference up, and leaves it empty. Zeros and NULL are fine. */
EDO_API_IO void edo_bytes_free(edo_bytes *bytes);

/** Another reference, to `len` bytes from `from` on. 0; -EINVAL: they aren't all there. */
EDO_API_IO int edo_bytes_slice(const edo_bytes *bytes, size_t from, size_t len,
                               edo_bytes *ret_slice);
/** Cuts it in two: *ret_front gets the first `at` bytes. 0; -EINVAL, and nothing done. */
EDO_API_IO int edo_bytes_split_to(edo_bytes *bytes, size_t at, edo_bytes *ret_front);
/** Cuts it in two: *ret_rest gets all but the first `at` bytes. 0; -EINVAL, and nothing done. */
EDO_API_IO int edo_bytes_split_off(edo_bytes *bytes, size_t at, edo_bytes *ret_rest);
/** Leaves out the first `len` bytes. 0; -EINVAL, and nothing done. */
EDO_API_IO int edo_bytes_advance(edo_bytes *bytes, size_t len);
/** Keeps the first `len` bytes. 0; -EINVAL, and nothing done. */
EDO_API_IO int edo_bytes_truncate(edo_bytes *bytes, size_t len);
/** What they are to channels, streams and codecs: one item is an edo_bytes, which edo_bytes_free ends. */
EDO_API_IO const edo_item *edo_bytes_item(void);
/** Whether both are the same bytes, wherever they lie. */
EDO_API_IO bool edo_bytes_equal(const edo_bytes *a, const edo_bytes *b);

/**
 * Makes what a buffer holds immutable, without a copy unless it lies in the caller's memory. The buffer
 * is empty afterwards and has the same limit; its room goes along, if it was allocated.
 *
 * Returns   0; -EINVAL; -ENOMEM: then the buffer is as it was.
 */
EDO_API_IO int edo_buf_freeze(edo_buf *buf, edo_bytes *ret_bytes);
/** The same with the first `len` bytes: the buffer keeps the rest, and the room behind it. */
EDO_API_IO int edo_buf_split_to(edo_buf *buf, size_t len, edo_bytes *ret_front);
/**
 * Makes bytes a buffer again, without a copy, if nobody else holds any of the memory they lie in.
 *
 * Returns   0, and then `bytes` is empty; -EINVAL; -EBUSY: others do, or it isn't edo's memory.
 */
EDO_API_IO int edo_bytes_thaw(edo_bytes *bytes, edo_buf *ret_buf);

/** The bytes as a reader, which takes away what it reads. They are borrowed. */
EDO_API_IO edo_reader edo_bytes_as_reader(edo_bytes *bytes);

/** Several bytes in a row, taken from the front. It lies in the caller's memory; zeros are an empty one. */
typedef struct edo_bytes_queue {
    size_t len;                /**< bytes in all of them */
    struct iovec *pieces;      /**< private */
    struct edo_block **held;   /**< private */
    size_t first, count, room; /**< private */
} edo_bytes_queue;

/** Frees what it holds, and leaves it empty. Zeros and NULL are fine. */
EDO_API_IO void edo_bytes_queue_fini(edo_bytes_queue *queue);
/** Takes bytes over, and leaves `bytes` empty. 0; -EINVAL, -ENOMEM: then both are as they were. */
EDO_API_IO int edo_bytes_queue_push(edo_bytes_queue *queue, edo_bytes *bytes);
/** Takes `len` bytes away at the front. 0; -EINVAL, and nothing done: so many aren't there. */
EDO_API_IO int edo_bytes_queue_advance(edo_bytes_queue *queue, size_t len);
/** The same, and *ret_front gets them: without a copy if they lie in one piece. 0; -EINVAL, -ENOMEM. */
EDO_API_IO int edo_bytes_queue_take(edo_bytes_queue *queue, size_t len, edo_bytes *ret_front);
/** What it holds, as edo_writev takes it, until it is changed. None of the pieces is empty. */
EDO_API_IO const struct iovec *edo_bytes_queue_pieces(const edo_bytes_queue *queue,
                                                      size_t *ret_count);

EDO_END_DECLS

#endif
