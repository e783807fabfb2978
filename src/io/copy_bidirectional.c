/*
 * copy_bidirectional.c: two pumps, each of which shuts its writer down at its end. The first failure stops the
 * other one, which is waited for. They are polled in turns, so that neither takes all of the task's budget.
 */
#include <edo/copy.h>

#include <edo/await.h>

#include "future/future.h"
#include "io/pump.h"
#include "io/transfer.h"

static edo_copy_bidirectional_future *of(edo_future *base)
{
    return container_of(base, edo_copy_bidirectional_future, base);
}

static bool is_good(edo_io io)
{
    return reader_is_good(io.reader) && writer_is_good(io.writer);
}

static int begin(edo_copy_bidirectional_future *fut)
{
    if (!is_good(fut->a) || !is_good(fut->b))
        return -EINVAL;
    fut->failure = 0;
    fut->pumps[0] = pump_new(fut->a.reader, fut->b.writer, true, &fut->done.a_to_b);
    fut->pumps[1] = pump_new(fut->b.reader, fut->a.writer, true, &fut->done.b_to_a);
    return fut->pumps[0] && fut->pumps[1] ? 0 : -ENOMEM;
}

static void stop(edo_copy_bidirectional_future *fut, int64_t why)
{
    for (int i = 0; i < 2; i++)
        if (fut->pumps[i])
            pump_stop(fut->pumps[i], why);
}

static void end(edo_copy_bidirectional_future *fut)
{
    uint64_t *lost[] = {&fut->lost.a_to_b, &fut->lost.b_to_a};

    for (int i = 0; i < 2; i++) {
        if (fut->pumps[i])
            *lost[i] += pump_free(fut->pumps[i]);
        fut->pumps[i] = NULL;
    }
}

/* True: both are over. */
static bool poll_both(edo_copy_bidirectional_future *fut, const edo_waker *waker)
{
    bool over = true;

    fut->turn = !fut->turn;
    for (int i = 0; i < 2; i++) {
        pump *p = fut->pumps[i ^ fut->turn];
        if (pump_poll(p, waker) == EDO_PENDING) {
            over = false;
        } else if (p->result < 0 && fut->failure == 0) {
            fut->failure = p->result;
            stop(fut, p->result);
            return poll_both(fut, waker); /* whom it has stopped, from the first on */
        }
    }
    return over;
}

static edo_poll both_poll(edo_future *base, const edo_waker *waker)
{
    edo_copy_bidirectional_future *fut = of(base);
    int rc = fut->pumps[0] ? 0 : begin(fut);

    if (rc < 0) {
        end(fut);
        return edo_future_finish(base, rc);
    }
    if (!poll_both(fut, waker))
        return EDO_PENDING;
    int64_t result = fut->failure;
    end(fut);
    return edo_future_finish(base, result);
}

static void both_cancel(edo_future *base)
{
    if (of(base)->pumps[0])
        stop(of(base), -ECANCELED);
}

static const edo_future_ops both_ops = {
    .poll = both_poll,
    .cancel = both_cancel,
    .name = "copy_bidirectional",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_copy_bidirectional_future edo_copy_bidirectional_async(edo_io a, edo_io b)
{
    return (edo_copy_bidirectional_future){.base = EDO_FUTURE_INIT(&both_ops), .a = a, .b = b};
}

int edo_copy_bidirectional(edo_io a, edo_io b, edo_copied *ret_done)
{
    edo_copy_bidirectional_future fut = edo_copy_bidirectional_async(a, b);
    int rc = (int)edo_await(&fut.base);

    if (ret_done)
        *ret_done = fut.done;
    return rc;
}
