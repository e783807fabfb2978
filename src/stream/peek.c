/* peek.c: stages that pass what they get: fuse ends for good, peekable can be looked into. */
#include <edo/stream_combine.h>

#include <edo/await.h>

#include "base/macros.h"
#include "stream/stage.h"

static const edo_stream_ops fuse_ops = STAGE_OPS(stage_pass_next, stage_hint, "fuse");
static const edo_stream_ops peekable_ops = STAGE_OPS(stage_pass_next, stage_hint, "peekable");

static edo_stream make(const edo_stream_ops *ops, edo_stage *stage, edo_stream source)
{
    *stage = stage_on(source, source.item, NULL);
    return (edo_stream){ops, stage, source.item};
}

edo_stream edo_stream_fuse(edo_stage *stage, edo_stream source)
{
    return make(&fuse_ops, stage, source);
}

edo_stream edo_stream_peekable(edo_stage *stage, edo_stream source)
{
    return make(&peekable_ops, stage, source);
}

static edo_stream_peek_future *of(edo_future *base)
{
    return container_of(base, edo_stream_peek_future, base);
}

static int64_t peeked(edo_stream_peek_future *fut)
{
    edo_stage *s = fut->peekable;

    if (s->holds && fut->ret_item)
        *fut->ret_item = slot_at(&s->held, s->item);
    if (s->holds)
        return 1;
    return s->error ? s->error : s->pull.result;
}

static edo_poll peek_poll(edo_future *base, const edo_waker *waker)
{
    edo_stream_peek_future *fut = of(base);

    if (!fut->peekable)
        return edo_future_finish(base, -EINVAL);
    if (stage_pull_ahead(fut->peekable, &fut->pull, waker) == EDO_PENDING)
        return EDO_PENDING;
    fut->pull.canceled = false;
    return edo_future_finish(base, peeked(fut));
}

static void peek_cancel(edo_future *base)
{
    of(base)->pull.canceled = true;
    if (of(base)->peekable)
        stage_cancel(of(base)->peekable, &of(base)->pull);
}

static const edo_future_ops peek_ops = {
    .poll = peek_poll,
    .cancel = peek_cancel,
    .name = "stream_peek",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_stream_peek_future edo_stream_peek_async(edo_stage *peekable, void **ret_item)
{
    return (edo_stream_peek_future){
        .base = EDO_FUTURE_INIT(&peek_ops), .peekable = peekable, .ret_item = ret_item};
}

int edo_stream_peek(edo_stage *peekable, void **ret_item)
{
    edo_stream_peek_future fut = edo_stream_peek_async(peekable, ret_item);

    return (int)edo_await(&fut.base);
}
