/*
 * fd_send_file.c: a file's bytes to a socket, which no memory of the program's holds.
 *
 * Part        One call sends at most so much, so that a task that sends a large file to somebody quick gives
 *             way to others in between.
 */
#include "io/fd_send_file.h"

#include <errno.h>

#include <edo/await.h>
#include <edo/error.h>

#include "future/future.h"
#include "sched/coop.h"

#define PART_MAX ((uint64_t)1 << 20)

_Static_assert(sizeof(edo_fd_send_file_future) <= 256, "net-048");

static bool is_in_range(uint64_t offset, uint64_t count)
{
    return offset <= INT64_MAX && (count == EDO_WHOLE_FILE || count <= INT64_MAX - offset);
}

edo_fd_send_file_future fd_send_file_future(const edo_future_ops *ops, source *src, int fd,
                                            uint64_t offset, uint64_t count)
{
    edo_fd_send_file_future fut = {
        .base = EDO_FUTURE_INIT(ops), .left = count, .file = {.fd = fd, .offset = offset}};

    if (src && is_in_range(offset, count))
        op_init(&fut.op, src, OP_SEND_FILE, NULL, 0);
    else
        fut.op.result = -EINVAL;
    return fut;
}

/* Takes a part that was sent into account. True: that was the last. */
static bool take_part(edo_fd_send_file_future *fut, uint64_t part)
{
    fut->done += part;
    fut->file.offset += part;
    if (fut->left != EDO_WHOLE_FILE)
        fut->left -= part;
    return part == 0 || fut->left == 0;
}

/* READY with why it ends, or with 0 to go on. */
static edo_poll send_part(edo_fd_send_file_future *fut, const edo_waker *waker)
{
    edo_op *op = &fut->op;

    if (op_is_new(op)) {
        op->buf = &fut->file; /* it lies where it will stay */
        op->len = (size_t)(fut->left < PART_MAX ? fut->left : PART_MAX);
        if (!coop_proceed(waker))
            return EDO_PENDING;
    }
    if (op_poll(op, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (op->result >= 0)
        coop_spend();
    return EDO_READY;
}

edo_poll fd_send_file_poll(edo_future *base, const edo_waker *waker)
{
    edo_fd_send_file_future *fut = container_of(base, edo_fd_send_file_future, base);
    edo_op *op = &fut->op;

    if (!op->src)
        return edo_future_finish(base, op->result);
    while (fut->left > 0) {
        if (send_part(fut, waker) == EDO_PENDING)
            return EDO_PENDING;
        int64_t part = op->result;
        if (part >= 0 || part == -ECANCELED)
            op_renew(op); /* begun anew, it goes on with the rest */
        if (part < 0)
            return edo_future_finish(base, part);
        if (take_part(fut, (uint64_t)part))
            break;
        if (base->state & FUTURE_CANCELED)
            return edo_future_finish(base, -ECANCELED);
    }
    bool is_short = fut->left > 0 && fut->left != EDO_WHOLE_FILE;
    return edo_future_finish(base, is_short ? -EDO_EEOF : 0);
}

void fd_send_file_cancel(edo_future *base)
{
    edo_fd_send_file_future *fut = container_of(base, edo_fd_send_file_future, base);

    if (fut->op.src)
        op_cancel(&fut->op);
}

int fd_send_file(const edo_future_ops *ops, source *src, int fd, uint64_t offset, uint64_t count,
                 uint64_t *ret_done)
{
    edo_fd_send_file_future fut = fd_send_file_future(ops, src, fd, offset, count);
    int rc = (int)edo_await(&fut.base);

    if (ret_done)
        *ret_done = fut.done;
    return rc;
}
