/*
 * stackless.c: how a body without a stack waits: the loop of await.c, a poll at a time.
 *
 * Why its waits are cut short is a level here, too: the task is asked at each poll, if the body is the
 * task's own; any other body was cancelled by whoever polls it, and hears that.
 */
#include <edo/stackless.h>

#include <errno.h>

#include <edo/error.h>

#include "base/report.h"
#include "future/future.h"
#include "sched/coop.h"
#include "sched/scope.h"

static int why_cut_short(const edo_stackless *self)
{
    task *t = thread_self()->task;
    int why = 0;

    if (likely(t && t->kind == TASK_POLLED && t->fut == &self->base))
        why = task_why(t);
    return why == 0 && (self->base.state & FUTURE_CANCELED) ? -ECANCELED : why;
}

/* Cancels, and is READY with `why`, unless the future has had its effect. */
static noinline edo_poll cut_short(edo_stackless *self, edo_future *fut, const edo_waker *waker,
                                   int why)
{
    if (!(fut->state & (FUTURE_POLLED | FUTURE_DONE))) { /* as in await.c: it costs budget */
        if (!coop_proceed(waker))
            return EDO_PENDING;
        coop_spend();
    }
    edo_future_cancel(fut);
    if (future_advance(fut, waker) == EDO_PENDING)
        return EDO_PENDING;
    return edo_future_finish(&self->base, fut->result == -ECANCELED ? why : fut->result);
}

edo_poll edo_stackless_wait(edo_stackless *self, edo_future *fut, const edo_waker *waker,
                            unsigned flags)
{
    if (unlikely(!fut))
        return edo_future_finish(&self->base, -EINVAL);
    int why = flags & EDO_STACKLESS_SHIELDED ? 0 : why_cut_short(self);
    if (unlikely(why))
        return cut_short(self, fut, waker, why);
    if (future_advance(fut, waker) == EDO_PENDING)
        return EDO_PENDING;
    return edo_future_finish(&self->base, fut->result);
}

int64_t edo_stackless_lost(const edo_stackless *self)
{
    (void)self; /* of a debug build's sentence */
    report_misuse("%s, last at line %u: a break that left no loop has left the body, or an await "
                  "stands in a switch",
                  self->base.ops->name, (unsigned)self->line);
    return -EDO_EMISUSE;
}
