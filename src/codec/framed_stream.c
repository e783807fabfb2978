/* framed_stream.c: framed readers and writers as streams and sinks. */
#include <edo/framed_stream.h>

#include <errno.h>

#include "codec/framed.h"

static edo_poll stream_next(void *self, edo_pull *p, const edo_waker *waker)
{
    return framed_read(self, p, p->canceled, p->item, waker, &p->result);
}

static void stream_cancel(void *self, edo_pull *p)
{
    framed_read_cancel(self, p);
}

static int stream_put_back(void *self, edo_pull *p)
{
    return framed_put_back(self, p->item);
}

static void stream_release(void *self)
{
    edo_framed_reader_fini(self);
}

edo_stream edo_framed_reader_stream(edo_framed_reader *reader)
{
    static const edo_stream_ops ops = {
        .next = stream_next,
        .cancel = stream_cancel,
        .put_back = stream_put_back,
        .release = stream_release,
        .name = "framed",
    };

    if (!reader || !reader->decoder.ops || reader->decoder.item == edo_lent_item())
        return (edo_stream){0};
    return (edo_stream){&ops, reader, reader->decoder.item};
}

static edo_poll sink_ready(void *self, edo_push *p, const edo_waker *waker)
{
    return framed_ready(self, p, p->canceled, waker, &p->result);
}

static edo_poll sink_flush(void *self, edo_push *p, const edo_waker *waker)
{
    return framed_flush(self, p, p->canceled, waker, &p->result);
}

static edo_poll sink_close(void *self, edo_push *p, const edo_waker *waker)
{
    return framed_close(self, p, p->canceled, waker, &p->result);
}

static void sink_cancel(void *self, edo_push *p)
{
    framed_write_cancel(self, p);
}

/* The sink's copy of the item is the caller's bytes: nobody else ends them. */
static int sink_send(void *self, const void *item)
{
    edo_framed_writer *w = self;
    int rc = framed_encode(w, item);

    if (rc == 0 && w->encoder.item->destroy)
        w->encoder.item->destroy((void *)(uintptr_t)item);
    return rc;
}

static void sink_release(void *self)
{
    edo_framed_writer_fini(self);
}

edo_item_sink edo_framed_writer_sink(edo_framed_writer *writer)
{
    static const edo_item_sink_ops ops = {
        .ready = sink_ready,
        .send = sink_send,
        .flush = sink_flush,
        .close = sink_close,
        .cancel = sink_cancel,
        .release = sink_release,
        .name = "framed",
    };

    if (!writer || !writer->encoder.ops || !writer->encoder.item)
        return (edo_item_sink){0};
    return (edo_item_sink){&ops, writer, writer->encoder.item};
}
