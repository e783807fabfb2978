/* sync/item.h: copies, places and ends of what a channel carries. */
#ifndef SYNC_ITEM_H
#define SYNC_ITEM_H

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include <edo/item.h>

#define ITEM_ALIGN_MAX 4096

/* Whether a channel can carry it. */
static inline bool item_is_valid(const edo_item *item)
{
    return item && !(item->align & (item->align - 1)) && item->align <= ITEM_ALIGN_MAX &&
           item->size <= SIZE_MAX >> 16;
}

/* What the memory of one has to be aligned to. */
static inline size_t item_align(const edo_item *item)
{
    return item->align > alignof(max_align_t) ? item->align : alignof(max_align_t);
}

/* The next multiple of a power of two. */
static inline size_t item_round_up(size_t n, size_t align)
{
    return (n + align - 1) & ~(align - 1);
}

/* Memory for `count` of them in a row, as in an array of the user's; NULL: there is none. */
static inline char *item_array(const edo_item *item, size_t count)
{
    size_t align = item_align(item), size;

    if (__builtin_mul_overflow(count, item->size, &size) || size > PTRDIFF_MAX - align)
        return NULL;
    return (char *)aligned_alloc(align, (size + align) & ~(align - 1)); /* at least one byte */
}

/* The usual sizes as moves, the others as calls. */
static inline void item_copy(const edo_item *item, void *restrict to, const void *restrict from)
{
    if (item->size == sizeof(void *))
        memcpy(to, from, sizeof(void *));
    else if (item->size)
        memcpy(to, from, item->size);
}

/* Ends the one at `at`; with no lock held, since it calls the user's. */
static inline void item_destroy(const edo_item *item, void *at)
{
    if (item->destroy)
        item->destroy(at);
}

#endif
