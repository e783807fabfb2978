/* sink_writer.c: a sink of bytes as a writer: one wait of the sink at a time, for `user`. */
#include <edo/stream_io.h>

#include <errno.h>

#include "base/macros.h"

static edo_poll finish(edo_transfer *t, int64_t result)
{
    t->result = result;
    return EDO_READY;
}

/* Begins a wait of the sink, or goes on with it. READY: its result. */
static edo_poll wait_for(edo_sink_writer *w, edo_transfer *t, edo_push_poll *which,
                         const edo_waker *waker)
{
    if (w->user && w->user != t)
        return finish(t, -EBUSY);
    if (!w->user) {
        w->push = (edo_push){0};
        w->user = t;
    }
    if (edo_item_sink_poll(w->to, which, &w->push, waker) == EDO_PENDING)
        return EDO_PENDING;
    w->user = NULL;
    return finish(t, w->push.result);
}

static edo_poll write_one(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_sink_writer *w = self;
    edo_bytes item;

    if (wait_for(w, t, w->to.ops->ready, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (t->result < 0)
        return EDO_READY;
    int rc = edo_bytes_copy(t->buf, t->len, &item);
    if (rc < 0)
        return finish(t, rc);
    rc = w->to.ops->send(w->to.self, &item);
    if (rc < 0)
        edo_bytes_free(&item);
    return finish(t, rc < 0 ? rc : (int64_t)t->len);
}

static edo_poll flush(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_sink_writer *w = self;

    return wait_for(w, t, w->to.ops->flush, waker);
}

static edo_poll shut_down(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_sink_writer *w = self;

    return wait_for(w, t, w->to.ops->close ? w->to.ops->close : w->to.ops->flush, waker);
}

static void cancel(void *self, edo_transfer *t)
{
    edo_sink_writer *w = self;

    if (w->user == t)
        edo_item_sink_cancel(w->to, &w->push);
}

edo_writer edo_writer_of_sink(edo_sink_writer *writer, edo_item_sink to)
{
    static const edo_writer_ops ops = {
        .write = write_one,
        .flush = flush,
        .shutdown = shut_down,
        .cancel = cancel,
        .name = "sink_writer",
    };

    if (!writer || !to.ops || !to.ops->send || !to.item || to.item->size != sizeof(edo_bytes))
        return (edo_writer){0};
    *writer = (edo_sink_writer){.to = to};
    return (edo_writer){&ops, writer};
}
