/*
 * sys_pipe_signal.c: taking SIGPIPE back.
 *
 * Partly      A call that moves bytes in several parts says how much the first ones were, though the signal was
 *             raised by the part behind them. So whatever is short may have raised it.
 */
#include "base/sys_pipe_signal.h"

#include <pthread.h>
#include <time.h>

#include "base/sys_result.h"

void pipe_signal_block(pipe_signal *guard)
{
    sigset_t pending;

    sigemptyset(&guard->only);
    sigaddset(&guard->only, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &guard->only, &guard->before);
    /* Only who has it blocked can have one pending, and then it isn't ours to take. */
    guard->was_pending = sigismember(&guard->before, SIGPIPE) && sigpending(&pending) == 0 &&
                         sigismember(&pending, SIGPIPE);
}

static void take_raised(const sigset_t *only)
{
    const struct timespec now = {0};
    int saved = errno, rc;

    do
        rc = sigtimedwait(only, NULL, &now);
    while (sys_interrupted(rc, saved));
    errno = saved;
}

void pipe_signal_let(pipe_signal *guard, ssize_t n, size_t len)
{
    bool may_be_raised = n == -EPIPE || (n > 0 && (size_t)n < len);

    if (may_be_raised && !guard->was_pending)
        take_raised(&guard->only);
    pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
}
