/*
 * dir.c: an open folder, with the entries that were read of it and not given out.
 *
 * A next that needs no call of the system gives what is in the batch. `before` is where the batch stood then, so
 * that a losing arm's entry can be put back: nobody fills the batch between the two.
 */
#include <edo/dir.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "base/sys_path.h"
#include "fs/dir_batch.h"
#include "fs/metadata.h"
#include "fs/names.h"

enum {
    BATCH = 32768,   /* bytes: a thousand entries of short names */
    NAME_ROOM = 1024 /* a name has 255 bytes at most on most file systems */
};

struct edo_dir {
    int fd;
    bool ended;
    dir_batch batch;
    size_t before;
    size_t path_len; /* with the '/' */
    char *path;      /* behind the batch's room; after the folder's own there is room for a name */
};

static int dir_new(const char *path, edo_dir **ret)
{
    size_t len = strlen(path);
    edo_dir *dir = malloc(sizeof *dir + BATCH + len + 1 + NAME_ROOM);

    if (!dir)
        return -ENOMEM;
    *dir = (edo_dir){.batch = {.room = (char *)(dir + 1), .size = BATCH}};
    dir->path = memcpy(dir->batch.room + BATCH, path, len);
    if (len > 0 && path[len - 1] != '/')
        dir->path[len++] = '/';
    dir->path_len = len;
    dir->fd = sys_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
    if (dir->fd < 0) {
        int rc = dir->fd;
        free(dir);
        return rc;
    }
    *ret = dir;
    return 0;
}

static int64_t open_run(edo_future *base)
{
    edo_fs_future *fut = container_of(base, edo_fs_future, base);

    return dir_new(fut->path, fut->ret);
}

static void open_put_back(edo_future *base)
{
    edo_dir **dir = container_of(base, edo_fs_future, base)->ret;

    edo_dir_close(*dir);
    *dir = NULL;
    base->result = -ECANCELED;
}

static const fs_ops open_ops = FS_OPS_WITH("dir_open", open_run, NULL, open_put_back);

edo_fs_future edo_dir_open_async(const char *path, edo_dir **ret_dir)
{
    edo_fs_future fut = fs_name(&open_ops, ret_dir ? path : NULL, "");

    fut.ret = ret_dir;
    return fut;
}

int edo_dir_open(const char *path, edo_dir **ret_dir)
{
    edo_fs_future fut = edo_dir_open_async(path, ret_dir);

    return (int)fs_await(&fut.base);
}

void edo_dir_close(edo_dir *dir)
{
    if (!dir)
        return;
    sys_close(dir->fd);
    free(dir);
}

int edo_dir_fd(const edo_dir *dir)
{
    return dir ? dir->fd : -EINVAL;
}

/* ---- entries ------------------------------------------------------------------------------- */

/* Some file systems don't tell with the name. */
static edo_file_type ask_type(const edo_dir *dir, const char *name)
{
    edo_metadata found;

    return metadata_at(dir->fd, name, AT_SYMLINK_NOFOLLOW, &found) == 0 ? found.type
                                                                        : EDO_FILE_UNKNOWN;
}

static int give(edo_dir *dir, const dir_entry *entry, edo_file_type type, edo_dir_entry *ret)
{
    size_t size = strlen(entry->name) + 1;

    if (size > NAME_ROOM)
        return -ENAMETOOLONG;
    memcpy(dir->path + dir->path_len, entry->name, size);
    *ret = (edo_dir_entry){
        .name = dir->path + dir->path_len, .path = dir->path, .type = type, .inode = entry->inode};
    return 1;
}

/* Without a call of the system; -EAGAIN: it takes one. */
static int64_t next_now(edo_future *base)
{
    edo_dir_next_future *fut = container_of(base, edo_dir_next_future, base);
    edo_dir *dir = fut->dir;
    dir_entry entry;

    dir->before = dir->batch.at;
    if (!dir_batch_take(&dir->batch, &entry))
        return dir->ended ? 0 : -EAGAIN;
    edo_file_type type = file_type_of_entry(entry.type);
    if (type != EDO_FILE_UNKNOWN)
        return give(dir, &entry, type, fut->ret_entry);
    dir->batch.at = dir->before;
    return -EAGAIN;
}

static int64_t next_run(edo_future *base)
{
    edo_dir_next_future *fut = container_of(base, edo_dir_next_future, base);
    edo_dir *dir = fut->dir;
    dir_entry entry;

    for (;;) {
        dir->before = dir->batch.at;
        if (dir_batch_take(&dir->batch, &entry))
            break;
        int rc = dir->ended ? 0 : dir_batch_fill(&dir->batch, dir->fd);
        dir->ended = rc == 0;
        if (rc <= 0)
            return rc;
    }
    edo_file_type type = file_type_of_entry(entry.type);
    if (type == EDO_FILE_UNKNOWN)
        type = ask_type(dir, entry.name);
    return give(dir, &entry, type, fut->ret_entry);
}

static void next_put_back(edo_future *base)
{
    edo_dir *dir = container_of(base, edo_dir_next_future, base)->dir;

    if (base->result == 0)
        return; /* the end takes nothing */
    dir->batch.at = dir->before;
    base->result = -ECANCELED;
}

static const fs_ops next_ops = FS_OPS_WITH("dir_next", next_run, next_now, next_put_back);

FS_CALL_CHECK(edo_dir_next_future);

edo_dir_next_future edo_dir_next_async(edo_dir *dir, edo_dir_entry *ret_entry)
{
    edo_dir_next_future fut = {
        .base = EDO_FUTURE_INIT(&next_ops.base), .dir = dir, .ret_entry = ret_entry};

    if (!dir || !ret_entry)
        future_settle(&fut.base, -EINVAL);
    return fut;
}

int edo_dir_next(edo_dir *dir, edo_dir_entry *ret_entry)
{
    edo_dir_next_future fut = edo_dir_next_async(dir, ret_entry);

    return (int)fs_await(&fut.base);
}

int edo_dir_rewind(edo_dir *dir)
{
    if (!dir)
        return -EINVAL;
    dir->batch.at = dir->batch.len = 0;
    dir->ended = false;
    return sys_rewind_dents(dir->fd);
}

/* ---- metadata ------------------------------------------------------------------------------ */

static int64_t metadata_run(edo_future *base)
{
    edo_fs_future *fut = container_of(base, edo_fs_future, base);

    return metadata_at((int)fut->mode, fut->path, AT_SYMLINK_NOFOLLOW, fut->ret);
}

static const fs_ops metadata_ops = FS_OPS("dir_metadata", metadata_run);

edo_fs_future edo_dir_metadata_async(edo_dir *dir, const char *name, edo_metadata *ret_metadata)
{
    edo_fs_future fut = fs_name(&metadata_ops, dir && ret_metadata ? name : NULL, "");

    fut.ret = ret_metadata;
    fut.mode = dir ? (unsigned)dir->fd : 0;
    return fut;
}

int edo_dir_metadata(edo_dir *dir, const char *name, edo_metadata *ret_metadata)
{
    edo_fs_future fut = edo_dir_metadata_async(dir, name, ret_metadata);

    return (int)fs_await(&fut.base);
}
