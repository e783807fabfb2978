/* notify_close.c: a stage that says once that its source has ended, before it ends itself. */
#include <edo/stream_combine.h>

#include "stream/stage.h"

static edo_poll notify_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_stage *s = self;

    if (stage_pass_next(s, p, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (p->result != 0 || s->is_over)
        return EDO_READY;
    s->is_over = true;
    return pull_finish(p, -EPIPE);
}

static bool notify_is_done(void *self)
{
    return ((edo_stage *)self)->is_over && stage_is_done(self);
}

edo_stream edo_stream_notify_close(edo_stage *stage, edo_stream source)
{
    static const edo_stream_ops ops = {
        .next = notify_next,
        .cancel = stage_cancel,
        .put_back = stage_put_back,
        .hint = stage_hint,
        .is_done = notify_is_done,
        .release = stage_release,
        .source = stage_source,
        .name = "notify_close",
    };

    *stage = stage_on(source, source.item, NULL);
    return (edo_stream){&ops, stage, source.item};
}
