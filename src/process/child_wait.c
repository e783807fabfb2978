/*
 * child_wait.c: waiting for the end of a child.
 *
 * Several     A wait asks for the readiness of the child's descriptor, as any number may; who is told first takes
 *             the status, under the child's lock, and it stays with the child.
 * Runtime     The descriptor is in a driver of whoever waits: nobody may be there to poll another runtime's. The next
 *             takes it along, or has a second one if others wait by that still.
 * In vain     A child that is traced may seem to have ended and has not been given to us yet: nothing tells when,
 *             so it is asked again after a while.
 */
#include <errno.h>
#include <poll.h>

#include <edo/error.h>

#include "await/await.h"
#include "base/sys.h"
#include "base/sys_process.h"
#include "future/future.h"
#include "process/child.h"
#include "sched/coop.h"
#include "sched/current.h"

_Static_assert(sizeof(edo_process_wait_future) <= 256, "as those of I/O");

enum wait_phase { WAIT_NEW, WAIT_ASKS, WAIT_PAUSES };

#define PAUSE_DOUBLINGS 6 /* from 1 ms to 64 ms */

/* Whether this runtime sees to it that it is polled. Outside of all it is left as it is. */
static bool is_served(const source *src)
{
    const driver *home = src ? a_load(&src->home, relaxed) : NULL; /* its end is told by the poll */

    return home && (current_has(home) || !current_has_driver());
}

/* Lock held: by a descriptor for this wait alone. */
static int open_own(edo_process_wait_future *fut, driver *d, source **ret_src)
{
    int fd = sys_duplicate(fut->child->fd);
    int rc = fd < 0 ? fd : source_open(d, fd, false, ret_src);

    if (rc < 0 && fd >= 0)
        sys_close(fd);
    fut->owns_source = rc == 0;
    return rc;
}

/* Lock held: what the wait asks. */
static int enter_driver(edo_process_wait_future *fut, source **ret_src)
{
    edo_process *child = fut->child;
    driver *d;
    int rc = 0;

    if (!is_served(child->src)) {
        if ((rc = current_driver(&d)) < 0)
            return rc;
        if (child->src && source_release(child->src, &child->fd) < 0)
            return open_own(fut, d, ret_src);
        child->src = NULL;
        rc = source_open(d, child->fd, false, &child->src);
    }
    *ret_src = child->src;
    return rc;
}

/* In *ret: 1: it has ended; a negative errno; or the phase is another, and the operation was polled: before the lock is
 * dropped, as a source that nobody waits by is taken away. */
static edo_poll begin(edo_process_wait_future *fut, const edo_waker *waker, int64_t *ret)
{
    edo_process *child = fut->child;
    edo_poll state = EDO_READY;
    source *src;

    lock_take(&child->lock);
    *ret = child_reap(child) ? 1 : enter_driver(fut, &src);
    if (*ret == 0) {
        op_init(&fut->at.op, src, OP_READINESS, NULL, 0);
        fut->at.op.flags = POLLIN;
        fut->phase = WAIT_ASKS;
        state = op_poll(&fut->at.op, waker);
    }
    lock_drop(&child->lock);
    return state;
}

static int take_status(edo_process *child, edo_exit_status *ret_status)
{
    int rc;

    lock_take(&child->lock);
    rc = !child_reap(child) ? -EAGAIN : child->failure;
    if (rc == 0 && ret_status)
        *ret_status = child->status;
    lock_drop(&child->lock);
    return rc;
}

static edo_poll end(edo_process_wait_future *fut, int64_t result)
{
    fut->phase = WAIT_NEW;
    if (result == 0)
        coop_spend();
    return edo_future_finish(&fut->base, result);
}

static void pause_wait(edo_process_wait_future *fut)
{
    unsigned doublings = fut->vain < PAUSE_DOUBLINGS ? fut->vain++ : PAUSE_DOUBLINGS;

    fut->at.pause = edo_sleep_async(EDO_MILLIS((uint64_t)1 << doublings));
    fut->phase = WAIT_PAUSES;
}

