/* links.c: where a link points to, and the path that is left when all links are gone through. */
#include <errno.h>
#include <stdlib.h>

#include "base/sys.h"
#include "base/sys_path.h"
#include "fs/names.h"

/* Doubled until a target has room, for no call tells how long it is. */
enum { FIRST_ROOM = 128 };

static int64_t read_link_run(edo_future *base)
{
    edo_fs_future *fut = container_of(base, edo_fs_future, base);
    char *target = NULL;

    for (size_t room = FIRST_ROOM;; room *= 2) {
        char *larger = realloc(target, room);
        ssize_t n = larger ? sys_readlink(fut->path, larger, room) : -ENOMEM;
        if (larger)
            target = larger;
        if (n < 0) {
            free(target);
            return n;
        }
        if ((size_t)n < room) {
            target[n] = '\0';
            *(char **)fut->ret = target;
            return 0;
        }
    }
}

static int64_t canonicalize_run(edo_future *base)
{
    edo_fs_future *fut = container_of(base, edo_fs_future, base);

    return sys_realpath(fut->path, fut->ret);
}

static void free_text(edo_future *base)
{
    char **text = container_of(base, edo_fs_future, base)->ret;

    free(*text);
    *text = NULL;
    base->result = -ECANCELED;
}

static const fs_ops read_link_ops = FS_OPS_WITH("fs_read_link", read_link_run, NULL, free_text);
static const fs_ops canonicalize_ops =
    FS_OPS_WITH("fs_canonicalize", canonicalize_run, NULL, free_text);

static edo_fs_future text_of(const fs_ops *ops, const char *path, char **ret)
{
    edo_fs_future fut = fs_name(ops, ret ? path : NULL, "");

    fut.ret = ret;
    return fut;
}

edo_fs_future edo_fs_read_link_async(const char *path, char **ret_target)
{
    return text_of(&read_link_ops, path, ret_target);
}

int edo_fs_read_link(const char *path, char **ret_target)
{
    edo_fs_future fut = edo_fs_read_link_async(path, ret_target);

    return (int)fs_await(&fut.base);
}

edo_fs_future edo_fs_canonicalize_async(const char *path, char **ret_path)
{
    return text_of(&canonicalize_ops, path, ret_path);
}

int edo_fs_canonicalize(const char *path, char **ret_path)
{
    edo_fs_future fut = edo_fs_canonicalize_async(path, ret_path);

    return (int)fs_await(&fut.base);
}
