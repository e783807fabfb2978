/* file_ops.c: what else is done with an open file: syncing, its length and mode, giving back its descriptor. */
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "await/await.h"
#include "base/sys.h"
#include "base/sys_file.h"
#include "base/sys_path.h"
#include "fs/file.h"
#include "fs/file_op.h"
#include "fs/metadata.h"
#include "sched/job.h"
#include "sync/permits.h"

_Static_assert(sizeof(edo_file_future) <= 256, "net-048");

static edo_file_future *future_of(edo_file_op *op)
{
    return container_of(op, edo_file_future, op);
}

static int64_t sync_all_run(edo_file_op *op)
{
    return sys_file_sync(op->file->fd);
}

static int64_t sync_data_run(edo_file_op *op)
{
    return sys_file_sync_data(op->file->fd);
}

static int64_t set_len_run(edo_file_op *op)
{
    return sys_file_set_len(op->file->fd, future_of(op)->value);
}

static int64_t set_mode_run(edo_file_op *op)
{
    return sys_fchmod(op->file->fd, (mode_t)future_of(op)->value);
}

static int64_t metadata_run(edo_file_op *op)
{
    return metadata_of(op->file->fd, future_of(op)->ret);
}

static int64_t set_times_run(edo_file_op *op)
{
    return sys_futimens(op->file->fd, future_of(op)->times);
}

/* The kernel's position as ours, the source ended. The handle is as it was unless this is 0. */
static int release(edo_file *file)
{
    int fd;

    if (file->src)
        return source_release(file->src, &fd);
    if (file->cursor)
        (void)sys_file_seek(file->fd, a_load(&file->cursor->position, relaxed), SEEK_SET);
    return 0;
}

/* All uses are held, and nobody gets one any more: who waits for one is told so, and has a reference. */
static void give_away(edo_file *file, int *ret_fd)
{
    *ret_fd = file->fd;
    file->fd = -1;
    file->src = NULL;
    permits_close(&file->uses);
}

static int64_t into_fd_run(edo_file_op *op)
{
    int rc = release(op->file);

    if (rc < 0)
        return rc;
    give_away(op->file, future_of(op)->ret);
    return 0;
}

#define AFTER_ALL .takes = FILE_USES, .keeps = 1
static const file_op_kind sync_all_kind = {.run = sync_all_run, AFTER_ALL};
static const file_op_kind sync_data_kind = {.run = sync_data_run, AFTER_ALL};
static const file_op_kind set_len_kind = {.run = set_len_run, .takes = 1, .keeps = 1};
static const file_op_kind set_mode_kind = {.run = set_mode_run, .takes = 1, .keeps = 1};
static const file_op_kind metadata_kind = {.run = metadata_run, .takes = 1, .keeps = 1};
static const file_op_kind set_times_kind = {.run = set_times_run, .takes = 1, .keeps = 1};
static const file_op_kind into_fd_kind = {
    .run = into_fd_run, .now = into_fd_run, .takes = FILE_USES, .keeps = FILE_USES};

