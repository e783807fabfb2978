/* io/fd_send_file.h: sending a file to whatever is a socket. */
#ifndef IO_FD_SEND_FILE_H
#define IO_FD_SEND_FILE_H

#include <edo/fd_io.h>

#include "driver/driver.h"

edo_poll fd_send_file_poll(edo_future *base, const edo_waker *waker);
void fd_send_file_cancel(edo_future *base);
#define FD_SEND_FILE_OPS(what)                                                                     \
    {                                                                                              \
        .poll = fd_send_file_poll, .cancel = fd_send_file_cancel, .name = what,                    \
        .flags = EDO_FUTURE_RESTARTS                                                               \
    }

edo_fd_send_file_future fd_send_file_future(const edo_future_ops *ops, source *src, int fd,
                                            uint64_t offset, uint64_t count);
int fd_send_file(const edo_future_ops *ops, source *src, int fd, uint64_t offset, uint64_t count,
                 uint64_t *ret_done);

#endif
