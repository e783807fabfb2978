/* mktemp.c: edo_fs_mkdtemp and edo_fs_mkstemp. */
#include <errno.h>

#include "base/sys.h"
#include "base/sys_path.h"
#include "fs/names.h"
#include "fs/temp_name.h"

/* `path` is const in the future, and the caller's to be written to: `other` is its slot. */
static char *path_of(const edo_fs_future *fut)
{
    return (char *)fut->path;
}

static int64_t mkdtemp_run(edo_future *base)
{
    const edo_fs_future *fut = container_of(base, edo_fs_future, base);

    return temp_name_mkdir(path_of(fut), (char *)fut->other);
}

static int64_t mkstemp_run(edo_future *base)
{
    const edo_fs_future *fut = container_of(base, edo_fs_future, base);
    int fd = temp_name_open(AT_FDCWD, path_of(fut), (char *)fut->other, O_RDWR, 0600);

    if (fd < 0)
        return fd;
    *(int *)fut->ret = fd;
    return 0;
}

static void mkdtemp_put_back(edo_future *base)
{
    (void)sys_unlinkat(AT_FDCWD, container_of(base, edo_fs_future, base)->path, AT_REMOVEDIR);
    base->result = -ECANCELED;
}

static void mkstemp_put_back(edo_future *base)
{
    edo_fs_future *fut = container_of(base, edo_fs_future, base);
    int *fd = fut->ret;

    (void)sys_unlinkat(AT_FDCWD, fut->path, 0);
    sys_close(*fd);
    *fd = -1;
    base->result = -ECANCELED;
}

static const fs_ops mkdtemp_ops = FS_OPS_WITH("fs_mkdtemp", mkdtemp_run, NULL, mkdtemp_put_back);
static const fs_ops mkstemp_ops = FS_OPS_WITH("fs_mkstemp", mkstemp_run, NULL, mkstemp_put_back);

edo_fs_future edo_fs_mkdtemp_async(char *path)
{
    return fs_name(&mkdtemp_ops, path, path ? temp_name_slot(path) : NULL);
}

int edo_fs_mkdtemp(char *path)
{
    edo_fs_future fut = edo_fs_mkdtemp_async(path);

    return (int)fs_await(&fut.base);
}

edo_fs_future edo_fs_mkstemp_async(char *path, int *ret_fd)
{
    edo_fs_future fut =
        fs_name(&mkstemp_ops, ret_fd ? path : NULL, path ? temp_name_slot(path) : NULL);

    fut.ret = ret_fd;
    return fut;
}

int edo_fs_mkstemp(char *path, int *ret_fd)
{
    edo_fs_future fut = edo_fs_mkstemp_async(path, ret_fd);

    return (int)fs_await(&fut.base);
}
