/*
 * udp_framed.c: a codec on a UDP socket: a datagram is all that there is, so frames are taken as at an end.
 *
 * Own         One receive and one send at a time, in the object, each for its `user`.
 * Errors      What can't be decoded is asked for no more once the decoder takes nothing away: the rest of the
 *             datagram is dropped.
 */
#include <edo/udp_framed.h>

#include <errno.h>
#include <string.h>

#include <edo/await.h>

#include "await/await.h"
#include "codec/codec.h"
#include "codec/frame_place.h"
#include "sched/coop.h"

#define LONGEST 65536 /* a datagram and a byte more, so that none is cut */

enum { GO_ON = 2 };

int edo_udp_framed_init(edo_udp_framed *framed, edo_udp_socket *socket, edo_decoder decoder,
                        edo_encoder encoder)
{
    if (!framed || !socket || (!decoder_is_good(decoder) && !encoder_is_good(encoder)))
        return -EINVAL;
    memset(framed, 0, sizeof *framed);
    if (decoder_is_good(decoder)) {
        int rc = frame_place_init(&framed->in.place, decoder.item);
        if (rc < 0)
            return rc;
    }
    framed->socket = socket;
    framed->in.decoder = decoder;
    framed->out.encoder = encoder;
    return 0;
}

void edo_udp_framed_fini(edo_udp_framed *framed)
{
    if (!framed)
        return;
    if (framed->in.has_kept && framed->in.decoder.item->destroy)
        framed->in.decoder.item->destroy(frame_place(&framed->in.place));
    frame_place_fini(&framed->in.place);
    edo_buf_fini(&framed->in.buf);
    edo_buf_fini(&framed->out.buf);
    memset(framed, 0, sizeof *framed);
}

/* Receiving. */

/* 1 or an error; GO_ON: the datagram has no more. */
static int decode_next(edo_udp_framed *f, void *frame)
{
    if (f->in.has_kept) {
        f->in.has_kept = false;
        memcpy(frame, frame_place(&f->in.place), f->in.decoder.item->size);
        return 1;
    }
    if (!f->in.is_readable)
        return GO_ON;
    size_t before = f->in.buf.len;
    int rc = edo_decode_eof(f->in.decoder, &f->in.buf, frame);
    if (rc > 0)
        return 1;
    if (rc == 0 || (rc != -ENOMEM && f->in.buf.len == before)) {
        f->in.is_readable = false;
        edo_buf_clear(&f->in.buf);
    }
    return rc ? rc : GO_ON;
}

/* READY: GO_ON, or an error. */
static edo_poll receive(edo_udp_framed *f, const void *user, bool canceled, const edo_waker *waker,
                        int64_t *ret_result)
{
    if (!f->in.user) {
        *ret_result = canceled ? -ECANCELED : edo_buf_reserve(&f->in.buf, LONGEST);
        if (*ret_result < 0)
            return EDO_READY;
        f->in.future =
            edo_udp_recv_from_async(f->socket, edo_buf_end(&f->in.buf), LONGEST, &f->in.from);
        f->in.user = user;
    }
    if (edo_future_poll(&f->in.future.base, waker) == EDO_PENDING)
        return EDO_PENDING;
    f->in.user = NULL;
    *ret_result = f->in.future.base.result;
    if (*ret_result < 0)
        return EDO_READY;
    edo_buf_advance(&f->in.buf, (size_t)*ret_result);
    f->in.is_readable = true;
    *ret_result = GO_ON;
    return EDO_READY;
}

static edo_udp_framed_next_future *next_of(edo_future *base)
{
    return container_of(base, edo_udp_framed_next_future, base);
}

static edo_poll next_poll(edo_future *base, const edo_waker *waker)
{
    edo_udp_framed_next_future *fut = next_of(base);
    edo_udp_framed *f = fut->framed;

    if (!f || !decoder_is_good(f->in.decoder) || !fut->ret_frame)
        return edo_future_finish(base, -EINVAL);
    if (f->in.user && f->in.user != fut)
        return edo_future_finish(base, -EBUSY);
    do {
        if (!f->in.user && !(base->state & FUTURE_CANCELED) && !coop_proceed(waker))
            return EDO_PENDING;
        base->result = f->in.user ? GO_ON : decode_next(f, fut->ret_frame);
        if (base->result == GO_ON &&
            receive(f, fut, base->state & FUTURE_CANCELED, waker, &base->result) == EDO_PENDING)
            return EDO_PENDING;
    } while (base->result == GO_ON);
    coop_spend();
    if (base->result > 0 && fut->ret_from)
        *fut->ret_from = f->in.from;
    return EDO_READY;
}

