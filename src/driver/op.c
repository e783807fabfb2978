/*
 * op.c: an operation of a source, from its making to its end.
 *
 * States      NEW -> ARMED (a user of the source; linked while it waits) -> DONE, and with a
 *             completion driver CANCELING and COMPLETING in between. DONE is stored by whoever ends
 *             it, as the last touch: a poll that reads it may let the memory go.
 * Turn        While a direction of a source has something left (it is READY, or something was put
 *             back) and its queue is not empty, the first in the queue has been marked and has not
 *             polled since. Whoever ends an operation keeps that true by marking the next.
 */
#include <errno.h>
#include <limits.h>

#include <edo/error.h>

#include "base/chaos.h"
#include "base/model.h"
#include "base/sys.h"
#include "driver/source.h"

void op_cancel(edo_op *op)
{
    /* acquire: pairs with the release in op_end. */
    if (a_load(&op->state, acquire) != OP_DONE)
        a_load(&op->src->ops, relaxed)->cancel(op);
}

static int64_t perform(int fd, void *arg)
{
    return op_perform(arg, fd);
}

int64_t op_try(edo_op *op)
{
    return op_try_by(op, perform, op);
}

int op_may_begin(const edo_op *op)
{
    lock_take(&op->src->lock);
    int rc = op_check(op);
    lock_drop(&op->src->lock);
    return rc;
}

int64_t op_try_by(edo_op *op, int64_t (*call)(int fd, void *arg), void *arg)
{
    source *src = op->src;

    lock_take(&src->lock);
    int rc = op_check(op);
    if (rc < 0) {
        lock_drop(&src->lock);
        return rc;
    }
    src->users++; /* so that a close meanwhile leaves us the descriptor */
    int fd = src->fd;
    lock_drop(&src->lock);
    int64_t result = call(fd, arg);
    lock_take(&src->lock);
    source_leave(src);
    return result;
}

/* flags of a connect whose attempt the kernel has begun */
enum { CONNECT_BEGUN = 1 };

/* Apart, as are other kinds with structs of their own: those that read and write shall need no deep stack. */
static noinline int64_t connect_state(int fd)
{
    struct sockaddr peer;
    int error = 0;
    socklen_t len = sizeof error, room = sizeof peer; /* for as much of it as there is room for */
    int rc = sys_getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);

    if (rc < 0 || error)
        return rc < 0 ? rc : -error;
    rc = sys_getpeername(fd, &peer, &room);
    return rc == -ENOTCONN ? -EAGAIN : rc; /* no error and no peer: it is still under way */
}

static int64_t connect_perform(edo_op *op, int fd)
{
    if (op->flags & CONNECT_BEGUN)
        return connect_state(fd);
    int rc = sys_connect(fd, op->buf, (socklen_t)op->len);
    if (rc == -EINPROGRESS || rc == -EINTR) {
        op->flags |= CONNECT_BEGUN;
        return -EAGAIN;
    }
    /* A Unix listener's queue is full: no event will say that it isn't any more. */
    return rc == -EAGAIN ? -EBUSY : rc;
}

static int64_t readiness_of(const edo_op *op, int fd)
{
    int rc = sys_poll(fd, (short)op->flags);

    return rc < 0 ? rc : rc & op->flags ? rc & op->flags : -EAGAIN;
}

/* More than the system takes at a time are as many as it takes. */
static int pieces_of(const edo_op *op)
{
    return op->len < IOV_MAX ? (int)op->len : IOV_MAX;
}

/* By sendmsg and recvmsg, as writev would raise a signal. */
static noinline int64_t perform_vector(const edo_op *op, int fd)
{
    struct msghdr msg = {.msg_iov = op->buf, .msg_iovlen = (size_t)pieces_of(op)};

    return op->kind == OP_RECVV ? sys_recvmsg(fd, &msg, op->flags)
                                : sys_sendmsg(fd, &msg, op->flags | MSG_NOSIGNAL);
}

static int64_t recv_lent(const edo_op *op, int fd)
{
    edo_op_lend *lend = op->buf;
    op_lender *from = lend->from;
    void *data = from->take(from);

    if (!data)
        return -ENOMEM;
    int64_t result = sys_recv(fd, data, op->len, op->flags);
    if (result <= 0) {
        from->give(from, data);
        data = NULL;
    }
    lend->data = data;
    return result;
}

