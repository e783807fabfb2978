/* blob.h: bytes of a value that belong to it. */
#ifndef BLOB_H
#define BLOB_H

#include "slice.h"

/** Zeros are an empty one. */
typedef struct blob {
    char *data;
    size_t len;
    size_t room;
} blob;

void blob_free(blob *b);
/** Makes it those bytes. 0; -ENOMEM, and it is as it was. */
int blob_set(blob *b, slice s);
/** Makes it that long; new bytes are zeros. 0; -ENOMEM, and it is as it was. */
int blob_resize(blob *b, size_t len);
static inline slice blob_slice(const blob *b)
{
    return (slice){b->data ? b->data : "", b->len};
}

#endif
