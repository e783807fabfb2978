/* fs/make_dirs.h: a folder with those that it is to lie in. Blocks. */
#ifndef FS_MAKE_DIRS_H
#define FS_MAKE_DIRS_H

#include <sys/types.h>

/* 0, also when it is there; -EEXIST: something else is; -ENOMEM; what mkdir(2) says. `mode` is the last
 * one's. */
int make_dirs(const char *path, mode_t mode);

#endif
