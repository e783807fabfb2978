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

/* A step of a reader's transfer: fills, reads. */
static inline edo_poll read_step(edo_reader from, edo_transfer *t, const edo_waker *waker)
{
    if (!t->begun && !coop_proceed(waker))
        return EDO_PENDING;
    if (edo_reader_poll(from, t, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (t->result >= 0)
        coop_spend();
    return EDO_READY;
}

/* The same of a writer's: writes, flush, shutdown. */
static inline edo_poll write_step(edo_writer to, edo_transfer *t, const edo_waker *waker)
{
    if (!t->begun && !coop_proceed(waker))
        return EDO_PENDING;
    if (edo_writer_poll(to, t, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (t->result >= 0)
        coop_spend();
    return EDO_READY;
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
