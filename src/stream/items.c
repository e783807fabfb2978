/* items.c: items in a row, in memory that grows. They move when it does, as bytes. */
#include "stream/items.h"

#include <errno.h>

static bool is_alike(const edo_item *a, const edo_item *b)
{
    return a == b || (a->size == b->size && a->align == b->align && a->destroy == b->destroy);
}

int edo_items_reserve(edo_items *items, const edo_item *item, size_t capacity)
{
    if (!items || !item || (items->len && !is_alike(items->item, item)))
        return -EINVAL;
    if (capacity <= items->capacity && items->item && is_alike(items->item, item))
        return 0;
    char *data = item_array(item, capacity);
    if (!data)
        return -ENOMEM;
    if (items->len && item->size)
        memcpy(data, items->data, items->len * item->size);
    free(items->data);
    *items = (edo_items){.data = data, .len = items->len, .capacity = capacity, .item = item};
    return 0;
}

int items_grow(edo_items *items, const edo_item *item)
{
    if (items->len < items->capacity && items->item == item)
        return 0;
    size_t capacity = items->len < items->capacity ? items->capacity : items->len * 2;

    return edo_items_reserve(items, item, capacity < 8 ? 8 : capacity);
}

void items_truncate(edo_items *items, size_t len)
{
    while (items->len > len) {
        items->len--;
        item_destroy(items->item, items_at(items, items->len));
    }
}

void edo_items_fini(edo_items *items)
{
    if (!items)
        return;
    items_truncate(items, 0);
    free(items->data);
    *items = (edo_items){0};
}