/* The first poll, or the first with budget. 0; an error. */
static int open_wait(edo_process_wait_future *fut)
{
    if (fut->base.state & FUTURE_CANCELED) /* while it waited for budget */
        return -ECANCELED;
    child_close_stdin(fut->child);
    return fut->kills ? edo_process_start_kill(fut->child) : 0;
}

/* What the kernel has said: 1: that it has ended; 0: nothing, as a driver has ended, and whether that is ours is
 * found out when it begins anew; a negative errno. */
static int64_t answer_of(edo_process_wait_future *fut)
{
    int64_t result = fut->at.op.result;

    if (fut->owns_source)
        source_close(fut->at.op.src);
    fut->owns_source = false;
    if (result == -EDO_ESHUTDOWN && !(fut->base.state & FUTURE_CANCELED))
        return 0;
    return result > 0 ? 1 : result;
}

/* One phase to its end: in *ret 1: it seems to have ended; 0: go on; a negative errno. */
static edo_poll step(edo_process_wait_future *fut, const edo_waker *waker, int64_t *ret)
{
    edo_poll state;

    if (fut->phase == WAIT_NEW)
        state = begin(fut, waker, ret);
    else if (fut->phase == WAIT_ASKS)
        state = op_poll(&fut->at.op, waker);
    else
        state = edo_future_poll(&fut->at.pause.base, waker);
    if (state == EDO_PENDING)
        return EDO_PENDING;
    if (fut->phase == WAIT_ASKS)
        *ret = answer_of(fut);
    else if (fut->phase == WAIT_PAUSES)
        *ret = fut->at.pause.base.result;
    fut->phase = WAIT_NEW;
    return EDO_READY;
}

static edo_poll wait_poll(edo_future *base, const edo_waker *waker)
{
    edo_process_wait_future *fut = container_of(base, edo_process_wait_future, base);
    int64_t result = 0;

    if (!fut->child)
        return edo_future_finish(base, -EINVAL);
    if (fut->phase == WAIT_NEW && !coop_proceed(waker))
        return EDO_PENDING;
    if (fut->phase == WAIT_NEW && (result = open_wait(fut)) < 0)
        return end(fut, result);
    while (result == 0) {
        if (step(fut, waker, &result) == EDO_PENDING)
            return EDO_PENDING;
        if (result != 1)
            continue;
        if ((result = take_status(fut->child, fut->ret_status)) != -EAGAIN)
            return end(fut, result);
        pause_wait(fut);
        result = 0;
    }
    return end(fut, result);
}

static void wait_cancel(edo_future *base)
{
    edo_process_wait_future *fut = container_of(base, edo_process_wait_future, base);

    if (fut->phase == WAIT_ASKS)
        op_cancel(&fut->at.op);
    else if (fut->phase == WAIT_PAUSES)
        edo_future_cancel(&fut->at.pause.base);
}

static const edo_future_ops wait_ops = {
    .poll = wait_poll, .cancel = wait_cancel, .name = "child_wait", .flags = EDO_FUTURE_RESTARTS};

edo_process_wait_future edo_process_wait_async(edo_process *child, edo_exit_status *ret_status)
{
    return (edo_process_wait_future){
        .base = EDO_FUTURE_INIT(&wait_ops), .child = child, .ret_status = ret_status};
}

int edo_process_wait(edo_process *child, edo_exit_status *ret_status)
{
    edo_process_wait_future fut = edo_process_wait_async(child, ret_status);

    return (int)edo_await(&fut.base);
}

int edo_process_try_wait(edo_process *child, edo_exit_status *ret_status)
{
    return child ? take_status(child, ret_status) : -EINVAL;
}

static const edo_future_ops kill_ops = {
    .poll = wait_poll, .cancel = wait_cancel, .name = "child_kill", .flags = EDO_FUTURE_RESTARTS};

edo_process_wait_future edo_process_kill_async(edo_process *child)
{
    return (edo_process_wait_future){
        .base = EDO_FUTURE_INIT(&kill_ops), .child = child, .kills = true};
}

int edo_process_kill(edo_process *child)
{
    edo_process_wait_future fut = edo_process_kill_async(child);

    return (int)edo_await(&fut.base);
}
