/* stream_reader.c: a stream of bytes as a reader. chunk[at, len) is what reads get before the next item. */
#include <edo/stream_io.h>

#include <errno.h>
#include <string.h>

#include <edo/codec.h>

#include "base/macros.h"

static edo_poll finish(edo_transfer *t, int64_t result)
{
    t->result = result;
    return EDO_READY;
}

static size_t left_of(const edo_stream_reader *r)
{
    return r->chunk.len - r->at;
}

/* READY with a chunk, or with the transfer's result: 0 or an error. */
static edo_poll pull(edo_stream_reader *r, edo_transfer *t, const edo_waker *waker)
{
    while (left_of(r) == 0) {
        if (r->user && r->user != t)
            return finish(t, -EBUSY);
        if (!r->user) {
            if (t->canceled)
                return finish(t, -ECANCELED);
            edo_pull_begin(&r->pull, &r->next);
            r->user = t;
        }
        if (edo_stream_poll(r->from, &r->pull, waker) == EDO_PENDING)
            return EDO_PENDING;
        r->user = NULL;
        if (r->pull.result <= 0)
            return finish(t, r->pull.result);
        edo_bytes_free(&r->chunk);
        r->chunk = r->next;
        r->at = 0;
    }
    return finish(t, 1);
}

static edo_poll read_some(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_stream_reader *r = self;

    if (pull(r, t, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (t->result <= 0)
        return EDO_READY;
    size_t n = left_of(r) < t->len ? left_of(r) : t->len;
    memcpy(t->buf, r->chunk.data + r->at, n);
    r->at += n;
    return finish(t, (int64_t)n);
}

static edo_poll fill(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_stream_reader *r = self;

    if (pull(r, t, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (t->result <= 0)
        return EDO_READY;
    t->buf = (void *)(uintptr_t)(r->chunk.data + r->at);
    return finish(t, (int64_t)left_of(r));
}

static int consume(void *self, size_t len)
{
    edo_stream_reader *r = self;

    if (len > left_of(r))
        return -EINVAL;
    r->at += len;
    return 0;
}

static void cancel(void *self, edo_transfer *t)
{
    edo_stream_reader *r = self;

    if (r->user == t)
        edo_stream_cancel(r->from, &r->pull);
}

static int put_back(void *self, edo_transfer *t)
{
    edo_stream_reader *r = self;

    if ((size_t)t->result > r->at)
        return -ENOTSUP;
    r->at -= (size_t)t->result;
    return 0;
}

edo_reader edo_reader_of_stream(edo_stream_reader *reader, edo_stream from)
{
    static const edo_reader_ops ops = {
        .read = read_some,
        .fill = fill,
        .consume = consume,
        .cancel = cancel,
        .put_back = put_back,
        .name = "stream_reader",
    };

    if (!reader || !from.ops || !from.item || from.item->size != sizeof(edo_bytes))
        return (edo_reader){0};
    *reader = (edo_stream_reader){.from = from};
    return (edo_reader){&ops, reader};
}

void edo_stream_reader_fini(edo_stream_reader *reader)
{
    if (!reader)
        return;
    edo_stream_release(reader->from);
    edo_bytes_free(&reader->chunk);
    *reader = (edo_stream_reader){0};
}
