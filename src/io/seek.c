/* seek.c: moving about in what has a position. */
#include <errno.h>
#include <unistd.h>

#include <edo/await.h>

#include "base/macros.h"
#include "future/future.h"
#include "io/transfer.h"

static bool is_whence(int whence)
{
    return whence == SEEK_SET || whence == SEEK_CUR || whence == SEEK_END;
}

static edo_poll seek_poll(edo_future *base, const edo_waker *waker)
{
    edo_seek_future *fut = container_of(base, edo_seek_future, base);
    edo_transfer *t = &fut->t;

    if (!fut->in.ops || !fut->in.ops->seek || !is_whence(t->whence))
        return edo_future_finish(base, -EINVAL);
    if (!t->begun && !coop_proceed(waker))
        return EDO_PENDING;
    if (seeker_poll(fut->in, t, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (t->result >= 0)
        coop_spend();
    return edo_future_finish(base, t->result);
}

static void seek_cancel(edo_future *base)
{
    edo_seek_future *fut = container_of(base, edo_seek_future, base);

    seeker_cancel(fut->in, &fut->t);
}

static const edo_future_ops seek_ops = {.poll = seek_poll, .cancel = seek_cancel, .name = "seek"};

edo_seek_future edo_seek_async(edo_seeker in, int64_t offset, int whence)
{
    edo_seek_future fut = {.base = EDO_FUTURE_INIT(&seek_ops), .in = in};

    edo_transfer_begin(&fut.t, EDO_TRANSFER_SEEK, NULL, 0);
    fut.t.offset = offset;
    fut.t.whence = is_whence(whence) ? (uint8_t)whence : UINT8_MAX;
    return fut;
}

int64_t edo_seek(edo_seeker in, int64_t offset, int whence)
{
    edo_seek_future fut = edo_seek_async(in, offset, whence);

    return edo_await(&fut.base);
}
