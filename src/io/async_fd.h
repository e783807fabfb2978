/*
 * io/async_fd.h: what a source's descriptor is known to be ready for, and waiting for more.
 *
 * It lies in the source, not in the handle, as guards and waits may outlive that.
 */
#ifndef IO_ASYNC_FD_H
#define IO_ASYNC_FD_H

#include <edo/async_fd.h>

#include "driver/driver.h"

struct edo_async_fd {
    source *src;
    int fd;
};

/* A `src` of NULL, or an interest in nothing: -EINVAL at its first poll. */
edo_async_fd_wait known_wait(source *src, unsigned interest);
/* READY with flags, or a negative errno, in *ret; `turn` is then what a guard has to know. */
edo_poll known_wait_poll(edo_async_fd_wait *wait, bool canceled, const edo_waker *waker, int *ret);
/* Flags of it that are known or true now, without waiting: -EAGAIN; what op_try says. */
int known_try(edo_async_fd_wait *wait);
/* Forgets flags, unless something was found since that turn. */
void known_clear(source *src, uint32_t gen, uint32_t turn, unsigned flags);
/* Makes the call; if it says -EAGAIN, what the wait has found is forgotten. */
int64_t known_call(edo_async_fd_wait *wait, edo_fd_call *call, void *arg);

#endif
