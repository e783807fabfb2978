/*
 * io/part.h: a composite goes from part to part: each is one call of a reader or writer.
 *
 * A part that ended has `begun` false again, and the next is aimed when it begins. So a composite that said
 * -ECANCELED goes on from where it came to, and one that is cancelled between two parts begins no other.
 */
#ifndef IO_PART_H
#define IO_PART_H

#include <limits.h>

#include <edo/error.h>

#include "future/future.h"
#include "io/transfer.h"

#ifndef IOV_MAX
#define IOV_MAX 1024
#endif

/* Whether the next part may begin; else its result says why not. */
static inline bool part_begins(const edo_future *base, edo_transfer *t, edo_transfer_kind kind,
                               const void *buf, size_t len)
{
    if (base->state & FUTURE_CANCELED) {
        t->result = -ECANCELED;
        return false;
    }
    edo_transfer_begin(t, kind, buf, len);
    return true;
}

/* READY: its result is in the transfer. */
static inline edo_poll part_read(const edo_future *base, edo_reader from, edo_transfer *t,
                                 edo_transfer_kind kind, void *buf, size_t len,
                                 const edo_waker *waker)
{
    if (!t->begun && !part_begins(base, t, kind, buf, len))
        return EDO_READY;
    if (read_step(from, t, waker) == EDO_PENDING)
        return EDO_PENDING;
    t->begun = false;
    return EDO_READY;
}

static inline edo_poll part_write(const edo_future *base, edo_writer to, edo_transfer *t,
                                  edo_transfer_kind kind, const void *buf, size_t len,
                                  const edo_waker *waker)
{
    if (!t->begun && !part_begins(base, t, kind, buf, len))
        return EDO_READY;
    if (write_step(to, t, waker) == EDO_PENDING)
        return EDO_PENDING;
    t->begun = false;
    if (t->result == 0)
        t->result = -EDO_EWRITEZERO; /* a composite writes no nothing */
    return EDO_READY;
}

static inline void part_read_cancel(edo_reader from, edo_transfer *t)
{
    if (t->begun)
        edo_reader_cancel(from, t);
}

static inline void part_write_cancel(edo_writer to, edo_transfer *t)
{
    if (t->begun)
        edo_writer_cancel(to, t);
}

/* What a direct form of a composite ends with. */
static inline int composite_end(int64_t result, size_t done, size_t *ret_done)
{
    if (ret_done)
        *ret_done = done;
    return (int)result;
}

#endif
