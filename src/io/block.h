/*
 * io/block.h: memory that buffers and bytes share, counted.
 *
 * A buffer holds one reference to its block, each edo_bytes in it another. Who holds the only one may
 * write all of it; else a buffer writes only to its own part, from `base` on, which nobody else has.
 */
#ifndef IO_BLOCK_H
#define IO_BLOCK_H

#include <stddef.h>
#include <stdlib.h>

#include "base/atomic.h"
#include "base/model.h"

typedef struct edo_block {
    size_t refs;                /* atomic */
    size_t size;                /* bytes behind it */
    void (*destroy)(void *arg); /* memory of a user's, which nothing is behind; or NULL */
    void *arg;
} block;

static inline unsigned char *block_bytes(block *b)
{
    return (unsigned char *)(b + 1);
}

/* NULL: no memory. */
static inline block *block_new(size_t size)
{
    block *b = size <= PTRDIFF_MAX - sizeof *b ? malloc(sizeof *b + size) : NULL;

    if (b)
        *b = (block){.refs = 1, .size = size};
    return b;
}

static inline block *block_ref(block *b)
{
    if (b)
        a_fetch_add(&b->refs, 1, relaxed); /* whoever has one got it in some order already */
    return b;
}

static inline void block_unref(block *b)
{
    /* release: what was read or written of it is before whatever the last one does; acquire: and after
     * what all others did. Pairs with itself and block_is_unique. */
    if (!b || a_fetch_sub(&b->refs, 1, MODEL_BUG(3000, acq_rel, relaxed)) > 1)
        return;
    if (b->destroy)
        b->destroy(b->arg);
    free(b);
}

/* Whether the caller's reference is the only one. */
static inline int block_is_unique(block *b)
{
    /* acquire: pairs with the release in block_unref, so that the caller may write over what others
     * have read. */
    return a_load(&b->refs, MODEL_BUG(3001, acquire, relaxed)) == 1;
}

#endif
