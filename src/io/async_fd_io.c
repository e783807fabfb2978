/* async_fd_io.c: calls on a descriptor that are made when it is ready. */
#include <errno.h>

#include "await/await.h"
#include "future/future.h"
#include "io/async_fd.h"
#include "sched/coop.h"

_Static_assert(sizeof(edo_async_fd_io_future) <= 256, "net-048");

int64_t edo_async_fd_try_io(edo_async_fd *async, unsigned interest, edo_fd_call *call, void *arg)
{
    edo_async_fd_wait wait = known_wait(async && call ? async->src : NULL, interest);

    if (!wait.op.src)
        return wait.op.result;
    int flags = known_try(&wait);
    return flags < 0 ? flags : known_call(&wait, call, arg);
}

static edo_poll io_poll(edo_future *base, const edo_waker *waker)
{
    edo_async_fd_io_future *fut = container_of(base, edo_async_fd_io_future, base);
    edo_async_fd_wait *wait = &fut->wait;
    bool canceled = base->state & FUTURE_CANCELED;
    int flags;

    if (!wait->op.src)
        return edo_future_finish(base, wait->op.result);
    for (;;) {
        if (op_is_new(&wait->op) && !coop_proceed(waker))
            return EDO_PENDING;
        if (known_wait_poll(wait, canceled, waker, &flags) == EDO_PENDING)
            return EDO_PENDING;
        if (flags < 0)
            return edo_future_finish(base, flags);
        coop_spend();
        int64_t result = known_call(wait, fut->call, fut->arg);
        if (result != -EAGAIN || canceled)
            return edo_future_finish(base, result != -EAGAIN ? result : -ECANCELED);
    }
}

static void io_cancel(edo_future *base)
{
    edo_async_fd_io_future *fut = container_of(base, edo_async_fd_io_future, base);

    if (fut->wait.op.src)
        op_cancel(&fut->wait.op);
}

static const edo_future_ops io_ops = {
    .poll = io_poll, .cancel = io_cancel, .name = "async_fd_io", .flags = EDO_FUTURE_RESTARTS};

edo_async_fd_io_future edo_async_fd_io_async(edo_async_fd *async, unsigned interest,
                                             edo_fd_call *call, void *arg)
{
    return (edo_async_fd_io_future){
        .base = EDO_FUTURE_INIT(&io_ops),
        .wait = known_wait(async && call ? async->src : NULL, interest),
        .call = call,
        .arg = arg,
    };
}

int64_t edo_async_fd_io(edo_async_fd *async, unsigned interest, edo_fd_call *call, void *arg)
{
    edo_async_fd_io_future fut = edo_async_fd_io_async(async, interest, call, arg);

    return edo_await(&fut.base);
}
