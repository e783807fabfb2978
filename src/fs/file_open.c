/*
 * file_open.c: opening a file by its name.
 *
 * At once     Where the path is known to the kernel and nothing is created, the open is made in the task, with
 *             O_NONBLOCK so that nothing but a disk could be waited for, and that was excluded.
 * FIFOs       Such an open doesn't wait for the other side, as it should. So it is made again, where it may,
 *             and the first one is kept until then: whoever has opened the other side meanwhile finds it.
 */
#include <errno.h>
#include <fcntl.h>

#include "base/sys.h"
#include "base/sys_file.h"
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

static void drop_guard(edo_file_open_future *fut)
{
    if (fut->guard)
        sys_close(fut->guard - 1);
    fut->guard = 0;
}

static int64_t open_run(edo_future *base)
{
    edo_file_open_future *fut = future_of(base);
    int fd = sys_file_open(fut->path, fut->flags, fut->mode);

    drop_guard(fut);
    return fd;
}

/* Whether what was opened in a hurry is what a patient open would have got. */
static bool is_settled(int fd, int flags)
{
    struct stat about;

    if (sys_file_stat(fd, &about) < 0 || !(S_ISREG(about.st_mode) || S_ISDIR(about.st_mode)))
        return false;
    return flags & O_NONBLOCK || sys_fcntl_setfl(fd, flags & ~O_ACCMODE) == 0;
}

static int64_t open_now(edo_future *base)
{
    edo_file_open_future *fut = future_of(base);

    if (fut->guard || fut->flags & (O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY)))
        return -EAGAIN;
    int fd = sys_file_open_cached(fut->path, fut->flags | O_NONBLOCK);
    if (fd < 0)
        return -EAGAIN; /* whatever it is, it is told by one who is sure */
    if (is_settled(fd, fut->flags))
        return fd;
    fut->guard = fd + 1;
    return -EAGAIN;
}

/* Here, as a source belongs to the task's worker. */
static edo_poll open_poll(edo_future *base, const edo_waker *waker)
{
    edo_file_open_future *fut = future_of(base);

    if (fs_call_poll(base, waker) == EDO_PENDING)
        return EDO_PENDING;
    int fd = (int)base->result;
    drop_guard(fut);
    if (fd < 0)
        return EDO_READY;
    int rc = file_adopt(fd, 0, &fut->file);
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
