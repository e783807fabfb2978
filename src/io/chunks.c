/* chunks.c: buffers, bytes and queues of them as what is written from. */
#include <edo/chunks.h>

static const struct iovec *one_piece(const void *data, size_t len, struct iovec *room,
                                     size_t *ret_count)
{
    *room = (struct iovec){(void *)(uintptr_t)data, len};
    *ret_count = len ? 1 : 0;
    return room;
}

static const struct iovec *buf_pieces(void *self, struct iovec *room, size_t *ret_count)
{
    const edo_buf *buf = self;

    return one_piece(buf->data, buf->len, room, ret_count);
}

static void buf_advance(void *self, size_t len)
{
    edo_buf_consume(self, len);
}

edo_chunks edo_buf_as_chunks(edo_buf *buf)
{
    static const edo_chunks_ops ops = {.pieces = buf_pieces, .advance = buf_advance};

    return (edo_chunks){buf ? &ops : NULL, buf};
}

static const struct iovec *bytes_pieces(void *self, struct iovec *room, size_t *ret_count)
{
    const edo_bytes *bytes = self;

    return one_piece(bytes->data, bytes->len, room, ret_count);
}

static void bytes_advance(void *self, size_t len)
{
    edo_bytes_advance(self, len);
}

edo_chunks edo_bytes_as_chunks(edo_bytes *bytes)
{
    static const edo_chunks_ops ops = {.pieces = bytes_pieces, .advance = bytes_advance};

    return (edo_chunks){bytes ? &ops : NULL, bytes};
}

static const struct iovec *queue_pieces(void *self, struct iovec *room, size_t *ret_count)
{
    (void)room;
    return edo_bytes_queue_pieces(self, ret_count);
}

static void queue_advance(void *self, size_t len)
{
    edo_bytes_queue_advance(self, len);
}

edo_chunks edo_bytes_queue_as_chunks(edo_bytes_queue *queue)
{
    static const edo_chunks_ops ops = {.pieces = queue_pieces, .advance = queue_advance};

    return (edo_chunks){queue ? &ops : NULL, queue};
}
