/*
 * copy_file.c: copying a file: by copy_file_range(2), which shares blocks where the file system can.
 *
 * Where it can't, between some file systems and for files that are made up as they are read, as those of
 * /proc, which have a size of 0: by a buffer. The target is opened and not emptied before it is known that it
 * isn't the source by another name.
 */
#include "fs/copy_file.h"

#include <errno.h>
#include <stdlib.h>

#include "base/sys.h"
#include "base/sys_file.h"
#include "base/sys_path.h"
#include "fs/stop.h"

enum {
    PIECE = 4 << 20, /* bytes, after which a cancel is seen: a few milliseconds */
    BUFFER = 256 << 10
};

static int write_all(int to, const char *bytes, size_t len, uint64_t *done)
{
    while (len > 0) {
        /* Of what it may be, a pipe has a signal for those who write in vain. */
        ssize_t n = sys_write_unsignaled(to, &(struct iovec){(void *)bytes, len}, 1);
        if (n < 0)
            return (int)n;
        bytes += n;
        len -= (size_t)n;
        *done += (size_t)n;
    }
    return 0;
}

static int copy_by_buffer(int from, int to, uint64_t *done, uint32_t *stop)
{
    char *buffer = malloc(BUFFER);
    int rc = buffer ? 0 : -ENOMEM;

    while (rc == 0) {
        ssize_t n = stop_is_set(stop) ? -ECANCELED : sys_read(from, buffer, BUFFER);
        if (n == 0)
            break;
        rc = n < 0 ? (int)n : write_all(to, buffer, (size_t)n, done);
    }
    free(buffer);
    return rc;
}

/* Whether the kernel refused to copy these two, before it has. */
static bool is_refusal(ssize_t rc)
{
    return rc == -EXDEV || rc == -EINVAL || rc == -EOPNOTSUPP || rc == -ENOSYS || rc == -EPERM ||
           rc == -EBADF || rc == -ETXTBSY || rc == -EISDIR;
}

int copy_bytes(int from, int to, uint64_t *done, uint32_t *stop)
{
    for (bool first = true;; first = false) {
        if (stop_is_set(stop))
            return -ECANCELED;
        ssize_t n = sys_copy_file_range(from, to, PIECE);
        if (n == 0 || is_refusal(n)) /* a real refusal is one of reading or writing as well */
            return n == 0 && !first ? 0 : copy_by_buffer(from, to, done, stop);
        if (n < 0)
            return (int)n;
        *done += (size_t)n;
    }
}

static bool is_same(const struct statx *a, const struct statx *b)
{
    return a->stx_ino == b->stx_ino && a->stx_dev_major == b->stx_dev_major &&
           a->stx_dev_minor == b->stx_dev_minor;
}

/* An empty file with the source's permissions; devices and pipes are just written to. */
static int prepare(int to, const struct statx *source)
{
    struct statx target;
    int rc = sys_statx(to, "", AT_EMPTY_PATH, &target);

    if (rc < 0)
        return rc;
    if (is_same(source, &target))
        return -EINVAL;
    if (!S_ISREG(target.stx_mode))
        return 0;
    rc = sys_file_set_len(to, 0);
    return rc < 0 ? rc : sys_fchmod(to, source->stx_mode & 07777);
}

static int copy_to(int from, const char *path, uint64_t *done, uint32_t *stop)
{
    struct statx source;
    int rc = sys_statx(from, "", AT_EMPTY_PATH, &source);

    if (rc < 0)
        return rc;
    if (!S_ISREG(source.stx_mode))
        return -EINVAL;
    int to = sys_openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_NOCTTY, source.stx_mode & 0777);
    if (to < 0)
        return to;
    rc = prepare(to, &source);
    if (rc == 0)
        rc = copy_bytes(from, to, done, stop);
    int close_rc = sys_close(to);
    if (close_rc == -EINTR)
        close_rc = 0; /* it is closed */
    return rc < 0 ? rc : close_rc;
}

int copy_file(const char *from, const char *to, uint64_t *done, uint32_t *stop)
{
    /* O_NONBLOCK: a FIFO is refused and not waited for. */
    int fd = sys_openat(AT_FDCWD, from, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

    if (fd < 0)
        return fd;
    int rc = copy_to(fd, to, done, stop);
    sys_close(fd);
    return rc;
}
