/*
 * stream/stage.h: what the stages of streams are made of.
 *
 * A stage's next gives what it holds, else pulls from its source, once or in a loop. The pull lies in the
 * stage: after a PENDING it is the same one that goes on, with the next poll or with a cancel.
 */
#ifndef STREAM_STAGE_H
#define STREAM_STAGE_H

#include "stream/slot.h"

static inline edo_poll pull_finish(edo_pull *p, int64_t result)
{
    p->result = result;
    return EDO_READY;
}

/* A new stage on a source. */
edo_stage stage_on(edo_stream source, const edo_item *item, void *arg);

/*
 * Pulls an item of the source to `into`, for the next `p`. READY: s->pull.result says what came; the end is
 * remembered, and the source isn't asked again.
 */
edo_poll stage_pull(edo_stage *s, const edo_pull *p, void *into, const edo_waker *waker);
/* Pulls ahead, unless it holds something: READY, and then it holds an item or an error, has ended, or
 * s->pull.result is a failure of its own. */
edo_poll stage_pull_ahead(edo_stage *s, const edo_pull *p, const edo_waker *waker);
/* Gives an item or error that it holds: true, and `p` has its result. */
bool stage_give_held(edo_stage *s, edo_pull *p);
/* What it holds and what the source has; nothing once it has ended. */
edo_stream_bounds stage_bounds(edo_stage *s);
/* With what it holds in addition. */
edo_stream_bounds stage_with_held(const edo_stage *s, edo_stream_bounds of_source);
/* Those of the source alone. */
edo_stream_bounds stage_source_bounds(const edo_stage *s);

/* For the tables of stages. */
edo_poll stage_pass_next(void *self, edo_pull *p, const edo_waker *waker);
void stage_cancel(void *self, edo_pull *p);
int stage_put_back(void *self, edo_pull *p);
bool stage_is_done(void *self);
void stage_release(void *self);
edo_stream *stage_source(void *self, unsigned n);
edo_stream_bounds stage_hint(void *self);       /* each of the source's is given */
edo_stream_bounds stage_hint_upper(void *self); /* some of them */

#define STAGE_OPS(next_fn, hint_fn, says)                                                          \
    {                                                                                              \
        .next = (next_fn), .cancel = stage_cancel, .put_back = stage_put_back, .hint = (hint_fn),  \
        .is_done = stage_is_done, .release = stage_release, .source = stage_source, .name = (says) \
    }

edo_stream_bounds bounds_sum(edo_stream_bounds a, edo_stream_bounds b);

#endif
