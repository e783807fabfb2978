/*
 * edo/stdio.h: the standard input, output and error of the process, and terminals.
 *
 * They may be anything: a terminal, a pipe, a file, a socket; and other processes may have them too, so they
 * are left as they are: O_NONBLOCK is never set. What would make a thread wait is done on a thread that
 * nobody waits for, neither a shutdown nor the program's end. They are for the whole process: any number of
 * runtimes, tasks and threads may use them at a time, and each write is one piece as far as it was taken.
 */
#ifndef EDO_STDIO_H
#define EDO_STDIO_H

#include <edo/io.h>

EDO_BEGIN_DECLS

/**
 * Standard input, for edo_read and what is built on it. A read that is cancelled takes nothing: what it
 * would have got is the next read's, also if a thread is at it already.
 */
EDO_API_STDIO edo_reader edo_stdin(void);

/**
 * Standard output and standard error, for edo_write and what is built on it. Nothing is held back: a write
 * that says its count has handed these bytes to the system, so a program may end after it. A flush waits for
 * what a cancelled write has left under way, a shutdown does the same and closes nothing. No SIGPIPE is
 * raised: -EPIPE.
 *
 * Cancel    leaves an orphan where a thread is at it already: -ECANCELED at once, and the bytes of that one
 *           write may still come, before those of any later write. Else it gave nothing.
 */
EDO_API_STDIO edo_writer edo_stdout(void);
EDO_API_STDIO edo_writer edo_stderr(void);

/** Whether a descriptor is a terminal's. */
EDO_API_STDIO bool edo_is_terminal(int fd);

typedef struct edo_terminal_size {
    unsigned rows, columns;
} edo_terminal_size;

/**
 * How large a terminal's window is. It changes with SIGWINCH (edo/signal.h).
 *
 * Returns   0; -EINVAL; -ENOTTY, -EBADF.
 */
EDO_API_STDIO int edo_terminal_get_size(int fd, edo_terminal_size *ret_size);

/**
 * Makes a terminal raw: each key is read as it comes and not shown, and none raises a signal. When the
 * program returns from main or calls exit(3) it is what it was again, but not by the exit of a child that
 * was forked meanwhile. Twice is once.
 *
 * Returns   0; -ENOTTY, -EBADF; -ENOMEM.
 */
EDO_API_STDIO int edo_terminal_set_raw(int fd);
/** Makes it what it was before edo_terminal_set_raw. 0; -EINVAL for one that isn't raw; -ENOTTY, -EBADF. */
EDO_API_STDIO int edo_terminal_restore(int fd);

EDO_END_DECLS

#endif
