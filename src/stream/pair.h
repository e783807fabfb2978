/* stream/pair.h: a stage on two sources. */
#ifndef STREAM_PAIR_H
#define STREAM_PAIR_H

#include <edo/stream_combine.h>

#include "stream/stage.h"

void pair_init(edo_pair *pair, edo_stream a, edo_stream b);
/* The other of the two. */
static inline edo_stage *pair_other(edo_pair *pair, const edo_stage *side)
{
    return side == &pair->a ? &pair->b : &pair->a;
}
static inline edo_stage *pair_last(edo_pair *pair)
{
    return pair->second_gave ? &pair->b : &pair->a;
}

/* For the tables. */
void pair_cancel(void *self, edo_pull *p);
int pair_put_back(void *self, edo_pull *p);
edo_stream_bounds pair_hint(void *self);
bool pair_is_done(void *self);
void pair_release(void *self);
edo_stream *pair_source(void *self, unsigned n);

#define PAIR_OPS(next_fn, says)                                                                    \
    {                                                                                              \
        .next = (next_fn), .cancel = pair_cancel, .put_back = pair_put_back, .hint = pair_hint,    \
        .is_done = pair_is_done, .release = pair_release, .source = pair_source, .name = (says)    \
    }

#endif
