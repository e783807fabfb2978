/*
 * sys_vector.c: reading and writing several pieces at once, and moving bytes between descriptors.
 *
 * SIGPIPE     A pipe's writer is sent one where a socket has MSG_NOSIGNAL. Linux 6.18 has a flag for it; before,
 *             and for splice(2), it is taken back.
 */
#include <fcntl.h>
#include <poll.h>

#include "base/sys.h"

#include "base/sys_result.h"

#include "base/atomic.h"
#include "base/sys_pipe_signal.h"

#ifndef RWF_NOSIGNAL
#define RWF_NOSIGNAL 0x100
#endif

int sys_poll(int fd, short events)
{
    struct pollfd one = {.fd = fd, .events = events};
    int saved = errno;
    int rc;

    do
        rc = poll(&one, 1, 0);
    while (sys_interrupted(rc, saved));
    return rc < 0 ? (int)sys_result(rc, saved) : one.revents;
}

ssize_t sys_readv(int fd, const struct iovec *iov, int count)
{
    int saved = errno;
    ssize_t n;

    do
        n = readv(fd, iov, count);
    while (sys_interrupted(n, saved));
    return sys_result(n, saved);
}

int sys_poll_until(int fd, short events)
{
    struct pollfd one = {.fd = fd, .events = events};
    int saved = errno;
    int rc;

    do
        rc = poll(&one, 1, -1);
    while (sys_interrupted(rc, saved));
    return (int)sys_result(rc, saved);
}

ssize_t sys_readv_now(int fd, const struct iovec *iov, int count)
{
    int saved = errno;
    ssize_t n;

    do
        n = preadv2(fd, iov, count, -1, RWF_NOWAIT);
    while (sys_interrupted(n, saved));
    n = sys_result(n, saved);
    return n == -ENOSYS ? -EOPNOTSUPP : n;
}

static ssize_t write_once(int fd, const struct iovec *iov, int count, int flags)
{
    int saved = errno;
    ssize_t n;

    do
        n = flags ? pwritev2(fd, iov, count, -1, flags) : writev(fd, iov, count);
    while (sys_interrupted(n, saved));
    return sys_result(n, saved);
}

static size_t sum_of(const struct iovec *iov, int count)
{
    size_t sum = 0;

    for (int i = 0; i < count; i++)
        sum += iov[i].iov_len;
    return sum;
}

static ssize_t write_blocking_signal(int fd, const struct iovec *iov, int count, int flags)
{
    pipe_signal guard;

    pipe_signal_block(&guard);
    ssize_t n = write_once(fd, iov, count, flags);
    pipe_signal_let(&guard, n, sum_of(iov, count));
    return n;
}

int sys_widen_pipe(int fd, int most)
{
    int saved = errno;
    int is = fcntl(fd, F_GETPIPE_SZ), rc = -1;

    for (; rc < 0 && most > is; most /= 4)
        rc = fcntl(fd, F_SETPIPE_SZ, most);
    errno = saved;
    return rc < 0 ? is : rc;
}

static ssize_t splice_once(int from, int to, size_t len)
{
    int saved = errno;
    ssize_t n;

    do
        n = splice(from, NULL, to, NULL, len, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    while (sys_interrupted(n, saved));
    return sys_result(n, saved);
}

ssize_t sys_splice_in(int from, int pipe, size_t len)
{
    return splice_once(from, pipe, len);
}

ssize_t sys_splice_out(int pipe, int to, size_t len)
{
    pipe_signal guard;

    pipe_signal_block(&guard);
    ssize_t n = splice_once(pipe, to, len);
    pipe_signal_let(&guard, n, len);
    return n;
}

ssize_t sys_write_unsignaled(int fd, const struct iovec *iov, int count)
{
    static uint32_t has_no_flag; /* atomic; what the kernel can't do it will not learn */
    int saved = errno;
    ssize_t n;

    if (a_load(&has_no_flag, relaxed)) /* says nothing of anything else */
        return write_blocking_signal(fd, iov, count, 0);
    do
        n = pwritev2(fd, iov, count, -1, RWF_NOSIGNAL);
    while (sys_interrupted(n, saved));
    n = sys_result(n, saved);
    if (n != -EOPNOTSUPP && n != -ENOSYS)
        return n;
    a_store(&has_no_flag, 1, relaxed);
    return write_blocking_signal(fd, iov, count, 0);
}

ssize_t sys_writev_now(int fd, const struct iovec *iov, int count)
{
    ssize_t n = write_once(fd, iov, count, RWF_NOWAIT | RWF_NOSIGNAL);

    if (n == -EOPNOTSUPP) /* one of the flags isn't known, or not for this */
        n = write_blocking_signal(fd, iov, count, RWF_NOWAIT);
    return n == -ENOSYS ? -EOPNOTSUPP : n;
}
