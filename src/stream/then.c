/*
 * then.c: a stage with a step that may wait, one at a time.
 *
 * has_from -> step, polled until READY -> neither. A step that was cancelled leaves has_from: the following
 * next goes on with it, where its future can restart, else begins it anew. It makes its item in `held`, as
 * that stays where it is from one next to another.
 */
#include <edo/stream_combine.h>

#include "future/future.h"
#include "stream/stage.h"

/* An item for the step. READY: it is there, or p->result says why not. */
static edo_poll fetch(edo_stage *s, edo_pull *p, const edo_waker *waker)
{
    if (slot_need(&s->from, s->source.item) < 0 || slot_need(&s->held, s->item) < 0)
        return pull_finish(p, -ENOMEM);
    if (stage_pull(s, p, slot_at(&s->from, s->source.item), waker) == EDO_PENDING)
        return EDO_PENDING;
    s->has_from = s->pull.result > 0;
    return pull_finish(p, s->pull.result);
}

/* What the step was given stays where it is, so that it can go on. */
static edo_poll stop_step(edo_stage *s, edo_pull *p)
{
    if (s->step->ops->flags & EDO_FUTURE_RESTARTS)
        future_restart(s->step);
    else
        s->step = NULL;
    return pull_finish(p, -ECANCELED);
}

static edo_poll end_step(edo_stage *s, edo_pull *p, int64_t result)
{
    s->step = NULL;
    s->has_from = false;
    s->holds = result >= 0;
    return stage_give_held(s, p) ? EDO_READY : pull_finish(p, result);
}

static edo_poll take_step(edo_stage *s, edo_pull *p, const edo_waker *waker)
{
    if (!s->step) {
        if (p->canceled)
            return pull_finish(p, -ECANCELED);
        void *from = slot_at(&s->from, s->source.item);
        s->step = s->fn.begins(s->arg, from, slot_at(&s->held, s->item));
        if (!s->step)
            return end_step(s, p, 0);
    }
    if (edo_future_poll(s->step, waker) == EDO_PENDING)
        return EDO_PENDING;
    int64_t result = s->step->result;
    return p->canceled && result == -ECANCELED ? stop_step(s, p) : end_step(s, p, result);
}

static edo_poll then_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_stage *s = self;

    if (stage_give_held(s, p))
        return EDO_READY;
    if (!s->has_from) {
        if (fetch(s, p, waker) == EDO_PENDING)
            return EDO_PENDING;
        if (!s->has_from)
            return EDO_READY;
    }
    return take_step(s, p, waker);
}

static void then_cancel(void *self, edo_pull *p)
{
    edo_stage *s = self;

    stage_cancel(s, p);
    if (s->step)
        edo_future_cancel(s->step);
}

static edo_stream_bounds then_hint(void *self)
{
    edo_stage *s = self;
    size_t in_flight = (size_t)s->has_from;

    return bounds_sum(stage_bounds(s), (edo_stream_bounds){in_flight, in_flight, true});
}

edo_stream edo_stream_then(edo_stage *stage, edo_stream source, edo_item_step *fn, void *arg,
                           const edo_item *item)
{
    static const edo_stream_ops ops = {
        .next = then_next,
        .cancel = then_cancel,
        .put_back = stage_put_back,
        .hint = then_hint,
        .is_done = stage_is_done,
        .release = stage_release,
        .source = stage_source,
        .name = "then",
    };

    *stage = stage_on(source, item, arg);
    stage->fn.begins = fn;
    return (edo_stream){&ops, stage, item};
}
