/* dir_batch.c: getdents64(2), of which each call is a system call for hundreds of entries. */
#include "fs/dir_batch.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/sys_path.h"

int dir_batch_fill(dir_batch *batch, int fd)
{
    ssize_t n = sys_getdents(fd, batch->room, batch->size);

    if (n == -ENOENT)
        n = 0; /* somebody has removed the folder since it was opened: nothing can be in it any more */
    batch->at = 0;
    batch->len = n > 0 ? (size_t)n : 0;
    return n > 0 ? 1 : (int)n;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

bool dir_batch_take(dir_batch *batch, dir_entry *ret)
{
    while (batch->at < batch->len) {
        const struct dirent64 *found = (const void *)(batch->room + batch->at);
        batch->at += found->d_reclen;
        if (is_dots(found->d_name))
            continue;
        *ret = (dir_entry){.name = found->d_name, .inode = found->d_ino, .type = found->d_type};
        return true;
    }
    return false;
}
