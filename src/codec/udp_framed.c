/*
 * udp_framed.c: a codec on a UDP socket: a datagram is all that there is, so frames are taken as at an end.
 *
 * Own         One receive and one send at a time, in the object, each for its `user`. A frame that a sink took is
 *             held, encoded and with its address, until a flush sends it; then others are told -EBUSY as well.
 * Errors      What can't be decoded is asked for no more once the decoder takes nothing away: the rest of the
 *             datagram is dropped.
 */
#include "codec/udp_framed.h"

#include <errno.h>
#include <string.h>

#include <edo/await.h>

#include "await/await.h"
#include "codec/codec.h"
#include "codec/frame_place.h"
#include "future/future.h"
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

void udp_framed_in_fini(edo_udp_framed *f)
{
    if (f->in.has_kept && f->in.decoder.item->destroy)
        f->in.decoder.item->destroy(frame_place(&f->in.place));
    frame_place_fini(&f->in.place);
    edo_buf_fini(&f->in.buf);
    memset(&f->in, 0, sizeof f->in);
}

void udp_framed_out_fini(edo_udp_framed *f)
{
    edo_buf_fini(&f->out.buf);
    memset(&f->out, 0, sizeof f->out);
}

void edo_udp_framed_fini(edo_udp_framed *framed)
{
    if (!framed)
        return;
    udp_framed_in_fini(framed);
    udp_framed_out_fini(framed);
}

static edo_poll finish(int64_t *ret_result, int64_t result)
{
    *ret_result = result;
    return EDO_READY;
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

edo_poll udp_framed_receive(edo_udp_framed *f, const void *user, bool canceled, void *frame,
                            edo_addr *ret_from, const edo_waker *waker, int64_t *ret_result)
{
    if (!f || !decoder_is_good(f->in.decoder) || !frame)
        return finish(ret_result, -EINVAL);
    if (f->in.user && f->in.user != user)
        return finish(ret_result, -EBUSY);
    do {
        if (!f->in.user && !canceled && !coop_proceed(waker))
            return EDO_PENDING;
        *ret_result = f->in.user ? GO_ON : decode_next(f, frame);
        if (*ret_result == GO_ON && receive(f, user, canceled, waker, ret_result) == EDO_PENDING)
            return EDO_PENDING;
    } while (*ret_result == GO_ON);
    coop_spend();
    if (*ret_result == 1 && ret_from)
        *ret_from = f->in.from;
    return EDO_READY;
}

void udp_framed_receive_cancel(edo_udp_framed *f, const void *user)
{
    if (f->in.user == user)
        edo_future_cancel(&f->in.future.base);
}

int udp_framed_put_back(edo_udp_framed *f, const void *frame)
{
    if (f->in.has_kept)
        return -EEXIST;
    memcpy(frame_place(&f->in.place), frame, f->in.decoder.item->size);
    f->in.has_kept = true; /* and its sender is the one that was last */
    return 0;
}

static edo_udp_framed_next_future *next_of(edo_future *base)
{
    return container_of(base, edo_udp_framed_next_future, base);
}

static edo_poll next_poll(edo_future *base, const edo_waker *waker)
{
    edo_udp_framed_next_future *fut = next_of(base);

    return udp_framed_receive(fut->framed, fut, base->state & FUTURE_CANCELED, fut->ret_frame,
                              fut->ret_from, waker, &base->result);
}

static void next_cancel(edo_future *base)
{
    udp_framed_receive_cancel(next_of(base)->framed, next_of(base));
}

static void next_put_back(edo_future *base)
{
    if (udp_framed_put_back(next_of(base)->framed, next_of(base)->ret_frame) == 0)
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

int udp_framed_hold(edo_udp_framed *f, const void *frame, const edo_addr *to)
{
    edo_buf *buf = &f->out.buf;

    if (f->out.is_held)
        return -EBUSY;
    edo_buf_clear(buf);
    int rc = edo_encode(f->out.encoder, frame, buf);
    if (rc < 0)
        return rc;
    f->out.future = to ? edo_udp_send_to_async(f->socket, buf->data, buf->len, to)
                       : edo_udp_send_async(f->socket, buf->data, buf->len);
    f->out.is_held = true;
    return 0;
}

edo_poll udp_framed_send(edo_udp_framed *f, const void *user, const edo_waker *waker,
                         int64_t *ret_result)
{
    if (f->out.user && f->out.user != user)
        return finish(ret_result, -EBUSY);
    if (!f->out.is_held)
        return finish(ret_result, 0);
    f->out.user = user;
    if (edo_future_poll(&f->out.future.base, waker) == EDO_PENDING)
        return EDO_PENDING;
    f->out.user = NULL;
    int64_t result = f->out.future.base.result;
    f->out.is_held = result == -ECANCELED;
    if (f->out.is_held)
        future_restart(&f->out.future.base);
    return finish(ret_result, result < 0 ? result : 0);
}

void udp_framed_send_cancel(edo_udp_framed *f, const void *user)
{
    if (f->out.user == user)
        edo_future_cancel(&f->out.future.base);
}

static edo_udp_framed_send_future *send_of(edo_future *base)
{
    return container_of(base, edo_udp_framed_send_future, base);
}

static edo_poll send_poll(edo_future *base, const edo_waker *waker)
{
    edo_udp_framed_send_future *fut = send_of(base);
    edo_udp_framed *f = fut->framed;

    if (!f || !encoder_is_good(f->out.encoder) || !fut->frame)
        return edo_future_finish(base, -EINVAL);
    if (f->out.user != fut) {
        int rc = udp_framed_hold(f, fut->frame, fut->to);
        if (rc < 0)
            return edo_future_finish(base, rc);
    }
    if (udp_framed_send(f, fut, waker, &base->result) == EDO_PENDING)
        return EDO_PENDING;
    f->out.is_held = false; /* what wasn't sent is its caller's */
    return EDO_READY;
}

static void send_cancel(edo_future *base)
{
    udp_framed_send_cancel(send_of(base)->framed, send_of(base));
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
