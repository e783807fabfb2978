/* stream/items.h: items in a row, in memory that grows. */
#ifndef STREAM_ITEMS_H
#define STREAM_ITEMS_H

#include <edo/stream_fold.h>

#include "sync/item.h"

static inline char *items_at(const edo_items *items, size_t n)
{
    return (char *)items->data + n * items->item->size;
}

/* Room for one more. 0; -EINVAL, -ENOMEM. */
int items_grow(edo_items *items, const edo_item *item);
/* Destroys all from that one on. */
void items_truncate(edo_items *items, size_t len);

#endif
