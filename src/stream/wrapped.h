/*
 * stream/wrapped.h: a future that gives something, as the next of a stream.
 *
 * The future lies in the stream's object; it is made when a next begins, and polled, cancelled and put back for it.
 */
#ifndef STREAM_WRAPPED_H
#define STREAM_WRAPPED_H

#include "stream/stage.h"

/* Polls it. `is_an_item`: what is no error is an item, whatever the number. */
static inline edo_poll wrapped_poll(edo_future *fut, edo_pull *p, const edo_waker *waker,
                                    bool is_an_item)
{
    if (edo_future_poll(fut, waker) == EDO_PENDING)
        return EDO_PENDING;
    return pull_finish(p, fut->result >= 0 && is_an_item ? 1 : fut->result);
}

/* 0; or an error: its success stands. */
static inline int wrapped_put_back(edo_future *fut)
{
    edo_future_put_back(fut);
    return fut->result == -ECANCELED ? 0 : -ENOTSUP;
}

#endif
