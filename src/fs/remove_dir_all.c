/* remove_dir_all.c: a whole tree in one hop, which a cancel ends at the next name. */
#include <errno.h>

#include "base/atomic.h"
#include "fs/fs_call.h"
#include "fs/remove_tree.h"
#include "fs/stop.h"

#include <edo/fs.h>

FS_CALL_CHECK(edo_fs_remove_future);

static bool should_stop(void *arg)
{
    return stop_is_set(arg);
}

static int64_t remove_run(edo_future *base)
{
    edo_fs_remove_future *fut = container_of(base, edo_fs_remove_future, base);

    return remove_tree_all(fut->path, should_stop, &fut->stop);
}

static void remove_cancel(edo_future *base)
{
    edo_fs_remove_future *fut = container_of(base, edo_fs_remove_future, base);

    stop_call(base, &fut->stop);
}

static const fs_ops remove_ops = {.base = {.poll = fs_call_poll,
                                           .cancel = remove_cancel,
                                           .name = "fs_remove_dir_all",
                                           .flags = EDO_FUTURE_RESTARTS},
                                  .run = remove_run};

edo_fs_remove_future edo_fs_remove_dir_all_async(const char *path)
{
    edo_fs_remove_future fut = {.base = EDO_FUTURE_INIT(&remove_ops.base), .path = path};

    if (!path)
        future_settle(&fut.base, -EINVAL);
    return fut;
}

int edo_fs_remove_dir_all(const char *path)
{
    edo_fs_remove_future fut = edo_fs_remove_dir_all_async(path);

    return (int)fs_await(&fut.base);
}
