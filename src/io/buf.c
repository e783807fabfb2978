/*
 * buf.c: a buffer of bytes.
 *
 * Region      From `base` on `room` bytes are the buffer's alone; its bytes lie somewhere in them. What is in
 *             front of `base` in the same block belongs to bytes that were split off, and comes back once
 *             they are gone.
 * Moving      Bytes move to the front only if the gap there is as large as they are: so each is moved at
 *             most once for each that was consumed. Else the memory doubles.
 */
#include <edo/buf.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <edo/error.h>

#include "base/macros.h"
#include "io/block.h"

#define FIRST_ROOM 64 /* of a buffer that is appended to */

/* No memory is some of no size: it lies somewhere, as without a base it would be one that allocates. */
edo_buf edo_buf_over(void *memory, size_t size)
{
    static unsigned char nowhere[1]; /* never written */
    unsigned char *base = memory ? memory : nowhere;

    return (edo_buf){.data = base, .limit = size, .base = base, .room = memory ? size : 0};
}

void edo_buf_fini(edo_buf *buf)
{
    if (!buf)
        return;
    block_leave(buf->block);
    *buf = (edo_buf){.limit = buf->limit};
}

static bool is_fixed(const edo_buf *buf)
{
    return buf->base && !buf->block;
}

static size_t gap(const edo_buf *buf)
{
    return buf->base ? (size_t)(buf->data - buf->base) : 0;
}

/* How many bytes its limit allows more. */
static size_t allowed(const edo_buf *buf)
{
    if (!buf->limit)
        return SIZE_MAX - buf->len;
    return buf->limit > buf->len ? buf->limit - buf->len : 0;
}

size_t edo_buf_spare(const edo_buf *buf)
{
    size_t behind = buf ? buf->room - gap(buf) - buf->len : 0;

    return behind && behind > allowed(buf) ? allowed(buf) : behind;
}

unsigned char *edo_buf_end(const edo_buf *buf)
{
    return buf && buf->data ? buf->data + buf->len : NULL;
}

static void move_to_front(edo_buf *buf)
{
    if (buf->len && buf->data != buf->base)
        memmove(buf->base, buf->data, buf->len);
    buf->data = buf->base;
}

/* What was split off and is gone is ours again. */
static bool reclaim(edo_buf *buf)
{
    if (!buf->block || !block_is_unshared(buf->block))
        return false;
    buf->base = block_bytes(buf->block);
    buf->room = buf->block->size;
    return true;
}

static void adopt(edo_buf *buf, block *b)
{
    buf->block = b;
    buf->base = block_bytes(b);
    buf->room = b->size;
    buf->data = buf->base;
}

/* The block is its own and its bytes are in front: realloc may find room without a copy. */
static int resize(edo_buf *buf, size_t size)
{
    if (size > PTRDIFF_MAX - sizeof(block))
        return -ENOMEM;
    block *b = realloc(buf->block, sizeof *b + size);
    if (!b)
        return -ENOMEM;
    b->size = size;
    adopt(buf, b);
    return 0;
}

static int reallocate(edo_buf *buf, size_t size)
{
    block *b = block_new(size);

    if (!b)
        return -ENOMEM;
    if (buf->len)
        memcpy(block_bytes(b), buf->data, buf->len);
    block_leave(buf->block);
    adopt(buf, b);
    return 0;
}

/* How large it becomes to hold `need` bytes. */
static size_t next_size(const edo_buf *buf, size_t need, size_t least)
{
    size_t size = buf->room <= SIZE_MAX / 2 ? buf->room * 2 : need;

    size = size > least ? size : least;
    if (buf->limit && size > buf->limit)
        size = buf->limit;
    return size > need ? size : need;
}

/* Room for `need` bytes in all, of which some are there. */
static int make_room(edo_buf *buf, size_t need, size_t least)
{
    bool is_own = reclaim(buf);

    if (need <= buf->room - gap(buf))
        return 0;
    if (need <= buf->room && (is_fixed(buf) || gap(buf) >= buf->len)) {
        move_to_front(buf);
        return 0;
    }
    if (is_fixed(buf))
        return -EDO_ETOOLONG;
    size_t size = next_size(buf, need, least);
    if (!is_own)
        return reallocate(buf, size);
    move_to_front(buf);
    return resize(buf, size);
}

static int reserve(edo_buf *buf, size_t len, size_t least)
{
    if (likely(buf && len <= edo_buf_spare(buf)))
        return 0;
    if (!buf)
        return -EINVAL;
    if (len > allowed(buf))
        return buf->limit ? -EDO_ETOOLONG : -ENOMEM;
    return make_room(buf, buf->len + len, least);
}

int edo_buf_reserve(edo_buf *buf, size_t len)
{
    return reserve(buf, len, 0);
}

int edo_buf_advance(edo_buf *buf, size_t len)
{
    if (!buf || len > edo_buf_spare(buf))
        return -EINVAL;
    buf->len += len;
    return 0;
}

int edo_buf_append(edo_buf *buf, const void *data, size_t len)
{
    if (!data && len)
        return -EINVAL;
    int rc = reserve(buf, len, FIRST_ROOM);
    if (rc < 0 || len == 0)
        return rc;
    memcpy(buf->data + buf->len, data, len);
    buf->len += len;
    return 0;
}

int edo_buf_fill(edo_buf *buf, unsigned char byte, size_t len)
{
    int rc = reserve(buf, len, FIRST_ROOM);

    if (rc < 0 || len == 0)
        return rc;
    memset(buf->data + buf->len, byte, len);
    buf->len += len;
    return 0;
}

int edo_buf_print(edo_buf *buf, const char *format, ...)
{
    va_list args, again;
    int rc;

    if (!buf || !format)
        return -EINVAL;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    if (len < 0)
        rc = -EINVAL;
    else if (len == 0 || (size_t)len > allowed(buf))
        rc = len == 0 ? 0 : -EDO_ETOOLONG;
    /* One more for the zero, which isn't counted. */
    else if ((rc = make_room(buf, buf->len + (size_t)len + 1, FIRST_ROOM)) == 0) {
        vsnprintf((char *)buf->data + buf->len, (size_t)len + 1, format, again);
        buf->len += (size_t)len;
    }
    va_end(again);
    va_end(args);
    return rc;
}

int edo_buf_consume(edo_buf *buf, size_t len)
{
    if (!buf || len > buf->len)
        return -EINVAL;
    buf->len -= len;
    buf->data = buf->len ? buf->data + len : buf->base;
    return 0;
}

int edo_buf_take(edo_buf *buf, void *dest, size_t len)
{
    if (!buf || len > buf->len || (!dest && len))
        return -EINVAL;
    if (len)
        memcpy(dest, buf->data, len);
    return edo_buf_consume(buf, len);
}

int edo_buf_truncate(edo_buf *buf, size_t len)
{
    if (!buf || len > buf->len)
        return -EINVAL;
    buf->len = len;
    return 0;
}

void edo_buf_clear(edo_buf *buf)
{
    if (buf)
        edo_buf_consume(buf, buf->len);
}

edo_buf edo_buf_move(edo_buf *buf)
{
    edo_buf all = {0};

    if (buf) {
        all = *buf;
        *buf = (edo_buf){.limit = buf->limit};
    }
    return all;
}

char *edo_buf_text(edo_buf *buf)
{
    if (!buf || make_room(buf, buf->len + 1, 0) < 0)
        return NULL;
    buf->data[buf->len] = 0;
    return (char *)buf->data;
}
