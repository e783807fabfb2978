/*
 * io/block.h: memory that buffers and bytes share, counted.
 *
 * A buffer holds one reference to its block, each edo_bytes in it another. Who holds the only one may
 * write all of it; else a buffer writes only to its own part, from `base` on, which nobody else has.
 *
 * Ahead       The buffer, of which a block has one at most, takes references for what it will split off by the
 *             dozen: a locked addition costs as much as the rest of a split. Those not given away yet are the
 *             buffer's as its first one is, and go with it.
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
    union {
        void *arg;    /* destroy's */
        size_t ahead; /* without it: among `refs`, those that the buffer has to give away */
    };
} block;

enum { BLOCK_AHEAD = 32 };

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

/* By the buffer: a reference for what is split off. */
static inline block *block_share(block *b)
{
    if (b->ahead == 0) {
        a_fetch_add(&b->refs, BLOCK_AHEAD, relaxed); /* as in block_ref */
        b->ahead = BLOCK_AHEAD;
    }
    b->ahead--;
    return b;
}

static inline void block_give_up(block *b, size_t refs)
{
    /* release: what was read or written of it is before whatever the last one does; acquire: and after
     * what all others did. Pairs with itself and block_is_unique. */
    if (a_fetch_sub(&b->refs, refs, MODEL_BUG(3000, acq_rel, relaxed)) > refs)
        return;
    if (b->destroy)
        b->destroy(b->arg);
    free(b);
}

static inline void block_unref(block *b)
{
    if (b)
        block_give_up(b, 1);
}

/* By the buffer, which has its block no longer. */
static inline void block_leave(block *b)
{
    if (!b)
        return;
    size_t refs = 1 + b->ahead;

    b->ahead = MODEL_BUG(3002, 0, b->ahead); /* the next buffer of this memory has none */
    block_give_up(b, refs);
}

/* Whether so many references, the caller's, are all. */
static inline int block_is_held_by(block *b, size_t refs)
{
    /* acquire: pairs with the release in block_give_up, so that the caller may write over what others
     * have read. */
    return a_load(&b->refs, MODEL_BUG(3001, acquire, relaxed)) == refs;
}

/* By whoever has an edo_bytes: whether that is all. */
static inline int block_is_unique(block *b)
{
    return block_is_held_by(b, 1);
}

/* By the buffer: whether nothing else has a part of it. */
static inline int block_is_unshared(block *b)
{
    return block_is_held_by(b, 1 + b->ahead);
}

#endif
