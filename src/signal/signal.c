/*
 * signal.c: a listener is an eventfd that the handler adds to, and a receive reads it.
 *
 * No loss     The count stays in the eventfd until a receive takes it. One that took it for nothing
 *             (a losing arm) adds it again, under the source's lock, which keeps it open.
 */
#include <edo/signal.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include <edo/await.h>

#include "base/sys.h"
#include "driver/source.h"
#include "future/future.h"
#include "sched/coop.h"
#include "sched/current.h"
#include "signal/registry.h"

struct edo_signal {
    source *src;
    uint32_t slot;
    int signo;
};

/* The eventfd, as a source of the current driver. */
static int open_event(source **ret)
{
    driver *d;
    int rc = current_driver(&d);

    if (rc < 0)
        return rc;
    int fd = sys_eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (fd < 0)
        return fd;
    if ((rc = source_open(d, fd, false, ret)) < 0)
        sys_close(fd);
    return rc;
}

int edo_signal_open(int signo, edo_signal **ret_signal)
{
    if (!ret_signal || !signal_can_listen(signo))
        return -EINVAL;
    edo_signal *signal = malloc(sizeof *signal);
    if (!signal)
        return -ENOMEM;
    signal->signo = signo;
    int rc = open_event(&signal->src);
    if (rc < 0)
        goto no_event;
    if ((rc = signal_register(signo, signal->src->fd, &signal->slot)) < 0)
        goto no_entry;
    *ret_signal = signal;
    return 0;
no_entry:
    source_close(signal->src);
no_event:
    free(signal);
    return rc;
}

int edo_signal_close(edo_signal *signal)
{
    if (!signal)
        return -EINVAL;
    signal_unregister(signal->signo, signal->slot);
    source_close(signal->src);
    free(signal);
    return 0;
}

static edo_poll recv_poll(edo_future *base, const edo_waker *waker)
{
    edo_signal_recv_future *fut = container_of(base, edo_signal_recv_future, base);

    if (!fut->op.src)
        return edo_future_finish(base, -EINVAL);
    if (op_is_new(&fut->op)) {
        if (!coop_proceed(waker))
            return EDO_PENDING;
        fut->op.buf = &fut->count; /* from the first poll on it stays where it is */
    }
    if (op_poll(&fut->op, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (fut->op.result < 0) {
        if (fut->op.result == -ECANCELED)
            op_renew(&fut->op);
        return edo_future_finish(base, fut->op.result);
    }
    coop_spend();
    return edo_future_finish(base, 0);
}

static void recv_cancel(edo_future *base)
{
    op_cancel(&container_of(base, edo_signal_recv_future, base)->op);
}

static void recv_put_back(edo_future *base)
{
    edo_signal_recv_future *fut = container_of(base, edo_signal_recv_future, base);
    source *src = fut->op.src;

    lock_take(&src->lock);
    if (a_load(&src->gen, relaxed) == fut->op.gen) /* relaxed: written under the lock */
        sys_write(src->fd, &fut->count, sizeof fut->count);
    lock_drop(&src->lock);
    op_renew(&fut->op);
    base->result = -ECANCELED;
}

static const edo_future_ops recv_ops = {
    .poll = recv_poll,
    .cancel = recv_cancel,
    .put_back = recv_put_back,
    .name = "signal_recv",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_signal_recv_future edo_signal_recv_async(edo_signal *signal)
{
    edo_signal_recv_future fut = {.base = EDO_FUTURE_INIT(&recv_ops)};

    if (signal)
        op_init(&fut.op, signal->src, OP_READ, NULL, sizeof fut.count);
    return fut;
}

int edo_signal_recv(edo_signal *signal)
{
    edo_signal_recv_future fut = edo_signal_recv_async(signal);

    return (int)edo_await(&fut.base);
}
