/*
 * sys_epoll.c: epoll with deadlines in nanoseconds.
 *
 * epoll_pwait2 (Linux 5.11) takes a timespec. Where there is none the deadline is rounded up to the
 * next millisecond: a wait that ended early would have the caller turn in circles until it is due.
 */
#include "base/sys.h"

#include <limits.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/clock.h"
#include "base/sys_result.h"

int sys_epoll_create(void)
{
    int saved = errno;
    return (int)sys_result(epoll_create1(EPOLL_CLOEXEC), saved);
}

int sys_epoll_ctl(int epoll, int op, int fd, struct epoll_event *event)
{
    int saved = errno;
    return (int)sys_result(epoll_ctl(epoll, op, fd, event), saved);
}

static int wait_ns(int epoll, struct epoll_event *events, int max, uint64_t ns)
{
#ifdef SYS_epoll_pwait2
    struct timespec span = {.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};
    int saved = errno;

    /* The raw call: glibc offers it from 2.35 on. The last two: no signal mask, and its size. */
    return (int)sys_result(syscall(SYS_epoll_pwait2, epoll, events, max, &span, NULL, 0), saved);
#else
    (void)epoll, (void)events, (void)max, (void)ns;
    return -ENOSYS;
#endif
}

/* ms may be -1: for ever. */
static int wait_ms(int epoll, struct epoll_event *events, int max, int ms)
{
    int saved = errno;
    return (int)sys_result(epoll_wait(epoll, events, max, ms), saved);
}

static int round_up_to_ms(uint64_t ns)
{
    uint64_t ms = ns / NS_PER_MS + (ns % NS_PER_MS != 0);
    return ms < INT_MAX ? (int)ms : INT_MAX;
}

int sys_epoll_wait(int epoll, struct epoll_event *events, int max, uint64_t until_ns)
{
    static bool coarse; /* no epoll_pwait2 here; atomic: threads find out one by one */
    uint64_t now;

    if (until_ns == 0 || until_ns == UINT64_MAX)
        return wait_ms(epoll, events, max, until_ns == 0 ? 0 : -1);
    now = clock_now();
    if (until_ns <= now)
        return wait_ms(epoll, events, max, 0);
    if (!a_load(&coarse, relaxed)) { /* relaxed: nothing else hangs on it */
        int rc = wait_ns(epoll, events, max, until_ns - now);
        if (rc != -ENOSYS && rc != -EPERM) /* EPERM: what some sandboxes say for ENOSYS */
            return rc;
        a_store(&coarse, true, relaxed);
    }
    return wait_ms(epoll, events, max, round_up_to_ms(until_ns - now));
}
