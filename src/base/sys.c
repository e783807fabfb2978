/* sys.c: descriptors, fences, signals and the other calls that are one line each. */
#include "base/sys.h"

#include <fcntl.h>
#include <linux/membarrier.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sys_result.h"

int sys_close(int fd)
{
    int saved = errno;
    /* Never again after EINTR: Linux has let go of the number by then. */
    return (int)sys_result(close(fd), saved);
}

int sys_file_id(const char *path, uint64_t *ret_device, uint64_t *ret_inode)
{
    struct stat found;
    int saved = errno;
    int rc = (int)sys_result(lstat(path, &found), saved);

    if (rc == 0) {
        *ret_device = found.st_dev;
        *ret_inode = found.st_ino;
    }
    return rc;
}

int sys_unlink(const char *path)
{
    int saved = errno;
    return (int)sys_result(unlink(path), saved);
}

ssize_t sys_readlink(const char *path, char *buf, size_t len)
{
    int saved = errno;
    return sys_result(readlink(path, buf, len), saved);
}

ssize_t sys_read(int fd, void *buf, size_t len)
{
    int saved = errno;
    ssize_t n;

    do
        n = read(fd, buf, len);
    while (sys_interrupted(n, saved));
    return sys_result(n, saved);
}

ssize_t sys_write(int fd, const void *buf, size_t len)
{
    int saved = errno;
    ssize_t n;

    do
        n = write(fd, buf, len);
    while (sys_interrupted(n, saved));
    return sys_result(n, saved);
}

int sys_pipe2(int fds[2], int flags)
{
    int saved = errno;
    return (int)sys_result(pipe2(fds, flags | O_CLOEXEC), saved);
}

int sys_eventfd(unsigned initial, int flags)
{
    int saved = errno;
    return (int)sys_result(eventfd(initial, flags | EFD_CLOEXEC), saved);
}

int sys_open(const char *path, int flags)
{
    int saved = errno;
    int fd;

    do
        fd = open(path, flags | O_CLOEXEC);
    while (sys_interrupted(fd, saved));
    return (int)sys_result(fd, saved);
}

int sys_fcntl_getfl(int fd)
{
    int saved = errno;
    return (int)sys_result(fcntl(fd, F_GETFL), saved);
}

int sys_fcntl_setfl(int fd, int flags)
{
    int saved = errno;
    return (int)sys_result(fcntl(fd, F_SETFL, flags), saved);
}

int sys_file_type(int fd, mode_t *ret_mode)
{
    struct stat about;
    int saved = errno;
    int rc = (int)sys_result(fstat(fd, &about), saved);

    if (rc == 0)
        *ret_mode = about.st_mode & S_IFMT;
    return rc;
}

int sys_timer_slack(int ns)
{
    int saved = errno;
    int before = (int)sys_result(prctl(PR_GET_TIMERSLACK), saved);
    int rc = (int)sys_result(prctl(PR_SET_TIMERSLACK, (unsigned long)ns), saved);
    return rc < 0 ? rc : before;
}

int sys_membarrier_register(void)
{
    int saved = errno;
    return (int)sys_result(syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0),
                           saved);
}

int sys_membarrier(void)
{
    int saved = errno;
    return (int)sys_result(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0), saved);
}

uid_t sys_geteuid(void)
{
    return geteuid();
}

gid_t sys_getegid(void)
{
    return getegid();
}

pid_t sys_getpid(void)
{
    return getpid();
}

pid_t sys_gettid(void)
{
    return (pid_t)syscall(SYS_gettid);
}

int sys_getrlimit(int resource, struct rlimit *ret)
{
    int saved = errno;
    return (int)sys_result(getrlimit((__rlimit_resource_t)resource, ret), saved);
}

int sys_sigaction(int signo, const struct sigaction *act, struct sigaction *old)
{
    int saved = errno;
    return (int)sys_result(sigaction(signo, act, old), saved);
}

int sys_sigaltstack(const stack_t *stack, stack_t *old)
{
    int saved = errno;
    return (int)sys_result(sigaltstack(stack, old), saved);
}

int sys_sigmask(int how, const sigset_t *set)
{
    return -pthread_sigmask(how, set, NULL);
}

int sys_raise(int signo)
{
    int saved = errno;
    return (int)sys_result(raise(signo), saved);
}
