/* names.c: operations on names that are one call of the system. */
#include <edo/fs.h>

#include <errno.h>
#include <stdlib.h>

#include "base/sys.h"
#include "base/sys_path.h"
#include "fs/fs_call.h"
#include "fs/make_dirs.h"
#include "fs/names.h"

FS_CALL_CHECK(edo_fs_future);

edo_fs_future fs_name(const fs_ops *ops, const char *path, const char *other)
{
    edo_fs_future fut = {.base = EDO_FUTURE_INIT(&ops->base), .path = path, .other = other};

    if (!path || !other)
        future_settle(&fut.base, -EINVAL);
    return fut;
}

/* ---- folders ------------------------------------------------------------------------------- */

static int64_t create_dir_run(edo_future *base)
{
    const edo_fs_future *fut = container_of(base, edo_fs_future, base);

    return sys_mkdir(fut->path, (mode_t)fut->mode);
}

static int64_t create_dir_all_run(edo_future *base)
{
    const edo_fs_future *fut = container_of(base, edo_fs_future, base);

    return make_dirs(fut->path, (mode_t)fut->mode);
}

static const fs_ops create_dir_ops = FS_OPS("fs_create_dir", create_dir_run);
static const fs_ops create_dir_all_ops = FS_OPS("fs_create_dir_all", create_dir_all_run);

edo_fs_future edo_fs_create_dir_with_async(const char *path, const edo_fs_create_dir_opts *opts)
{
    bool recursive = opts && opts->recursive;
    edo_fs_future fut = fs_name(recursive ? &create_dir_all_ops : &create_dir_ops, path, "");

    fut.mode = opts && opts->mode ? opts->mode : 0777;
    return fut;
}

int edo_fs_create_dir_with(const char *path, const edo_fs_create_dir_opts *opts)
{
    edo_fs_future fut = edo_fs_create_dir_with_async(path, opts);

    return (int)fs_await(&fut.base);
}

edo_fs_future edo_fs_create_dir_async(const char *path)
{
    return edo_fs_create_dir_with_async(path, NULL);
}

edo_fs_future edo_fs_create_dir_all_async(const char *path)
{
    const edo_fs_create_dir_opts all = {.recursive = true};

    return edo_fs_create_dir_with_async(path, &all);
}

static int64_t remove_dir_run(edo_future *base)
{
    return sys_unlinkat(AT_FDCWD, container_of(base, edo_fs_future, base)->path, AT_REMOVEDIR);
}

static const fs_ops remove_dir_ops = FS_OPS("fs_remove_dir", remove_dir_run);

edo_fs_future edo_fs_remove_dir_async(const char *path)
{
    return fs_name(&remove_dir_ops, path, "");
}

/* ---- files and links ----------------------------------------------------------------------- */

static int64_t remove_file_run(edo_future *base)
{
    return sys_unlinkat(AT_FDCWD, container_of(base, edo_fs_future, base)->path, 0);
}

static int64_t rename_run(edo_future *base)
{
    const edo_fs_future *fut = container_of(base, edo_fs_future, base);

    return sys_rename(fut->path, fut->other);
}

static int64_t hard_link_run(edo_future *base)
{
    const edo_fs_future *fut = container_of(base, edo_fs_future, base);

    return sys_link(fut->path, fut->other);
}

static int64_t symlink_run(edo_future *base)
{
    const edo_fs_future *fut = container_of(base, edo_fs_future, base);

    return sys_symlink(fut->path, fut->other);
}

static const fs_ops remove_file_ops = FS_OPS("fs_remove_file", remove_file_run);
static const fs_ops rename_ops = FS_OPS("fs_rename", rename_run);
static const fs_ops hard_link_ops = FS_OPS("fs_hard_link", hard_link_run);
static const fs_ops symlink_ops = FS_OPS("fs_symlink", symlink_run);

edo_fs_future edo_fs_remove_file_async(const char *path)
{
    return fs_name(&remove_file_ops, path, "");
}

edo_fs_future edo_fs_rename_async(const char *from, const char *to)
{
    return fs_name(&rename_ops, from, to);
}

edo_fs_future edo_fs_hard_link_async(const char *from, const char *to)
{
    return fs_name(&hard_link_ops, from, to);
}

edo_fs_future edo_fs_symlink_async(const char *target, const char *path)
{
    return fs_name(&symlink_ops, target, path);
}

/* ---- direct forms -------------------------------------------------------------------------- */

int edo_fs_create_dir(const char *path)
{
    return edo_fs_create_dir_with(path, NULL);
}

int edo_fs_create_dir_all(const char *path)
{
    const edo_fs_create_dir_opts all = {.recursive = true};

    return edo_fs_create_dir_with(path, &all);
}

int edo_fs_remove_dir(const char *path)
{
    edo_fs_future fut = edo_fs_remove_dir_async(path);

    return (int)fs_await(&fut.base);
}

int edo_fs_remove_file(const char *path)
{
    edo_fs_future fut = edo_fs_remove_file_async(path);

    return (int)fs_await(&fut.base);
}

int edo_fs_rename(const char *from, const char *to)
{
    edo_fs_future fut = edo_fs_rename_async(from, to);

    return (int)fs_await(&fut.base);
}

int edo_fs_hard_link(const char *from, const char *to)
{
    edo_fs_future fut = edo_fs_hard_link_async(from, to);

    return (int)fs_await(&fut.base);
}

int edo_fs_symlink(const char *target, const char *path)
{
    edo_fs_future fut = edo_fs_symlink_async(target, path);

    return (int)fs_await(&fut.base);
}
