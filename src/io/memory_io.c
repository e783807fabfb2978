/*
 * memory_io.c: buffers and bytes as readers and writers. They never wait.
 *
 * Putting back   What was read is put in front again: into the gap that it left, or into one that is made.
 */
#include <edo/bytes.h>

#include <errno.h>
#include <string.h>

#include "base/macros.h"

static edo_poll done(edo_transfer *t, int64_t result)
{
    t->result = result;
    return EDO_READY;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* A buffer, read from. */

static edo_poll buf_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_buf *buf = self;
    size_t n = smaller(t->len, buf->len);

    (void)waker;
    if (n)
        edo_buf_take(buf, t->buf, n);
    return done(t, (int64_t)n);
}

static edo_poll buf_readv(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_buf *buf = self;
    size_t sum = 0;

    (void)waker;
    for (size_t i = 0; i < t->len && buf->len; i++) {
        size_t n = smaller(t->iov[i].iov_len, buf->len);
        edo_buf_take(buf, t->iov[i].iov_base, n);
        sum += n;
    }
    return done(t, (int64_t)sum);
}

static edo_poll buf_show(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_buf *buf = self;

    (void)waker;
    t->buf = buf->data;
    return done(t, (int64_t)buf->len);
}

static int buf_consume(void *self, size_t len)
{
    return edo_buf_consume(self, len);
}

/* Makes a gap of at least `len` bytes in front. */
static int make_gap(edo_buf *buf, size_t len)
{
    if (buf->base && (size_t)(buf->data - buf->base) >= len)
        return 0;
    int rc = edo_buf_reserve(buf, len);
    if (rc < 0)
        return rc;
    memmove(buf->data + len, buf->data, buf->len);
    buf->data += len;
    return 0;
}

/* In front of what is there, from the back to the front. */
static void prepend(edo_buf *buf, const void *data, size_t len)
{
    if (len) {
        buf->data -= len;
        memcpy(buf->data, data, len);
        buf->len += len;
    }
}

static void prepend_pieces(edo_buf *buf, const struct iovec *iov, size_t len)
{
    size_t count = 0;

    for (size_t left = len; left > 0; count++)
        left -= smaller(left, iov[count].iov_len);
    while (count-- > 0) {
        size_t before = 0;
        for (size_t i = 0; i < count; i++)
            before += iov[i].iov_len;
        prepend(buf, iov[count].iov_base, len - before);
        len = before;
    }
}

static int buf_put_back(void *self, edo_transfer *t)
{
    edo_buf *buf = self;
    size_t len = (size_t)t->result;
    int rc = make_gap(buf, len);

    if (rc < 0)
        return rc;
    if (t->iov)
        prepend_pieces(buf, t->iov, len);
    else
        prepend(buf, t->buf, len);
    return 0;
}

static const edo_reader_ops buf_reader = {
    .read = buf_read,
    .readv = buf_readv,
    .fill = buf_show,
    .consume = buf_consume,
    .put_back = buf_put_back,
    .name = "buf",
};

edo_reader edo_buf_as_reader(edo_buf *buf)
{
    return (edo_reader){buf ? &buf_reader : NULL, buf};
}

/* A buffer, written to: all of it, or as much as its limit allows. */

static edo_poll buf_write(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_buf *buf = self;
    size_t n = t->len;

    (void)waker;
    if (buf->limit)
        n = smaller(n, buf->limit > buf->len ? buf->limit - buf->len : 0);
    int rc = edo_buf_append(buf, t->buf, n);
    return done(t, rc < 0 ? rc : (int64_t)n);
}

static edo_poll buf_writev(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_transfer one = {.kind = EDO_TRANSFER_WRITE};
    int64_t sum = 0;

    for (size_t i = 0; i < t->len; i++) {
        one.buf = t->iov[i].iov_base;
        one.len = t->iov[i].iov_len;
        buf_write(self, &one, waker);
        if (one.result < 0)
            return done(t, sum ? sum : one.result);
        sum += one.result;
        if ((size_t)one.result < one.len)
            break;
    }
    return done(t, sum);
}

static const edo_writer_ops buf_writer = {
    .write = buf_write,
    .writev = buf_writev,
    .name = "buf",
};

edo_writer edo_buf_as_writer(edo_buf *buf)
{
    return (edo_writer){buf ? &buf_writer : NULL, buf};
}

/* Bytes, read from. The last of them keep their reference until they are consumed, so that they can be
 * put back. */

static edo_poll bytes_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_bytes *bytes = self;
    size_t n = smaller(t->len, bytes->len);

    (void)waker;
    if (n) {
        memcpy(t->buf, bytes->data, n);
        bytes->data += n;
        bytes->len -= n;
    }
    return done(t, (int64_t)n);
}

static edo_poll bytes_show(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_bytes *bytes = self;

    (void)waker;
    t->buf = (void *)(uintptr_t)bytes->data;
    return done(t, (int64_t)bytes->len);
}

static int bytes_consume(void *self, size_t len)
{
    edo_bytes *bytes = self;

    if (len > bytes->len)
        return -EINVAL;
    bytes->data += len;
    bytes->len -= len;
    return 0;
}

static int bytes_put_back(void *self, edo_transfer *t)
{
    edo_bytes *bytes = self;

    bytes->data -= t->result;
    bytes->len += (size_t)t->result;
    return 0;
}

static const edo_reader_ops bytes_reader = {
    .read = bytes_read,
    .fill = bytes_show,
    .consume = bytes_consume,
    .put_back = bytes_put_back,
    .name = "bytes",
};

edo_reader edo_bytes_as_reader(edo_bytes *bytes)
{
    return (edo_reader){bytes ? &bytes_reader : NULL, bytes};
}
