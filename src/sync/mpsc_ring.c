/* mpsc_ring.c: the memory of a ring. */
#include "sync/mpsc_ring.h"

#include <errno.h>
#include <stdlib.h>

int mpsc_ring_init(mpsc_ring *ring, const edo_item *item, size_t capacity)
{
    size_t count = 1, size, align = item_align(item);

    *ring = (mpsc_ring){.shape = slot_shape_of(item)};
    while (count < capacity)
        count *= 2;
    ring->mask = count - 1;
    if (__builtin_mul_overflow(count, ring->shape.stride, &size) || size > PTRDIFF_MAX - align)
        return -ENOMEM;
    /* calloc leaves large memory untouched; aligned_alloc would have to be cleared, page by page. */
    if (align <= alignof(max_align_t))
        ring->slots = calloc(count, ring->shape.stride);
    else if ((ring->slots = aligned_alloc(align, (size + align - 1) & ~(align - 1))))
        memset(ring->slots, 0, size);
    return ring->slots ? 0 : -ENOMEM;
}

void mpsc_ring_fini(mpsc_ring *ring)
{
    free(ring->slots);
}
