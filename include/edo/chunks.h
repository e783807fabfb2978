/*
 * edo/chunks.h: bytes in one piece or several that are taken away from the front: what edo_write_buf
 * writes from. Buffers, bytes and queues of them are such; anybody can implement it.
 */
#ifndef EDO_CHUNKS_H
#define EDO_CHUNKS_H

#include <edo/bytes.h>

EDO_BEGIN_DECLS

/** What they can do. */
typedef struct edo_chunks_ops {
    /**
     * What is left, and in how many pieces, none of them empty; it stays so until bytes are taken away. `*room` is the caller's,
     * stays as well, and may be what is returned.
     */
    const struct iovec *(*pieces)(void *self, struct iovec *room, size_t *ret_count);
    /** Takes away `len` bytes at the front; never more than there are. */
    void (*advance)(void *self, size_t len);
} edo_chunks_ops;

typedef struct edo_chunks {
    const edo_chunks_ops *ops;
    void *self;
} edo_chunks;

/** What they hold, as chunks. It is borrowed, and may not be changed while it is written. */
EDO_API_IO edo_chunks edo_buf_as_chunks(edo_buf *buf);
EDO_API_IO edo_chunks edo_bytes_as_chunks(edo_bytes *bytes);
EDO_API_IO edo_chunks edo_bytes_queue_as_chunks(edo_bytes_queue *queue);

EDO_END_DECLS

#endif
