/* in_thread.c: a plain thread, or blocking code on one of the pool's, waits for one future: it parks. */
#include "await/await.h"

/* In blocking code, which parks its thread: a shutdown of its runtime ends the wait. */
static int64_t await_in_call(thread *self, parker *p, edo_future *fut)
{
    task *t = self->on_behalf;
    edo_waker waker = parker_waker(p);
    call_wait wait;
    bool ended = false;

    pool_wait_begin(t->sched, &wait, p);
    for (;;) {
        /* acquire: set before the shutdown wakes us. */
        if (!ended && (a_load(&t->state, acquire) & TASK_SHUTDOWN)) {
            ended = true;
            edo_future_cancel(fut);
        }
        edo_poll is = await_poll_once(self, fut, &waker);
        if (unlikely(self->on_behalf !=
                     t)) /* a child of its poll's fork: the pool is not its own */
            return is == EDO_READY ? fut->result : await_in_thread(self, fut);
        if (is == EDO_READY)
            break;
        parker_wait(p, UINT64_MAX);
    }
    pool_wait_end(t->sched, &wait);
    if (ended && fut->result == -ECANCELED)
        fut->result = -EDO_ESHUTDOWN;
    return fut->result;
}

int64_t await_in_thread(thread *self, edo_future *fut)
{
    parker *p = thread_parker(self);

    if (!p)
        return -ENOMEM;
    if (unlikely(self->on_behalf))
        return await_in_call(self, p, fut);
    edo_waker waker = parker_waker(p);
    while (await_poll_once(self, fut, &waker) == EDO_PENDING)
        parker_wait(p, UINT64_MAX);
    return fut->result;
}
