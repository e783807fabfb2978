/*
 * framed_writer.c: an encoder on a writer.
 *
 * Order       Frames are encoded behind one another, and bytes leave at the front: as each write says, and no
 *             others. So a wait that is cut short has lost and doubled nothing, and the next goes on.
 * Own         One transfer at a time, in the writer, for `user`; the buffer is the transfer's meanwhile, so
 *             others are told -EBUSY.
 */
#include "codec/framed.h"

#include <errno.h>

#include <edo/await.h>
#include <edo/error.h>

#include "await/await.h"
#include "codec/codec.h"
#include "io/transfer.h"

/* Its life. */

int edo_framed_writer_init(edo_framed_writer *writer, edo_writer to, edo_encoder encoder,
                           const edo_framed_opts *opts)
{
    static const edo_framed_opts defaults;
    edo_buf none = {0};

    if (!opts)
        opts = &defaults;
    if (!writer || !writer_is_good(to) || !encoder_is_good(encoder))
        return -EINVAL;
    *writer = (edo_framed_writer){
        .to = to,
        .encoder = encoder,
        .boundary = opts->boundary ? opts->boundary : FRAMED_CAPACITY,
        .buf = edo_buf_move(opts->unwritten ? opts->unwritten : &none),
    };
    return 0;
}

void edo_framed_writer_fini(edo_framed_writer *writer)
{
    if (!writer)
        return;
    edo_buf_fini(&writer->buf);
    *writer = (edo_framed_writer){0};
}

int edo_framed_writer_into_buf(edo_framed_writer *writer, edo_buf *ret_unwritten)
{
    if (!writer || !ret_unwritten)
        return -EINVAL;
    if (writer->user)
        return -EBUSY;
    *ret_unwritten = edo_buf_move(&writer->buf);
    edo_framed_writer_fini(writer);
    return 0;
}

/* Encoding. */

int framed_encode(edo_framed_writer *w, const void *frame)
{
    return w->user ? -EBUSY : encode_frame(w->encoder, frame, &w->buf);
}

int edo_framed_try_feed(edo_framed_writer *writer, const void *frame)
{
    if (!writer || !writer->encoder.ops || !frame)
        return -EINVAL;
    if (writer->user)
        return -EBUSY;
    return framed_is_full(writer) ? -EAGAIN : encode_frame(writer->encoder, frame, &writer->buf);
}

/* Writing. */

static edo_poll finish(int64_t *ret_result, int64_t result)
{
    *ret_result = result;
    return EDO_READY;
}

/* Begins one call of the writer, or goes on with it. READY: its result. */
static edo_poll call(edo_framed_writer *w, const void *user, edo_transfer_kind kind, bool canceled,
                     const edo_waker *waker, int64_t *ret_result)
{
    if (w->user && w->user != user)
        return finish(ret_result, -EBUSY);
    if (!w->t.begun) {
        w->user = NULL;
        if (canceled)
            return finish(ret_result, -ECANCELED);
        edo_transfer_begin(&w->t, kind, w->buf.data, w->buf.len);
        w->user = user;
    }
    if (write_step(w->to, &w->t, waker) == EDO_PENDING)
        return EDO_PENDING;
    w->t.begun = false;
    w->user = NULL;
    return finish(ret_result, w->t.result);
}

/* Whether what is under way is one of the two calls that come after the writes. */
static bool is_writing(const edo_framed_writer *w)
{
    return !w->t.begun || w->t.kind == EDO_TRANSFER_WRITE;
}

static edo_poll write_out(edo_framed_writer *w, const void *user, bool canceled,
                          const edo_waker *waker, int64_t *ret_result)
{
    while (w->buf.len && is_writing(w)) {
        if (call(w, user, EDO_TRANSFER_WRITE, canceled, waker, ret_result) == EDO_PENDING)
            return EDO_PENDING;
        if (*ret_result <= 0)
            return finish(ret_result, *ret_result ? *ret_result : -EDO_EWRITEZERO);
        edo_buf_consume(&w->buf, (size_t)*ret_result);
    }
    return finish(ret_result, 0);
}

edo_poll framed_ready(edo_framed_writer *w, const void *user, bool canceled, const edo_waker *waker,
                      int64_t *ret_result)
{
    if (w->user ? w->user != user : !framed_is_full(w))
        return finish(ret_result, w->user ? -EBUSY : 0);
    return write_out(w, user, canceled, waker, ret_result);
}

edo_poll framed_flush(edo_framed_writer *w, const void *user, bool canceled, const edo_waker *waker,
                      int64_t *ret_result)
{
    if (write_out(w, user, canceled, waker, ret_result) == EDO_PENDING)
        return EDO_PENDING;
    if (*ret_result < 0 || (w->t.begun && w->t.kind == EDO_TRANSFER_SHUTDOWN))
        return EDO_READY;
    return call(w, user, EDO_TRANSFER_FLUSH, canceled, waker, ret_result);
}

