/* fs/temp_name.h: names that nobody else has. Block. */
#ifndef FS_TEMP_NAME_H
#define FS_TEMP_NAME_H

#include <sys/types.h>

struct rng;

/* Where the six characters are that are to become its own: at the end of `path`; NULL: it doesn't end so. */
char *temp_name_slot(char *path);
/* Makes and opens a file, from the folder `at` on, whose name is new by the six characters at `slot`, a part
 * of `path`. Its descriptor; -EEXIST: bad luck without end; what open(2) says. */
int temp_name_open(int at, char *path, char *slot, int flags, mode_t mode);
/* The same by the caller's numbers. */
int temp_name_open_by(struct rng *random, int at, char *path, char *slot, int flags, mode_t mode);
/* The same of a folder, 0700. 0. */
int temp_name_mkdir(char *path, char *slot);

#endif
