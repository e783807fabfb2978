/*
 * fs_whole.c: a file's whole contents by its name, as one call.
 *
 * At once     Where the path and the pages are known to the kernel: open, fstat, read, read (the end), close in the
 *             task. The open doesn't wait for a FIFO's writer. What isn't a regular file, or is large, goes to a
 *             thread, and so does what turns out to need a disk: the thread goes on where the task stopped, and
 *             of a FIFO it is the reads that wait for the writer.
 * The size    is a hint: files of /proc have none, and others grow meanwhile. So the end is read, in any case.
 */
#include <edo/fs_whole.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>

#include <edo/error.h>

#include "base/sys.h"
#include "base/sys_file.h"
#include "base/sys_path.h"
#include "fs/file.h"
#include "fs/fs_call.h"
#include "io/reading.h"
#include "io/utf8.h"

FS_CALL_CHECK(edo_fs_whole_future);

static edo_fs_whole_future *future_of(edo_future *base)
{
    return container_of(base, edo_fs_whole_future, base);
}

/* The first error; one that was written to may have one to tell as it is closed. Interrupted, it is closed. */
static int64_t close_with(edo_fs_whole_future *fut, int64_t result)
{
    int rc = fut->fd ? sys_close(fut->fd - 1) : 0;

    fut->fd = 0;
    return result < 0 || fut->buf || rc == -EINTR ? result : rc < 0 ? rc : result;
}

/* Read. */

/* `max`: of whom nothing larger is wanted. 0; -EAGAIN: it isn't for now; what fstat(2) says. */
static int make_room(edo_fs_whole_future *fut, size_t max)
{
    struct stat about;
    int rc = sys_file_stat(fut->fd - 1, &about);

    if (rc < 0)
        return rc;
    fut->is_special = max != SIZE_MAX && !S_ISREG(about.st_mode);
    if (fut->is_special || (uint64_t)about.st_size > max)
        return -EAGAIN;
    /* One more, so that the end is seen without growing. It is a hint: without it, the buffer grows as it can. */
    if ((uint64_t)about.st_size > fut->done && (uint64_t)about.st_size < SIZE_MAX / 2)
        (void)edo_buf_reserve(fut->buf, (size_t)about.st_size - fut->done + 1);
    return 0;
}

static int64_t at_the_end(const edo_fs_whole_future *fut)
{
    const edo_buf *buf = fut->buf;

    if (!fut->is_text || utf8_is_valid(buf->data + buf->len - fut->done, fut->done))
        return 0;
    return -EILSEQ;
}

typedef ssize_t read_call(int fd, const struct iovec *iov, int count, int64_t offset);

/* One read behind what was read: its count, an error. */
static int64_t read_on(edo_fs_whole_future *fut, read_call *call, int64_t at)
{
    int rc = reading_room(fut->buf);

    if (rc < 0)
        return rc;
    struct iovec room = {edo_buf_end(fut->buf), edo_buf_spare(fut->buf)};
    ssize_t n = call(fut->fd - 1, &room, 1, at);
    if (n > 0) {
        fut->buf->len += (size_t)n;
        fut->done += (size_t)n;
    }
    return n;
}

static ssize_t read_anything(int fd, const struct iovec *iov, int count, int64_t offset)
{
    (void)offset;
    return sys_readv(fd, iov, count);
}

static ssize_t read_cached(int fd, const struct iovec *iov, int count, int64_t offset)
{
    return sys_file_read_cached(fd, iov, count, offset);
}

static int64_t read_rest(edo_fs_whole_future *fut, read_call *call)
{
    int64_t n;

    while ((n = read_on(fut, call, (int64_t)fut->done)) > 0)
        if (a_load(&fut->stops, relaxed))
            return -ECANCELED;
    return n < 0 ? n : at_the_end(fut);
}

/* On a thread that may, from a descriptor that doesn't wait. A FIFO that nobody has written to yet has no end. */
static ssize_t read_waiting(int fd, const struct iovec *iov, int count, int64_t offset)
{
    ssize_t n;

    (void)offset;
    do {
        int rc = sys_poll_until(fd, POLLIN);
        n = rc < 0 ? rc : sys_readv(fd, iov, count);
    } while (n == -EAGAIN);
    return n;
}

/* The task may have opened it, and read a part. What can't be read at an offset is read where it stands, which is
 * its beginning unless the task has read. */
static int64_t read_run(edo_future *base)
{
    edo_fs_whole_future *fut = future_of(base);

    if (fut->fd && !fut->is_special)
        (void)make_room(fut, SIZE_MAX);
    if (fut->fd)
        return close_with(fut, read_rest(fut, fut->is_special ? read_waiting
                                              : fut->done     ? sys_file_read_at
                                                              : read_anything));
    int fd = sys_file_open(fut->path, O_RDONLY, 0);
    if (fd < 0)
        return fd;
    fut->fd = fd + 1;
    (void)make_room(fut, SIZE_MAX);
    return close_with(fut, read_rest(fut, read_anything));
}

