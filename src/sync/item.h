/* sync/item.h: copies, places and ends of what a channel carries. */
#ifndef SYNC_ITEM_H
#define SYNC_ITEM_H

#include <stdalign.h>
#include <string.h>

#include <edo/item.h>

#define ITEM_ALIGN_MAX 4096

/* Whether a channel can carry it. */
static inline bool item_is_valid(const edo_item *item)
{
    return item && !(item->align & (item->align - 1)) && item->align <= ITEM_ALIGN_MAX &&
           item->size <= SIZE_MAX >> 16;
}

/* Bytes that one takes where several lie in a row, or 0 for items without any. */
static inline size_t item_stride(const edo_item *item)
{
    size_t align = item->align ? item->align : alignof(max_align_t);

    return (item->size + align - 1) & ~(align - 1);
}

/* What the memory of one has to be aligned to. */
static inline size_t item_align(const edo_item *item)
{
    return item->align > alignof(max_align_t) ? item->align : alignof(max_align_t);
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
