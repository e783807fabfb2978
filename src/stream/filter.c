/* filter.c: stages that test items: filter, take_while, skip_while. What isn't given is destroyed. */
#include <edo/stream_combine.h>

#include "stream/stage.h"

/* The next item, or the end, or an error: as p->result has it. True: the item passes its test. */
static edo_poll test_one(edo_stage *s, edo_pull *p, const edo_waker *waker, bool *ret_passes)
{
    if (stage_pull(s, p, p->item, waker) == EDO_PENDING)
        return EDO_PENDING;
    *ret_passes = s->pull.result <= 0 || s->is_over || s->fn.tests(s->arg, p->item);
    return pull_finish(p, s->pull.result);
}

static edo_poll filter_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_stage *s = self;
    bool passes;

    if (stage_give_held(s, p))
        return EDO_READY;
    while (test_one(s, p, waker, &passes) == EDO_READY) {
        if (passes)
            return EDO_READY;
        item_destroy(s->item, p->item);
    }
    return EDO_PENDING;
}

static edo_poll take_while_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_stage *s = self;
    bool passes;

    if (stage_give_held(s, p))
        return EDO_READY;
    if (test_one(s, p, waker, &passes) == EDO_PENDING)
        return EDO_PENDING;
    if (passes)
        return EDO_READY;
    item_destroy(s->item, p->item);
    s->has_ended = true;
    return pull_finish(p, 0);
}

static edo_poll skip_while_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_stage *s = self;
    bool skips;

    if (stage_give_held(s, p))
        return EDO_READY;
    while (test_one(s, p, waker, &skips) == EDO_READY) {
        bool was_skipping = !s->is_over && p->result > 0;
        if (!was_skipping)
            return EDO_READY;
        s->is_over = !skips;
        if (s->is_over)
            return EDO_READY;
        item_destroy(s->item, p->item);
    }
    return EDO_PENDING;
}

static edo_stream_bounds skip_while_hint(void *self)
{
    return ((edo_stage *)self)->is_over ? stage_hint(self) : stage_hint_upper(self);
}

static const edo_stream_ops filter_ops = STAGE_OPS(filter_next, stage_hint_upper, "filter");
static const edo_stream_ops take_while_ops =
    STAGE_OPS(take_while_next, stage_hint_upper, "take_while");
static const edo_stream_ops skip_while_ops =
    STAGE_OPS(skip_while_next, skip_while_hint, "skip_while");

static edo_stream make(const edo_stream_ops *ops, edo_stage *stage, edo_stream source,
                       edo_item_test *fn, void *arg)
{
    *stage = stage_on(source, source.item, arg);
    stage->fn.tests = fn;
    return (edo_stream){ops, stage, source.item};
}

edo_stream edo_stream_filter(edo_stage *stage, edo_stream source, edo_item_test *fn, void *arg)
{
    return make(&filter_ops, stage, source, fn, arg);
}

edo_stream edo_stream_take_while(edo_stage *stage, edo_stream source, edo_item_test *fn, void *arg)
{
    return make(&take_while_ops, stage, source, fn, arg);
}

edo_stream edo_stream_skip_while(edo_stage *stage, edo_stream source, edo_item_test *fn, void *arg)
{
    return make(&skip_while_ops, stage, source, fn, arg);
}
