/*
 * base/sys_pipe_signal.h: calls that raise SIGPIPE and have no flag that says not to.
 *
 * The signal is blocked around the call, and one that it raised is taken away: it is sent to the thread that
 * calls, so it can't be another's. One that was pending before is left to whom it was meant for.
 */
#ifndef BASE_SYS_PIPE_SIGNAL_H
#define BASE_SYS_PIPE_SIGNAL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct pipe_signal {
    sigset_t only, before;
    bool was_pending;
} pipe_signal;

void pipe_signal_block(pipe_signal *guard);
/* After a call that was to move `len` bytes, and says `n`. */
void pipe_signal_let(pipe_signal *guard, ssize_t n, size_t len);

#endif
