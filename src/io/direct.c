/* direct.c: the wait of an operation's direct form, once for all of them. */
#include "io/direct.h"

#include "sched/debug.h"

static inline edo_poll poll_directly(thread *self, edo_op *op, const edo_waker *waker)
{
    await_poll_begin(self);
    edo_poll is = op_poll(op, waker);
    await_poll_end(self);
    return is;
}

bool io_goes_on_directly(thread *self, edo_future *base, edo_op *op)
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
