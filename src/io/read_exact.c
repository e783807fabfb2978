/* read_exact.c: so many bytes, in as many reads as it takes. */
#include <edo/read.h>

#include <errno.h>

#include <edo/await.h>
#include <edo/error.h>

#include "io/part.h"

static edo_poll exact_poll(edo_future *base, const edo_waker *waker)
{
    edo_read_exact_future *fut = container_of(base, edo_read_exact_future, base);

    if (!reader_is_good(fut->from) || (!fut->buf && fut->len))
        return edo_future_finish(base, -EINVAL);
    while (fut->done < fut->len) {
        if (part_read(base, fut->from, &fut->t, EDO_TRANSFER_READ, fut->buf + fut->done,
                      fut->len - fut->done, waker) == EDO_PENDING)
            return EDO_PENDING;
        if (fut->t.result <= 0)
            return edo_future_finish(base, fut->t.result ? fut->t.result : -EDO_EEOF);
        fut->done += (size_t)fut->t.result;
    }
    return edo_future_finish(base, 0);
}

static void exact_cancel(edo_future *base)
{
    edo_read_exact_future *fut = container_of(base, edo_read_exact_future, base);

    part_read_cancel(fut->from, &fut->t);
}

/* The bytes of earlier reads can't go back in front of the last one's. */
static void exact_put_back(edo_future *base)
{
    edo_read_exact_future *fut = container_of(base, edo_read_exact_future, base);

    if (fut->done == 0 || (size_t)fut->t.result != fut->done ||
        edo_reader_put_back(fut->from, &fut->t) < 0)
        return;
    fut->done = 0;
    base->result = -ECANCELED;
}

static const edo_future_ops exact_ops = {
    .poll = exact_poll,
    .cancel = exact_cancel,
    .put_back = exact_put_back,
    .name = "read_exact",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_read_exact_future edo_read_exact_async(edo_reader from, void *buf, size_t len)
{
    return (edo_read_exact_future){
        .base = EDO_FUTURE_INIT(&exact_ops), .from = from, .buf = buf, .len = len};
}

int edo_read_exact(edo_reader from, void *buf, size_t len, size_t *ret_done)
{
    edo_read_exact_future fut = edo_read_exact_async(from, buf, len);
    int64_t result = edo_await(&fut.base);

    return composite_end(result, fut.done, ret_done);
}
