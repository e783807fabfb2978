/*
 * feed.h: a reader that gives what it has in pieces, and a writer that takes so much at a time, as a test
 * tells them; both may wait before each call, or fail at a place.
 */
#ifndef TESTS_IO_FEED_H
#define TESTS_IO_FEED_H

#include "support/edo_test.h"

#include <string.h>

#include "base/random.h"

typedef struct feed {
    const unsigned char *data;
    size_t len, at;
    size_t step;        /* at most so many bytes a call; 0: any number */
    const size_t *cuts; /* no call gives bytes of both sides of one; ascending, 0 at the end */
    rng *random;        /* how many bytes, and whether it waits */
    bool waits;         /* each call says PENDING once, and wakes */
    bool is_late;       /* it has had its effect by then */
    int error;          /* said once, when `at` is error_at */
    size_t error_at;
    unsigned calls, fills, put_backs;
} feed;

static inline feed feed_of(const char *text)
{
    return (feed){.data = (const unsigned char *)text, .len = strlen(text)};
}

static inline bool has_waited(edo_transfer *t, bool waits, rng *random, const edo_waker *waker)
{
    if (t->canceled || t->own.words[0])
        return true;
    t->own.words[0] = 1;
    if (!waits && !(random && rng_below(random, 3) == 0))
        return true;
    edo_waker_wake_by_ref(waker);
    return false;
}

/* Says what it did at the next poll; a cancel in between is too late. */
static inline edo_poll be_late(edo_transfer *t, const edo_waker *waker)
{
    t->own.words[1] = 1;
    t->own.words[2] = (uint64_t)t->result;
    edo_waker_wake_by_ref(waker);
    return EDO_PENDING;
}

static inline bool was_late(edo_transfer *t)
{
    if (t->own.words[1])
        t->result = (int64_t)t->own.words[2];
    return t->own.words[1];
}

static inline size_t feed_next(feed *f, size_t room)
{
    size_t n = f->len - f->at < room ? f->len - f->at : room;

    if (f->error && f->error_at >= f->at && n > f->error_at - f->at)
        n = f->error_at - f->at;
    for (const size_t *cut = f->cuts; cut && *cut; cut++)
        if (*cut > f->at && n > *cut - f->at)
            n = *cut - f->at;
    if (f->step && n > f->step)
        n = f->step;
    return f->random && n ? 1 + rng_below(f->random, (uint32_t)n) : n;
}

/* What a call ends with, unless it gives bytes: true. */
static inline bool feed_ends(feed *f, edo_transfer *t)
{
    t->result = 0;
    if (t->canceled) {
        t->result = -ECANCELED;
    } else if (f->error && f->at == f->error_at) {
        t->result = f->error;
        f->error = 0;
    }
    return t->result < 0 || f->at == f->len;
}

static inline edo_poll feed_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    feed *f = self;

    f->calls += !t->begun;
    if (was_late(t))
        return EDO_READY;
    if (!has_waited(t, f->waits, f->random, waker))
        return EDO_PENDING;
    if (feed_ends(f, t))
        return EDO_READY;
    size_t n = feed_next(f, t->len);
    memcpy(t->buf, f->data + f->at, n);
    f->at += n;
    t->result = (int64_t)n;
    return f->is_late ? be_late(t, waker) : EDO_READY;
}

static inline edo_poll feed_fill(void *self, edo_transfer *t, const edo_waker *waker)
{
    feed *f = self;

    f->fills += !t->begun;
    if (!has_waited(t, f->waits, f->random, waker))
        return EDO_PENDING;
    if (feed_ends(f, t))
        return EDO_READY;
    t->buf = (void *)(uintptr_t)(f->data + f->at);
    t->result = (int64_t)feed_next(f, SIZE_MAX);
    return EDO_READY;
}

static inline int feed_consume(void *self, size_t len)
{
    feed *f = self;

    if (len > f->len - f->at)
        return -EINVAL;
    f->at += len;
    return 0;
}

static inline int feed_put_back(void *self, edo_transfer *t)
{
    feed *f = self;

    f->at -= (size_t)t->result;
    f->put_backs++;
    return 0;
}

static const edo_reader_ops feed_ops = {
    .read = feed_read,
    .fill = feed_fill,
    .consume = feed_consume,
    .put_back = feed_put_back,
    .name = "feed",
};

static inline edo_reader feed_reader(feed *f)
{
    return (edo_reader){&feed_ops, f};
}

typedef struct drain {
    edo_buf got;
    size_t step;  /* at most so many bytes a call; 0: any number */
    rng *random;  /* how many bytes, and whether it waits */
    bool waits;   /* each call says PENDING once, and wakes */
    bool is_late; /* it has had its effect by then */
    bool is_full; /* takes nothing any more */
    int error;    /* said once, when it has got error_at bytes */
    size_t error_at;
    unsigned calls, vectored_calls;
    size_t sizes[64]; /* what the first calls took */
} drain;

static inline size_t drain_next(drain *d, size_t len)
{
    if (d->error && d->error_at >= d->got.len && len > d->error_at - d->got.len)
        len = d->error_at - d->got.len;
    if (d->step && len > d->step)
        len = d->step;
    return d->random && len ? 1 + rng_below(d->random, (uint32_t)len) : len;
}

/* What a call ends with, unless it takes bytes: true. */
static inline bool drain_ends(drain *d, edo_transfer *t)
{
    t->result = 0;
    if (t->canceled) {
        t->result = -ECANCELED;
    } else if (d->error && d->got.len == d->error_at) {
        t->result = d->error;
        d->error = 0;
    }
    return t->result < 0 || d->is_full;
}

static inline edo_poll drain_writev(void *self, edo_transfer *t, const edo_waker *waker)
{
    drain *d = self;
    const struct iovec one = {t->buf, t->len};
    const struct iovec *iov = t->iov ? t->iov : &one;
    size_t sum = 0, count = t->iov ? t->len : 1;

    if (was_late(t))
        return EDO_READY;
    if (!has_waited(t, d->waits, d->random, waker))
        return EDO_PENDING;
    if (drain_ends(d, t))
        return EDO_READY;
    for (size_t i = 0; i < count; i++)
        sum += iov[i].iov_len;
    size_t left = sum = drain_next(d, sum);
    for (size_t i = 0; left > 0; i++) {
        size_t n = iov[i].iov_len < left ? iov[i].iov_len : left;
        assert_ok(edo_buf_append(&d->got, iov[i].iov_base, n));
        left -= n;
    }
    if (d->calls + d->vectored_calls < 64)
        d->sizes[d->calls + d->vectored_calls] = sum;
    *(t->iov ? &d->vectored_calls : &d->calls) += 1;
    t->result = (int64_t)sum;
    return d->is_late ? be_late(t, waker) : EDO_READY;
}

static const edo_writer_ops drain_ops = {.write = drain_writev, .name = "drain"};
static const edo_writer_ops drain_vectored_ops = {
    .write = drain_writev, .writev = drain_writev, .name = "drain"};

static inline edo_writer drain_writer(drain *d)
{
    return (edo_writer){&drain_ops, d};
}

static inline edo_writer drain_vectored(drain *d)
{
    return (edo_writer){&drain_vectored_ops, d};
}

static inline void check_got(drain *d, const char *text)
{
    assert_string_equal(edo_buf_text(&d->got), text);
}

static inline void check_holds(const edo_buf *buf, const char *text)
{
    assert_int_equal(buf->len, strlen(text));
    assert_memory_equal(buf->data, text, buf->len);
}

#endif
