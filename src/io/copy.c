/*
 * copy.c: one pump as a future. It is made at the first poll, and freed when the future is READY; begun anew
 * after a cancel it goes on, as what was not written is in the reader again.
 */
#include <edo/copy.h>

#include <edo/await.h>

#include "future/future.h"
#include "io/pump.h"
#include "io/transfer.h"

static edo_copy_future *of(edo_future *base)
{
    return container_of(base, edo_copy_future, base);
}

static int begin(edo_copy_future *fut)
{
    if (!reader_is_good(fut->from) || !writer_is_good(fut->to))
        return -EINVAL;
    if (fut->needs_buffered && !fut->from.ops->fill)
        return -ENOTSUP;
    fut->pump = pump_new(fut->from, fut->to, false, &fut->done);
    if (!fut->pump)
        return -ENOMEM;
    fut->pump->must_fill = fut->needs_buffered;
    return 0;
}

static edo_poll copy_poll(edo_future *base, const edo_waker *waker)
{
    edo_copy_future *fut = of(base);
    int rc = fut->pump ? 0 : begin(fut);

    if (rc < 0)
        return edo_future_finish(base, rc);
    if (pump_poll(fut->pump, waker) == EDO_PENDING)
        return EDO_PENDING;
    int64_t result = fut->pump->result;
    fut->lost += pump_free(fut->pump);
    fut->pump = NULL;
    return edo_future_finish(base, result);
}

static void copy_cancel(edo_future *base)
{
    edo_copy_future *fut = of(base);

    if (fut->pump)
        pump_stop(fut->pump, -ECANCELED);
}

static const edo_future_ops copy_ops = {
    .poll = copy_poll, .cancel = copy_cancel, .name = "copy", .flags = EDO_FUTURE_RESTARTS};

edo_copy_future edo_copy_async(edo_reader from, edo_writer to)
{
    return (edo_copy_future){.base = EDO_FUTURE_INIT(&copy_ops), .from = from, .to = to};
}

edo_copy_future edo_copy_buf_async(edo_reader from, edo_writer to)
{
    edo_copy_future fut = edo_copy_async(from, to);

    fut.needs_buffered = true;
    return fut;
}

static int wait_for(edo_copy_future *fut, uint64_t *ret_done)
{
    int rc = (int)edo_await(&fut->base);

    if (ret_done)
        *ret_done = fut->done;
    return rc;
}

int edo_copy(edo_reader from, edo_writer to, uint64_t *ret_done)
{
    edo_copy_future fut = edo_copy_async(from, to);

    return wait_for(&fut, ret_done);
}

int edo_copy_buf(edo_reader from, edo_writer to, uint64_t *ret_done)
{
    edo_copy_future fut = edo_copy_buf_async(from, to);

    return wait_for(&fut, ret_done);
}
