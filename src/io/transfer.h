/*
 * io/transfer.h: the steps of which everything over readers and writers is made.
 *
 * A composite has one transfer and goes from one step to the next: begin it, poll it until READY, look at
 * the result. A step asks for budget before it begins and spends it when it made progress.
 */
#ifndef IO_TRANSFER_H
#define IO_TRANSFER_H

#include <errno.h>

#include <edo/io.h>

#include "base/macros.h"
#include "sched/coop.h"

/* The first piece that isn't empty; NULL: there is none. */
static inline const struct iovec *iov_first(const struct iovec *iov, size_t count)
{
    while (count > 0 && iov->iov_len == 0)
        iov++, count--;
    return count > 0 ? iov : NULL;
}

/* Begins one as edo_transfer_begin does, without the zeros at `own`: for whoever does the work itself. */
static inline void transfer_begin_call(edo_transfer *t, edo_transfer_kind kind, const void *buf,
                                       size_t len)
{
    bool is_vector = kind == EDO_TRANSFER_READV || kind == EDO_TRANSFER_WRITEV;

    t->kind = (uint8_t)kind;
    t->whence = 0;
    t->begun = t->canceled = t->gives_way = false;
    t->buf = is_vector ? NULL : (void *)(uintptr_t)buf;
    t->len = len;
    t->iov = is_vector ? buf : NULL;
    t->offset = t->result = 0;
}

/* Ends a transfer that says more than it was asked for. */
void transfer_refuse_claim(edo_transfer *t, const char *name);

/* Calls a poll function for some bytes at one place, and looks at what it says. */
static inline edo_poll transfer_poll_plain(edo_transfer_poll *poll, void *self, edo_transfer *t,
                                           const edo_waker *waker, const char *name)
{
    edo_poll is = poll(self, t, waker);

    t->begun = true;
    if (is == EDO_READY && t->result > 0 && unlikely((uint64_t)t->result > t->len))
        transfer_refuse_claim(t, name);
    return is;
}

/* Whether it is what nearly all are, so that there is nothing to be answered or chosen. */
static inline bool transfer_is_plain(const edo_transfer *t, edo_transfer_kind kind)
{
    return likely(t->kind == kind && t->len > 0 && !t->canceled);
}

/* A step of a reader's transfer: fills, reads. */
static inline edo_poll read_step(edo_reader from, edo_transfer *t, const edo_waker *waker)
{
    if (!t->begun && !coop_proceed(waker))
        return EDO_PENDING;
    edo_poll is = transfer_is_plain(t, EDO_TRANSFER_READ)
                      ? transfer_poll_plain(from.ops->read, from.self, t, waker, from.ops->name)
                      : edo_reader_poll(from, t, waker);
    if (is == EDO_READY && t->result >= 0)
        coop_spend();
    return is;
}

/* The same of a writer's: writes, flush, shutdown. */
static inline edo_poll write_step(edo_writer to, edo_transfer *t, const edo_waker *waker)
{
    if (!t->begun && !coop_proceed(waker))
        return EDO_PENDING;
    edo_poll is = transfer_is_plain(t, EDO_TRANSFER_WRITE)
                      ? transfer_poll_plain(to.ops->write, to.self, t, waker, to.ops->name)
                      : edo_writer_poll(to, t, waker);
    if (is == EDO_READY && t->result >= 0)
        coop_spend();
    return is;
}

static inline bool reader_is_good(edo_reader from)
{
    return from.ops && from.ops->read;
}

static inline bool writer_is_good(edo_writer to)
{
    return to.ops && to.ops->write;
}

/* A step of a seeker's transfer that is part of another: no budget is spent. */
static inline edo_poll seeker_poll(edo_seeker in, edo_transfer *t, const edo_waker *waker)
{
    if (t->canceled && !t->begun) {
        t->result = -ECANCELED;
        return EDO_READY;
    }
    edo_poll is = in.ops->seek(in.self, t, waker);
    t->begun = true;
    return is;
}

static inline void seeker_cancel(edo_seeker in, edo_transfer *t)
{
    t->canceled = true;
    if (t->begun && in.ops->cancel)
        in.ops->cancel(in.self, t);
}

#endif
