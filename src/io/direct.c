/* direct.c: the wait of an operation's direct form, once for all of them. */
#include "io/direct.h"

#include "io/plain_call.h"
#include "sched/debug.h"

static inline int64_t perform(edo_op *op)
{
    chaos_point();
    int64_t result = op_perform(op, op->src->fd);
    chaos_point();
    return result;
}

int64_t io_end_at_once(thread *self, source *src, enum op_dir dir, int64_t result, size_t len,
                       uint32_t seen)
{
    source_end_plain_call(src, dir, result, len, seen);
    if (result >= 0)
        await_spend(self);
    return result;
}

/* A new operation. False: it would wait, or others do. */
static inline bool ends_at_once(thread *self, edo_op *op)
{
    source *src = op->src;
    uint32_t seen;

    if (!source_begin_plain_call(src, (enum op_dir)op->dir, &seen))
        return false;
    op->result =
        io_end_at_once(self, src, (enum op_dir)op->dir, perform(op), op_stream_bytes(op), seen);
    return op->result != -EAGAIN;
}

/* A new operation. False: it has to be polled, new or where it stands in the queue. */
static inline bool ends_in_turn(thread **self, edo_op *op)
{
    uint32_t seen;

    if (op->dir != OP_IN || !read_turn_comes(self, op, op->src, &seen))
        return false;
    int64_t result = perform(op);
    if (unlikely(result == -EAGAIN))
        return false;
    turn_end(op, op->src, result, op_stream_bytes(op), seen);
    return true;
}

/* A new operation. False: its future has to go on. */
static bool ends_by_polls(thread **self, edo_op *op)
{
    task *t = (*self)->task;
    edo_waker waker = task_waker(t);

    while (op_poll(op, &waker) == EDO_PENDING) {
        bool stays = put_back_is_kept(op) || debug_holds_mutex(t);
        if (likely(!stays))
            *self = task_suspend(*self);
        /* What was put back meanwhile is older than what the kernel has, or has given. */
        if (unlikely(stays || task_why(t) || put_back_is_kept(op)))
            return false;
    }
    return true;
}

bool io_goes_on_directly(thread *self, edo_future *base, edo_op *op)
{
    if (unlikely(!self || !op->src || !op->len || put_back_is_kept(op)))
        return false;
    if (ends_at_once(self, op) || ends_in_turn(&self, op))
        return true;
    if (!op_is_new(op) || !ends_by_polls(&self, op)) {
        future_was_polled(base);
        return false;
    }
    if (op->result >= 0)
        await_spend(self);
    return true;
}
