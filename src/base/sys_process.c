/* sys_process.c: system calls about child processes. */
#include "base/sys_process.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
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
    while (sys_interrupted(rc, saved));
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

static int add_child(sys_children *c, pid_t pid)
{
    if (c->count == c->room) {
        size_t room = c->room ? 2 * c->room : 64;
        pid_t *pids = realloc(c->pids, room * sizeof *pids);
        if (!pids)
            return -ENOMEM;
        c->pids = pids;
        c->room = room;
    }
    c->pids[c->count++] = pid;
    return 0;
}

/* The numbers in a list with blanks between them. What is cut off at the end of a piece is kept for the next. */
static int add_list(sys_children *c, int list)
{
    char text[512];
    pid_t pid = 0;
    ssize_t n;
    int rc = 0;

    while (rc == 0 && (n = read(list, text, sizeof text)) > 0)
        for (ssize_t i = 0; i < n && rc == 0; i++) {
            if (text[i] >= '0' && text[i] <= '9') {
                pid = 10 * pid + (text[i] - '0');
            } else if (pid) {
                rc = add_child(c, pid);
                pid = 0;
            }
        }
    return rc == 0 && pid ? add_child(c, pid) : rc;
}

/* A child is in the list of one of our threads. */
int sys_children_list(sys_children *ret)
{
    int saved = errno, rc = -ENOENT;
    DIR *threads = opendir("/proc/self/task");
    struct dirent *thread;

    *ret = (sys_children){NULL, 0, 0};
    while (threads && (rc == 0 || rc == -ENOENT) && (thread = readdir(threads))) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/task/%.20s/children", thread->d_name);
        int list = *thread->d_name == '.' ? -1 : open(path, O_RDONLY | O_CLOEXEC);
        if (list < 0)
            continue;
        rc = add_list(ret, list);
        close(list);
    }
    if (threads)
        closedir(threads);
    errno = saved;
    return rc;
}

int sys_pty_open(char path[SYS_PTY_PATH])
{
    int saved = errno;
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return (int)sys_result(fd, saved);
    int rc = unlockpt(fd);
    if (rc == 0)
        rc = -ptsname_r(fd, path, SYS_PTY_PATH);
    else
        rc = -errno;
    if (rc < 0)
        close(fd);
    errno = saved;
    return rc < 0 ? rc : fd;
}

int sys_terminal_set_size(int fd, unsigned rows, unsigned columns)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    int saved = errno;
    return (int)sys_result(ioctl(fd, TIOCSWINSZ, &size), saved);
}

int sys_duplicate(int fd)
{
    int saved = errno;
    return (int)sys_result(fcntl(fd, F_DUPFD_CLOEXEC, 0), saved);
}

bool sys_is_dumpable(void)
{
    int saved = errno;
    return sys_result(prctl(PR_GET_DUMPABLE), saved) == 1;
}

void sys_make_dumpable(void)
{
    int saved = errno;
    (void)sys_result(prctl(PR_SET_DUMPABLE, 1UL), saved);
}

unsigned sys_most_fds(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > INT_MAX)
        return INT_MAX;
    return (unsigned)limit.rlim_cur;
}
