/*
 * base/sys_result.h: how the sys_*.c files turn errno into a result.
 *
 * These use libc's own errno, whose address a compiler keeps: nothing suspends in a system call, and
 * the files are left out of link-time optimization, so nothing of them becomes a part of what does.
 */
#ifndef BASE_SYS_RESULT_H
#define BASE_SYS_RESULT_H

#include <errno.h>
#include <stdbool.h>

/* What a call returned, or -errno, and errno is again what it was before: `saved`. */
static inline long sys_result(long rc, int saved)
{
    if (rc < 0) {
        rc = -errno;
        errno = saved;
    }
    return rc;
}

/* Whether a call was cut short by a signal, and may be made again as it was: then errno is as before, since one
 * that succeeds leaves it alone. */
static inline bool sys_interrupted(long rc, int saved)
{
    if (rc >= 0 || errno != EINTR)
        return false;
    errno = saved;
    return true;
}

#endif