edo_poll framed_close(edo_framed_writer *w, const void *user, bool canceled, const edo_waker *waker,
                      int64_t *ret_result)
{
    if (framed_flush(w, user, canceled, waker, ret_result) == EDO_PENDING)
        return EDO_PENDING;
    if (*ret_result < 0)
        return EDO_READY;
    return call(w, user, EDO_TRANSFER_SHUTDOWN, canceled, waker, ret_result);
}

void framed_write_cancel(edo_framed_writer *w, const void *user)
{
    if (w->user == user && w->t.begun)
        edo_writer_cancel(w->to, &w->t);
}

/* The futures: steps from the first that is wanted to the last. */

enum step { STEP_READY, STEP_ENCODE, STEP_FLUSH, STEP_CLOSE };

static edo_framed_write_future *of(edo_future *base)
{
    return container_of(base, edo_framed_write_future, base);
}

static bool is_valid(const edo_framed_write_future *fut)
{
    return fut->writer && fut->writer->encoder.ops && (fut->frame || fut->step >= STEP_FLUSH);
}

static edo_poll take_step(edo_framed_write_future *fut, const edo_waker *waker)
{
    edo_framed_writer *w = fut->writer;
    bool canceled = fut->base.state & FUTURE_CANCELED;

    switch (fut->step) {
    case STEP_READY:
        return framed_ready(w, fut, canceled, waker, &fut->base.result);
    case STEP_ENCODE:
        fut->base.result = framed_encode(w, fut->frame);
        fut->is_taken = fut->base.result == 0;
        return EDO_READY;
    case STEP_FLUSH:
        return framed_flush(w, fut, canceled, waker, &fut->base.result);
    default:
        return framed_close(w, fut, canceled, waker, &fut->base.result);
    }
}

static edo_poll write_poll(edo_future *base, const edo_waker *waker)
{
    edo_framed_write_future *fut = of(base);

    if (!is_valid(fut))
        return edo_future_finish(base, -EINVAL);
    for (;; fut->step++) {
        if (take_step(fut, waker) == EDO_PENDING)
            return EDO_PENDING;
        if (base->result < 0 || fut->step == fut->last)
            return EDO_READY;
    }
}

static void write_cancel(edo_future *base)
{
    framed_write_cancel(of(base)->writer, of(base));
}

static const edo_future_ops write_ops = {
    .poll = write_poll,
    .cancel = write_cancel,
    .name = "framed_write",
    .flags = EDO_FUTURE_RESTARTS,
};

static edo_framed_write_future make(edo_framed_writer *writer, const void *frame, enum step first,
                                    enum step last)
{
    return (edo_framed_write_future){
        .base = EDO_FUTURE_INIT(&write_ops),
        .writer = writer,
        .frame = frame,
        .step = (uint8_t)first,
        .last = (uint8_t)last,
    };
}

edo_framed_write_future edo_framed_feed_async(edo_framed_writer *writer, const void *frame)
{
    return make(writer, frame, STEP_READY, STEP_ENCODE);
}

edo_framed_write_future edo_framed_send_async(edo_framed_writer *writer, const void *frame)
{
    return make(writer, frame, STEP_READY, STEP_FLUSH);
}

edo_framed_write_future edo_framed_flush_async(edo_framed_writer *writer)
{
    return make(writer, NULL, STEP_FLUSH, STEP_FLUSH);
}

edo_framed_write_future edo_framed_close_async(edo_framed_writer *writer)
{
    return make(writer, NULL, STEP_CLOSE, STEP_CLOSE);
}

int edo_framed_feed(edo_framed_writer *writer, const void *frame)
{
    if (likely(writer && frame && !writer->user && !framed_is_full(writer) && await_may_try()))
        return encode_frame(writer->encoder, frame, &writer->buf);
    edo_framed_write_future fut = edo_framed_feed_async(writer, frame);

    return (int)edo_await(&fut.base);
}

int edo_framed_send(edo_framed_writer *writer, const void *frame, bool *ret_taken)
{
    edo_framed_write_future fut = edo_framed_send_async(writer, frame);
    int rc = (int)edo_await(&fut.base);

    if (ret_taken)
        *ret_taken = fut.is_taken;
    return rc;
}

int edo_framed_flush(edo_framed_writer *writer)
{
    edo_framed_write_future fut = edo_framed_flush_async(writer);

    return (int)edo_await(&fut.base);
}

int edo_framed_close(edo_framed_writer *writer)
{
    edo_framed_write_future fut = edo_framed_close_async(writer);

    return (int)edo_await(&fut.base);
}
