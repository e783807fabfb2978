/* async_fd.c: the handle of a descriptor, its waits for readiness, and guards. */
#include "io/async_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "await/await.h"
#include "base/sys.h"
#include "future/future.h"
#include "io/fd_ready.h"
#include "sched/coop.h"
#include "sched/current.h"

_Static_assert(sizeof(edo_async_fd_ready_future) <= 256, "net-048");

/* The driver learns of a descriptor at its first wait; what can't be polled is to be told before. */
static int check(int fd)
{
    mode_t mode;
    int rc = fd < 0 ? -EBADF : sys_file_type(fd, &mode);

    if (rc < 0)
        return rc;
    return S_ISREG(mode) || S_ISDIR(mode) ? -EPERM : 0;
}

int edo_async_fd_new(int fd, edo_async_fd **ret_async)
{
    driver *d;
    int rc = ret_async ? check(fd) : -EINVAL;

    if (rc < 0 || (rc = current_driver(&d)) < 0)
        return rc;
    edo_async_fd *async = malloc(sizeof *async);
    if (!async)
        return -ENOMEM;
    async->fd = fd;
    if ((rc = source_open(d, fd, false, &async->src)) < 0)
        free(async);
    else
        *ret_async = async;
    return rc;
}

int edo_async_fd_close(edo_async_fd *async)
{
    if (!async)
        return -EINVAL;
    source_close(async->src);
    free(async);
    return 0;
}

int edo_async_fd_into_fd(edo_async_fd *async, int *ret_fd)
{
    int rc = async && ret_fd ? source_release(async->src, ret_fd) : -EINVAL;

    if (rc == 0)
        free(async);
    return rc;
}

int edo_async_fd_fd(const edo_async_fd *async)
{
    return async ? async->fd : -EINVAL;
}

/* Waiting. */

static edo_poll ready_poll(edo_future *base, const edo_waker *waker)
{
    edo_async_fd_ready_future *fut = container_of(base, edo_async_fd_ready_future, base);
    edo_async_fd_wait *wait = &fut->wait;
    int flags;

    if (!wait->op.src)
        return edo_future_finish(base, wait->op.result);
    if (op_is_new(&wait->op) && !coop_proceed(waker))
        return EDO_PENDING;
    if (known_wait_poll(wait, base->state & FUTURE_CANCELED, waker, &flags) == EDO_PENDING)
        return EDO_PENDING;
    if (flags < 0)
        return edo_future_finish(base, flags);
    coop_spend();
    if (fut->ret_guard)
        *fut->ret_guard =
            (edo_ready_guard){(unsigned)flags, wait->op.gen, wait->turn, wait->op.src};
    return edo_future_finish(base, fut->tells ? flags : 0);
}

static void ready_cancel(edo_future *base)
{
    edo_async_fd_ready_future *fut = container_of(base, edo_async_fd_ready_future, base);

    if (fut->wait.op.src)
        op_cancel(&fut->wait.op);
}

static const edo_future_ops ready_ops = {.poll = ready_poll,
                                         .cancel = ready_cancel,
                                         .name = "async_fd_ready",
                                         .flags = EDO_FUTURE_RESTARTS};

static edo_async_fd_ready_future ready_future(edo_async_fd *async, unsigned interest, bool tells,
                                              edo_ready_guard *ret_guard)
{
    return (edo_async_fd_ready_future){
        .base = EDO_FUTURE_INIT(&ready_ops),
        .wait = known_wait(async ? async->src : NULL, interest),
        .ret_guard = ret_guard,
        .tells = tells,
    };
}

static int64_t await_ready(edo_async_fd_ready_future fut)
{
    return edo_await(&fut.base);
}

edo_async_fd_ready_future edo_async_fd_ready_async(edo_async_fd *async, unsigned interest,
                                                   edo_ready_guard *ret_guard)
{
    return ready_future(async, interest, true, ret_guard);
}

int edo_async_fd_ready(edo_async_fd *async, unsigned interest, edo_ready_guard *ret_guard)
{
    return (int)await_ready(ready_future(async, interest, true, ret_guard));
}

edo_async_fd_ready_future edo_async_fd_readable_async(edo_async_fd *async,
                                                      edo_ready_guard *ret_guard)
{
    return ready_future(async, EDO_READABLE, false, ret_guard);
}

int edo_async_fd_readable(edo_async_fd *async, edo_ready_guard *ret_guard)
{
    return (int)await_ready(ready_future(async, EDO_READABLE, false, ret_guard));
}

edo_async_fd_ready_future edo_async_fd_writable_async(edo_async_fd *async,
                                                      edo_ready_guard *ret_guard)
{
    return ready_future(async, EDO_WRITABLE, false, ret_guard);
}

int edo_async_fd_writable(edo_async_fd *async, edo_ready_guard *ret_guard)
{
    return (int)await_ready(ready_future(async, EDO_WRITABLE, false, ret_guard));
}

/* Guards. */

void edo_ready_guard_clear_matching(edo_ready_guard *guard, unsigned flags)
{
    if (!guard || !guard->src)
        return;
    known_clear(guard->src, guard->gen, guard->turn, guard->ready & flags);
    guard->ready &= ~flags;
}

void edo_ready_guard_clear(edo_ready_guard *guard)
{
    edo_ready_guard_clear_matching(guard, ~0U);
}

void edo_ready_guard_retain(edo_ready_guard *guard)
{
    (void)guard;
}

int64_t edo_ready_guard_try_io(edo_ready_guard *guard, edo_fd_call *call, void *arg)
{
    if (!guard || !guard->src || !call)
        return -EINVAL;
    edo_async_fd_wait wait = known_wait(guard->src, EDO_ERROR);
    wait.op.gen = guard->gen;
    int64_t result = op_try_by(&wait.op, call, arg);
    if (result == -EAGAIN)
        edo_ready_guard_clear(guard);
    return result;
}
