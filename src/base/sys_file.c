/* sys_file.c: files: opening, reading and writing at offsets, what is kept of them. */
#include "base/sys_file.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/sys_result.h"

/* A call that may be interrupted, as an expression in which `rc` is the result. */
#define RETRIED(type, call)                                                                        \
    int saved = errno;                                                                             \
    type rc;                                                                                       \
    do                                                                                             \
        rc = (call);                                                                               \
    while (sys_interrupted(rc, saved));                                                            \
    return (type)sys_result(rc, saved)

int sys_file_open(const char *path, int flags, mode_t mode)
{
    RETRIED(int, open(path, flags | O_CLOEXEC, mode));
}

int sys_file_dup(int fd)
{
    int saved = errno;

    return (int)sys_result(fcntl(fd, F_DUPFD_CLOEXEC, 0), saved);
}

int sys_file_stat(int fd, struct stat *ret)
{
    int saved = errno;

    return (int)sys_result(fstat(fd, ret), saved);
}

int64_t sys_file_seek(int fd, int64_t offset, int whence)
{
    int saved = errno;

    return sys_result(lseek(fd, offset, whence), saved);
}

ssize_t sys_file_read_at(int fd, const struct iovec *iov, int count, int64_t offset)
{
    RETRIED(ssize_t, preadv(fd, iov, count, offset));
}

ssize_t sys_file_write_at(int fd, const struct iovec *iov, int count, int64_t offset)
{
    RETRIED(ssize_t, pwritev(fd, iov, count, offset));
}

ssize_t sys_file_append(int fd, const struct iovec *iov, int count)
{
    RETRIED(ssize_t, writev(fd, iov, count));
}

ssize_t sys_file_read_cached(int fd, const struct iovec *iov, int count, int64_t offset)
{
    RETRIED(ssize_t, preadv2(fd, iov, count, offset, RWF_NOWAIT));
}

int sys_file_sync(int fd)
{
    RETRIED(int, fsync(fd));
}

int sys_file_sync_data(int fd)
{
    RETRIED(int, fdatasync(fd));
}

int sys_file_set_len(int fd, int64_t size)
{
    RETRIED(int, ftruncate(fd, size));
}
