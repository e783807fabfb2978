/*
 * fs/replacement.h: giving a path new contents in one step: a file is made beside it, filled, and renamed.
 * Blocks.
 */
#ifndef FS_REPLACEMENT_H
#define FS_REPLACEMENT_H

#include <stdbool.h>
#include <sys/types.h>

typedef struct replacement {
    int fd;     /* of the new file, to be written to */
    int dir;    /* the folder that both are in */
    char *name; /* of what is replaced, in it; one allocation has all three */
    char *temp; /* of the new file */
    char *path; /* the folder's */
} replacement;

/* Makes the new file, with the permissions that it is to have: those of what is there, else `mode`. */
int replacement_begin(const char *path, mode_t mode, bool sync, replacement *ret);
/* Ends it: the new file takes the place; or, where `rc` is an error or this fails, it is removed. */
int replacement_end(replacement *r, int rc, bool sync);

#endif
