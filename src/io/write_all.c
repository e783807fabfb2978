/* write_all.c: all of it, in as many writes as it takes. */
#include <edo/write.h>

#include <errno.h>

#include <edo/await.h>

#include "io/part.h"

static edo_poll all_poll(edo_future *base, const edo_waker *waker)
{
    edo_write_all_future *fut = container_of(base, edo_write_all_future, base);

    if (!writer_is_good(fut->to) || (!fut->buf && fut->len))
        return edo_future_finish(base, -EINVAL);
    while (fut->done < fut->len) {
        if (part_write(base, fut->to, &fut->t, EDO_TRANSFER_WRITE, fut->buf + fut->done,
                       fut->len - fut->done, waker) == EDO_PENDING)
            return EDO_PENDING;
        if (fut->t.result < 0)
            return edo_future_finish(base, fut->t.result);
        fut->done += (size_t)fut->t.result;
    }
    return edo_future_finish(base, 0);
}

static void all_cancel(edo_future *base)
{
    edo_write_all_future *fut = container_of(base, edo_write_all_future, base);

    part_write_cancel(fut->to, &fut->t);
}

static const edo_future_ops all_ops = {
    .poll = all_poll,
    .cancel = all_cancel,
    .name = "write_all",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_write_all_future edo_write_all_async(edo_writer to, const void *buf, size_t len)
{
    return (edo_write_all_future){
        .base = EDO_FUTURE_INIT(&all_ops), .to = to, .buf = buf, .len = len};
}

int edo_write_all(edo_writer to, const void *buf, size_t len, size_t *ret_done)
{
    edo_write_all_future fut = edo_write_all_async(to, buf, len);
    int64_t result = edo_await(&fut.base);

    return composite_end(result, fut.done, ret_done);
}
