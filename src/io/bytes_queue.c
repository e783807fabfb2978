/*
 * bytes_queue.c: bytes in a row, in the form that a vectored write takes.
 *
 * The pieces are an array of their own, so that nothing is copied together to be written: what was written
 * of the first is cut off in place.
 */
#include <edo/bytes.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/block.h"

void edo_bytes_queue_fini(edo_bytes_queue *queue)
{
    if (!queue)
        return;
    for (size_t i = 0; i < queue->count; i++)
        block_unref(queue->held[queue->first + i]);
    free(queue->pieces);
    free(queue->held);
    *queue = (edo_bytes_queue){0};
}

static void move_to_front(edo_bytes_queue *q)
{
    memmove(q->pieces, q->pieces + q->first, q->count * sizeof *q->pieces);
    memmove(q->held, q->held + q->first, q->count * sizeof(block *));
    q->first = 0;
}

static int grow(edo_bytes_queue *q)
{
    size_t room = q->room ? 2 * q->room : 8;

    if (room > PTRDIFF_MAX / sizeof *q->pieces)
        return -ENOMEM;
    struct iovec *pieces = realloc(q->pieces, room * sizeof *pieces);
    if (!pieces)
        return -ENOMEM;
    q->pieces = pieces;
    block **held = realloc(q->held, room * sizeof(block *));
    if (!held)
        return -ENOMEM;
    q->held = held;
    q->room = room;
    return 0;
}

static int make_room(edo_bytes_queue *q)
{
    if (q->first + q->count < q->room)
        return 0;
    if (q->first > 0 && q->first >= q->count) {
        move_to_front(q);
        return 0;
    }
    return grow(q);
}

int edo_bytes_queue_push(edo_bytes_queue *queue, edo_bytes *bytes)
{
    if (!queue || !bytes)
        return -EINVAL;
    if (bytes->len == 0) {
        edo_bytes_free(bytes);
        return 0;
    }
    if (bytes->len > SIZE_MAX - queue->len || make_room(queue) < 0)
        return -ENOMEM;
    size_t last = queue->first + queue->count++;
    queue->pieces[last] = (struct iovec){(void *)(uintptr_t)bytes->data, bytes->len};
    queue->held[last] = bytes->block;
    queue->len += bytes->len;
    *bytes = (edo_bytes){0};
    return 0;
}

static void drop_first(edo_bytes_queue *q)
{
    q->len -= q->pieces[q->first].iov_len;
    block_unref(q->held[q->first]);
    q->count--;
    q->first = q->count ? q->first + 1 : 0;
}

int edo_bytes_queue_advance(edo_bytes_queue *queue, size_t len)
{
    if (!queue || len > queue->len)
        return -EINVAL;
    while (len > 0 && len >= queue->pieces[queue->first].iov_len) {
        len -= queue->pieces[queue->first].iov_len;
        drop_first(queue);
    }
    if (len > 0) {
        struct iovec *first = &queue->pieces[queue->first];
        first->iov_base = (char *)first->iov_base + len;
        first->iov_len -= len;
        queue->len -= len;
    }
    return 0;
}

static void copy_out(const edo_bytes_queue *q, size_t len, unsigned char *dest)
{
    for (const struct iovec *piece = q->pieces + q->first; len > 0; piece++) {
        size_t n = piece->iov_len < len ? piece->iov_len : len;
        memcpy(dest, piece->iov_base, n);
        dest += n;
        len -= n;
    }
}

int edo_bytes_queue_take(edo_bytes_queue *queue, size_t len, edo_bytes *ret_front)
{
    edo_bytes front = {0};

    if (!queue || !ret_front || len > queue->len)
        return -EINVAL;
    if (len && len <= queue->pieces[queue->first].iov_len) {
        front = (edo_bytes){.data = queue->pieces[queue->first].iov_base, .len = len};
        front.block = block_ref(queue->held[queue->first]);
    } else if (len) {
        block *b = block_new(len);
        if (!b)
            return -ENOMEM;
        copy_out(queue, len, block_bytes(b));
        front = (edo_bytes){.data = block_bytes(b), .len = len, .block = b};
    }
    edo_bytes_queue_advance(queue, len);
    *ret_front = front;
    return 0;
}

const struct iovec *edo_bytes_queue_pieces(const edo_bytes_queue *queue, size_t *ret_count)
{
    size_t count = queue ? queue->count : 0;

    if (ret_count)
        *ret_count = count;
    return count ? queue->pieces + queue->first : NULL;
}
