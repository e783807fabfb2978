/*
 * stage.c: what the stages of streams are made of.
 *
 * Held        An item that was put back, or pulled ahead, lies in the stage and is given first. So a source
 *             that takes nothing back loses nothing either.
 * The end     A source that has said so isn't asked again, whatever it would say.
 */
#include "stream/stage.h"

#include <edo/stream_iter.h>

#include "base/macros.h"

edo_stage stage_on(edo_stream source, const edo_item *item, void *arg)
{
    return (edo_stage){.source = source, .item = item, .arg = arg};
}

edo_poll stage_pull(edo_stage *s, const edo_pull *p, void *into, const edo_waker *waker)
{
    if (s->has_ended)
        return pull_finish(&s->pull, 0);
    if (!s->is_pulling) {
        edo_pull_begin(&s->pull, into);
        s->pull.canceled = p->canceled;
    }
    s->is_pulling = edo_stream_poll(s->source, &s->pull, waker) == EDO_PENDING;
    if (s->is_pulling)
        return EDO_PENDING;
    s->has_ended = s->pull.result == 0;
    return EDO_READY;
}

edo_poll stage_pull_ahead(edo_stage *s, const edo_pull *p, const edo_waker *waker)
{
    if (s->holds || s->error)
        return EDO_READY;
    int rc = slot_need(&s->held, s->item);
    if (unlikely(rc < 0))
        return pull_finish(&s->pull, rc);
    if (stage_pull(s, p, slot_at(&s->held, s->item), waker) == EDO_PENDING)
        return EDO_PENDING;
    s->holds = s->pull.result > 0;
    if (s->pull.result < 0 && !(s->pull.canceled && s->pull.result == -ECANCELED))
        s->error = (int)s->pull.result;
    return EDO_READY;
}

bool stage_give_held(edo_stage *s, edo_pull *p)
{
    if (likely(!s->holds && !s->error))
        return false;
    if (s->holds) {
        item_copy(s->item, p->item, slot_at(&s->held, s->item));
        s->holds = false;
        p->result = 1;
    } else {
        p->result = s->error;
        s->error = 0;
    }
    return true;
}

edo_poll stage_pass_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_stage *s = self;

    if (stage_give_held(s, p))
        return EDO_READY;
    if (stage_pull(s, p, p->item, waker) == EDO_PENDING)
        return EDO_PENDING;
    return pull_finish(p, s->pull.result);
}

void stage_cancel(void *self, edo_pull *p)
{
    edo_stage *s = self;

    (void)p;
    if (s->is_pulling)
        edo_stream_cancel(s->source, &s->pull);
}

int stage_put_back(void *self, edo_pull *p)
{
    edo_stage *s = self;

    if (s->holds)
        return -EBUSY;
    int rc = slot_need(&s->held, s->item);
    if (rc < 0)
        return rc;
    item_copy(s->item, slot_at(&s->held, s->item), p->item);
    s->holds = true;
    return 0;
}

bool stage_is_done(void *self)
{
    const edo_stage *s = self;

    return !s->holds && !s->error && !s->has_from &&
           (s->has_ended || edo_stream_is_done(s->source));
}

void stage_release(void *self)
{
    edo_stage *s = self;

    if (s->holds)
        item_destroy(s->item, slot_at(&s->held, s->item));
    if (s->has_from)
        item_destroy(s->source.item, slot_at(&s->from, s->source.item));
    s->holds = s->has_from = false;
    slot_fini(&s->held);
    slot_fini(&s->from);
    edo_stream_release(s->source);
    s->source = edo_stream_empty(s->source.item);
}

edo_stream *stage_source(void *self, unsigned n)
{
    return n == 0 ? &((edo_stage *)self)->source : NULL;
}

/* Bounds. */

static size_t add(size_t a, size_t b)
{
    return a > SIZE_MAX - b ? SIZE_MAX : a + b;
}

edo_stream_bounds bounds_sum(edo_stream_bounds a, edo_stream_bounds b)
{
    bool has_upper = a.has_upper && b.has_upper && a.upper <= SIZE_MAX - b.upper;

    return (edo_stream_bounds){
        .lower = add(a.lower, b.lower),
        .upper = has_upper ? a.upper + b.upper : 0,
        .has_upper = has_upper,
    };
}

edo_stream_bounds stage_source_bounds(const edo_stage *s)
{
    return s->has_ended ? (edo_stream_bounds){0, 0, true} : edo_stream_hint(s->source);
}

edo_stream_bounds stage_with_held(const edo_stage *s, edo_stream_bounds of_source)
{
    size_t held = (size_t)s->holds;

    return bounds_sum(of_source, (edo_stream_bounds){held, held, true});
}

edo_stream_bounds stage_bounds(edo_stage *s)
{
    return stage_with_held(s, stage_source_bounds(s));
}

edo_stream_bounds stage_hint(void *self)
{
    return stage_bounds(self);
}

edo_stream_bounds stage_hint_upper(void *self)
{
    const edo_stage *s = self;
    edo_stream_bounds bounds = stage_source_bounds(s);

    bounds.lower = 0;
    return stage_with_held(s, bounds);
}
