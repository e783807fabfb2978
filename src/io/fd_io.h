/*
 * io/fd_io.h: reading and writing the bytes of a source, in every form. What has a descriptor (a TCP
 * stream, a pipe) says by an fd_kind which operations are its own, and has its public functions in one line
 * each.
 *
 * A `src` of NULL is what a caller passed that has no object: each says -EINVAL then.
 */
#ifndef IO_FD_IO_H
#define IO_FD_IO_H

#include <errno.h>

#include <edo/fd_io.h>
#include <edo/io.h>

#include "driver/driver.h"

/* The operations of a kind, and the tables that name its futures. */
typedef struct fd_kind {
    uint8_t read, readv, write, writev; /* enum op_kind */
    const edo_future_ops *read_ops, *write_ops, *write_all_ops;
} fd_kind;

/* The tables' functions. */
edo_poll fd_read_poll(edo_future *base, const edo_waker *waker);
void fd_read_cancel(edo_future *base);
void fd_read_put_back(edo_future *base);
edo_poll fd_write_poll(edo_future *base, const edo_waker *waker);
void fd_write_cancel(edo_future *base);
edo_poll fd_write_all_poll(edo_future *base, const edo_waker *waker);
void fd_write_all_cancel(edo_future *base);
#define FD_READ_OPS(what)                                                                          \
    {                                                                                              \
        .poll = fd_read_poll, .cancel = fd_read_cancel, .put_back = fd_read_put_back,              \
        .name = what, .flags = EDO_FUTURE_RESTARTS                                                 \
    }
#define FD_WRITE_OPS(what)                                                                         \
    {                                                                                              \
        .poll = fd_write_poll, .cancel = fd_write_cancel, .name = what,                            \
        .flags = EDO_FUTURE_RESTARTS                                                               \
    }
#define FD_WRITE_ALL_OPS(what)                                                                     \
    {                                                                                              \
        .poll = fd_write_all_poll, .cancel = fd_write_all_cancel, .name = what,                    \
        .flags = EDO_FUTURE_RESTARTS                                                               \
    }

/* Futures. `flags` are those of recv(2): MSG_PEEK shows what is there and leaves it. Vectored: `buf` is the
 * array, and `len` its pieces. */
edo_fd_read_future fd_read_future(const fd_kind *kind, source *src, void *buf, size_t len,
                                  int flags);
edo_fd_read_future fd_readv_future(const fd_kind *kind, source *src, const struct iovec *iov,
                                   size_t count);
edo_fd_write_future fd_write_future(const fd_kind *kind, source *src, const void *buf, size_t len);
edo_fd_write_future fd_writev_future(const fd_kind *kind, source *src, const struct iovec *iov,
                                     size_t count);
edo_fd_write_all_future fd_write_all_future(const fd_kind *kind, source *src, const void *buf,
                                            size_t len);
/* Direct forms. */
ssize_t fd_read(const fd_kind *kind, source *src, void *buf, size_t len);
ssize_t fd_write(const fd_kind *kind, source *src, const void *buf, size_t len);
int fd_write_all(const fd_kind *kind, source *src, const void *buf, size_t len);
/* Without waiting: -EAGAIN. */
ssize_t fd_try_read(const fd_kind *kind, source *src, void *buf, size_t len, int flags);
ssize_t fd_try_readv(const fd_kind *kind, source *src, const struct iovec *iov, size_t count);
ssize_t fd_try_write(const fd_kind *kind, source *src, const void *buf, size_t len);
ssize_t fd_try_writev(const fd_kind *kind, source *src, const struct iovec *iov, size_t count);

/* The source of a transfer that is under way, or that of the object which it begins with: later that may be
 * closed and gone. */
#define FD_TRANSFER_SOURCE(t, of_object) ((t)->begun ? (t)->own.op.src : (of_object))
/* For interfaces: the transfer's step on a source. `kind` is what the transfer's own kind asks for. */
edo_poll fd_transfer_read(source *src, enum op_kind kind, edo_transfer *t, const edo_waker *waker);
edo_poll fd_transfer_write(source *src, enum op_kind kind, edo_transfer *t, const edo_waker *waker);
void fd_transfer_cancel(edo_transfer *t);
int fd_transfer_put_back(edo_transfer *t);
/* For who knows that a source is all there is behind an interface: what read_step and write_step are to that,
 * budget included. `src`: FD_TRANSFER_SOURCE's. `ops`: how what was put back is taken. */
struct put_back_ops;
edo_poll fd_read_step(source *src, enum op_kind kind, edo_transfer *t,
                      const struct put_back_ops *ops, const edo_waker *waker);
edo_poll fd_write_step(source *src, enum op_kind kind, edo_transfer *t, const edo_waker *waker);

#endif
