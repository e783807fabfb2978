/* pair.c: what stages on two sources have in common: each side is a stage that passes what it gets. */
#include "stream/pair.h"

void pair_init(edo_pair *pair, edo_stream a, edo_stream b)
{
    *pair = (edo_pair){.a = stage_on(a, a.item, NULL), .b = stage_on(b, a.item, NULL)};
}

void pair_cancel(void *self, edo_pull *p)
{
    edo_pair *pair = self;

    stage_cancel(&pair->a, p);
    stage_cancel(&pair->b, p);
}

/* To the side that gave it, where nothing else is held: it was that side's turn. */
int pair_put_back(void *self, edo_pull *p)
{
    return stage_put_back(pair_last(self), p);
}

edo_stream_bounds pair_hint(void *self)
{
    edo_pair *pair = self;

    return bounds_sum(stage_bounds(&pair->a), stage_bounds(&pair->b));
}

bool pair_is_done(void *self)
{
    edo_pair *pair = self;

    return stage_is_done(&pair->a) && stage_is_done(&pair->b);
}

void pair_release(void *self)
{
    edo_pair *pair = self;

    stage_release(&pair->a);
    stage_release(&pair->b);
}

edo_stream *pair_source(void *self, unsigned n)
{
    edo_pair *pair = self;

    return n == 0 ? &pair->a.source : n == 1 ? &pair->b.source : NULL;
}
