/*
 * framed_reader.c: a decoder on a reader.
 *
 * State       READABLE: the decoder may have a frame in the buffer. ENDED: the last read said 0, so the
 *             decoder is asked for what there is at the end. FAILED: the last next gave an error, the
 *             following one says 0. KEPT: a frame came back.
 * Own         One transfer at a time, in the reader, for `user`; the buffer is the transfer's meanwhile, so
 *             others are told -EBUSY. Bytes are counted once it is READY: a next that is cut short leaves the
 *             beginning of a frame in the buffer.
 * Quick       Frames that the buffer has are taken without a future. Each costs a unit of the task's budget: a
 *             buffer of short ones would keep others waiting.
 */
#include "codec/framed.h"

#include <errno.h>
#include <string.h>

#include <edo/await.h>
#include <edo/error.h>

#include "await/await.h"
#include "codec/codec.h"
#include "codec/frame_place.h"
#include "io/transfer.h"

enum { READABLE = 1, ENDED = 2, FAILED = 4, KEPT = 8 };
enum { GO_ON = 2 }; /* beside what next says: the decoder has no frame */

#define LEAST 1024 /* bytes that a read has room for, as long as the buffer's limit allows it */

/* Its life. */

/* As much more as the buffer's limit allows, up to `len`. */
static size_t allowed(const edo_buf *buf, size_t len)
{
    size_t left = buf->limit > buf->len ? buf->limit - buf->len : 0;

    return buf->limit && left < len ? left : len;
}

static int grow(edo_buf *buf, size_t capacity)
{
    size_t there = buf->len + edo_buf_spare(buf);

    return there < capacity ? edo_buf_reserve(buf, allowed(buf, capacity - buf->len)) : 0;
}

int edo_framed_reader_init(edo_framed_reader *reader, edo_reader from, edo_decoder decoder,
                           const edo_framed_opts *opts)
{
    static const edo_framed_opts defaults;
    edo_buf none = {0};
    edo_frame_place place;

    if (!opts)
        opts = &defaults;
    if (!reader || !reader_is_good(from) || !decoder_is_good(decoder))
        return -EINVAL;
    size_t capacity = opts->capacity ? opts->capacity : FRAMED_CAPACITY;
    edo_buf *buf = opts->unread ? opts->unread : &none;
    int rc = frame_place_init(&place, decoder.item);
    if (rc == 0)
        rc = grow(buf, capacity);
    if (rc < 0) {
        frame_place_fini(&place);
        return rc;
    }
    *reader = (edo_framed_reader){
        .from = from,
        .decoder = decoder,
        .capacity = capacity,
        .place = place,
        .buf = edo_buf_move(buf),
    };
    reader->state = reader->buf.len ? READABLE : 0;
    return 0;
}

static void destroy_kept(edo_framed_reader *r)
{
    if ((r->state & KEPT) && r->decoder.item->destroy)
        r->decoder.item->destroy(frame_place(&r->place));
}

void edo_framed_reader_fini(edo_framed_reader *reader)
{
    if (!reader)
        return;
    destroy_kept(reader);
    frame_place_fini(&reader->place);
    edo_buf_fini(&reader->buf);
    *reader = (edo_framed_reader){0};
}

static bool is_busy(const edo_framed_reader *r)
{
    return r->user || (r->state & KEPT);
}

int edo_framed_reader_into_buf(edo_framed_reader *reader, edo_buf *ret_unread)
{
    if (!reader || !ret_unread)
        return -EINVAL;
    if (is_busy(reader))
        return -EBUSY;
    *ret_unread = edo_buf_move(&reader->buf);
    edo_framed_reader_fini(reader);
    return 0;
}

int edo_framed_reader_set_decoder(edo_framed_reader *reader, edo_decoder decoder)
{
    edo_frame_place place;

    if (!reader || !decoder_is_good(decoder))
        return -EINVAL;
    if (is_busy(reader))
        return -EBUSY;
    int rc = frame_place_init(&place, decoder.item);
    if (rc < 0)
        return rc;
    frame_place_fini(&reader->place);
    reader->place = place;
    reader->decoder = decoder;
    if (reader->buf.len)
        reader->state |= READABLE; /* the other one may see a frame where this one saw none */
    return 0;
}

/* Frames that are there. */

static int give_kept(edo_framed_reader *r, void *frame)
{
    memcpy(frame, frame_place(&r->place), r->decoder.item->size);
    r->state &= (uint8_t)~KEPT;
    return 1;
}

/* What the decoder said. */
static int note(edo_framed_reader *r, int rc)
{
    if (rc < 0 && rc != -ENOMEM)
        r->state |= FAILED;
    return rc > 0 ? 1 : rc;
}

/* 1, 0 or an error for the next; GO_ON: read. */
static int at_once(edo_framed_reader *r, void *frame)
{
    if (r->state & KEPT)
        return give_kept(r, frame);
    if (r->state & FAILED) {
        r->state &= (uint8_t)~FAILED; /* what lies behind it comes next */
        return 0;
    }
    if (!(r->state & READABLE))
        return GO_ON;
    bool ended = r->state & ENDED;
    size_t before = r->buf.len;
    int rc = ended        ? edo_decode_eof(r->decoder, &r->buf, frame)
             : r->buf.len ? r->decoder.ops->decode(r->decoder.self, &r->buf, frame)
                          : 0;
    if (rc > 0 || rc == -ENOMEM || (rc < 0 && r->buf.len < before))
        return note(r, rc);
    r->state &= (uint8_t)~READABLE; /* it needs more, or can do nothing with what is there */
    if (rc < 0)
        return note(r, rc);
    return ended ? 0 : GO_ON;
}

