/*
 * write_all_vectored.c: all of several pieces.
 *
 * Window      The caller's array is handed on as it is. Where a write ended inside of a piece, the next begins
 *             with an array of our own, of the rest of that piece and a few more: one system call for
 *             such a place, not a copy of the array.
 */
#include <edo/write.h>

#include <errno.h>
#include <string.h>

#include <edo/await.h>

#include "io/part.h"

/* What the next write is of; 0: nothing is left. */
static size_t next_pieces(edo_write_all_vectored_future *fut, const struct iovec **ret_iov)
{
    while (fut->at < fut->count && fut->offset == fut->iov[fut->at].iov_len) {
        fut->at++;
        fut->offset = 0;
    }
    size_t left = fut->count - fut->at;
    *ret_iov = fut->iov + fut->at;
    if (fut->offset == 0)
        return left < IOV_MAX ? left : IOV_MAX;
    left = left < array_len(fut->window) ? left : array_len(fut->window);
    memcpy(fut->window, *ret_iov, left * sizeof *fut->window);
    fut->window[0].iov_base = (char *)fut->window[0].iov_base + fut->offset;
    fut->window[0].iov_len -= fut->offset;
    *ret_iov = fut->window;
    return left;
}

static void advance(edo_write_all_vectored_future *fut, size_t len)
{
    fut->done += len;
    while (len > 0) {
        size_t rest = fut->iov[fut->at].iov_len - fut->offset;
        size_t n = len < rest ? len : rest;
        fut->offset += n;
        len -= n;
        if (fut->offset == fut->iov[fut->at].iov_len) {
            fut->at++;
            fut->offset = 0;
        }
    }
}

/* 0: there is no next part. */
static size_t aim(edo_write_all_vectored_future *fut, const struct iovec **ret_iov)
{
    if (!fut->t.begun)
        return next_pieces(fut, ret_iov);
    *ret_iov = fut->t.iov;
    return fut->t.len;
}

static edo_poll vectored_poll(edo_future *base, const edo_waker *waker)
{
    edo_write_all_vectored_future *fut = container_of(base, edo_write_all_vectored_future, base);
    const struct iovec *iov;
    size_t count;

    if (!writer_is_good(fut->to) || (!fut->iov && fut->count))
        return edo_future_finish(base, -EINVAL);
    while ((count = aim(fut, &iov)) > 0) {
        if (part_write(base, fut->to, &fut->t, EDO_TRANSFER_WRITEV, iov, count, waker) ==
            EDO_PENDING)
            return EDO_PENDING;
        if (fut->t.result < 0)
            return edo_future_finish(base, fut->t.result);
        advance(fut, (size_t)fut->t.result);
    }
    return edo_future_finish(base, 0);
}

static void vectored_cancel(edo_future *base)
{
    edo_write_all_vectored_future *fut = container_of(base, edo_write_all_vectored_future, base);

    part_write_cancel(fut->to, &fut->t);
}

static const edo_future_ops vectored_ops = {
    .poll = vectored_poll,
    .cancel = vectored_cancel,
    .name = "write_all_vectored",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_write_all_vectored_future edo_write_all_vectored_async(edo_writer to, const struct iovec *iov,
                                                           size_t count)
{
    return (edo_write_all_vectored_future){
        .base = EDO_FUTURE_INIT(&vectored_ops), .to = to, .iov = iov, .count = count};
}

int edo_write_all_vectored(edo_writer to, const struct iovec *iov, size_t count, size_t *ret_done)
{
    edo_write_all_vectored_future fut = edo_write_all_vectored_async(to, iov, count);
    int64_t result = edo_await(&fut.base);

    return composite_end(result, fut.done, ret_done);
}
