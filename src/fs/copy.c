/* copy.c: edo_fs_copy: a file in one hop, which a cancel ends after the piece that it is at. */
#include <edo/fs.h>

#include <errno.h>

#include "fs/copy_file.h"
#include "fs/stop.h"

FS_CALL_CHECK(edo_fs_copy_future);

static int64_t copy_run(edo_future *base)
{
    edo_fs_copy_future *fut = container_of(base, edo_fs_copy_future, base);

    fut->done = 0;
    return copy_file(fut->from, fut->to, &fut->done, &fut->stop);
}

static void copy_cancel(edo_future *base)
{
    stop_call(base, &container_of(base, edo_fs_copy_future, base)->stop);
}

static const fs_ops copy_ops = {.base = {.poll = fs_call_poll,
                                         .cancel = copy_cancel,
                                         .name = "fs_copy",
                                         .flags = EDO_FUTURE_RESTARTS},
                                .run = copy_run};

edo_fs_copy_future edo_fs_copy_async(const char *from, const char *to)
{
    edo_fs_copy_future fut = {.base = EDO_FUTURE_INIT(&copy_ops.base), .from = from, .to = to};

    if (!from || !to)
        future_settle(&fut.base, -EINVAL);
    return fut;
}

int edo_fs_copy(const char *from, const char *to, uint64_t *ret_done)
{
    edo_fs_copy_future fut = edo_fs_copy_async(from, to);
    int rc = (int)fs_await(&fut.base);

    if (ret_done)
        *ret_done = fut.done;
    return rc;
}
