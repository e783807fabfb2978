/* byte_ring.c: bytes in the order they came. */
#include "io/byte_ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/pieces.h"

int byte_ring_init(byte_ring *r, size_t room)
{
    *r = (byte_ring){.data = malloc(room), .room = room};
    return r->data ? 0 : -ENOMEM;
}

void byte_ring_fini(byte_ring *r)
{
    free(r->data);
    *r = (byte_ring){0};
}

static inline size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void copy_out(const byte_ring *r, size_t skip, char *to, size_t len)
{
    size_t from = (r->at + skip) % r->room;
    size_t straight = smaller(len, r->room - from);

    memcpy(to, r->data + from, straight);
    memcpy(to + straight, r->data, len - straight);
}

static void copy_in(byte_ring *r, const char *from, size_t len)
{
    size_t to = (r->at + r->len) % r->room;
    size_t straight = smaller(len, r->room - to);

    memcpy(r->data + to, from, straight);
    memcpy(r->data, from + straight, len - straight);
    r->len += len;
}

static void drop(byte_ring *r, size_t len)
{
    r->len -= len;
    r->at = r->len == 0 ? 0 : (r->at + len) % r->room; /* empty: the next lies in one piece */
}

size_t byte_ring_take(byte_ring *r, const edo_transfer *t)
{
    struct iovec one = {t->buf, t->len};
    const struct iovec *piece = t->iov ? t->iov : &one;
    size_t done = 0;

    for (size_t left = t->iov ? t->len : 1; left > 0 && done < r->len; left--, piece++) {
        size_t n = smaller(piece->iov_len, r->len - done);
        if (n > 0)
            copy_out(r, done, piece->iov_base, n);
        done += n;
    }
    drop(r, done);
    return done;
}

size_t byte_ring_put(byte_ring *r, const edo_transfer *t, size_t most)
{
    struct iovec one = {t->buf, t->len};
    const struct iovec *piece = t->iov ? t->iov : &one;
    size_t done = 0;

    for (size_t left = t->iov ? t->len : 1; left > 0 && done < most; left--, piece++) {
        size_t n = smaller(piece->iov_len, most - done);
        if (n > 0)
            copy_in(r, piece->iov_base, n);
        done += n;
    }
    return done;
}

/* Makes it larger by `more`, which is the room in front of the oldest then. */
static int grow_in_front(byte_ring *r, size_t more)
{
    byte_ring larger;
    int rc = byte_ring_init(&larger, r->len + more);

    if (rc < 0)
        return rc;
    larger.at = more;
    copy_out(r, 0, larger.data + more, r->len);
    larger.len = r->len;
    byte_ring_fini(r);
    *r = larger;
    return 0;
}

int byte_ring_put_back(byte_ring *r, const edo_transfer *t, size_t len)
{
    int rc = len <= r->room - r->len ? 0 : grow_in_front(r, len);

    if (rc < 0)
        return rc;
    size_t at = (r->at + r->room - len) % r->room;
    size_t straight = smaller(len, r->room - at);
    struct iovec one = {t->buf, t->len};
    const struct iovec *piece = t->iov ? t->iov : &one;
    for (size_t done = 0; done < len; piece++) {
        size_t n = smaller(piece->iov_len, len - done);
        size_t before = done < straight ? smaller(n, straight - done) : 0;
        const char *from = piece->iov_base;
        if (before > 0)
            memcpy(r->data + at + done, from, before);
        if (n > before)
            memcpy(r->data + (done + before - straight), from + before, n - before);
        done += n;
    }
    r->at = at;
    r->len += len;
    return 0;
}
