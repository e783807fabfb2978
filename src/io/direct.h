/* io/direct.h: the end of an operation's future, and the await of one without the layers between. */
#ifndef IO_DIRECT_H
#define IO_DIRECT_H

#include <errno.h>

#include "await/await.h"
#include "future/future.h"
#include "io/put_back.h"
#include "sched/coop.h"

static inline edo_poll io_finish(edo_future *base, edo_op *op)
{
    int64_t result = op->result;

    if (likely(result >= 0))
        coop_spend();
    else if (result == -ECANCELED)
        op_renew(op);
    return edo_future_finish(base, result);
}

/* A direct form's await without the layers between: the way of every request of a server. False:
 * the future goes on, from wherever its operation is. `self`: what await_may_be_direct said. */
bool io_goes_on_directly(thread *self, edo_future *base, edo_op *op);

/* Ends a call that source_begin_plain_call began: of `len` bytes, if it is one of a stream. Its result. Not
 * inlined: with its lock and its atomics it is longer than what surrounds it. */
int64_t io_end_at_once(thread *self, source *src, enum op_dir dir, int64_t result, size_t len,
                       uint32_t seen);

static inline bool io_is_done_directly(edo_future *base, edo_op *op)
{
    return io_goes_on_directly(await_may_be_direct(), base, op);
}

#endif
