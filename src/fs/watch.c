/*
 * watch.c: inotify's events, a buffer of them at a time.
 *
 * `before` is where the buffer stood before the last event was given out, so that a losing arm's can be put
 * back: nobody reads anew between the two.
 */
#include <edo/fs_watch.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/inotify.h>

#include "await/await.h"
#include "base/sys.h"
#include "base/sys_path.h"
#include "fs/fs_call.h"
#include "sched/coop.h"

FS_CALL_CHECK(edo_fs_watch_future);
_Static_assert(sizeof(edo_fs_watch_next_future) <= 256, "fits where a task lies");
_Static_assert(EDO_FS_MODIFIED == IN_MODIFY && EDO_FS_METADATA == IN_ATTRIB &&
                   EDO_FS_WRITTEN == IN_CLOSE_WRITE && EDO_FS_MOVED_FROM == IN_MOVED_FROM &&
                   EDO_FS_MOVED_TO == IN_MOVED_TO && EDO_FS_CREATED == IN_CREATE &&
                   EDO_FS_REMOVED == IN_DELETE && EDO_FS_SELF_REMOVED == IN_DELETE_SELF &&
                   EDO_FS_SELF_MOVED == IN_MOVE_SELF && EDO_FS_UNMOUNTED == IN_UNMOUNT &&
                   EDO_FS_LOST == IN_Q_OVERFLOW && EDO_FS_ENDED == IN_IGNORED &&
                   EDO_FS_IS_DIR == IN_ISDIR,
               "the system's");

enum { ROOM = 4096 }; /* for a dozen of the longest names */

struct edo_fs_watch {
    edo_async_fd *fd;
    size_t at, len, before;
    char room[ROOM] __attribute__((aligned(__alignof__(struct inotify_event))));
};

int edo_fs_watch_new(edo_fs_watch **ret_watch)
{
    edo_fs_watch *set = ret_watch ? malloc(sizeof *set) : NULL;

    if (!set)
        return ret_watch ? -ENOMEM : -EINVAL;
    set->at = set->len = set->before = 0;
    int fd = sys_inotify_init();
    int rc = fd < 0 ? fd : edo_async_fd_new(fd, &set->fd);
    if (rc < 0) {
        if (fd >= 0)
            sys_close(fd);
        free(set);
        return rc;
    }
    *ret_watch = set;
    return 0;
}

/* ---- what is watched ----------------------------------------------------------------------- */

static int64_t add_run(edo_future *base)
{
    const edo_fs_watch_future *fut = container_of(base, edo_fs_watch_future, base);

    return sys_inotify_add(edo_async_fd_fd(fut->watch->fd), fut->path, fut->what);
}

static const fs_ops add_ops = FS_OPS("fs_watch_add", add_run);

edo_fs_watch_future edo_fs_watch_add_async(edo_fs_watch *set, const char *path, unsigned what)
{
    edo_fs_watch_future fut = {
        .base = EDO_FUTURE_INIT(&add_ops.base), .watch = set, .path = path, .what = what};

    if (!set || !path)
        future_settle(&fut.base, -EINVAL);
    return fut;
}

int edo_fs_watch_add(edo_fs_watch *set, const char *path, unsigned what)
{
    edo_fs_watch_future fut = edo_fs_watch_add_async(set, path, what);

    return (int)fs_await(&fut.base);
}

int edo_fs_watch_remove(edo_fs_watch *set, int number)
{
    return set ? sys_inotify_remove(edo_async_fd_fd(set->fd), number) : -EINVAL;
}

/* ---- events -------------------------------------------------------------------------------- */

static int64_t read_events(int fd, void *arg)
{
    return sys_read(fd, arg, ROOM);
}

static bool take(edo_fs_watch *set, edo_fs_event *ret)
{
    if (set->at == set->len)
        return false;
    const struct inotify_event *found = (const void *)(set->room + set->at);
    set->before = set->at;
    set->at += sizeof *found + found->len;
    *ret = (edo_fs_event){.number = found->wd,
                          .what = found->mask,
                          .pair = found->cookie,
                          .name = found->len ? found->name : ""};
    return true;
}

static edo_poll next_poll(edo_future *base, const edo_waker *waker)
{
    edo_fs_watch_next_future *fut = container_of(base, edo_fs_watch_next_future, base);
    edo_fs_watch *set = fut->watch;

    if (set->at == set->len) {
        if (future_advance(&fut->read.base, waker) == EDO_PENDING)
            return EDO_PENDING;
        int64_t n = fut->read.base.result;
        fut->read = edo_async_fd_io_async(set->fd, EDO_READABLE, read_events, set->room);
        if (n <= 0)
            return edo_future_finish(base, n < 0 ? n : -EIO);
        set->at = 0;
        set->len = (size_t)n;
    } else if (!coop_proceed(waker)) {
        return EDO_PENDING;
    } else {
        coop_spend();
    }
    return edo_future_finish(base, take(set, fut->ret_event));
}

static void next_cancel(edo_future *base)
{
    edo_future_cancel(&container_of(base, edo_fs_watch_next_future, base)->read.base);
}

static void next_put_back(edo_future *base)
{
    edo_fs_watch *set = container_of(base, edo_fs_watch_next_future, base)->watch;

    set->at = set->before;
    base->result = -ECANCELED;
}

static const edo_future_ops next_ops = {.poll = next_poll,
                                        .cancel = next_cancel,
                                        .put_back = next_put_back,
                                        .name = "fs_watch_next",
                                        .flags = EDO_FUTURE_RESTARTS};

edo_fs_watch_next_future edo_fs_watch_next_async(edo_fs_watch *set, edo_fs_event *ret_event)
{
    edo_fs_watch_next_future fut = {
        .base = EDO_FUTURE_INIT(&next_ops), .watch = set, .ret_event = ret_event};

    if (!set || !ret_event)
        future_settle(&fut.base, -EINVAL);
    else
        fut.read = edo_async_fd_io_async(set->fd, EDO_READABLE, read_events, set->room);
    return fut;
}

int edo_fs_watch_next(edo_fs_watch *set, edo_fs_event *ret_event)
{
    edo_fs_watch_next_future fut = edo_fs_watch_next_async(set, ret_event);

    return (int)edo_await(&fut.base);
}

/* ---- closing ------------------------------------------------------------------------------- */

static int end(edo_fs_watch *set)
{
    int rc = edo_async_fd_close(set->fd);

    free(set);
    return rc;
}

static int64_t close_run(edo_future *base)
{
    edo_fs_watch_future *fut = container_of(base, edo_fs_watch_future, base);

    fut->has_run = true;
    return end(fut->watch);
}

static const fs_ops close_ops = FS_OPS("fs_watch_close", close_run);

edo_fs_watch_future edo_fs_watch_close_async(edo_fs_watch *set)
{
    edo_fs_watch_future fut = {.base = EDO_FUTURE_INIT(&close_ops.base), .watch = set};

    if (!set)
        future_settle(&fut.base, -EINVAL);
    return fut;
}

int edo_fs_watch_close(edo_fs_watch *set)
{
    edo_fs_watch_future fut = edo_fs_watch_close_async(set);
    int rc = (int)fs_await(&fut.base);

    return fut.has_run || !set ? rc : end(set);
}
