/* fs/metadata.h: asking the system for metadata, and setting times. These block. */
#ifndef FS_METADATA_H
#define FS_METADATA_H

#include <edo/metadata.h>

#include "base/sys_path.h"

/* What is at `path`, from the folder `at` on; of a link what it points to, unless AT_SYMLINK_NOFOLLOW is
 * in `flags`. 0, or what statx(2) says. */
int metadata_at(int at, const char *path, int flags, edo_metadata *ret);
/* Of an open file. */
int metadata_of(int fd, edo_metadata *ret);
/* As edo_metadata has it: of st_mode; of what a folder's entry says. */
edo_file_type file_type_of_mode(unsigned mode);
edo_file_type file_type_of_entry(unsigned char d_type);
/* As utimensat(2) takes them. */
void file_times_to_pair(const edo_file_times *times, struct timespec ret[2]);

#endif
