/*
 * fd_wait.c: waiting for a descriptor that somebody else may close at any time.
 *
 * Own set     Each wait has an epoll set with that one descriptor in it, and waits for the set, whose number
 *             is its own. If the owner closes the descriptor, the system takes it out of the set; if the number
 *             means another one then, it was never in there, and nothing that the end of the wait does
 *             touches it. A driver's set would not do: to take a number out of that may hit a stranger.
 */
#include <errno.h>
#include <poll.h>

#include "await/await.h"
#include "base/sys.h"
#include "future/future.h"
#include "io/async_fd.h"
#include "io/fd_ready.h"
#include "sched/coop.h"
#include "sched/current.h"

_Static_assert(sizeof(edo_fd_wait_future) <= 256, "net-048");

/* Flags; 0: it is ready for none of it; a negative errno. */
static int ask(const edo_fd_wait_future *fut)
{
    if (fut->fd < 0)
        return -EBADF;
    return fd_ready_flags(sys_poll(fut->fd, (short)fd_ready_wanted(fut->interest)), false);
}

/* The same of what was put into the set, whatever its number means by now. */
static int ask_set(const edo_fd_wait_future *fut)
{
    struct epoll_event event;
    int n = sys_epoll_wait(fut->op.src->fd, &event, 1, 0);

    if (n <= 0)
        return n == -EINTR ? 0 : n;
    return fd_ready_flags((int)event.events,
                          false); /* EPOLLIN and the like are POLLIN and the like */
}

/* The set, or a negative errno. */
static int open_set(const edo_fd_wait_future *fut)
{
    struct epoll_event wanted = {.events = (uint32_t)fd_ready_wanted(fut->interest) &
                                           ~(uint32_t)POLLNVAL};
    int set = sys_epoll_create();

    if (set < 0)
        return set;
    int rc = sys_epoll_ctl(set, EPOLL_CTL_ADD, fut->fd, &wanted);
    if (rc == 0)
        return set;
    sys_close(set);
    return rc;
}

static int begin(edo_fd_wait_future *fut)
{
    source *src;
    driver *d;
    int rc = current_driver(&d);

    if (rc < 0)
        return rc;
    int set = open_set(fut);
    if (set < 0)
        return set;
    if ((rc = source_open(d, set, false, &src)) < 0) {
        sys_close(set);
        return rc;
    }
    op_init(&fut->op, src, OP_READINESS, NULL, 0);
    fut->op.flags = POLLIN;
    return 0;
}

static edo_poll end(edo_fd_wait_future *fut, int64_t result)
{
    if (fut->op.src)
        source_close(fut->op.src);
    fut->op.src = NULL;
    if (result >= 0)
        coop_spend();
    return edo_future_finish(&fut->base, result);
}

static edo_poll wait_poll(edo_future *base, const edo_waker *waker)
{
    edo_fd_wait_future *fut = container_of(base, edo_fd_wait_future, base);
    int rc;

    if (!fut->op.src) {
        if (base->state & FUTURE_CANCELED) /* while it waited for budget */
            return edo_future_finish(base, -ECANCELED);
        if (!coop_proceed(waker))
            return EDO_PENDING;
        if (!fd_ready_is_interest(fut->interest))
            return edo_future_finish(base, -EINVAL);
        if ((rc = ask(fut)) != 0 || (rc = begin(fut)) < 0)
            return end(fut, rc);
    }
    for (;;) {
        if (op_poll(&fut->op, waker) == EDO_PENDING)
            return EDO_PENDING;
        if (fut->op.result < 0)
            return end(fut, fut->op.result);
        if ((rc = ask_set(fut)) != 0)
            return end(fut, rc);
        if (base->state & FUTURE_CANCELED)
            return end(fut, -ECANCELED);
        op_renew(&fut->op);
    }
}

static void wait_cancel(edo_future *base)
{
    edo_fd_wait_future *fut = container_of(base, edo_fd_wait_future, base);

    if (fut->op.src)
        op_cancel(&fut->op);
}

static const edo_future_ops wait_ops = {
    .poll = wait_poll, .cancel = wait_cancel, .name = "fd_wait", .flags = EDO_FUTURE_RESTARTS};

edo_fd_wait_future edo_fd_wait_async(int fd, unsigned interest)
{
    return (edo_fd_wait_future){
        .base = EDO_FUTURE_INIT(&wait_ops),
        .fd = fd,
        .interest = fd_ready_is_interest(interest) ? (uint8_t)interest : 0,
    };
}

int edo_fd_wait(int fd, unsigned interest)
{
    edo_fd_wait_future fut = edo_fd_wait_async(fd, interest);

    return (int)edo_await(&fut.base);
}
