/*
 * buf_reader.c: a reader with a buffer in front of it.
 *
 * Buffer      buf[begin, end) was read and not taken yet. It is filled only when it is empty, so what is in
 *             front of `begin` since the last fill are the bytes that were taken last, and a put-back only
 *             moves `begin`.
 * Own         One transfer of the inner reader at a time, for `user`, the transfer that waits for it: it fills
 *             the buffer (FILLING), or memory of the user's that is no smaller (DIRECT), or it seeks. The
 *             user's cancel is passed on, and the user is not READY before it is: so it never outlives the
 *             waker that it was polled with.
 * Cancel      What a fill got all the same is in the buffer; what a direct read got is its user's success.
 */
#include <edo/buf_reader.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/pieces.h"
#include "io/transfer.h"

enum doing { NOTHING, FILLING, DIRECT, SEEKING };
/* Where what `user` got last came from: so that it can be put back. */
enum last { LAST_NONE, LAST_BUFFERED, LAST_DIRECT };

#define DEFAULT_CAPACITY 8192

/* Its life. */

int edo_buf_reader_init(edo_buf_reader *reader, edo_reader inner, const edo_buffering_opts *opts)
{
    static const edo_buffering_opts defaults;

    if (!opts)
        opts = &defaults;
    if (!reader || !reader_is_good(inner) || (opts->memory && !opts->capacity))
        return -EINVAL;
    size_t capacity = opts->capacity ? opts->capacity : DEFAULT_CAPACITY;
    char *buf = opts->memory ? opts->memory : malloc(capacity);
    if (!buf)
        return -ENOMEM;
    *reader = (edo_buf_reader){
        .inner = inner,
        .seeker = opts->seeker,
        .buf = buf,
        .capacity = capacity,
        .owns = !opts->memory,
    };
    return 0;
}

void edo_buf_reader_fini(edo_buf_reader *reader)
{
    if (!reader)
        return;
    if (reader->owns)
        free(reader->buf);
    *reader = (edo_buf_reader){0};
}

int edo_buf_reader_new(edo_reader inner, const edo_buffering_opts *opts,
                       edo_buf_reader **ret_reader)
{
    edo_buf_reader *reader = ret_reader ? malloc(sizeof *reader) : NULL;
    int rc = !ret_reader ? -EINVAL : !reader ? -ENOMEM : edo_buf_reader_init(reader, inner, opts);

    if (rc < 0)
        free(reader);
    else
        *ret_reader = reader;
    return rc;
}

void edo_buf_reader_free(edo_buf_reader *reader)
{
    edo_buf_reader_fini(reader);
    free(reader);
}

const void *edo_buf_reader_buffered(const edo_buf_reader *reader, size_t *ret_len)
{
    *ret_len = reader ? reader->end - reader->begin : 0;
    return reader ? reader->buf + reader->begin : NULL;
}

/* Reading. */

static edo_poll answer(edo_transfer *t, int64_t result)
{
    t->result = result;
    return EDO_READY;
}

static inline bool is_empty(const edo_buf_reader *r)
{
    return r->begin == r->end;
}

static inline bool is_anothers(const edo_buf_reader *r, const edo_transfer *t)
{
    return r->doing != NOTHING && r->user != t;
}

static void begin_fill(edo_buf_reader *r, edo_transfer *t)
{
    edo_transfer_begin(&r->own, EDO_TRANSFER_READ, r->buf, r->capacity);
    r->begin = r->end = 0;
    r->doing = FILLING;
    r->user = t;
    r->last = LAST_NONE;
}

static void begin_direct(edo_buf_reader *r, edo_transfer *t)
{
    edo_transfer_begin(&r->own, (edo_transfer_kind)t->kind, transfer_memory(t), t->len);
    r->doing = DIRECT;
    r->user = t;
    r->last = LAST_NONE;
}

