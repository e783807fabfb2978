/*
 * fd_ready.c: a wait for readiness asks the kernel, and looks at what was put back into the source.
 *
 * Put back    It counts as readable. Who puts back wakes the first that waits for readiness; a wait that
 *             sees it and has no use for it wakes the one behind, one that has ends, and op_end wakes the
 *             first again. So each of them sees it, or it is taken first.
 * Always      POLLERR, POLLHUP and POLLNVAL end a wait, as poll(2) reports them unasked: an operation that
 *             a kernel polls for would end with them and nothing else.
 */
#include "io/fd_ready.h"

#include <errno.h>
#include <poll.h>

#include "await/await.h"
#include "base/model.h"
#include "future/future.h"
#include "io/put_back.h"
#include "sched/coop.h"

_Static_assert(sizeof(edo_fd_ready_future) <= 256, "net-048");

int fd_ready_wanted(unsigned interest)
{
    int wanted = POLLERR | POLLHUP | POLLNVAL;

    if (interest & EDO_READABLE)
        wanted |= POLLIN | POLLRDHUP;
    if (interest & EDO_WRITABLE)
        wanted |= POLLOUT;
    if (interest & EDO_PRIORITY)
        wanted |= POLLPRI | POLLRDHUP;
    if (interest & EDO_READ_CLOSED)
        wanted |= POLLRDHUP;
    return wanted;
}

int fd_ready_flags(int64_t answer, bool of_pipe)
{
    int flags = 0;

    if (answer < 0)
        return (int)answer;
    if (answer & POLLNVAL)
        return -EBADF;
    if (answer & POLLIN)
        flags |= EDO_READABLE;
    if (answer & POLLOUT)
        flags |= EDO_WRITABLE;
    if (answer & POLLPRI)
        flags |= EDO_PRIORITY;
    if (answer & POLLERR)
        flags |= of_pipe ? EDO_ERROR | EDO_WRITE_CLOSED : EDO_ERROR;
    if (answer & (POLLRDHUP | POLLHUP))
        flags |= EDO_READ_CLOSED;
    if (answer & POLLHUP)
        flags |= EDO_WRITE_CLOSED;
    return flags;
}

static int take_answer(edo_fd_ready_future *fut, bool kept)
{
    int flags = fd_ready_flags(fut->op.result, fut->of_pipe);

    return flags >= 0 && kept ? flags | EDO_READABLE : flags;
}

static edo_poll finish(edo_fd_ready_future *fut, int flags)
{
    if (flags >= 0)
        coop_spend();
    else if (flags == -ECANCELED && fut->op.src)
        op_renew(&fut->op);
    return edo_future_finish(&fut->base, flags > 0 && !fut->tells ? 0 : flags);
}

static bool finds_put_back(const edo_fd_ready_future *fut)
{
    return (fut->interest & EDO_READABLE) && put_back_is_kept(&fut->op);
}

/* What there is beside something that was put back. The operation stays new. */
static int ask_beside(edo_fd_ready_future *fut)
{
    int64_t answer = op_try(&fut->op);

    fut->op.result = answer == -EAGAIN ? 0 : answer;
    return take_answer(fut, true);
}

/* Of one that is PENDING, and so linked. Whether it has to be polled once more. */
static bool look_again(edo_fd_ready_future *fut)
{
    if (likely(!put_back_is_kept(&fut->op)))
        return false;
    if (fut->interest & EDO_READABLE)
        return MODEL_BUG(818, !fut->gives_way, false) && !(fut->base.state & FUTURE_CANCELED);
    source_wake_behind(&fut->op);
    return false;
}

edo_poll fd_ready_poll(edo_future *base, const edo_waker *waker)
{
    edo_fd_ready_future *fut = container_of(base, edo_fd_ready_future, base);
    edo_op *op = &fut->op;
    bool canceled = base->state & FUTURE_CANCELED;

    if (!op->src)
        return edo_future_finish(base, op->result);
    if (op_is_new(op) && !coop_proceed(waker))
        return EDO_PENDING;
    for (;;) {
        bool kept = !canceled && finds_put_back(fut);
        if (kept && op_is_new(op))
            return finish(fut, ask_beside(fut));
        if (MODEL_BUG(819, kept, false) && !fut->gives_way) {
            fut->gives_way = true;
            op_cancel(op);
        }
        chaos_point();
        if (op_poll(op, waker) == EDO_PENDING) {
            if (look_again(fut))
                continue;
            return EDO_PENDING;
        }
        bool gave_way = fut->gives_way;
        fut->gives_way = false;
        if (!gave_way || canceled || op->result != -ECANCELED)
            return finish(fut, take_answer(fut, kept));
        op_renew(op);
    }
}

void fd_ready_cancel(edo_future *base)
{
    edo_fd_ready_future *fut = container_of(base, edo_fd_ready_future, base);

    if (fut->op.src)
        op_cancel(&fut->op);
}

static edo_fd_ready_future make(const edo_future_ops *ops, bool of_pipe, source *src,
                                unsigned interest)
{
    edo_fd_ready_future fut = {
        .base = EDO_FUTURE_INIT(ops), .interest = (uint8_t)interest, .of_pipe = of_pipe};

    if (!src || !fd_ready_is_interest(interest)) {
        fut.op.result = -EINVAL;
        return fut;
    }
    op_init(&fut.op, src, OP_READINESS, NULL, 0);
    fut.op.flags = fd_ready_wanted(interest);
    return fut;
}

edo_fd_ready_future fd_ready_future(const fd_ready_kind *kind, source *src, unsigned interest)
{
    edo_fd_ready_future fut = make(kind->ready_ops, kind->of_pipe, src, interest);

    fut.tells = true;
    return fut;
}

edo_fd_ready_future fd_able_future(const fd_ready_kind *kind, source *src, unsigned interest)
{
    return make(kind->able_ops, kind->of_pipe, src, interest);
}

int fd_ready(const fd_ready_kind *kind, source *src, unsigned interest)
{
    edo_fd_ready_future fut = fd_ready_future(kind, src, interest);

    return (int)edo_await(&fut.base);
}

int fd_able(const fd_ready_kind *kind, source *src, unsigned interest)
{
    edo_fd_ready_future fut = fd_able_future(kind, src, interest);

    return (int)edo_await(&fut.base);
}

int fd_try_ready(const fd_ready_kind *kind, source *src, unsigned interest)
{
    edo_fd_ready_future fut = fd_ready_future(kind, src, interest);

    if (!fut.op.src)
        return (int)fut.op.result;
    if (finds_put_back(&fut))
        return ask_beside(&fut);
    fut.op.result = op_try(&fut.op);
    return take_answer(&fut, false);
}
