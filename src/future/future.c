/*
 * future.c: polling and cancelling by the contract, so that a future's own functions see only what
 * they have to handle: never a poll after READY, never a cancel before the first poll or a second
 * one.
 */
#include "future/future.h"

#include <errno.h>

#include <edo/error.h>

#include "base/atomic.h"
#include "base/report.h"
#include "base/symbol.h"

#if EDO_DEBUG
void (*future_pending_hook)(edo_future *fut, int change);

static const char *future_name(const edo_future *fut)
{
    return fut->ops && fut->ops->name ? fut->ops->name : "a future";
}

/* The function that polls it is named: there is no place of a call by a pointer. */
static noinline void report_polled_again(const edo_future *fut, void *by)
{
    symbol_file file = {.path = NULL};
    symbol at;

    symbol_find(&file, (uintptr_t)by - 1, &at);
    report_misuse("%s was polled again after it was READY, by %s+%#lx (%s+%#lx); its result stays "
                  "what it was",
                  future_name(fut), at.function ? at.function : "code", (unsigned long)at.into,
                  at.path ? at.path : "unknown", (unsigned long)at.offset);
    symbol_file_close(&file);
}

static void note_pending(edo_future *fut, int change)
{
    void (*hook)(edo_future *, int) = a_load(&future_pending_hook, relaxed); /* set once */

    if (hook)
        hook(fut, change);
}
#else
static inline void note_pending(edo_future *fut, int change)
{
    (void)fut;
    (void)change;
}
static inline void report_polled_again(const edo_future *fut, void *by)
{
    (void)fut;
    (void)by;
}
#endif

/* A future that moved left the nodes by which it waits at its old place: it can't be touched. */
static bool was_moved(edo_future *fut)
{
#if EDO_DEBUG
    if ((fut->state & FUTURE_POLLED) && fut->self != fut) {
        report_misuse("%s was moved after its first poll (from %p to %p); keep a future where it "
                      "is until it is READY",
                      future_name(fut), (void *)fut->self, (void *)fut);
        return true;
    }
#else
    (void)fut;
#endif
    return false;
}

void future_was_polled(edo_future *fut)
{
    fut->state |= FUTURE_POLLED;
#if EDO_DEBUG
    fut->self = fut;
#endif
    note_pending(fut, +1);
}

edo_poll edo_future_poll(edo_future *fut, const edo_waker *waker)
{
    if (unlikely(!fut))
        return EDO_READY;
    if (unlikely(!fut->ops))
        future_settle(fut, -EINVAL);
    if (unlikely(future_is_done(fut))) {
        if (fut->state & FUTURE_POLLED) /* else it was cancelled before its first poll, this one */
            report_polled_again(fut, __builtin_return_address(0));
        fut->state |= FUTURE_POLLED;
        return EDO_READY;
    }
    if (unlikely(was_moved(fut))) {
        future_settle(fut, -EDO_EMISUSE);
        return EDO_READY;
    }
    bool polled_before = fut->state & FUTURE_POLLED;
    fut->state |= FUTURE_POLLED;
#if EDO_DEBUG
    fut->self = fut;
#endif
    if (fut->ops->poll(fut, waker) == EDO_PENDING) {
        note_pending(fut, +1);
        return EDO_PENDING;
    }
    if (polled_before)
        note_pending(fut, -1);
    fut->state |= FUTURE_DONE;
    return EDO_READY;
}

void edo_future_cancel(edo_future *fut)
{
    if (!fut || (fut->state & (FUTURE_DONE | FUTURE_CANCELED)))
        return;
    if (!(fut->state & FUTURE_POLLED)) {
        if (fut->ops && (fut->ops->flags & EDO_FUTURE_OWNS))
            fut->ops->cancel(fut);
        future_settle(fut, -ECANCELED);
        return;
    }
    if (was_moved(fut))
        return;
    fut->state |= FUTURE_CANCELED;
    if (fut->ops->cancel)
        fut->ops->cancel(fut);
}

void edo_future_put_back(edo_future *fut)
{
    if (!fut || !future_is_done(fut) || !(fut->state & FUTURE_POLLED))
        return;
    if (future_may_have_taken(fut))
        fut->ops->put_back(fut);
}

bool edo_future_is_ready(const edo_future *fut)
{
    return fut && future_is_done(fut);
}

static edo_poll ready_poll(edo_future *fut, const edo_waker *waker)
{
    (void)waker;
    return edo_future_finish(fut, fut->result);
}

edo_future edo_ready(int64_t result)
{
    static const edo_future_ops ops = {.poll = ready_poll, .name = "ready"};
    return (edo_future){.ops = &ops, .result = result};
}

static edo_poll pending_poll(edo_future *fut, const edo_waker *waker)
{
    (void)waker; /* nothing will ever happen, so there is nobody to keep */
    return fut->state & FUTURE_CANCELED ? edo_future_finish(fut, -ECANCELED) : EDO_PENDING;
}

edo_future edo_pending(void)
{
    static const edo_future_ops ops = {
        .poll = pending_poll, .name = "pending", .flags = EDO_FUTURE_RESTARTS};
    return (edo_future){.ops = &ops};
}

static edo_poll poll_fn_poll(edo_future *base, const edo_waker *waker)
{
    edo_poll_fn_future *fut = container_of(base, edo_poll_fn_future, base);
    int64_t result = 0;

    if (!fut->fn)
        return edo_future_finish(base, -EINVAL);
    if (base->state & FUTURE_CANCELED)
        return edo_future_finish(base, -ECANCELED);
    if (fut->fn(fut->arg, waker, &result) == EDO_PENDING)
        return EDO_PENDING;
    return edo_future_finish(base, result);
}

edo_poll_fn_future
edo_poll_fn(edo_poll (*fn)(void *arg, const edo_waker *waker, int64_t *ret_result), void *arg)
{
    static const edo_future_ops ops = {
        .poll = poll_fn_poll, .name = "poll_fn", .flags = EDO_FUTURE_RESTARTS};
    return (edo_poll_fn_future){.base = EDO_FUTURE_INIT(&ops), .fn = fn, .arg = arg};
}
