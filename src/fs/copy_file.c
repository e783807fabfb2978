/*
 * copy_file.c: copying a file: by copy_file_range(2), which shares blocks where the file system can.
 *
 * Where it can't, between some file systems and for files that are made up as they are read, as those of
 * /proc, which have a size of 0: by a buffer. The target is opened and not emptied before it is known that it
 * isn't the source by another name. Holes are not copied but left out, so they are holes there too.
 */
#include "fs/copy_file.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

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

static size_t least(uint64_t a, size_t b)
{
    return a < b ? (size_t)a : b;
}

static int copy_by_buffer(int from, int to, uint64_t len, uint64_t *done, uint32_t *stop)
{
    char *buffer = malloc(BUFFER);
    int rc = buffer ? 0 : -ENOMEM;

    while (rc == 0 && len > 0) {
        ssize_t n = stop_is_set(stop) ? -ECANCELED : sys_read(from, buffer, least(len, BUFFER));
        if (n == 0)
            break;
        rc = n < 0 ? (int)n : write_all(to, buffer, (size_t)n, done);
        len -= n < 0 ? 0 : (size_t)n;
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

/* At most `len` bytes. */
static int copy_some(int from, int to, uint64_t len, uint64_t *done, uint32_t *stop)
{
    for (uint64_t left = len; left > 0;) {
        if (stop_is_set(stop))
            return -ECANCELED;
        ssize_t n = sys_copy_file_range(from, to, least(left, PIECE));
        /* A refusal that isn't one of copying in this way is one of reading or writing as well. */
        if (is_refusal(n) || (n == 0 && left == len))
            return copy_by_buffer(from, to, left, done, stop);
        if (n <= 0)
            return (int)n;
        left -= (size_t)n;
        *done += (size_t)n;
    }
    return 0;
}

int copy_bytes(int from, int to, uint64_t *done, uint32_t *stop)
{
    return copy_some(from, to, UINT64_MAX, done, stop);
}

/* Both to `at`. */
static int seek_both(int from, int to, int64_t at)
{
    int64_t rc = sys_file_seek(from, at, SEEK_SET);

    if (rc >= 0)
        rc = sys_file_seek(to, at, SEEK_SET);
    return rc < 0 ? (int)rc : 0;
}

/* A file with holes, which the copy has as well. */
static int copy_data(int from, int to, int64_t size, uint64_t *done, uint32_t *stop)
{
    int64_t at = 0;
    int rc = 0;

    while (rc == 0) {
        int64_t data = sys_file_seek(from, at, SEEK_DATA);
        if (data == -ENXIO)
            break; /* there is no more */
        int64_t hole = data < 0 ? data : sys_file_seek(from, data, SEEK_HOLE);
        if (hole < 0)
            return (int)hole;
        rc = seek_both(from, to, data);
        if (rc == 0)
            rc = copy_some(from, to, (uint64_t)(hole - data), done, stop);
        at = hole;
    }
    if (rc == 0 && at < size)
        rc = sys_file_set_len(to, size);
    if (rc == 0)
        *done = (uint64_t)(at < size ? size : at);
    return rc;
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
    /* Not of an empty one: ext4 would take it for a replacement, and write it out at the close. */
    if (target.stx_size > 0)
        rc = sys_file_set_len(to, 0);
    return rc < 0 ? rc : sys_fchmod(to, source->stx_mode & 07777);
}

static bool has_holes(const struct statx *source)
{
    return source->stx_blocks * 512 < source->stx_size;
}

static int copy_contents(int from, int to, const struct statx *source, uint64_t *done,
                         uint32_t *stop)
{
    mode_t kind;
    bool to_file = sys_file_type(to, &kind) == 0 && kind == S_IFREG;
    int64_t data = to_file && has_holes(source) ? sys_file_seek(from, 0, SEEK_DATA) : -EINVAL;

    if (data >= 0 || data == -ENXIO)
        return copy_data(from, to, (int64_t)source->stx_size, done, stop);
    return copy_bytes(from, to, done, stop);
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
        rc = copy_contents(from, to, &source, done, stop);
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