/* Polls what is under way. READY: a fill's bytes are in the buffer. */
static edo_poll go_on(edo_buf_reader *r, const edo_waker *waker)
{
    if (edo_reader_poll(r->inner, &r->own, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (r->doing == FILLING && r->own.result > 0)
        r->end = (size_t)r->own.result;
    r->doing = NOTHING;
    return EDO_READY;
}

static edo_poll take(edo_buf_reader *r, edo_transfer *t)
{
    size_t n = pieces_fill(t, r->buf + r->begin, r->end - r->begin);

    r->begin += n;
    r->user = t;
    r->last = LAST_BUFFERED;
    return answer(t, (int64_t)n);
}

static edo_poll buffered_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_buf_reader *r = self;

    if (is_anothers(r, t))
        return answer(t, -EBUSY);
    if (r->doing == NOTHING) {
        if (!is_empty(r))
            return take(r, t);
        if (pieces_len(t) >= r->capacity)
            begin_direct(r, t);
        else
            begin_fill(r, t);
    }
    bool direct = r->doing == DIRECT;
    if (go_on(r, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (!direct && !is_empty(r))
        return take(r, t);
    r->last = direct ? LAST_DIRECT : LAST_NONE;
    return answer(t, r->own.result);
}

static edo_poll buffered_fill(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_buf_reader *r = self;

    if (is_anothers(r, t))
        return answer(t, -EBUSY);
    if (is_empty(r)) {
        if (r->doing == NOTHING)
            begin_fill(r, t);
        if (go_on(r, waker) == EDO_PENDING)
            return EDO_PENDING;
        if (r->own.result < 0)
            return answer(t, r->own.result);
    }
    t->buf = r->buf + r->begin;
    return answer(t, (int64_t)(r->end - r->begin));
}

static int buffered_consume(void *self, size_t len)
{
    edo_buf_reader *r = self;

    if (len > r->end - r->begin)
        return -EINVAL;
    r->begin += len;
    r->last = LAST_NONE;
    return 0;
}

static void buffered_cancel(void *self, edo_transfer *t)
{
    edo_buf_reader *r = self;

    if (r->doing != NOTHING && r->user == t)
        edo_reader_cancel(r->inner, &r->own);
}

/* Where the inner reader takes nothing back, the empty buffer may have room for it. */
static int put_back_direct(edo_buf_reader *r, edo_transfer *t)
{
    size_t n = (size_t)t->result;

    r->own.result = t->result; /* perhaps not all of it */
    int rc = edo_reader_put_back(r->inner, &r->own);
    if (rc == 0 || n > r->capacity)
        return rc;
    pieces_copy(t, r->buf, n);
    r->begin = 0;
    r->end = n;
    return 0;
}

static int buffered_put_back(void *self, edo_transfer *t)
{
    edo_buf_reader *r = self;
    enum last last = (enum last)r->last;

    if (r->doing != NOTHING || r->user != t || last == LAST_NONE)
        return -EBUSY;
    r->last = LAST_NONE;
    if (last == LAST_DIRECT)
        return put_back_direct(r, t);
    r->begin -= (size_t)t->result;
    return 0;
}

static const edo_reader_ops reader_ops = {
    .read = buffered_read,
    .readv = buffered_read,
    .fill = buffered_fill,
    .consume = buffered_consume,
    .cancel = buffered_cancel,
    .put_back = buffered_put_back,
    .name = "buf_reader",
};

edo_reader edo_buf_reader_reader(edo_buf_reader *reader)
{
    return (edo_reader){reader ? &reader_ops : NULL, reader};
}

/* Seeking. */

static int begin_seek(edo_buf_reader *r, edo_transfer *t)
{
    int64_t offset = t->offset, ahead = (int64_t)(r->end - r->begin);

    /* The inner reader stands at the end of what the buffer holds. So far back is before the start. */
    if (t->whence == SEEK_CUR && __builtin_sub_overflow(offset, ahead, &offset))
        return -EINVAL;
    edo_transfer_begin(&r->own, EDO_TRANSFER_SEEK, NULL, 0);
    r->own.offset = offset;
    r->own.whence = t->whence;
    r->doing = SEEKING;
    r->user = t;
    return 0;
}

static edo_poll buffered_seek(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_buf_reader *r = self;
    int rc = is_anothers(r, t)     ? -EBUSY
             : !r->seeker.ops      ? -ENOTSUP
             : r->doing == NOTHING ? begin_seek(r, t)
                                   : 0;

    if (rc < 0)
        return answer(t, rc);
    if (seeker_poll(r->seeker, &r->own, waker) == EDO_PENDING)
        return EDO_PENDING;
    r->doing = NOTHING;
    if (r->own.result >= 0) {
        r->begin = r->end = 0;
        r->last = LAST_NONE;
    }
    return answer(t, r->own.result);
}

static void buffered_seek_cancel(void *self, edo_transfer *t)
{
    edo_buf_reader *r = self;

    if (r->doing == SEEKING && r->user == t)
        seeker_cancel(r->seeker, &r->own);
}

static const edo_seeker_ops seeker_ops = {
    .seek = buffered_seek, .cancel = buffered_seek_cancel, .name = "buf_reader"};

edo_seeker edo_buf_reader_seeker(edo_buf_reader *reader)
{
    return (edo_seeker){reader ? &seeker_ops : NULL, reader};
}
