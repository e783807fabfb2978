/* bytes.c: immutable bytes, each with a reference to the block that they lie in. */
#include <edo/bytes.h>

#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "io/block.h"

edo_bytes edo_bytes_static(const void *data, size_t len)
{
    return (edo_bytes){.data = data, .len = data ? len : 0};
}

int edo_bytes_copy(const void *data, size_t len, edo_bytes *ret_bytes)
{
    if ((!data && len) || !ret_bytes)
        return -EINVAL;
    if (len == 0) {
        *ret_bytes = (edo_bytes){0};
        return 0;
    }
    block *b = block_new(len);
    if (!b)
        return -ENOMEM;
    memcpy(block_bytes(b), data, len);
    *ret_bytes = (edo_bytes){.data = block_bytes(b), .len = len, .block = b};
    return 0;
}

int edo_bytes_own(const void *data, size_t len, void (*destroy)(void *arg), void *arg,
                  edo_bytes *ret_bytes)
{
    if ((!data && len) || !destroy || !ret_bytes)
        return -EINVAL;
    block *b = block_new(0);
    if (!b)
        return -ENOMEM;
    b->destroy = destroy;
    b->arg = arg;
    *ret_bytes = (edo_bytes){.data = data, .len = len, .block = b};
    return 0;
}

edo_bytes edo_bytes_clone(const edo_bytes *bytes)
{
    if (!bytes)
        return (edo_bytes){0};
    block_ref(bytes->block);
    return *bytes;
}

void edo_bytes_free(edo_bytes *bytes)
{
    if (!bytes)
        return;
    block_unref(bytes->block);
    *bytes = (edo_bytes){0};
}

/* A part of what `bytes` has; none of it holds no reference. */
static edo_bytes part_of(const edo_bytes *bytes, size_t from, size_t len)
{
    if (len == 0)
        return (edo_bytes){0};
    return (edo_bytes){.data = bytes->data + from, .len = len, .block = block_ref(bytes->block)};
}

int edo_bytes_slice(const edo_bytes *bytes, size_t from, size_t len, edo_bytes *ret_slice)
{
    if (!bytes || !ret_slice || from > bytes->len || len > bytes->len - from)
        return -EINVAL;
    *ret_slice = part_of(bytes, from, len);
    return 0;
}

int edo_bytes_advance(edo_bytes *bytes, size_t len)
{
    if (!bytes || len > bytes->len)
        return -EINVAL;
    if (len == bytes->len) {
        edo_bytes_free(bytes);
        return 0;
    }
    bytes->data += len;
    bytes->len -= len;
    return 0;
}

int edo_bytes_truncate(edo_bytes *bytes, size_t len)
{
    if (!bytes || len > bytes->len)
        return -EINVAL;
    if (len == 0)
        edo_bytes_free(bytes);
    bytes->len = len;
    return 0;
}

int edo_bytes_split_to(edo_bytes *bytes, size_t at, edo_bytes *ret_front)
{
    if (!bytes || !ret_front || at > bytes->len)
        return -EINVAL;
    edo_bytes front = part_of(bytes, 0, at);
    edo_bytes_advance(bytes, at);
    *ret_front = front;
    return 0;
}

int edo_bytes_split_off(edo_bytes *bytes, size_t at, edo_bytes *ret_rest)
{
    if (!bytes || !ret_rest || at > bytes->len)
        return -EINVAL;
    edo_bytes rest = part_of(bytes, at, bytes->len - at);
    edo_bytes_truncate(bytes, at);
    *ret_rest = rest;
    return 0;
}

bool edo_bytes_equal(const edo_bytes *a, const edo_bytes *b)
{
    size_t len = a ? a->len : 0;

    return len == (b ? b->len : 0) && (len == 0 || memcmp(a->data, b->data, len) == 0);
}

int edo_buf_freeze(edo_buf *buf, edo_bytes *ret_bytes)
{
    edo_bytes bytes = {0};
    int rc = buf && ret_bytes ? edo_buf_split_to(buf, buf->len, &bytes) : -EINVAL;

    if (rc < 0)
        return rc;
    if (buf->block)
        edo_buf_fini(buf);
    *ret_bytes = bytes;
    return 0;
}

int edo_buf_split_to(edo_buf *buf, size_t len, edo_bytes *ret_front)
{
    if (!buf || !ret_front || len > buf->len)
        return -EINVAL;
    if (len && !buf->block) {
        int rc = edo_bytes_copy(buf->data, len, ret_front);
        return rc < 0 ? rc : edo_buf_consume(buf, len);
    }
    edo_bytes front = {0};
    if (len) {
        front = (edo_bytes){.data = buf->data, .len = len, .block = block_share(buf->block)};
        buf->room -= (size_t)(buf->data + len - buf->base);
        buf->data += len;
        buf->len -= len;
        buf->base = buf->data;
    }
    *ret_front = front;
    return 0;
}

int edo_bytes_thaw(edo_bytes *bytes, edo_buf *ret_buf)
{
    if (!bytes || !ret_buf)
        return -EINVAL;
    block *b = bytes->block;
    if (bytes->len && (!b || b->destroy || !block_is_unique(b)))
        return -EBUSY;
    edo_buf buf = {0};
    if (bytes->len) {
        buf.base = block_bytes(b);
        buf.data = buf.base + (bytes->data - buf.base);
        buf.len = bytes->len;
        buf.block = b;
        buf.room = b->size;
    } else {
        edo_bytes_free(bytes);
    }
    *bytes = (edo_bytes){0};
    *ret_buf = buf;
    return 0;
}

static void destroy_bytes(void *item)
{
    edo_bytes_free(item);
}

static int clone_bytes(void *to, const void *from)
{
    *(edo_bytes *)to = edo_bytes_clone(from);
    return 0;
}

const edo_item *edo_bytes_item(void)
{
    static const edo_item item = {.size = sizeof(edo_bytes),
                                  .align = _Alignof(edo_bytes),
                                  .destroy = destroy_bytes,
                                  .clone = clone_bytes};

    return &item;
}
