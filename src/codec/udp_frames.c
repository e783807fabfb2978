/* udp_frames.c: frames by UDP as streams and sinks. In an item the address lies behind the frame. */
#include <edo/udp_frames.h>

#include <errno.h>

#include "base/macros.h"
#include "codec/codec.h"
#include "codec/udp_framed.h"

static void destroy_frame(void *item)
{
    edo_udp_frame *it = item;

    edo_bytes_free(&it->frame);
}

static int clone_frame(void *to, const void *from)
{
    const edo_udp_frame *it = from;

    *(edo_udp_frame *)to = (edo_udp_frame){edo_bytes_clone(&it->frame), it->addr};
    return 0;
}

const edo_item *edo_udp_frame_item(void)
{
    static const edo_item item = {.size = sizeof(edo_udp_frame),
                                  .align = _Alignof(edo_udp_frame),
                                  .destroy = destroy_frame,
                                  .clone = clone_frame};

    return &item;
}

/* Where the compiler puts an edo_addr that follows such a frame in a struct. */
static size_t addr_at(const edo_item *frame)
{
    return (frame->size + _Alignof(edo_addr) - 1) / _Alignof(edo_addr) * _Alignof(edo_addr);
}

/* What a frame and its address are; NULL: nothing that fits. */
static const edo_item *pair_of(const edo_item *frame, const edo_item *item)
{
    if (!item)
        return frame == edo_bytes_item() ? edo_udp_frame_item() : NULL;
    return item->size >= addr_at(frame) + sizeof(edo_addr) ? item : NULL;
}

static edo_poll stream_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_udp_framed *f = self;
    void *addr = (char *)p->item + (f->in.decoder.item ? addr_at(f->in.decoder.item) : 0);

    return udp_framed_receive(f, p, p->canceled, p->item, addr, waker, &p->result);
}

static void stream_cancel(void *self, edo_pull *p)
{
    udp_framed_receive_cancel(self, p);
}

static int stream_put_back(void *self, edo_pull *p)
{
    return udp_framed_put_back(self, p->item);
}

static void stream_release(void *self)
{
    udp_framed_in_fini(self);
}

edo_stream edo_udp_framed_stream(edo_udp_framed *framed, const edo_item *item)
{
    static const edo_stream_ops ops = {
        .next = stream_next,
        .cancel = stream_cancel,
        .put_back = stream_put_back,
        .release = stream_release,
        .name = "udp_framed",
    };

    if (!framed || !decoder_is_good(framed->in.decoder) ||
        framed->in.decoder.item == edo_lent_item())
        return (edo_stream){0};
    const edo_item *pair = pair_of(framed->in.decoder.item, item);
    return pair ? (edo_stream){&ops, framed, pair} : (edo_stream){0};
}

/* Room is there once the frame before is sent. */
static edo_poll sink_wait(void *self, edo_push *p, const edo_waker *waker)
{
    return udp_framed_send(self, p, waker, &p->result);
}

static void sink_cancel(void *self, edo_push *p)
{
    udp_framed_send_cancel(self, p);
}

static int sink_send(void *self, const void *item)
{
    edo_udp_framed *f = self;
    const edo_item *frame = f->out.encoder.item;

    if (!frame)
        return -EINVAL; /* it was released */
    const void *at = (const char *)item + addr_at(frame);
    const edo_addr *to = at;
    int rc = udp_framed_hold(f, item, to->len ? to : NULL);

    if (rc == 0 && frame->destroy)
        frame->destroy((void *)(uintptr_t)item);
    return rc;
}

static void sink_release(void *self)
{
    udp_framed_out_fini(self);
}

edo_item_sink edo_udp_framed_sink(edo_udp_framed *framed, const edo_item *item)
{
    static const edo_item_sink_ops ops = {
        .ready = sink_wait,
        .send = sink_send,
        .flush = sink_wait,
        .cancel = sink_cancel,
        .release = sink_release,
        .name = "udp_framed",
    };

    if (!framed || !encoder_is_good(framed->out.encoder) || !framed->out.encoder.item)
        return (edo_item_sink){0};
    const edo_item *pair = pair_of(framed->out.encoder.item, item);
    return pair ? (edo_item_sink){&ops, framed, pair} : (edo_item_sink){0};
}
