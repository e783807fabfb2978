/* ring.c: bytes in the order they came. */
#include "io/ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/pieces.h"

int ring_init(ring *r, size_t room)
{
    *r = (ring){.data = malloc(room), .room = room};
    return r->data ? 0 : -ENOMEM;
}

void ring_fini(ring *r)
{
    free(r->data);
    *r = (ring){0};
}

static inline size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void copy_out(const ring *r, size_t skip, char *to, size_t len)
{
    size_t from = (r->at + skip) % r->room;
    size_t straight = smaller(len, r->room - from);

    memcpy(to, r->data + from, straight);
    memcpy(to + straight, r->data, len - straight);
}

static void copy_in(ring *r, const char *from, size_t len)
{
    size_t to = (r->at + r->len) % r->room;
    size_t straight = smaller(len, r->room - to);

    memcpy(r->data + to, from, straight);
    memcpy(r->data, from + straight, len - straight);
    r->len += len;
}

static void drop(ring *r, size_t len)
{
    r->len -= len;
    r->at = r->len == 0 ? 0 : (r->at + len) % r->room; /* empty: the next lies in one piece */
}

size_t ring_take(ring *r, const edo_transfer *t)
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

size_t ring_put(ring *r, const edo_transfer *t, size_t most)
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
static int grow_in_front(ring *r, size_t more)
{
    ring larger;
    int rc = ring_init(&larger, r->len + more);

    if (rc < 0)
        return rc;
    larger.at = more;
    copy_out(r, 0, larger.data + more, r->len);
    larger.len = r->len;
    ring_fini(r);
    *r = larger;
    return 0;
}

int ring_put_back(ring *r, const edo_transfer *t, size_t len)
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
