/*
 * io/plain_call.h: the system calls of a socket's direct forms, made by the task itself: at once, and, for a
 * read, when its turn has come. The way of every request of a server.
 *
 * Each says -EAGAIN if it was not made, or in vain; then the wait is left to the operation.
 */
#ifndef IO_PLAIN_CALL_H
#define IO_PLAIN_CALL_H

#include <errno.h>
#include <sys/socket.h>

#include "await/await.h"
#include "base/chaos.h"
#include "base/sys.h"
#include "driver/turn.h"
#include "io/direct.h"
#include "io/put_back.h"

/* `self`: what await_may_be_direct said. What was put back is read first, by operations. */
static inline bool plain_may_send(const thread *self, const source *src, const void *buf,
                                  size_t len)
{
    return self && src && buf && len;
}
static inline bool plain_may_recv(const thread *self, const source *src, const void *buf,
                                  size_t len)
{
    return plain_may_send(self, src, buf, len) && !put_back_hangs_on(src);
}

static inline __attribute__((always_inline)) ssize_t recv_at_once(thread *self, source *src,
                                                                  void *buf, size_t len)
{
    uint32_t seen;

    if (!source_begin_plain_call(src, OP_IN, &seen))
        return -EAGAIN;
    chaos_point();
    ssize_t n = sys_recv_at(self->errno_place, src->fd, buf, len, 0);
    chaos_point();
    return io_end_at_once(self, src, OP_IN, n, len, seen);
}

static inline __attribute__((always_inline)) ssize_t send_at_once(thread *self, source *src,
                                                                  const void *buf, size_t len)
{
    uint32_t seen;

    if (!source_begin_plain_call(src, OP_OUT, &seen))
        return -EAGAIN;
    chaos_point();
    ssize_t n = sys_send_at(self->errno_place, src->fd, buf, len, MSG_NOSIGNAL);
    chaos_point();
    if (unlikely(n != (ssize_t)len))
        return io_end_at_once(self, src, OP_OUT, n, len, seen);
    source_end_call(src); /* all of it went: the usual end, without a call of a function */
    await_spend(self);
    return n;
}

/* Waits for the turn of an operation that stands. False: it has to be polled. */
static inline bool wait_for_turn(thread **self, const edo_op *op, const source *src,
                                 uint32_t *ret_seen)
{
    task *t = (*self)->task;

    /* A second look, now that it is linked: what was put back before found nobody. */
    if (unlikely(put_back_hangs_on(src) || debug_holds_mutex(t)))
        return false;
    *self = task_suspend(*self);
    /* What was put back meanwhile is older than what the kernel has. */
    return likely(!task_why(t) && !put_back_hangs_on(src)) && op_may_call(op, src, OP_IN, ret_seen);
}

/* Stands with a new operation until its turn has come. False: it is new still, or stands in the queue. */
static inline bool read_turn_comes(thread **self, edo_op *op, source *src, uint32_t *ret_seen)
{
    edo_waker waker = task_waker((*self)->task);

    if (!turn_stand(op, src, &waker))
        return false;
    chaos_point();
    return wait_for_turn(self, op, src, ret_seen);
}

/* After -EAGAIN the operation is as it was made here, or it stands in the queue. */
static inline ssize_t recv_in_turn(thread *self, source *src, edo_op *op, void *buf, size_t len)
{
    uint32_t seen;

    op_init(op, src, OP_RECV, buf, len);
    if (!read_turn_comes(&self, op, src, &seen))
        return -EAGAIN;
    ssize_t n = sys_recv_at(self->errno_place, src->fd, buf, len, 0);
    chaos_point();
    if (unlikely(n == -EAGAIN))
        return n;
    turn_end(op, src, n, len, seen); /* the wait has let others run: no budget is spent */
    return n;
}

#endif
