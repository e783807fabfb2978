/*
 * sys_send_file.c: from a file to a socket, within the kernel.
 *
 * SIGPIPE     There is no flag that says not to send one. It is blocked around the call, and one that the call
 *             raised is taken away, which is sent to this thread and no other. One that was pending before is
 *             left to whom it was meant for.
 */
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include <sys/sendfile.h>

#include "base/sys.h"

#include "base/sys_result.h"

static ssize_t send_once(int to, int from, off_t *offset, size_t len)
{
    int saved = errno;
    ssize_t n;

    do
        n = sendfile(to, from, offset, len);
    while (sys_interrupted(n, saved));
    return sys_result(n, saved);
}

static void take_raised(const sigset_t *pipe_only)
{
    const struct timespec now = {0};
    int saved = errno, rc;

    do
        rc = sigtimedwait(pipe_only, NULL, &now);
    while (sys_interrupted(rc, saved));
    errno = saved;
}

ssize_t sys_send_file(int to, int from, off_t *offset, size_t len)
{
    sigset_t pipe_only, before, pending;

    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
    bool waits = sigismember(&before, SIGPIPE) && sigpending(&pending) == 0 &&
                 sigismember(&pending, SIGPIPE);
    ssize_t n = send_once(to, from, offset, len);
    if (n == -EPIPE && !waits)
        take_raised(&pipe_only);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return n;
}
