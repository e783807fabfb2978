/*
 * remove_tree.c: removing a folder with all that is in it, while others may change it.
 *
 * No way out  Who may write into the tree may put a link in the place of a folder at any time. So nothing is
 *             looked up by a path of several names: each folder is opened from the one that it lies in,
 *             without following links, and each name is removed from an open folder. What a link points to is
 *             never opened.
 * Depth       Each level has its folder open, up to a limit; the one before these is closed, and opened again
 *             as ".." of the level below. If somebody has moved that one elsewhere meanwhile, its ".." is
 *             another folder: so it has to be the one that was left, by device and inode.
 * Others      What was removed meanwhile is as good as what was removed here. What is put in meanwhile may be
 *             found or not: a folder that isn't empty at its end is read once more, while that finds anything.
 */
#include "fs/remove_tree.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "base/sys_path.h"
#include "fs/dir_batch.h"

enum {
    LEVELS_OPEN = 32, /* at most, whatever the tree's depth */
    BATCH = 4096      /* bytes of entries, a level */
};

typedef struct level {
    struct level *up; /* NULL: the tree's own folder */
    int fd;           /* -1: it is closed for a while */
    bool found;       /* something, since it was read from its beginning */
    uint64_t device, inode;
    dir_batch batch;
    char *name; /* in the level above, behind the batch's room; the first's is the whole path */
} level;

typedef struct remove_tree {
    level *lowest;
} remove_tree;

static void level_free(level *l)
{
    if (l->fd >= 0)
        sys_close(l->fd);
    free(l);
}

static int identify(level *l)
{
    struct statx found;
    int rc = sys_statx(l->fd, "", AT_EMPTY_PATH, &found);

    if (rc < 0)
        return rc;
    l->device = (uint64_t)found.stx_dev_major << 32 | found.stx_dev_minor;
    l->inode = found.stx_ino;
    return 0;
}

static int open_folder(int at, const char *name)
{
    return sys_openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
}

static int level_new(int at, const char *name, size_t len, level **ret)
{
    level *l = malloc(sizeof *l + BATCH + len + 1);

    if (!l)
        return -ENOMEM;
    *l = (level){.batch = {.room = (char *)(l + 1), .size = BATCH}};
    l->name = memcpy(l->batch.room + BATCH, name, len);
    l->name[len] = 0;
    l->fd = open_folder(at, l->name);
    int rc = l->fd < 0 ? l->fd : identify(l);
    if (rc < 0) {
        level_free(l);
        return rc;
    }
    *ret = l;
    return 0;
}

/* Closes the one that is too far up to stay open. */
static void shed(const remove_tree *tree)
{
    level *l = tree->lowest;

    for (unsigned i = 0; l && i < LEVELS_OPEN; i++)
        l = l->up;
    if (!l || l->fd < 0)
        return;
    sys_close(l->fd);
    l->fd = -1;
}

static int descend(remove_tree *tree, const char *name)
{
    level *l;
    int rc = level_new(tree->lowest->fd, name, strlen(name), &l);

    if (rc < 0)
        return rc;
    l->up = tree->lowest;
    tree->lowest = l;
    shed(tree);
    return 0;
}

/* Opens the level above again, from this one. What is left of its batch comes first, then all of it anew. */
static int reopen(level *up, int below)
{
    uint64_t device = up->device, inode = up->inode;

    up->fd = sys_openat(below, "..", O_RDONLY | O_DIRECTORY, 0);
    int rc = up->fd < 0 ? up->fd : identify(up);
    if (rc == 0 && (up->device != device || up->inode != inode))
        rc = -ESTALE;
    return rc;
}

/* Somebody else may have removed it. */
static int gone(int rc)
{
    return rc == -ENOENT ? 0 : rc;
}

static int remove_name(remove_tree *tree, const dir_entry *entry)
{
    int fd = tree->lowest->fd, rc = -EISDIR;

    if (entry->type != DT_DIR)
        rc = sys_unlinkat(fd, entry->name, 0); /* without trying to open it */
    /* Either as folders are refused by unlink(2). */
    if (rc != -EISDIR && rc != -EPERM)
        return gone(rc);
    rc = descend(tree, entry->name);
    if (rc == -ENOTDIR || rc == -ELOOP) /* it isn't one, or not any more */
        rc = sys_unlinkat(fd, entry->name, 0);
    return gone(rc);
}

/* The folder was read to its end. */
static int ascend(remove_tree *tree)
{
    level *l = tree->lowest, *up = l->up;
    int rc = up && up->fd < 0 ? reopen(up, l->fd) : 0;

    if (rc < 0)
        return rc;
    rc = gone(sys_unlinkat(up ? up->fd : AT_FDCWD, l->name, AT_REMOVEDIR));
    if ((rc == -ENOTEMPTY || rc == -EEXIST) && l->found) {
        l->found = false;
        return sys_rewind_dents(l->fd);
    }
    if (rc < 0)
        return rc;
    tree->lowest = up;
    level_free(l);
    return 0;
}

/* One name, or more of them to see. */
static int step(remove_tree *tree)
{
    level *l = tree->lowest;
    dir_entry entry;

    if (dir_batch_take(&l->batch, &entry)) {
        l->found = true;
        return remove_name(tree, &entry);
    }
    int rc = dir_batch_fill(&l->batch, l->fd);
    return rc == 0 ? ascend(tree) : rc < 0 ? rc : 0;
}

/* Without the slashes at its end: with one, a link is followed in spite of O_NOFOLLOW. */
static size_t length_of(const char *path)
{
    size_t len = strlen(path);

    while (len > 1 && path[len - 1] == '/')
        len--;
    return len;
}

int remove_tree_all(const char *path, bool (*should_stop)(void *arg), void *arg)
{
    remove_tree tree = {NULL};
    int rc = level_new(AT_FDCWD, path, length_of(path), &tree.lowest);

    while (rc == 0 && tree.lowest)
        rc = should_stop(arg) ? -ECANCELED : step(&tree);
    while (tree.lowest) {
        level *l = tree.lowest;
        tree.lowest = l->up;
        level_free(l);
    }
    return rc;
}
