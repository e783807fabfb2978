/*
 * futex.c: FUTEX_WAIT_BITSET, as it takes an absolute deadline, and FUTEX_WAKE.
 *
 * errno is reached through <edo/errno.h>, here and in all of base: these functions may be inlined
 * into ones that suspend, and resume on another thread.
 */
#include "base/futex.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <edo/errno.h>

#include "base/clock.h"

int futex_wait(uint32_t *word, uint32_t expected, uint64_t until_ns)
{
    struct timespec until = {.tv_sec = (time_t)(until_ns / NS_PER_S),
                             .tv_nsec = (long)(until_ns % NS_PER_S)};
    int saved = errno;
    int rc = 0;

    if (syscall(SYS_futex, word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, expected,
                until_ns == UINT64_MAX ? NULL : &until, NULL, FUTEX_BITSET_MATCH_ANY) < 0) {
        rc = errno == ETIMEDOUT ? -ETIMEDOUT : 0;
        errno = saved;
    }
    return rc;
}

void futex_wake(uint32_t *word, int n)
{
    int saved = errno;

    if (syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, n, NULL, NULL, 0) < 0)
        errno = saved; /* EFAULT: whoever slept there has gone, with the memory */
}