static void next_cancel(edo_future *base)
{
    edo_udp_framed *f = next_of(base)->framed;

    if (f && f->in.user == next_of(base))
        edo_future_cancel(&f->in.future.base);
}

static void next_put_back(edo_future *base)
{
    edo_udp_framed *f = next_of(base)->framed;

    if (base->result > 0 && f->in.has_kept)
        return;
    if (base->result > 0) {
        memcpy(frame_place(&f->in.place), next_of(base)->ret_frame, f->in.decoder.item->size);
        f->in.has_kept = true;
    }
    base->result = -ECANCELED;
}

static const edo_future_ops next_ops = {
    .poll = next_poll,
    .cancel = next_cancel,
    .put_back = next_put_back,
    .name = "udp_framed_next",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_udp_framed_next_future edo_udp_framed_next_async(edo_udp_framed *framed, void *ret_frame,
                                                     edo_addr *ret_from)
{
    return (edo_udp_framed_next_future){.base = EDO_FUTURE_INIT(&next_ops),
                                        .framed = framed,
                                        .ret_frame = ret_frame,
                                        .ret_from = ret_from};
}

int edo_udp_framed_next(edo_udp_framed *framed, void *ret_frame, edo_addr *ret_from)
{
    edo_udp_framed_next_future fut = edo_udp_framed_next_async(framed, ret_frame, ret_from);

    return (int)edo_await(&fut.base);
}

/* Sending. */

static edo_udp_framed_send_future *send_of(edo_future *base)
{
    return container_of(base, edo_udp_framed_send_future, base);
}

static int begin_send(edo_udp_framed_send_future *fut)
{
    edo_udp_framed *f = fut->framed;
    edo_buf *buf = &f->out.buf;

    edo_buf_clear(buf);
    int rc = edo_encode(f->out.encoder, fut->frame, buf);
    if (rc < 0)
        return rc;
    f->out.future = fut->to ? edo_udp_send_to_async(f->socket, buf->data, buf->len, fut->to)
                            : edo_udp_send_async(f->socket, buf->data, buf->len);
    f->out.user = fut;
    return 0;
}

static edo_poll send_poll(edo_future *base, const edo_waker *waker)
{
    edo_udp_framed_send_future *fut = send_of(base);
    edo_udp_framed *f = fut->framed;

    if (!f || !encoder_is_good(f->out.encoder) || !fut->frame)
        return edo_future_finish(base, -EINVAL);
    if (f->out.user && f->out.user != fut)
        return edo_future_finish(base, -EBUSY);
    if (!f->out.user) {
        int rc = begin_send(fut);
        if (rc < 0)
            return edo_future_finish(base, rc);
    }
    if (edo_future_poll(&f->out.future.base, waker) == EDO_PENDING)
        return EDO_PENDING;
    f->out.user = NULL;
    int64_t result = f->out.future.base.result;
    return edo_future_finish(base, result < 0 ? result : 0);
}

static void send_cancel(edo_future *base)
{
    edo_udp_framed *f = send_of(base)->framed;

    if (f && f->out.user == send_of(base))
        edo_future_cancel(&f->out.future.base);
}

static const edo_future_ops send_ops = {
    .poll = send_poll,
    .cancel = send_cancel,
    .name = "udp_framed_send",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_udp_framed_send_future edo_udp_framed_send_async(edo_udp_framed *framed, const void *frame,
                                                     const edo_addr *to)
{
    return (edo_udp_framed_send_future){
        .base = EDO_FUTURE_INIT(&send_ops), .framed = framed, .frame = frame, .to = to};
}

int edo_udp_framed_send(edo_udp_framed *framed, const void *frame, const edo_addr *to)
{
    edo_udp_framed_send_future fut = edo_udp_framed_send_async(framed, frame, to);

    return (int)edo_await(&fut.base);
}
