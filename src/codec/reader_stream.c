/*
 * reader_stream.c: a reader as a stream of bytes. What a read has put into the buffer is split off as the item,
 * without a copy. The buffer is empty between two nexts, unless it holds one that came back.
 */
#include <edo/stream_io.h>

#include <errno.h>

#include <edo/codec.h>

#include "base/macros.h"
#include "io/transfer.h"

#define CAPACITY 4096

static edo_poll finish(edo_pull *p, int64_t result)
{
    p->result = result;
    return EDO_READY;
}

/* Room for a whole item, unless a good part is left of the last. */
static int begin(edo_reader_stream *s)
{
    if (edo_buf_spare(&s->buf) < s->capacity / 4 + 1) {
        int rc = edo_buf_reserve(&s->buf, s->capacity);
        if (rc < 0)
            return rc;
    }
    size_t spare = edo_buf_spare(&s->buf);
    edo_transfer_begin(&s->t, EDO_TRANSFER_READ, edo_buf_end(&s->buf),
                       spare < s->capacity ? spare : s->capacity);
    return 0;
}

/* All that the buffer has: its memory is edo's, so nothing is copied and nothing fails. */
static edo_poll give(edo_reader_stream *s, edo_pull *p)
{
    edo_buf_split_to(&s->buf, s->buf.len, p->item);
    return finish(p, 1);
}

static edo_poll take(edo_reader_stream *s, edo_pull *p)
{
    int64_t n = s->t.result;

    if (n == -ECANCELED)
        return finish(p, n);
    s->is_done = n <= 0;
    if (n <= 0)
        return finish(p, n);
    edo_buf_advance(&s->buf, (size_t)n);
    return give(s, p);
}

static edo_poll stream_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_reader_stream *s = self;

    if (s->user && s->user != p)
        return finish(p, -EBUSY);
    if (!s->user && s->buf.len)
        return give(s, p);
    if (s->is_done)
        return finish(p, 0);
    if (!s->user) {
        int rc = begin(s);
        if (rc < 0)
            return finish(p, rc);
        s->user = p;
    }
    if (p->canceled && !s->t.begun) {
        s->user = NULL;
        return finish(p, -ECANCELED);
    }
    if (read_step(s->from, &s->t, waker) == EDO_PENDING)
        return EDO_PENDING;
    s->user = NULL;
    return take(s, p);
}

static void stream_cancel(void *self, edo_pull *p)
{
    edo_reader_stream *s = self;

    if (s->user == p && s->t.begun)
        edo_reader_cancel(s->from, &s->t);
}

static int stream_put_back(void *self, edo_pull *p)
{
    edo_reader_stream *s = self;
    edo_bytes *item = p->item;

    if (s->buf.len)
        return -EEXIST;
    int rc = edo_buf_append(&s->buf, item->data, item->len);
    if (rc == 0)
        edo_bytes_free(item);
    return rc;
}

static bool stream_is_done(void *self)
{
    const edo_reader_stream *s = self;

    return s->is_done;
}

static void stream_release(void *self)
{
    edo_reader_stream *s = self;

    edo_buf_fini(&s->buf);
    *s = (edo_reader_stream){.is_done = true};
}

edo_stream edo_stream_of_reader(edo_reader_stream *stream, edo_reader from, size_t capacity)
{
    static const edo_stream_ops ops = {
        .next = stream_next,
        .cancel = stream_cancel,
        .put_back = stream_put_back,
        .is_done = stream_is_done,
        .release = stream_release,
        .name = "reader_stream",
    };

    if (!stream || !reader_is_good(from))
        return (edo_stream){0};
    *stream = (edo_reader_stream){.from = from, .capacity = capacity ? capacity : CAPACITY};
    return (edo_stream){&ops, stream, edo_bytes_item()};
}
