/* fs/remove_tree.h: removing a folder with all that is in it. Blocks. */
#ifndef FS_REMOVE_TREE_H
#define FS_REMOVE_TREE_H

#include <stdbool.h>

/* 0; -ENOENT; -ENOTDIR, also of a link; -ECANCELED: `should_stop`, which is asked before each name, said so;
 * -ENOMEM, or what the system says: then the rest of it is there still. */
int remove_tree_all(const char *path, bool (*should_stop)(void *arg), void *arg);

#endif
