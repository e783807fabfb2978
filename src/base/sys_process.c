/* sys_process.c: system calls about child processes. */
#include "base/sys_process.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sys_result.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif
#define SIGNAL_GROUP 4 /* PIDFD_SIGNAL_PROCESS_GROUP, of Linux 6.9 */

int sys_pidfd_open(pid_t pid)
{
    int saved = errno;
    return (int)sys_result(syscall(SYS_pidfd_open, pid, 0), saved);
}

int sys_pidfd_signal(int pidfd, int signo)
{
    int saved = errno;
    return (int)sys_result(syscall(SYS_pidfd_send_signal, pidfd, signo, NULL, 0), saved);
}

int sys_pidfd_signal_group(int pidfd, int signo)
{
    int saved = errno;
    return (int)sys_result(syscall(SYS_pidfd_send_signal, pidfd, signo, NULL, SIGNAL_GROUP), saved);
}

int sys_kill(pid_t pid, int signo)
{
    int saved = errno;
    return (int)sys_result(kill(pid, signo), saved);
}

static int wait_for(int by, int id, siginfo_t *info, int options)
{
    int saved = errno, rc;

    info->si_pid = 0;
    do
        rc = waitid((idtype_t)by, (id_t)id, info, WEXITED | options);
    while (sys_interrupted(rc));
    return (int)sys_result(rc, saved);
}

int sys_reap(int pidfd, pid_t pid, sys_exit *ret)
{
    siginfo_t info;
    int rc = pidfd >= 0 ? wait_for(P_PIDFD, pidfd, &info, WNOHANG) : -EINVAL;

    if (rc == -EINVAL)
        rc = wait_for(P_PID, pid, &info, WNOHANG);
    if (rc < 0 || !info.si_pid)
        return rc;
    *ret = (sys_exit){.code = info.si_code, .status = info.si_status};
    return 1;
}

int sys_await_child(pid_t pid)
{
    siginfo_t info;

    return wait_for(P_PID, pid, &info, WNOWAIT);
}

int sys_is_child(pid_t pid)
{
    siginfo_t info;

    return wait_for(P_PID, pid, &info, WNOWAIT | WNOHANG);
}

int sys_duplicate(int fd)
{
    int saved = errno;
    return (int)sys_result(fcntl(fd, F_DUPFD_CLOEXEC, 0), saved);
}

unsigned sys_most_fds(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > INT_MAX)
        return INT_MAX;
    return (unsigned)limit.rlim_cur;
}
