/* fs/copy_file.h: the bytes of one open file to another, by the kernel where it can. Blocks. */
#ifndef FS_COPY_FILE_H
#define FS_COPY_FILE_H

#include <stdint.h>

/* From where both stand to the end of `from`. *done grows with what was written. 0; -ECANCELED: `stop` was set,
 * which is looked at now and then; -ENOMEM; what the system says. */
int copy_bytes(int from, int to, uint64_t *done, uint32_t *stop);
/* The file at `from` to the path `to`, with its permissions: see edo_fs_copy. */
int copy_file(const char *from, const char *to, uint64_t *done, uint32_t *stop);

#endif
