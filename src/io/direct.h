/* io/direct.h: the end of an operation's future, and the await of one without the layers between. */
#ifndef IO_DIRECT_H
#define IO_DIRECT_H

#include <errno.h>

#include "await/await.h"
#include "future/future.h"
#include "io/put_back.h"
#include "sched/coop.h"
#include "sched/debug.h"

static inline edo_poll io_finish(edo_future *base, edo_op *op)
{
    int64_t result = op->result;

    if (likely(result >= 0))
        coop_spend();
    else if (result == -ECANCELED)
        op_renew(op);
    return edo_future_finish(base, result);
}

static inline edo_poll poll_directly(thread *self, edo_op *op, const edo_waker *waker)
{
    await_poll_begin(self);
    edo_poll is = op_poll(op, waker);
    await_poll_end(self);
    return is;
}

/* A direct form's await without the layers between: the way of every request of a server. False:
 * the future goes on, from wherever its operation is. `self`: what await_may_be_direct said. */
static inline bool io_goes_on_directly(thread *self, edo_future *base, edo_op *op)
{
    if (unlikely(!self || !op->src || !op->len || put_back_is_kept(op)))
        return false;
    task *t = self->task;
    edo_waker waker = task_waker(t);
    while (poll_directly(self, op, &waker) == EDO_PENDING) {
        bool stays = put_back_is_kept(op) || debug_holds_mutex(t) || self->task != t;
        if (likely(!stays))
            self = task_suspend(self);
        /* What was put back meanwhile is older than what the kernel has, or has given. */
        if (unlikely(stays || task_why(t) || put_back_is_kept(op))) {
            future_was_polled(base);
            return false;
        }
    }
    if (op->result >= 0)
        await_spend(self);
    return true;
}

static inline bool io_is_done_directly(edo_future *base, edo_op *op)
{
    return io_goes_on_directly(await_may_be_direct(), base, op);
}

#endif
