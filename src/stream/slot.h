/* stream/slot.h: room for one item, whose size is known when the program runs. */
#ifndef STREAM_SLOT_H
#define STREAM_SLOT_H

#include <errno.h>

#include <edo/stream_stage.h>

#include "sync/item.h"

static inline bool slot_has_room(const edo_slot *slot, const edo_item *item)
{
    return item->size <= sizeof slot->inside && item->align <= _Alignof(edo_slot);
}

/* Room for the item from now on. 0 or -ENOMEM. */
static inline int slot_need(edo_slot *slot, const edo_item *item)
{
    if (slot_has_room(slot, item) || slot->memory)
        return 0;
    slot->memory = item_array(item, 1);
    return slot->memory ? 0 : -ENOMEM;
}

/* Where the item lies; after slot_need. */
static inline void *slot_at(edo_slot *slot, const edo_item *item)
{
    return slot_has_room(slot, item) ? slot->inside : slot->memory;
}

static inline void slot_fini(edo_slot *slot)
{
    free(slot->memory);
    slot->memory = NULL;
}

#endif
