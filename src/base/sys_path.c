/* sys_path.c: names in the file system, by calls that are one line each. */
#include "base/sys_path.h"

#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sys_result.h"

int sys_openat(int at, const char *path, int flags, mode_t mode)
{
    int saved = errno;
    int fd;

    do
        fd = openat(at, path, flags | O_CLOEXEC, mode);
    while (sys_interrupted(fd, saved));
    return (int)sys_result(fd, saved);
}

int sys_open_cached(const char *path, int flags)
{
    struct open_how how = {.flags = (unsigned)flags | O_CLOEXEC, .resolve = RESOLVE_CACHED};
    int saved = errno;

    return (int)sys_result(syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how), saved);
}

int sys_mkdir(const char *path, mode_t mode)
{
    int saved = errno;
    return (int)sys_result(mkdir(path, mode), saved);
}

int sys_unlinkat(int at, const char *path, int flags)
{
    int saved = errno;
    return (int)sys_result(unlinkat(at, path, flags), saved);
}

int sys_rename(const char *from, const char *to)
{
    return sys_renameat(AT_FDCWD, from, to);
}

int sys_renameat(int at, const char *from, const char *to)
{
    int saved = errno;
    return (int)sys_result(renameat(at, from, at, to), saved);
}

int sys_link(const char *from, const char *to)
{
    int saved = errno;
    return (int)sys_result(link(from, to), saved);
}

int sys_symlink(const char *target, const char *path)
{
    int saved = errno;
    return (int)sys_result(symlink(target, path), saved);
}

int sys_realpath(const char *path, char **ret_path)
{
    int saved = errno;
    char *found = realpath(path, NULL);

    if (!found)
        return (int)sys_result(-1, saved);
    *ret_path = found;
    return 0;
}

int sys_statx(int at, const char *path, int flags, struct statx *ret)
{
    int saved = errno;
    return (int)sys_result(statx(at, path, flags, STATX_BASIC_STATS | STATX_BTIME, ret), saved);
}

int sys_chmod(const char *path, mode_t mode)
{
    int saved = errno;
    return (int)sys_result(chmod(path, mode), saved);
}

int sys_fchmod(int fd, mode_t mode)
{
    int saved = errno;
    return (int)sys_result(fchmod(fd, mode), saved);
}

int sys_fchown(int fd, uid_t uid, gid_t gid)
{
    int saved = errno;
    return (int)sys_result(fchown(fd, uid, gid), saved);
}

int sys_utimensat(int at, const char *path, const struct timespec times[2], int flags)
{
    int saved = errno;
    return (int)sys_result(utimensat(at, path, times, flags), saved);
}

int sys_futimens(int fd, const struct timespec times[2])
{
    int saved = errno;
    return (int)sys_result(futimens(fd, times), saved);
}

ssize_t sys_getdents(int fd, void *buf, size_t len)
{
    int saved = errno;
    return sys_result(syscall(SYS_getdents64, fd, buf, len), saved);
}

int sys_rewind_dents(int fd)
{
    int saved = errno;
    return (int)sys_result(lseek(fd, 0, SEEK_SET), saved);
}

ssize_t sys_copy_file_range(int from, int to, size_t len)
{
    int saved = errno;
    ssize_t n;

    do
        n = copy_file_range(from, NULL, to, NULL, len, 0);
    while (sys_interrupted(n, saved));
    return sys_result(n, saved);
}

int sys_inotify_init(void)
{
    int saved = errno;
    return (int)sys_result(inotify_init1(IN_NONBLOCK | IN_CLOEXEC), saved);
}

int sys_inotify_add(int fd, const char *path, uint32_t mask)
{
    int saved = errno;
    return (int)sys_result(inotify_add_watch(fd, path, mask), saved);
}

int sys_inotify_remove(int fd, int watch)
{
    int saved = errno;
    return (int)sys_result(inotify_rm_watch(fd, watch), saved);
}
