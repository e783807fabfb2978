/*
 * stream/wrapped.h: a future that gives something, as the next of a stream.
 *
 * The future lies in the stream's object; it is made when a next begins, and polled, cancelled and put back
 * for it.
 */
#ifndef STREAM_WRAPPED_H
#define STREAM_WRAPPED_H

#include <edo/stream_wrap.h>

#include "stream/stage.h"

/* Polls the future of a next. `is_item`: what is no error is an item, whatever the number. */
static inline edo_poll wrapped_poll(edo_wrapped *w, edo_future *fut, edo_pull *p,
                                    const edo_waker *waker, bool is_item)
{
    w->fut = fut;
    if (edo_future_poll(fut, waker) == EDO_PENDING)
        return EDO_PENDING;
    return pull_finish(p, fut->result >= 0 && is_item ? 1 : fut->result);
}

static inline void wrapped_cancel(void *self, edo_pull *p)
{
    (void)p;
    edo_future_cancel(((edo_wrapped *)self)->fut);
}

/* 0; or an error: its success stands. */
static inline int wrapped_put_back(void *self, edo_pull *p)
{
    edo_future *fut = ((edo_wrapped *)self)->fut;

    (void)p;
    edo_future_put_back(fut);
    return fut->result == -ECANCELED ? 0 : -ENOTSUP;
}

static inline bool wrapped_is_done(void *self)
{
    return ((edo_wrapped *)self)->has_ended;
}

/* The table of a stream of this kind; without a hint. */
#define WRAPPED_OPS(next_fn, release_fn, hint_fn, says)                                            \
    {                                                                                              \
        .next = (next_fn), .cancel = wrapped_cancel, .put_back = wrapped_put_back,                 \
        .hint = (hint_fn), .is_done = wrapped_is_done, .release = (release_fn), .name = (says)     \
    }

#endif
