/* codec/frame_place.h: room for a frame that comes back, made beforehand: a put-back can't fail. */
#ifndef CODEC_FRAME_PLACE_H
#define CODEC_FRAME_PLACE_H

#include <errno.h>
#include <stdlib.h>

#include <edo/codec.h>

/* 0; -ENOMEM. */
static inline int frame_place_init(edo_frame_place *place, const edo_item *item)
{
    size_t align = item->align ? item->align : _Alignof(max_align_t);

    place->memory = NULL;
    if (item->size <= sizeof place->small && align <= _Alignof(uint64_t))
        return 0;
    place->memory = aligned_alloc(align, (item->size + align - 1) / align * align);
    return place->memory ? 0 : -ENOMEM;
}

static inline void frame_place_fini(edo_frame_place *place)
{
    free(place->memory);
}

static inline void *frame_place(edo_frame_place *place)
{
    return place->memory ? place->memory : place->small;
}

#endif
