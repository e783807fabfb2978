/* future/future.h: the private side of a future: its state bits, and who is told about it. */
#ifndef FUTURE_FUTURE_H
#define FUTURE_FUTURE_H

#include <errno.h>

#include <edo/future.h>

#include "base/macros.h"

/* edo_future.state. Written by whoever polls, one at a time. */
enum {
    FUTURE_POLLED = 1,   /* has said PENDING at least once: it may not move */
    FUTURE_DONE = 2,     /* has said READY; the result is final */
    FUTURE_CANCELED = 4, /* cancel has been passed on */
    FUTURE_AWAITED = 8   /* somebody is awaiting it; atomic, as the second may be elsewhere */
};

#if EDO_DEBUG
/*
 * Called when a future begins to be pending in the running task (+1) and when it is READY (-1), so
 * that a task which ends before its futures can be told. Set once, by sched.
 */
extern void (*future_pending_hook)(edo_future *fut, int change);
#endif

static inline bool future_is_done(const edo_future *fut)
{
    return fut->state & FUTURE_DONE;
}

/* A poll has said PENDING that was made without edo_future_poll. */
void future_was_polled(edo_future *fut);

/* edo_future_poll of one that may be READY already. Debug builds also look for misuse. */
static inline edo_poll future_advance(edo_future *fut, const edo_waker *waker)
{
    if (future_is_done(fut))
        return EDO_READY;
#if !EDO_DEBUG
    if (likely(fut->ops)) {
        fut->state |= FUTURE_POLLED;
        if (fut->ops->poll(fut, waker) == EDO_PENDING)
            return EDO_PENDING;
        fut->state |= FUTURE_DONE;
        return EDO_READY;
    }
#endif
    return edo_future_poll(fut, waker);
}

/* Cancels one that was never polled and owns nothing, so that it is READY and has taken nothing. False:
 * it is another. */
static inline bool future_cancel_unpolled(edo_future *fut)
{
    if (!fut->ops || (fut->ops->flags & EDO_FUTURE_OWNS) ||
        (fut->state & (FUTURE_POLLED | FUTURE_DONE)))
        return false;
    fut->result = -ECANCELED;
    fut->state |= FUTURE_DONE;
    return true;
}

/* edo_future_cancel and edo_future_put_back of one that exists, with the usual cases inline. */
static inline void future_cancel(edo_future *fut)
{
    if (!future_cancel_unpolled(fut))
        edo_future_cancel(fut);
}

/* A composite is READY before its first poll: what an unpolled part owns ends with it. Any other part
 * is as it was. */
static inline void future_forsake(edo_future *part)
{
    if (part && part->ops && (part->ops->flags & EDO_FUTURE_OWNS) &&
        !(part->state & (FUTURE_POLLED | FUTURE_DONE)))
        edo_future_cancel(part);
}

/* READY: whether it may have taken something that can be put back. A composite's result may be an error
 * though a part of it has taken. */
static inline bool future_may_have_taken(const edo_future *fut)
{
    return fut->ops && fut->ops->put_back &&
           (fut->result >= 0 || (fut->ops->flags & EDO_FUTURE_COMPOSITE));
}

static inline void future_put_back(edo_future *fut)
{
    if (future_may_have_taken(fut))
        edo_future_put_back(fut);
}

/* Makes one that said -ECANCELED new again; it has EDO_FUTURE_RESTARTS. */
static inline void future_restart(edo_future *fut)
{
    fut->state = 0;
    fut->result = 0;
    fut->self = NULL;
}

/* For leaf futures whose result is known without a poll: the next poll says READY with it. */
static inline void future_settle(edo_future *fut, int64_t result)
{
    fut->result = result;
    fut->state |= FUTURE_DONE;
}

#endif
