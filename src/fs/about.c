/* about.c: what is at a path: whether anything, its metadata, and changing that. */
#include <errno.h>

#include "base/sys.h"
#include "fs/metadata.h"
#include "fs/names.h"

static const edo_fs_future *of(const edo_future *base)
{
    return container_of(base, edo_fs_future, base);
}

/* ---- asking -------------------------------------------------------------------------------- */

static int64_t metadata_run(edo_future *base)
{
    return metadata_at(AT_FDCWD, of(base)->path, 0, of(base)->ret);
}

static int64_t symlink_metadata_run(edo_future *base)
{
    return metadata_at(AT_FDCWD, of(base)->path, AT_SYMLINK_NOFOLLOW, of(base)->ret);
}

static int64_t exists(int rc)
{
    return rc == -ENOENT ? 0 : rc < 0 ? rc : 1;
}

static int64_t try_exists_run(edo_future *base)
{
    edo_metadata unused;

    return exists(metadata_at(AT_FDCWD, of(base)->path, 0, &unused));
}

/* Any other failure may be one of asking in this way. */
static int64_t try_exists_now(edo_future *base)
{
    int fd = sys_open_cached(of(base)->path, O_PATH);

    if (fd >= 0)
        sys_close(fd);
    return fd >= 0 || fd == -ENOENT ? exists(fd) : -EAGAIN;
}

static const fs_ops metadata_ops = FS_OPS("fs_metadata", metadata_run);
static const fs_ops symlink_metadata_ops = FS_OPS("fs_symlink_metadata", symlink_metadata_run);
static const fs_ops try_exists_ops =
    FS_OPS_WITH("fs_try_exists", try_exists_run, try_exists_now, NULL);

static edo_fs_future asking(const fs_ops *ops, const char *path, edo_metadata *ret)
{
    edo_fs_future fut = fs_name(ops, ret ? path : NULL, "");

    fut.ret = ret;
    return fut;
}

edo_fs_future edo_fs_metadata_async(const char *path, edo_metadata *ret_metadata)
{
    return asking(&metadata_ops, path, ret_metadata);
}

int edo_fs_metadata(const char *path, edo_metadata *ret_metadata)
{
    edo_fs_future fut = edo_fs_metadata_async(path, ret_metadata);

    return (int)fs_await(&fut.base);
}

edo_fs_future edo_fs_symlink_metadata_async(const char *path, edo_metadata *ret_metadata)
{
    return asking(&symlink_metadata_ops, path, ret_metadata);
}

int edo_fs_symlink_metadata(const char *path, edo_metadata *ret_metadata)
{
    edo_fs_future fut = edo_fs_symlink_metadata_async(path, ret_metadata);

    return (int)fs_await(&fut.base);
}

edo_fs_future edo_fs_try_exists_async(const char *path)
{
    return fs_name(&try_exists_ops, path, "");
}

int edo_fs_try_exists(const char *path)
{
    edo_fs_future fut = edo_fs_try_exists_async(path);

    return (int)fs_await(&fut.base);
}

/* ---- changing ------------------------------------------------------------------------------ */

static int64_t set_permissions_run(edo_future *base)
{
    return sys_chmod(of(base)->path, (mode_t)of(base)->mode);
}

static int64_t set_times_run(edo_future *base)
{
    return sys_utimensat(AT_FDCWD, of(base)->path, of(base)->times, (int)of(base)->mode);
}

static const fs_ops set_permissions_ops = FS_OPS("fs_set_permissions", set_permissions_run);
static const fs_ops set_times_ops = FS_OPS("fs_set_times", set_times_run);

edo_fs_future edo_fs_set_permissions_async(const char *path, unsigned mode)
{
    edo_fs_future fut = fs_name(&set_permissions_ops, mode <= 07777 ? path : NULL, "");

    fut.mode = mode;
    return fut;
}

int edo_fs_set_permissions(const char *path, unsigned mode)
{
    edo_fs_future fut = edo_fs_set_permissions_async(path, mode);

    return (int)fs_await(&fut.base);
}

static edo_fs_future setting(const char *path, const edo_file_times *times, unsigned flags)
{
    edo_fs_future fut = fs_name(&set_times_ops, times ? path : NULL, "");

    fut.mode = flags;
    if (times)
        file_times_to_pair(times, fut.times);
    return fut;
}

edo_fs_future edo_fs_set_times_async(const char *path, const edo_file_times *times)
{
    return setting(path, times, 0);
}

int edo_fs_set_times(const char *path, const edo_file_times *times)
{
    edo_fs_future fut = edo_fs_set_times_async(path, times);

    return (int)fs_await(&fut.base);
}

edo_fs_future edo_fs_set_symlink_times_async(const char *path, const edo_file_times *times)
{
    return setting(path, times, AT_SYMLINK_NOFOLLOW);
}

int edo_fs_set_symlink_times(const char *path, const edo_file_times *times)
{
    edo_fs_future fut = edo_fs_set_symlink_times_async(path, times);

    return (int)fs_await(&fut.base);
}
