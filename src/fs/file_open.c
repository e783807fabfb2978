/*
 * file_open.c: opening a file by its name.
 *
 * At once     Where the path is known to the kernel, is that of a regular file or a folder, and nothing is
 *             created, the open is made in the task. What it is has to be known before: to open and close a FIFO
 *             would be seen by its other side. If it becomes one in between, nobody is waited for all the same.
 */
#include <errno.h>
#include <fcntl.h>

#include "base/sys.h"
#include "base/sys_file.h"
#include "base/sys_path.h"
#include "fs/file.h"
#include "fs/fs_call.h"

#ifndef O_TMPFILE
#define O_TMPFILE 020200000
#endif

FS_CALL_CHECK(edo_file_open_future);

static bool makes_sense(const edo_file_opts *o)
{
    bool makes = o->create || o->create_new;

    if (!o->read && !o->write && !o->append)
        return false;
    if (!o->write && !o->append && (makes || o->truncate))
        return false;
    return !o->truncate || (o->write && !o->append);
}

/* open(2)'s flags; -EINVAL. */
static int flags_of(const edo_file_opts *o)
{
    bool writes = o->write || o->append;

    if (!makes_sense(o))
        return -EINVAL;
    int flags = !writes ? O_RDONLY : o->read ? O_RDWR : O_WRONLY;
    return flags | (o->append ? O_APPEND : 0) | (o->truncate ? O_TRUNC : 0) |
           (o->create ? O_CREAT : 0) | (o->create_new ? O_CREAT | O_EXCL : 0) |
           (o->flags & ~O_ACCMODE);
}

static edo_file_open_future *future_of(edo_future *base)
{
    return container_of(base, edo_file_open_future, base);
}

static int64_t open_run(edo_future *base)
{
    edo_file_open_future *fut = future_of(base);

    return sys_file_open(fut->path, fut->flags, fut->mode);
}

/* Whether it is known, without waiting, to be of a kind that is opened without waiting. */
static bool is_plain(const char *path, int flags)
{
    struct stat about;
    int fd = sys_open_cached(path, O_PATH | (flags & O_NOFOLLOW));

    if (fd < 0)
        return false; /* nor could more of it be opened now */
    int rc = sys_file_stat(fd, &about);
    sys_close(fd);
    return rc == 0 && (S_ISREG(about.st_mode) || S_ISDIR(about.st_mode));
}

/* As it was asked for, after an open that didn't wait. */
static int end_hurry(int fd, int flags)
{
    int rc = flags & O_NONBLOCK ? 0 : sys_fcntl_setfl(fd, flags & ~O_ACCMODE);

    if (rc == 0)
        return fd;
    sys_close(fd);
    return -EAGAIN;
}

/* An error is told by one who may wait, so that all tell the same. */
static int64_t open_now(edo_future *base)
{
    edo_file_open_future *fut = future_of(base);

    if (fut->flags & (O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY)) ||
        !is_plain(fut->path, fut->flags))
        return -EAGAIN;
    int fd = sys_open_cached(fut->path, fut->flags | O_NONBLOCK);
    return fd < 0 ? -EAGAIN : end_hurry(fd, fut->flags);
}

/* Here, as a source belongs to the task's worker. */
static edo_poll open_poll(edo_future *base, const edo_waker *waker)
{
    edo_file_open_future *fut = future_of(base);

    if (fs_call_poll(base, waker) == EDO_PENDING)
        return EDO_PENDING;
    int fd = (int)base->result;
    if (fd < 0)
        return EDO_READY;
    int rc = file_adopt(fd, -1, &fut->file);
    if (rc < 0)
        sys_close(fd);
    else
        *fut->ret = fut->file;
    return edo_future_finish(base, rc);
}

static void open_put_back(edo_future *base)
{
    edo_file_open_future *fut = future_of(base);

    edo_file_close(fut->file);
    fut->file = NULL;
    base->result = -ECANCELED;
}

static const fs_ops open_ops = {.base = {.poll = open_poll,
                                         .cancel = fs_call_cancel,
                                         .put_back = open_put_back,
                                         .name = "file_open",
                                         .flags = EDO_FUTURE_RESTARTS},
                                .run = open_run,
                                .now = open_now};

edo_file_open_future edo_file_open_async(const char *path, const edo_file_opts *opts,
                                         edo_file **ret_file)
{
    static const edo_file_opts to_read = {.read = true};
    edo_file_open_future fut = {.base = EDO_FUTURE_INIT(&open_ops.base), .path = path};

    if (!opts)
        opts = &to_read;
    fut.ret = ret_file;
    fut.flags = flags_of(opts);
    fut.mode = opts->mode ? opts->mode : 0666;
    if (!path || !ret_file || fut.flags < 0)
        future_settle(&fut.base, -EINVAL);
    return fut;
}

int edo_file_open(const char *path, const edo_file_opts *opts, edo_file **ret_file)
{
    edo_file_open_future fut = edo_file_open_async(path, opts, ret_file);

    return (int)fs_await(&fut.base);
}

edo_file_open_future edo_file_create_async(const char *path, edo_file **ret_file)
{
    const edo_file_opts opts = {.write = true, .create = true, .truncate = true};

    return edo_file_open_async(path, &opts, ret_file);
}

int edo_file_create(const char *path, edo_file **ret_file)
{
    edo_file_open_future fut = edo_file_create_async(path, ret_file);

    return (int)fs_await(&fut.base);
}
