/*
 * sys_vector.c: reading and writing several pieces at once.
 *
 * SIGPIPE     A pipe's writer is sent one where a socket has MSG_NOSIGNAL. Linux 6.18 has a flag for it.
 *             Before, the signal is blocked around the call, and one that the call raised is taken away:
 *             it is sent to the thread that writes, so it can't be another's. One that was pending before
 *             is left to whom it was meant for.
 */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "base/sys.h"

#include "base/sys_result.h"

#include "base/atomic.h"

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
    while (sys_interrupted(rc));
    return rc < 0 ? (int)sys_result(rc, saved) : one.revents;
}

ssize_t sys_readv(int fd, const struct iovec *iov, int count)
{
    int saved = errno;
    ssize_t n;

    do
        n = readv(fd, iov, count);
    while (sys_interrupted(n));
    return sys_result(n, saved);
}

static ssize_t write_once(int fd, const struct iovec *iov, int count)
{
    int saved = errno;
    ssize_t n;

    do
        n = writev(fd, iov, count);
    while (sys_interrupted(n));
    return sys_result(n, saved);
}

static void take_raised(const sigset_t *pipe_only)
{
    const struct timespec now = {0};
    int saved = errno, rc;

    do
        rc = sigtimedwait(pipe_only, NULL, &now);
    while (sys_interrupted(rc));
    errno = saved;
}

static ssize_t write_blocking_signal(int fd, const struct iovec *iov, int count)
{
    sigset_t pipe_only, before, pending;

    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    sigpending(&pending);
    if (sigismember(&pending, SIGPIPE)) /* blocked already, by someone who looks for it */
        return write_once(fd, iov, count);
    pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
    ssize_t n = write_once(fd, iov, count);
    if (n == -EPIPE)
        take_raised(&pipe_only);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return n;
}

ssize_t sys_write_unsignaled(int fd, const struct iovec *iov, int count)
{
    static uint32_t has_no_flag; /* atomic; what the kernel can't do it will not learn */
    int saved = errno;
    ssize_t n;

    if (a_load(&has_no_flag, relaxed)) /* says nothing of anything else */
        return write_blocking_signal(fd, iov, count);
    do
        n = pwritev2(fd, iov, count, -1, RWF_NOSIGNAL);
    while (sys_interrupted(n));
    n = sys_result(n, saved);
    if (n != -EOPNOTSUPP && n != -ENOSYS)
        return n;
    a_store(&has_no_flag, 1, relaxed);
    return write_blocking_signal(fd, iov, count);
}
