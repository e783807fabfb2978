/*
 * buf_writer.c: a writer with a buffer in front of it.
 *
 * Buffer      buf[begin, end) was taken and not passed on yet; nobody's bytes go past it while it holds any.
 * Own         One transfer of the inner writer at a time, for `user`, the transfer that waits for it. What is
 *             done, in this order, as far as it is asked for: the buffer is passed on (PASSING); then a long
 *             write goes past it (DIRECT), or the inner writer is flushed, shut down, or sought in. A cancel of
 *             the user's is passed on, and the user is not READY before it is.
 * Cancel      What was passed on stays so; nothing of a write was taken before it is READY.
 */
#include <edo/buf_writer.h>

#include <edo/error.h>

#include <stdlib.h>
#include <string.h>

#include "io/pieces.h"
#include "io/transfer.h"

enum doing { NOTHING, PASSING, DIRECT, FLUSHING, SHUTTING, SEEKING };

#define DEFAULT_CAPACITY 8192

/* Its life. */

int edo_buf_writer_init(edo_buf_writer *writer, edo_writer inner, const edo_buffering_opts *opts)
{
    static const edo_buffering_opts defaults;

    if (!opts)
        opts = &defaults;
    if (!writer || !writer_is_good(inner) || (opts->memory && !opts->capacity))
        return -EINVAL;
    size_t capacity = opts->capacity ? opts->capacity : DEFAULT_CAPACITY;
    char *buf = opts->memory ? opts->memory : malloc(capacity);
    if (!buf)
        return -ENOMEM;
    *writer = (edo_buf_writer){
        .inner = inner,
        .seeker = opts->seeker,
        .buf = buf,
        .capacity = capacity,
        .owns = !opts->memory,
    };
    return 0;
}

void edo_buf_writer_fini(edo_buf_writer *writer)
{
    if (!writer)
        return;
    if (writer->owns)
        free(writer->buf);
    *writer = (edo_buf_writer){0};
}

int edo_buf_writer_new(edo_writer inner, const edo_buffering_opts *opts,
                       edo_buf_writer **ret_writer)
{
    edo_buf_writer *writer = ret_writer ? malloc(sizeof *writer) : NULL;
    int rc = !ret_writer ? -EINVAL : !writer ? -ENOMEM : edo_buf_writer_init(writer, inner, opts);

    if (rc < 0)
        free(writer);
    else
        *ret_writer = writer;
    return rc;
}

void edo_buf_writer_free(edo_buf_writer *writer)
{
    edo_buf_writer_fini(writer);
    free(writer);
}

const void *edo_buf_writer_unwritten(const edo_buf_writer *writer, size_t *ret_len)
{
    *ret_len = writer ? writer->end - writer->begin : 0;
    return writer ? writer->buf + writer->begin : NULL;
}

/* What is under way. */

static edo_poll answer(edo_transfer *t, int64_t result)
{
    t->result = result;
    return EDO_READY;
}

static inline size_t held(const edo_buf_writer *w)
{
    return w->end - w->begin;
}

static inline size_t room(const edo_buf_writer *w)
{
    return w->capacity - held(w);
}

static void begin_own(edo_buf_writer *w, edo_transfer *user, enum doing doing,
                      edo_transfer_kind kind, const void *buf, size_t len)
{
    edo_transfer_begin(&w->own, kind, buf, len);
    w->doing = doing;
    w->user = user;
}

static edo_poll poll_own(edo_buf_writer *w, const edo_waker *waker)
{
    edo_poll is = w->doing == SEEKING ? seeker_poll(w->seeker, &w->own, waker)
                                      : edo_writer_poll(w->inner, &w->own, waker);
    if (is == EDO_READY)
        w->doing = NOTHING;
    return is;
}

/* A part of the buffer was passed on, or an error says why it wasn't. */
static int64_t note_passed(edo_buf_writer *w)
{
    int64_t n = w->own.result;

    if (n == 0)
        return -EDO_EWRITEZERO;
    if (n > 0)
        w->begin += (size_t)n;
    if (w->begin == w->end)
        w->begin = w->end = 0;
    return n;
}

/* Passes on what the buffer holds. READY: t->result is 0, or the user's answer. */
static edo_poll pass_on(edo_buf_writer *w, edo_transfer *t, const edo_waker *waker)
{
    while (held(w) > 0) {
        if (w->doing == NOTHING && t->canceled)
            return answer(t, -ECANCELED);
        if (w->doing == NOTHING)
            begin_own(w, t, PASSING, EDO_TRANSFER_WRITE, w->buf + w->begin, held(w));
        if (poll_own(w, waker) == EDO_PENDING)
            return EDO_PENDING;
        int64_t n = note_passed(w);
        if (n < 0)
            return answer(t, n);
    }
    return answer(t, 0);
}

/* Does one thing to the inner writer, or goes on with it: its result is the user's. */
static edo_poll hand_on(edo_buf_writer *w, edo_transfer *t, enum doing doing,
                        edo_transfer_kind kind, const void *buf, size_t len, const edo_waker *waker)
{
    if (w->doing == NOTHING && t->canceled)
        return answer(t, -ECANCELED);
    if (w->doing == NOTHING)
        begin_own(w, t, doing, kind, buf, len);
    return poll_own(w, waker) == EDO_PENDING ? EDO_PENDING : answer(t, w->own.result);
}

static inline bool is_anothers(const edo_buf_writer *w, const edo_transfer *t)
{
    return w->doing != NOTHING && w->user != t;
}

/* Writing. */

static void make_room(edo_buf_writer *w, size_t len)
{
    if (len <= w->capacity - w->end)
        return;
    memmove(w->buf, w->buf + w->begin, held(w));
    w->end = held(w);
    w->begin = 0;
}

