/*
 * transfer.c: one call of a reader, writer or seeker, with what holds for all of them.
 *
 * Nothing     An empty read or write is answered here: implementers never see one, so 0 from a reader is
 *             always the end.
 * Not begun   One that was cancelled before its first call (it had no budget) is answered here, too: whoever
 *             gets a first call may begin.
 * Claims      A reader or writer that says more than it was asked for is told, and its caller gets an error:
 *             whoever goes on with such a count reads what nobody wrote.
 */
#include "io/transfer.h"

#include <string.h>

#include <edo/error.h>

#include "base/report.h"

void edo_transfer_begin(edo_transfer *t, edo_transfer_kind kind, const void *buf, size_t len)
{
    transfer_begin_call(t, kind, buf, len);
    memset(&t->own, 0, sizeof t->own);
}

static size_t asked_for(const edo_transfer *t)
{
    size_t sum = 0;

    if (!t->iov)
        return t->len;
    for (size_t i = 0; i < t->len; i++)
        sum += t->iov[i].iov_len;
    return sum;
}

void transfer_refuse_claim(edo_transfer *t, const char *name)
{
    (void)name;
    report_misuse("%s says %lld bytes where %zu were asked for", name ? name : "a reader or writer",
                  (long long)t->result, asked_for(t));
    t->result = -EDO_EMISUSE;
}

/* Calls a poll function, and looks at what it says. */
static edo_poll step(edo_transfer_poll *poll, void *self, edo_transfer *t, const edo_waker *waker,
                     const char *name, bool counts)
{
    edo_poll is = poll(self, t, waker);

    t->begun = true;
    if (is == EDO_READY && counts && t->result > 0 && (uint64_t)t->result > asked_for(t))
        transfer_refuse_claim(t, name);
    return is;
}

static edo_poll answer(edo_transfer *t, int64_t result)
{
    t->result = result;
    return EDO_READY;
}

/* A vectored call of one that has none: the first piece that isn't empty is all of it, for whoever it is
 * handed on to as well. */
static edo_poll step_of_first(edo_transfer_poll *poll, void *self, edo_transfer *t,
                              const edo_waker *waker, const char *name)
{
    const struct iovec *first = iov_first(t->iov, t->len);
    const struct iovec *iov = t->iov;
    size_t count = t->len;
    uint8_t kind = t->kind;

    t->kind = kind == EDO_TRANSFER_READV ? EDO_TRANSFER_READ : EDO_TRANSFER_WRITE;
    t->iov = NULL;
    t->buf = first->iov_base;
    t->len = first->iov_len;
    edo_poll is = step(poll, self, t, waker, name, true);
    t->kind = kind;
    t->iov = iov;
    t->len = count;
    return is;
}

edo_poll edo_reader_poll(edo_reader from, edo_transfer *t, const edo_waker *waker)
{
    const edo_reader_ops *ops = from.ops;

    if (t->canceled && !t->begun)
        return answer(t, -ECANCELED);
    switch (t->kind) {
    case EDO_TRANSFER_FILL:
        return ops->fill ? step(ops->fill, from.self, t, waker, ops->name, false)
                         : answer(t, -ENOTSUP);
    case EDO_TRANSFER_READV:
        if (!iov_first(t->iov, t->len))
            return answer(t, 0);
        if (!ops->readv)
            return step_of_first(ops->read, from.self, t, waker, ops->name);
        return step(ops->readv, from.self, t, waker, ops->name, true);
    default:
        return t->len == 0 ? answer(t, 0) : step(ops->read, from.self, t, waker, ops->name, true);
    }
}

static edo_poll step_if_any(edo_transfer_poll *poll, edo_writer to, edo_transfer *t,
                            const edo_waker *waker)
{
    return poll ? step(poll, to.self, t, waker, to.ops->name, false) : answer(t, 0);
}

edo_poll edo_writer_poll(edo_writer to, edo_transfer *t, const edo_waker *waker)
{
    const edo_writer_ops *ops = to.ops;

    if (t->canceled && !t->begun)
        return answer(t, -ECANCELED);
    switch (t->kind) {
    case EDO_TRANSFER_FLUSH:
        return step_if_any(ops->flush, to, t, waker);
    case EDO_TRANSFER_SHUTDOWN:
        return step_if_any(ops->shutdown, to, t, waker);
    case EDO_TRANSFER_WRITEV:
        if (!iov_first(t->iov, t->len))
            return answer(t, 0);
        if (!ops->writev)
            return step_of_first(ops->write, to.self, t, waker, ops->name);
        return step(ops->writev, to.self, t, waker, ops->name, true);
    default:
        return t->len == 0 ? answer(t, 0) : step(ops->write, to.self, t, waker, ops->name, true);
    }
}

void edo_reader_cancel(edo_reader from, edo_transfer *t)
{
    t->canceled = true;
    if (t->begun && from.ops->cancel)
        from.ops->cancel(from.self, t);
}

void edo_writer_cancel(edo_writer to, edo_transfer *t)
{
    t->canceled = true;
    if (t->begun && to.ops->cancel)
        to.ops->cancel(to.self, t);
}

int edo_reader_put_back(edo_reader from, edo_transfer *t)
{
    int rc = t->result <= 0 ? 0 : from.ops->put_back ? from.ops->put_back(from.self, t) : -ENOTSUP;

    if (rc == 0)
        t->result = -ECANCELED;
    return rc;
}
