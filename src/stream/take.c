/* take.c: stages that count items: take, skip. */
#include <edo/stream_combine.h>

#include "stream/stage.h"

static edo_poll take_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_stage *s = self;

    if (stage_give_held(s, p))
        return EDO_READY;
    if (stage_pull(s, p, p->item, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (s->pull.result > 0 && --s->left == 0)
        s->has_ended = true;
    return pull_finish(p, s->pull.result);
}

static edo_stream_bounds take_hint(void *self)
{
    const edo_stage *s = self;
    edo_stream_bounds bounds = stage_source_bounds(s);

    if (bounds.lower > s->left)
        bounds.lower = s->left;
    if (!bounds.has_upper || bounds.upper > s->left)
        bounds.upper = s->left;
    bounds.has_upper = true;
    return stage_with_held(s, bounds);
}

static edo_poll skip_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_stage *s = self;

    if (stage_give_held(s, p))
        return EDO_READY;
    while (stage_pull(s, p, p->item, waker) == EDO_READY) {
        if (s->pull.result <= 0 || s->left == 0)
            return pull_finish(p, s->pull.result);
        s->left--;
        item_destroy(s->item, p->item);
    }
    return EDO_PENDING;
}

static size_t without(size_t n, size_t left)
{
    return n > left ? n - left : 0;
}

static edo_stream_bounds skip_hint(void *self)
{
    const edo_stage *s = self;
    edo_stream_bounds bounds = stage_source_bounds(s);

    bounds.lower = without(bounds.lower, s->left);
    bounds.upper = without(bounds.upper, s->left);
    return stage_with_held(s, bounds);
}

static const edo_stream_ops take_ops = STAGE_OPS(take_next, take_hint, "take");
static const edo_stream_ops skip_ops = STAGE_OPS(skip_next, skip_hint, "skip");

static edo_stream make(const edo_stream_ops *ops, edo_stage *stage, edo_stream source, size_t n)
{
    *stage = stage_on(source, source.item, NULL);
    stage->left = n;
    return (edo_stream){ops, stage, source.item};
}

edo_stream edo_stream_take(edo_stage *stage, edo_stream source, size_t n)
{
    edo_stream s = make(&take_ops, stage, source, n);

    stage->has_ended = n == 0;
    return s;
}

edo_stream edo_stream_skip(edo_stage *stage, edo_stream source, size_t n)
{
    return make(&skip_ops, stage, source, n);
}
