/*
 * io/fd_ready.h: waiting for the readiness of a source, in every form. A kind of thing names its futures by
 * two tables, and has its public functions in one line each.
 *
 * A `src` of NULL is what a caller passed that has no object: each says -EINVAL then, as for an interest in
 * nothing.
 */
#ifndef IO_FD_READY_H
#define IO_FD_READY_H

#include <edo/ready.h>

#include "driver/driver.h"

edo_poll fd_ready_poll(edo_future *base, const edo_waker *waker);
void fd_ready_cancel(edo_future *base);
#define FD_READY_OPS(what)                                                                         \
    {                                                                                              \
        .poll = fd_ready_poll, .cancel = fd_ready_cancel, .name = what,                            \
        .flags = EDO_FUTURE_RESTARTS                                                               \
    }

typedef struct fd_ready_kind {
    bool of_pipe; /* an error means that nobody reads any more */
    const edo_future_ops *ready_ops, *able_ops;
} fd_ready_kind;

/* Its result is the flags, among them one of interest or EDO_ERROR, EDO_READ_CLOSED, EDO_WRITE_CLOSED. */
edo_fd_ready_future fd_ready_future(const fd_ready_kind *kind, source *src, unsigned interest);
/* The same with 0 as the result: readable, writable. */
edo_fd_ready_future fd_able_future(const fd_ready_kind *kind, source *src, unsigned interest);
int fd_ready(const fd_ready_kind *kind, source *src, unsigned interest);
int fd_able(const fd_ready_kind *kind, source *src, unsigned interest);
/* Without waiting: -EAGAIN. */
int fd_try_ready(const fd_ready_kind *kind, source *src, unsigned interest);

/* What poll(2) is asked for, and what its answer means: flags, or a negative errno. */
int fd_ready_wanted(unsigned interest);
int fd_ready_flags(int64_t answer, bool of_pipe);
/* Those of `flags` that end a wait for `interest`. */
static inline unsigned fd_ready_matching(unsigned flags, unsigned interest)
{
    unsigned wanted = interest | EDO_ERROR;

    if (interest & (EDO_READABLE | EDO_PRIORITY))
        wanted |= EDO_READ_CLOSED;
    if (interest & EDO_WRITABLE)
        wanted |= EDO_WRITE_CLOSED;
    if (!(interest & ~(unsigned)EDO_ERROR)) /* a hang-up ends every wait */
        wanted |= EDO_READ_CLOSED | EDO_WRITE_CLOSED;
    return flags & wanted;
}
/* Whether one can wait for it. */
static inline bool fd_ready_is_interest(unsigned interest)
{
    return interest && interest < 2 * EDO_ERROR;
}

#endif
