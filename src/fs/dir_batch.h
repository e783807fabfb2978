/* fs/dir_batch.h: the entries of an open folder, as many at a time as a buffer has room for. Blocks. */
#ifndef FS_DIR_BATCH_H
#define FS_DIR_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct dir_batch {
    char *room; /* aligned as malloc aligns */
    size_t size;
    size_t at, len; /* entries that have not been taken */
} dir_batch;

/* In the batch, until it is filled anew. */
typedef struct dir_entry {
    const char *name;
    uint64_t inode;
    unsigned char type; /* DT_ of dirent.h */
} dir_entry;

/* Fills an empty one. 1; 0: the folder has no more; a negative errno. */
int dir_batch_fill(dir_batch *batch, int fd);
/* Takes the next entry that isn't "." or "..". False: the batch is empty. */
bool dir_batch_take(dir_batch *batch, dir_entry *ret);

#endif