static int64_t send_file(const edo_op *op, int fd)
{
    const edo_op_file *file = op->buf;
    off_t offset = (off_t)file->offset;

    return sys_send_file(fd, file->fd, &offset, op->len);
}

/* In front of urgent data splice(2) would wait for ever, or say that it is the end, where recv(2) passes over
 * it. */
static int64_t splice_in(int fd, int pipe, size_t len)
{
    int64_t result = sys_splice_in(fd, pipe, len);
    bool has_none = result == 0 || result == -EAGAIN;

    return has_none && sys_is_at_mark(fd) ? -EINVAL : result;
}

static int64_t perform_splice(const edo_op *op, int fd)
{
    const splice_pipe *pipe = op->buf;

    return op->kind == OP_SPLICE_IN ? splice_in(fd, pipe->in, op->len)
                                    : sys_splice_out(pipe->out, fd, op->len);
}

/* As recvmsg, which costs more to ask for the same. MSG_TRUNC has the system tell the whole length. */
static int64_t perform_recvfrom(const edo_op *op, int fd)
{
    struct msghdr *msg = op->buf;
    const struct iovec *into = msg->msg_iov;
    ssize_t n = sys_recvfrom(fd, into->iov_base, into->iov_len, op->flags | MSG_TRUNC,
                             msg->msg_name, &msg->msg_namelen);
    bool is_cut = n > 0 && (size_t)n > into->iov_len;

    msg->msg_flags = is_cut ? MSG_TRUNC : 0;
    return is_cut && !(op->flags & MSG_TRUNC) ? (int64_t)into->iov_len : n;
}

static int64_t perform_sendto(const edo_op *op, int fd)
{
    const struct msghdr *msg = op->buf;
    const struct iovec *from = msg->msg_iov;

    return sys_sendto(fd, from->iov_base, from->iov_len, op->flags | MSG_NOSIGNAL, msg->msg_name,
                      msg->msg_namelen);
}

/* Apart from the usual ones, which then need no frame. */
static noinline int64_t perform_other(edo_op *op, int fd)
{
    switch (op->kind) {
    case OP_CONNECT:
        return connect_perform(op, fd);
    case OP_RECVV:
    case OP_SENDV:
        return perform_vector(op, fd);
    case OP_RECVFROM:
        return perform_recvfrom(op, fd);
    case OP_SENDTO:
        return perform_sendto(op, fd);
    case OP_RECVMSG:
        return sys_recvmsg(fd, op->buf, op->flags);
    case OP_SENDMSG:
        return sys_sendmsg(fd, op->buf, op->flags | MSG_NOSIGNAL);
    case OP_RECVMMSG:
        return sys_recvmmsg(fd, op->buf, (unsigned)op->len, op->flags);
    case OP_SENDMMSG:
        return sys_sendmmsg(fd, op->buf, (unsigned)op->len, op->flags | MSG_NOSIGNAL);
    case OP_WRITE:
        return sys_write_unsignaled(fd, &(struct iovec){op->buf, op->len}, 1);
    case OP_READV:
        return sys_readv(fd, op->buf, pieces_of(op));
    case OP_WRITEV:
        return sys_write_unsignaled(fd, op->buf, pieces_of(op));
    case OP_SEND_FILE:
        return send_file(op, fd);
    case OP_RECV_LENT:
        return recv_lent(op, fd);
    case OP_SPLICE_IN:
    case OP_SPLICE_OUT:
        return perform_splice(op, fd);
    case OP_READINESS:
        return readiness_of(op, fd);
    default:
        return -EINVAL;
    }
}

int64_t op_perform(edo_op *op, int fd)
{
    if (op->kind == OP_RECV)
        return sys_recv(fd, op->buf, op->len, op->flags);
    if (op->kind == OP_SEND)
        return sys_send(fd, op->buf, op->len, op->flags | MSG_NOSIGNAL);
    if (op->kind == OP_ACCEPT)
        return sys_accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (op->kind == OP_READ)
        return sys_read(fd, op->buf, op->len);
    return perform_other(op, fd);
}