/* An error is told by one who may wait, so that all tell the same. */
static int64_t read_now(edo_future *base)
{
    edo_fs_whole_future *fut = future_of(base);

    if (fut->fd || fut->done)
        return -EAGAIN;
    int fd = sys_open_cached(fut->path, O_RDONLY | O_NONBLOCK);
    if (fd < 0)
        return -EAGAIN;
    fut->fd = fd + 1;
    if (make_room(fut, FILE_NOW_MAX) < 0)
        return -EAGAIN;
    int64_t rc = read_rest(fut, read_cached);
    if (rc < 0 && rc != -EILSEQ && rc != -EDO_ETOOLONG && rc != -ENOMEM)
        return -EAGAIN;
    return close_with(fut, rc);
}

/* Write. */

static int64_t write_rest(edo_fs_whole_future *fut)
{
    while (fut->done < fut->len) {
        struct iovec rest = {(char *)(uintptr_t)fut->data + fut->done, fut->len - fut->done};
        if (rest.iov_len > FILE_MAX_BUF)
            rest.iov_len = FILE_MAX_BUF;
        ssize_t n = sys_write_unsignaled(fut->fd - 1, &rest, 1); /* it may be a FIFO */
        if (n <= 0)
            return n ? n : -EDO_EWRITEZERO;
        fut->done += (size_t)n;
        if (fut->done < fut->len && a_load(&fut->stops, relaxed))
            return -ECANCELED;
    }
    return 0;
}

static int64_t write_run(edo_future *base)
{
    edo_fs_whole_future *fut = future_of(base);
    int fd = sys_file_open(fut->path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

    if (fd < 0)
        return fd;
    fut->fd = fd + 1;
    fut->done = 0;
    return close_with(fut, write_rest(fut));
}

/* As futures. */

static edo_poll whole_poll(edo_future *base, const edo_waker *waker)
{
    edo_fs_whole_future *fut = future_of(base);

    if (fs_call_poll(base, waker) == EDO_PENDING)
        return EDO_PENDING;
    (void)close_with(fut, 0); /* it was dropped, or had no thread to go to */
    fut->stops = false;
    return EDO_READY;
}

static void whole_cancel(edo_future *base)
{
    a_store(&future_of(base)->stops, true, relaxed); /* a hint */
    fs_call_cancel(base);
}

#define WHOLE_OPS(what)                                                                            \
    {                                                                                              \
        .poll = whole_poll, .cancel = whole_cancel, .name = what                                   \
    }
static const fs_ops read_ops = {.base = WHOLE_OPS("fs_read"), .run = read_run, .now = read_now};
static const fs_ops read_to_string_ops = {
    .base = WHOLE_OPS("fs_read_to_string"), .run = read_run, .now = read_now};
static const fs_ops write_ops = {.base = WHOLE_OPS("fs_write"), .run = write_run};

static int finish(edo_fs_whole_future *fut, size_t *ret_done)
{
    int rc = (int)fs_await(&fut->base);

    if (ret_done)
        *ret_done = fut->done;
    return rc;
}

static edo_fs_whole_future make_read(const fs_ops *ops, const char *path, edo_buf *buf)
{
    edo_fs_whole_future fut = {.base = EDO_FUTURE_INIT(&ops->base), .path = path, .buf = buf};

    fut.is_text = ops == &read_to_string_ops;
    if (!path || !buf)
        future_settle(&fut.base, -EINVAL);
    return fut;
}

edo_fs_whole_future edo_fs_read_async(const char *path, edo_buf *buf)
{
    return make_read(&read_ops, path, buf);
}

int edo_fs_read(const char *path, edo_buf *buf, size_t *ret_done)
{
    edo_fs_whole_future fut = edo_fs_read_async(path, buf);

    return finish(&fut, ret_done);
}

edo_fs_whole_future edo_fs_read_to_string_async(const char *path, edo_buf *buf)
{
    return make_read(&read_to_string_ops, path, buf);
}

int edo_fs_read_to_string(const char *path, edo_buf *buf, size_t *ret_done)
{
    edo_fs_whole_future fut = edo_fs_read_to_string_async(path, buf);

    return finish(&fut, ret_done);
}

edo_fs_whole_future edo_fs_write_async(const char *path, const void *data, size_t len)
{
    edo_fs_whole_future fut = {
        .base = EDO_FUTURE_INIT(&write_ops.base), .path = path, .data = data, .len = len};

    if (!path || (!data && len))
        future_settle(&fut.base, -EINVAL);
    return fut;
}

int edo_fs_write(const char *path, const void *data, size_t len, size_t *ret_done)
{
    edo_fs_whole_future fut = edo_fs_write_async(path, data, len);

    return finish(&fut, ret_done);
}