int framed_put_back(edo_framed_reader *r, const void *frame)
{
    if (r->state & KEPT)
        return -EEXIST;
    memcpy(frame_place(&r->place), frame, r->decoder.item->size);
    r->state |= KEPT;
    return 0;
}

/* Reading. */

/* Room to read into. What is left of a frame is moved to the front, unless that is most of the buffer. */
static int room_to_read(edo_framed_reader *r)
{
    edo_buf *buf = &r->buf;

    if (likely(edo_buf_spare(buf) >= LEAST))
        return 0;
    /* Frames that are still held have the rest of its memory: then it gets all of it anew. */
    bool is_cut = buf->room < r->capacity && buf->len <= r->capacity / 4;
    size_t len = allowed(buf, is_cut ? r->capacity - buf->len : LEAST);
    return len ? edo_buf_reserve(buf, len) : -EDO_ETOOLONG;
}

/* What was read is in the buffer: GO_ON, or what next says. */
static int64_t take_read(edo_framed_reader *r)
{
    int64_t n = r->t.result;

    if (n < 0) {
        if (n != -ECANCELED)
            r->state |= FAILED;
        return n;
    }
    if (n == 0 && (r->state & ENDED))
        return 0;
    edo_buf_advance(&r->buf, (size_t)n);
    r->state &= (uint8_t)~ENDED;
    r->state |= n ? READABLE : READABLE | ENDED;
    return GO_ON;
}

/* READY: GO_ON or what next says. */
static edo_poll read_on(edo_framed_reader *r, const void *user, bool canceled,
                        const edo_waker *waker, int64_t *ret_result)
{
    if (!r->user) {
        *ret_result = canceled ? -ECANCELED : room_to_read(r);
        if (*ret_result < 0)
            return EDO_READY;
        edo_transfer_begin(&r->t, EDO_TRANSFER_READ, edo_buf_end(&r->buf), edo_buf_spare(&r->buf));
        r->user = user;
    }
    if (read_step(r->from, &r->t, waker) == EDO_PENDING)
        return EDO_PENDING;
    r->t.begun = false;
    r->user = NULL;
    *ret_result = take_read(r);
    return EDO_READY;
}

edo_poll framed_read(edo_framed_reader *r, const void *user, bool canceled, void *frame,
                     const edo_waker *waker, int64_t *ret_result)
{
    if (r->user && r->user != user) {
        *ret_result = -EBUSY;
        return EDO_READY;
    }
    do {
        if (!r->user && !canceled && !coop_proceed(waker))
            return EDO_PENDING;
        *ret_result = r->user ? GO_ON : at_once(r, frame);
        if (*ret_result == 1)
            coop_spend();
        if (*ret_result != GO_ON)
            return EDO_READY;
        if (read_on(r, user, canceled, waker, ret_result) == EDO_PENDING)
            return EDO_PENDING;
    } while (*ret_result == GO_ON);
    return EDO_READY;
}

void framed_read_cancel(edo_framed_reader *r, const void *user)
{
    if (r->user == user && r->t.begun)
        edo_reader_cancel(r->from, &r->t);
}

/* The future. */

static edo_framed_next_future *of(edo_future *base)
{
    return container_of(base, edo_framed_next_future, base);
}

static edo_poll next_poll(edo_future *base, const edo_waker *waker)
{
    edo_framed_next_future *fut = of(base);

    if (!fut->reader || !fut->reader->decoder.ops || !fut->ret_frame)
        return edo_future_finish(base, -EINVAL);
    return framed_read(fut->reader, fut, base->state & FUTURE_CANCELED, fut->ret_frame, waker,
                       &base->result);
}

static void next_cancel(edo_future *base)
{
    framed_read_cancel(of(base)->reader, of(base));
}

static void next_put_back(edo_future *base)
{
    if (base->result > 0 && framed_put_back(of(base)->reader, of(base)->ret_frame) < 0)
        return;
    base->result = -ECANCELED;
}

static const edo_future_ops next_ops = {
    .poll = next_poll,
    .cancel = next_cancel,
    .put_back = next_put_back,
    .name = "framed_next",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_framed_next_future edo_framed_next_async(edo_framed_reader *reader, void *ret_frame)
{
    return (edo_framed_next_future){
        .base = EDO_FUTURE_INIT(&next_ops), .reader = reader, .ret_frame = ret_frame};
}

int edo_framed_next(edo_framed_reader *reader, void *ret_frame)
{
    thread *self;

    if (likely(reader && reader->state == READABLE && !reader->user && reader->buf.len &&
               ret_frame && (self = await_may_try()))) {
        await_poll_begin(self);
        int rc = reader->decoder.ops->decode(reader->decoder.self, &reader->buf, ret_frame);
        await_poll_end(self);
        await_spend(self);
        if (likely(rc != 0))
            return note(reader, rc);
        reader->state = 0;
    }
    edo_framed_next_future fut = edo_framed_next_async(reader, ret_frame);

    return (int)edo_await(&fut.base);
}
