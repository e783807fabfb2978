/* file_pieces.c: whole pieces where one can, else the part of one. */
#include "fs/file_pieces.h"

#include <limits.h>

#ifndef IOV_MAX
#define IOV_MAX 1024
#endif

static void take_part(file_pieces *pieces, const struct iovec *of, size_t skip, size_t most)
{
    size_t left = of->iov_len - skip;

    pieces->one = (struct iovec){(char *)of->iov_base + skip, left < most ? left : most};
    pieces->iov = &pieces->one;
    pieces->count = 1;
    pieces->bytes = pieces->one.iov_len;
}

void file_pieces_init(file_pieces *pieces, const struct iovec *iov, size_t count, size_t skip,
                      size_t most)
{
    *pieces = (file_pieces){.iov = iov};
    for (; count > 0 && iov->iov_len <= skip; iov++, count--)
        skip -= iov->iov_len;
    if (count == 0)
        return;
    if (skip > 0 || iov->iov_len > most) {
        take_part(pieces, iov, skip, most);
        return;
    }
    pieces->iov = iov;
    for (; count > 0 && pieces->count < IOV_MAX && iov->iov_len <= most - pieces->bytes;
         iov++, count--) {
        pieces->bytes += iov->iov_len;
        pieces->count++;
    }
}
