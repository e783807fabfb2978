/* io/fd_lent.h: reads that borrow their buffer when bytes are there, of whatever is a socket. */
#ifndef IO_FD_LENT_H
#define IO_FD_LENT_H

#include <edo/buffer_pool.h>
#include <edo/fd_io.h>

#include "driver/driver.h"

edo_poll fd_lent_poll(edo_future *base, const edo_waker *waker);
void fd_lent_cancel(edo_future *base);
void fd_lent_put_back(edo_future *base);
#define FD_LENT_OPS(what)                                                                          \
    {                                                                                              \
        .poll = fd_lent_poll, .cancel = fd_lent_cancel, .put_back = fd_lent_put_back,              \
        .name = what, .flags = EDO_FUTURE_RESTARTS                                                 \
    }

/* A NULL of any of them says -EINVAL. */
edo_fd_lent_future fd_lent_future(const edo_future_ops *ops, source *src, edo_buffer_pool *from,
                                  edo_lent *ret);
ssize_t fd_read_lent(const edo_future_ops *ops, source *src, edo_buffer_pool *from, edo_lent *ret);
ssize_t fd_try_read_lent(source *src, edo_buffer_pool *from, edo_lent *ret);

#endif