static void keep(edo_buf_writer *w, const void *from, size_t len)
{
    if (len == 0)
        return;
    make_room(w, len);
    memcpy(w->buf + w->end, from, len);
    w->end += len;
}

static edo_poll buffered_write(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_buf_writer *w = self;

    if (is_anothers(w, t))
        return answer(t, -EBUSY);
    if (w->doing == DIRECT || (w->doing == NOTHING && held(w) == 0 && t->len >= w->capacity))
        return hand_on(w, t, DIRECT, EDO_TRANSFER_WRITE, t->buf, t->len, waker);
    if (w->doing == PASSING || t->len > room(w)) {
        if (pass_on(w, t, waker) == EDO_PENDING)
            return EDO_PENDING;
        if (t->result < 0)
            return EDO_READY;
    }
    if (t->len >= w->capacity && held(w) == 0)
        return hand_on(w, t, DIRECT, EDO_TRANSFER_WRITE, t->buf, t->len, waker);
    keep(w, t->buf, t->len);
    return answer(t, (int64_t)t->len);
}

/* The pieces from the first that isn't empty on, as many as fit whole; the first one always does. */
static size_t keep_pieces(edo_buf_writer *w, const edo_transfer *t)
{
    size_t done = 0;

    for (size_t i = 0; i < t->len; i++) {
        if (t->iov[i].iov_len > room(w))
            break;
        keep(w, t->iov[i].iov_base, t->iov[i].iov_len);
        done += t->iov[i].iov_len;
    }
    return done;
}

/* What has to fit: all of it where the inner writer takes several pieces, else the first. */
static edo_poll buffered_writev(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_buf_writer *w = self;
    bool vectored = edo_writer_is_vectored(w->inner);
    size_t needed = vectored ? pieces_len(t) : iov_first(t->iov, t->len)->iov_len;

    if (is_anothers(w, t))
        return answer(t, -EBUSY);
    if (w->doing == PASSING || (w->doing == NOTHING && needed > room(w))) {
        if (pass_on(w, t, waker) == EDO_PENDING)
            return EDO_PENDING;
        if (t->result < 0)
            return EDO_READY;
    }
    if (w->doing == DIRECT || (held(w) == 0 && needed >= w->capacity))
        return hand_on(w, t, DIRECT, EDO_TRANSFER_WRITEV, t->iov, t->len, waker);
    return answer(t, (int64_t)keep_pieces(w, t));
}

/* Flushing, shutting down, seeking: after the buffer. */

static edo_poll buffered_flush(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_buf_writer *w = self;

    if (is_anothers(w, t))
        return answer(t, -EBUSY);
    if (w->doing != FLUSHING) {
        if (pass_on(w, t, waker) == EDO_PENDING)
            return EDO_PENDING;
        if (t->result < 0)
            return EDO_READY;
    }
    return hand_on(w, t, FLUSHING, EDO_TRANSFER_FLUSH, NULL, 0, waker);
}

/* A second one flushes nothing: the inner writer may take a second shutdown, but no flush after the first. */
static edo_poll before_shutdown(edo_buf_writer *w, edo_transfer *t, const edo_waker *waker)
{
    return w->is_shut ? pass_on(w, t, waker) : buffered_flush(w, t, waker);
}

static edo_poll buffered_shutdown(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_buf_writer *w = self;

    if (is_anothers(w, t))
        return answer(t, -EBUSY);
    if (w->doing != SHUTTING) {
        if (before_shutdown(w, t, waker) == EDO_PENDING)
            return EDO_PENDING;
        if (t->result < 0)
            return EDO_READY;
    }
    if (hand_on(w, t, SHUTTING, EDO_TRANSFER_SHUTDOWN, NULL, 0, waker) == EDO_PENDING)
        return EDO_PENDING;
    w->is_shut |= t->result == 0;
    return EDO_READY;
}

static void buffered_cancel(void *self, edo_transfer *t)
{
    edo_buf_writer *w = self;

    if (w->doing == NOTHING || w->user != t)
        return;
    if (w->doing == SEEKING)
        seeker_cancel(w->seeker, &w->own);
    else
        edo_writer_cancel(w->inner, &w->own);
}

static const edo_writer_ops writer_ops = {
    .write = buffered_write,
    .writev = buffered_writev,
    .flush = buffered_flush,
    .shutdown = buffered_shutdown,
    .cancel = buffered_cancel,
    .name = "buf_writer",
};

edo_writer edo_buf_writer_writer(edo_buf_writer *writer)
{
    return (edo_writer){writer ? &writer_ops : NULL, writer};
}

static edo_poll buffered_seek(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_buf_writer *w = self;

    if (is_anothers(w, t))
        return answer(t, -EBUSY);
    if (!w->seeker.ops)
        return answer(t, -ENOTSUP);
    if (w->doing != SEEKING) {
        if (pass_on(w, t, waker) == EDO_PENDING)
            return EDO_PENDING;
        if (t->result < 0)
            return EDO_READY;
        begin_own(w, t, SEEKING, EDO_TRANSFER_SEEK, NULL, 0);
        w->own.offset = t->offset;
        w->own.whence = t->whence;
        w->own.canceled = t->canceled;
    }
    return poll_own(w, waker) == EDO_PENDING ? EDO_PENDING : answer(t, w->own.result);
}

static const edo_seeker_ops seeker_ops = {
    .seek = buffered_seek, .cancel = buffered_cancel, .name = "buf_writer"};

edo_seeker edo_buf_writer_seeker(edo_buf_writer *writer)
{
    return (edo_seeker){writer ? &seeker_ops : NULL, writer};
}
