/*
 * make_dirs.c: the last folder first, for mostly the others are there; else each of them from the first on.
 *
 * Others may make the same folders at the same time: one that is there already is as good as one made here.
 */
#include "fs/make_dirs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys_path.h"

static int make_dir(const char *path, mode_t mode)
{
    struct statx found;
    int rc = sys_mkdir(path, mode);

    if (rc != -EEXIST)
        return rc;
    bool is_dir = sys_statx(AT_FDCWD, path, 0, &found) == 0 && S_ISDIR(found.stx_mode);
    return is_dir ? 0 : -EEXIST;
}

/* Those before the last. */
static int make_parents(char *path)
{
    char *end = path + strspn(path, "/");
    int rc = 0;

    while (rc == 0 && (end = strchr(end, '/')) && end[strspn(end, "/")]) {
        *end = '\0';
        rc = make_dir(path, 0777);
        *end = '/';
        end += strspn(end, "/");
    }
    return rc == -EEXIST ? -ENOTDIR : rc;
}

int make_dirs(const char *path, mode_t mode)
{
    int rc = make_dir(path, mode);

    if (rc != -ENOENT)
        return rc;
    char *copy = strdup(path);
    if (!copy)
        return -ENOMEM;
    rc = make_parents(copy);
    free(copy);
    return rc < 0 ? rc : make_dir(path, mode);
}
