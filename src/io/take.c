/*
 * take.c: the first bytes of a reader.
 *
 * The transfer is handed on to the inner reader, shortened to what is left for each poll: while one waits
 * nothing else reads, so each poll shortens it to the same.
 */
#include <edo/take.h>

#include <errno.h>

#include "base/macros.h"
#include "io/transfer.h"

static edo_poll counted(edo_take *take, edo_transfer *t, edo_poll is)
{
    if (is == EDO_READY && t->result > 0)
        take->left -= (uint64_t)t->result;
    return is;
}

static edo_poll take_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_take *take = self;
    size_t len = t->len;

    if (len > take->left)
        t->len = (size_t)take->left; /* of a read of nothing the inner reader never hears */
    edo_poll is = edo_reader_poll(take->from, t, waker);
    t->len = len;
    return counted(take, t, is);
}

static bool fits(const edo_take *take, const edo_transfer *t)
{
    uint64_t left = take->left;

    for (size_t i = 0; i < t->len; i++) {
        if (t->iov[i].iov_len > left)
            return false;
        left -= t->iov[i].iov_len;
    }
    return true;
}

/* Pieces that don't all fit: the first that isn't empty. */
static edo_poll take_readv(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_take *take = self;
    edo_transfer saved = *t;

    if (take->left > 0 && fits(take, t))
        return counted(take, t, edo_reader_poll(take->from, t, waker));
    const struct iovec *first = iov_first(t->iov, t->len);
    t->kind = EDO_TRANSFER_READ;
    t->iov = NULL;
    t->buf = first->iov_base;
    t->len = first->iov_len;
    edo_poll is = take_read(self, t, waker);
    t->kind = saved.kind;
    t->iov = saved.iov;
    t->buf = saved.buf;
    t->len = saved.len;
    return is;
}

static edo_poll take_fill(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_take *take = self;

    if (take->left == 0) {
        t->result = 0;
        return EDO_READY;
    }
    edo_poll is = edo_reader_poll(take->from, t, waker);
    if (is == EDO_READY && t->result > 0 && (uint64_t)t->result > take->left)
        t->result = (int64_t)take->left;
    return is;
}

static int take_consume(void *self, size_t len)
{
    edo_take *take = self;
    int rc = len <= take->left && take->from.ops->consume
                 ? take->from.ops->consume(take->from.self, len)
                 : -EINVAL;

    if (rc == 0)
        take->left -= len;
    return rc;
}

static void take_cancel(void *self, edo_transfer *t)
{
    edo_reader_cancel(((edo_take *)self)->from, t);
}

static int take_put_back(void *self, edo_transfer *t)
{
    edo_take *take = self;
    int64_t len = t->result;
    int rc = edo_reader_put_back(take->from, t);

    if (rc == 0)
        take->left += (uint64_t)len;
    return rc;
}

static const edo_reader_ops take_ops = {
    .read = take_read,
    .readv = take_readv,
    .fill = take_fill,
    .consume = take_consume,
    .cancel = take_cancel,
    .put_back = take_put_back,
    .name = "take",
};

edo_reader edo_take_reader(edo_take *take)
{
    return (edo_reader){take && reader_is_good(take->from) ? &take_ops : NULL, take};
}
