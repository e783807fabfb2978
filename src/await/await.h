/* await/await.h: for the layers above: a direct form is the await of its future. */
#ifndef AWAIT_AWAIT_H
#define AWAIT_AWAIT_H

#include <edo/await.h>

#include "future/future.h"
#include "sched/debug.h"
#include "sched/scope.h"

/* Around a poll in the running task or thread: nothing that the poll calls may wait. */
static inline void await_poll_begin(thread *self)
{
    self->poll_depth++;
}
static inline void await_poll_end(thread *self)
{
    if (likely(self->poll_depth > 0)) /* zero: it has forked, and this is the child */
        self->poll_depth--;
}

static inline edo_poll await_poll_once(thread *self, edo_future *fut, const edo_waker *waker)
{
    await_poll_begin(self);
    edo_poll is = future_advance(fut, waker);
    await_poll_end(self);
    return is;
}

/* The wait of a thread that is in no task. The future's result, or -ENOMEM: it was not polled. */
int64_t await_in_thread(thread *self, edo_future *fut);

/*
 * For direct forms that try before they await: the running thread if an await here would begin with
 * a poll, else NULL: then it is left to edo_await, which knows what to say. A try that made progress
 * costs a unit: await_spend.
 */
static inline thread *await_may_try(void)
{
    thread *self = thread_self();
    task *t = self->task;

    if (unlikely(self->poll_depth || self->in_hook))
        return NULL;
    if (unlikely(!t))
        return self->core || self->on_behalf ? NULL : self;
    if (unlikely(t->kind != TASK_STACKFUL || self->budget == 0 || task_why(t)))
        return NULL;
    return self;
}

static inline void await_spend(thread *self)
{
    if (likely(self->task && self->budget > 0))
        self->budget--;
}

/*
 * For direct forms whose future nobody else has seen, and whose poll function calls no one who may
 * wait: edo_await without the layers between. What cuts the wait short is left to edo_await, which
 * goes on with the same future.
 */
typedef edo_poll await_poll(edo_future *fut, const edo_waker *waker);

/* Of one that was polled in the running task, which was not READY. */
static inline int64_t await_rest_directly(thread *self, edo_future *fut, await_poll *poll)
{
    task *t = self->task;
    edo_waker waker = task_waker(t);

    do {
        bool stays = debug_holds_mutex(t) || self->task != t; /* a child of a fork in the poll */
        if (likely(!stays))
            self = task_suspend(self);
        if (unlikely(stays || task_why(t))) {
            future_was_polled(fut);
            return edo_await(fut);
        }
    } while (poll(fut, &waker) == EDO_PENDING);
    return fut->result;
}

/* `self`: what await_may_try said. */
static inline int64_t await_directly(thread *self, edo_future *fut, await_poll *poll)
{
    if (unlikely(!self || !self->task))
        return edo_await(fut);
    edo_waker waker = task_waker(self->task);
    return poll(fut, &waker) == EDO_READY ? fut->result : await_rest_directly(self, fut, poll);
}

/*
 * For direct forms that do an await's work themselves, where that is quicker: await_may_try in a
 * task. Then the form may poll and suspend as await_in_task does; where the wait is to be cut short
 * it calls future_was_polled and leaves the rest to edo_await.
 */
static inline thread *await_may_be_direct(void)
{
    thread *self = await_may_try();

    return likely(self && self->task) ? self : NULL;
}

#endif
