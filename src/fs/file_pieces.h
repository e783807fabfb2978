/* fs/file_pieces.h: as many pieces of memory as one call of the system may take. */
#ifndef FS_FILE_PIECES_H
#define FS_FILE_PIECES_H

#include <stddef.h>
#include <sys/uio.h>

typedef struct file_pieces {
    const struct iovec *iov;
    int count;
    size_t bytes;     /* in all of them */
    struct iovec one; /* what iov is, where only a part of a piece may be taken */
} file_pieces;

/* From `skip` bytes behind the beginning on, at most `most` bytes; empty ones at the front are left out. */
void file_pieces_init(file_pieces *pieces, const struct iovec *iov, size_t count, size_t skip,
                      size_t most);

#endif
