/*
 * reaper.c: children that are nobody's are waited for when SIGCHLD tells of an end.
 *
 * Known       Each child is looked at by its number: to wait for any would take those that somebody has a handle of,
 *             and the first of these that has ended would hide all others. A child of edo's is known before it can
 *             end (process/known.h).
 * No loss     The listener is there before the first look, and a signal that comes during one is told afterwards.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include <edo/await.h>
#include <edo/process.h>

#include "base/macros.h"
#include "base/sys_process.h"
#include "future/future.h"
#include "process/known.h"

static int reap_unknown(edo_reaper_future *fut)
{
    sys_children children;
    sys_exit how;
    int rc = sys_children_list(&children);

    for (size_t i = 0; i < children.count; i++)
        if (!known_has(children.pids[i]) && sys_reap(-1, children.pids[i], &how) == 1)
            fut->done++;
    free(children.pids);
    return rc;
}

static edo_poll finish(edo_reaper_future *fut, int64_t result)
{
    edo_signal_close(fut->listener);
    fut->listener = NULL;
    return edo_future_finish(&fut->base, result);
}

/* A look, and what is to be waited for before the next one. 0; an error. */
static int look(edo_reaper_future *fut)
{
    int rc = reap_unknown(fut);

    if (rc == 0 && fut->base.state & FUTURE_CANCELED)
        rc = -ECANCELED;
    if (rc == 0)
        fut->next = edo_signal_recv_async(fut->listener);
    return rc;
}

static edo_poll reaper_poll(edo_future *base, const edo_waker *waker)
{
    edo_reaper_future *fut = container_of(base, edo_reaper_future, base);
    int rc = 0;

    if (!fut->listener) {
        if ((rc = edo_signal_open(SIGCHLD, &fut->listener)) < 0)
            return edo_future_finish(base, rc);
        rc = look(fut);
    }
    while (rc == 0) {
        if (future_advance(&fut->next.base, waker) == EDO_PENDING)
            return EDO_PENDING;
        rc = (int)fut->next.base.result;
        if (rc == 0)
            rc = look(fut);
    }
    return finish(fut, rc);
}

static void reaper_cancel(edo_future *base)
{
    edo_future_cancel(&container_of(base, edo_reaper_future, base)->next.base);
}

static const edo_future_ops reaper_ops = {
    .poll = reaper_poll, .cancel = reaper_cancel, .name = "reaper", .flags = EDO_FUTURE_RESTARTS};

edo_reaper_future edo_reaper_async(void)
{
    return (edo_reaper_future){.base = EDO_FUTURE_INIT(&reaper_ops)};
}

int edo_reaper(uint64_t *ret_done)
{
    edo_reaper_future fut = edo_reaper_async();
    int64_t result = edo_await(&fut.base);

    if (ret_done)
        *ret_done = fut.done;
    return (int)result;
}