static edo_poll op_poll_of(edo_future *base, const edo_waker *waker)
{
    edo_file_future *fut = container_of(base, edo_file_future, base);

    if (file_op_poll_of(&fut->op, base, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (fut->op.kind == &into_fd_kind && fut->op.result == 0)
        (void)file_unref(fut->op.file); /* the handle's */
    return edo_future_finish(base, fut->op.result);
}

static void op_cancel_of(edo_future *base)
{
    file_op_cancel(&container_of(base, edo_file_future, base)->op);
}

#define OP_OPS(what)                                                                               \
    {                                                                                              \
        .poll = op_poll_of, .cancel = op_cancel_of, .name = what, .flags = EDO_FUTURE_RESTARTS     \
    }
static const edo_future_ops sync_all_ops = OP_OPS("file_sync_all");
static const edo_future_ops sync_data_ops = OP_OPS("file_sync_data");
static const edo_future_ops set_len_ops = OP_OPS("file_set_len");
static const edo_future_ops set_mode_ops = OP_OPS("file_set_permissions");
static const edo_future_ops metadata_ops = OP_OPS("file_metadata");
static const edo_future_ops set_times_ops = OP_OPS("file_set_times");
static const edo_future_ops into_fd_ops = OP_OPS("file_into_fd");

static edo_file_future make(const edo_future_ops *ops, const file_op_kind *kind, edo_file *file,
                            int64_t value)
{
    edo_file_future fut = {
        .base = EDO_FUTURE_INIT(ops), .op = {.kind = kind, .file = file}, .value = value};

    if (!file)
        future_settle(&fut.base, -EINVAL);
    return fut;
}

static int finish(edo_file_future *fut)
{
    if (future_is_done(&fut->base))
        return (int)fut->base.result;
    return (int)await_directly(await_may_try(), &fut->base, op_poll_of);
}

edo_file_future edo_file_sync_all_async(edo_file *file)
{
    return make(&sync_all_ops, &sync_all_kind, file, 0);
}

int edo_file_sync_all(edo_file *file)
{
    edo_file_future fut = edo_file_sync_all_async(file);

    return finish(&fut);
}

edo_file_future edo_file_sync_data_async(edo_file *file)
{
    return make(&sync_data_ops, &sync_data_kind, file, 0);
}

int edo_file_sync_data(edo_file *file)
{
    edo_file_future fut = edo_file_sync_data_async(file);

    return finish(&fut);
}

edo_file_future edo_file_set_len_async(edo_file *file, int64_t size)
{
    edo_file_future fut = make(&set_len_ops, &set_len_kind, file, size);

    if (size < 0)
        future_settle(&fut.base, -EINVAL);
    return fut;
}

int edo_file_set_len(edo_file *file, int64_t size)
{
    edo_file_future fut = edo_file_set_len_async(file, size);

    return finish(&fut);
}

edo_file_future edo_file_set_permissions_async(edo_file *file, mode_t mode)
{
    return make(&set_mode_ops, &set_mode_kind, file, (int64_t)mode);
}

int edo_file_set_permissions(edo_file *file, mode_t mode)
{
    edo_file_future fut = edo_file_set_permissions_async(file, mode);

    return finish(&fut);
}

edo_file_future edo_file_metadata_async(edo_file *file, edo_metadata *ret_metadata)
{
    edo_file_future fut = make(&metadata_ops, &metadata_kind, file, 0);

    fut.ret = ret_metadata;
    if (!ret_metadata)
        future_settle(&fut.base, -EINVAL);
    return fut;
}

int edo_file_metadata(edo_file *file, edo_metadata *ret_metadata)
{
    edo_file_future fut = edo_file_metadata_async(file, ret_metadata);

    return finish(&fut);
}

edo_file_future edo_file_set_times_async(edo_file *file, const edo_file_times *times)
{
    edo_file_future fut = make(&set_times_ops, &set_times_kind, file, 0);

    if (times)
        file_times_to_pair(times, fut.times);
    else
        future_settle(&fut.base, -EINVAL);
    return fut;
}

int edo_file_set_times(edo_file *file, const edo_file_times *times)
{
    edo_file_future fut = edo_file_set_times_async(file, times);

    return finish(&fut);
}

edo_file_future edo_file_into_fd_async(edo_file *file, int *ret_fd)
{
    edo_file_future fut = make(&into_fd_ops, &into_fd_kind, file, 0);

    fut.ret = ret_fd;
    if (!ret_fd)
        future_settle(&fut.base, -EINVAL);
    return fut;
}

int edo_file_into_fd(edo_file *file, int *ret_fd)
{
    edo_file_future fut = edo_file_into_fd_async(file, ret_fd);

    return finish(&fut);
}

int edo_file_try_into_fd(edo_file *file, int *ret_fd)
{
    if (!file || !ret_fd)
        return -EINVAL;
    if (permits_try(&file->uses, FILE_USES) < 0)
        return -EBUSY;
    int rc = release(file);
    if (rc < 0) {
        permits_release(&file->uses, FILE_USES);
        return rc;
    }
    give_away(file, ret_fd);
    (void)file_unref(file);
    return 0;
}
