/*
 * timed.c: limits on how long a stream may take, and on how fast it may be.
 *
 * The clock runs from one item to the next, also while nobody asks; the sleep is part of a next, and ends
 * with it. When the time has come the source's pull is cancelled and waited for: an item that it gives all
 * the same is given.
 */
#include "stream/timed.h"

edo_poll timed_wait(edo_timed *t, const edo_waker *waker)
{
    if (!t->sleeps)
        t->sleep = edo_sleep_until_async(t->at);
    t->sleeps = edo_future_poll(&t->sleep.base, waker) == EDO_PENDING;
    return t->sleeps ? EDO_PENDING : EDO_READY;
}

void timed_stop(edo_timed *t)
{
    if (!t->sleeps)
        return;
    edo_future_cancel(&t->sleep.base);
    t->sleeps = edo_future_poll(&t->sleep.base, NULL) == EDO_PENDING;
}

void timed_end_pull(edo_timed *t, edo_pull *p, int failure)
{
    t->failure = failure;
    t->is_ending = true;
    stage_cancel(&t->stage, p);
}

void timed_cancel(void *self, edo_pull *p)
{
    edo_timed *t = self;

    stage_cancel(&t->stage, p);
    if (t->sleeps)
        edo_future_cancel(&t->sleep.base);
}

/* The pull is READY. */
static edo_poll timeout_end(edo_timed *t, edo_pull *p)
{
    int64_t result = t->stage.pull.result;
    bool was_ended = t->is_ending && result == -ECANCELED;

    timed_stop(t);
    t->is_ending = false;
    if (result == -ECANCELED && p->canceled)
        return pull_finish(p, result);
    if (!was_ended || t->repeats)
        timed_set(t);
    else
        t->is_set = false;
    return pull_finish(p, was_ended ? t->failure : result);
}

static edo_poll timeout_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_timed *t = self;

    if (stage_give_held(&t->stage, p))
        return EDO_READY;
    if (!t->failure && !t->is_set)
        timed_set(t); /* the first next */
    if (stage_pull(&t->stage, p, p->item, waker) == EDO_READY)
        return timeout_end(t, p);
    if (p->canceled || t->is_ending || !t->is_set || timed_wait(t, waker) == EDO_PENDING)
        return EDO_PENDING;
    int64_t result = t->sleep.base.result;
    timed_end_pull(t, p, result < 0 ? (int)result : -ETIMEDOUT);
    if (stage_pull(&t->stage, p, p->item, waker) == EDO_PENDING)
        return EDO_PENDING;
    return timeout_end(t, p);
}

static edo_stream_bounds timeout_hint(void *self)
{
    edo_timed *t = self;
    edo_stream_bounds bounds = stage_source_bounds(&t->stage);
    edo_stream_bounds twice = bounds_sum(bounds, bounds);

    twice = bounds_sum(twice, (edo_stream_bounds){0, 1, true});
    twice.lower = bounds.lower;
    twice.has_upper &= !t->repeats;
    return stage_with_held(&t->stage, twice);
}

static edo_poll throttle_next(void *self, edo_pull *p, const edo_waker *waker)
{
    edo_timed *t = self;

    if (stage_give_held(&t->stage, p))
        return EDO_READY;
    if (t->is_set && !t->stage.is_pulling) {
        if (timed_wait(t, waker) == EDO_PENDING)
            return EDO_PENDING;
        if (t->sleep.base.result < 0)
            return pull_finish(p, t->sleep.base.result);
        t->is_set = false;
    }
    if (stage_pull(&t->stage, p, p->item, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (t->stage.pull.result > 0 && t->span.ns > 0)
        timed_set(t);
    return pull_finish(p, t->stage.pull.result);
}

#define TIMED_OPS(next_fn, hint_fn, says)                                                          \
    {                                                                                              \
        .next = (next_fn), .cancel = timed_cancel, .put_back = stage_put_back, .hint = (hint_fn),  \
        .is_done = stage_is_done, .release = stage_release, .source = stage_source, .name = (says) \
    }

static const edo_stream_ops timeout_ops = TIMED_OPS(timeout_next, timeout_hint, "timeout");
static const edo_stream_ops throttle_ops = TIMED_OPS(throttle_next, stage_hint, "throttle");

static edo_stream make(const edo_stream_ops *ops, edo_timed *timed, edo_stream source,
                       edo_duration span)
{
    *timed = (edo_timed){.stage = stage_on(source, source.item, NULL), .span = span};
    return (edo_stream){ops, timed, source.item};
}

edo_stream edo_stream_timeout(edo_timed *timed, edo_stream source, edo_duration span)
{
    return make(&timeout_ops, timed, source, span);
}

edo_stream edo_stream_timeout_repeating(edo_timed *timed, edo_stream source, edo_duration span)
{
    edo_stream s = make(&timeout_ops, timed, source, span);

    timed->repeats = true;
    return s;
}

edo_stream edo_stream_throttle(edo_timed *timed, edo_stream source, edo_duration span)
{
    return make(&throttle_ops, timed, source, span);
}
