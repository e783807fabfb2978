/* storage.c: memory that holds one future after another, and grows with the largest. */
#include <edo/future_storage.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "future/future.h"

static bool is_under_way(const edo_future_storage *storage)
{
    const edo_future *fut = storage->future;

    return fut && (fut->state & FUTURE_POLLED) && !future_is_done(fut);
}

static int check(const edo_future_storage *storage, const edo_future *fut, size_t size,
                 size_t align)
{
    if (!storage || !fut || !fut->ops || (fut->state & FUTURE_POLLED))
        return -EINVAL;
    if (size && (size < sizeof *fut || align == 0 || (align & (align - 1))))
        return -EINVAL;
    return is_under_way(storage) ? -EBUSY : 0;
}

static bool has_room(const edo_future_storage *storage, size_t size, size_t align)
{
    return size <= storage->size && align <= storage->align;
}

/* What was in it is over. */
static int grow(edo_future_storage *storage, size_t size, size_t align)
{
    if (align < _Alignof(edo_future))
        align = _Alignof(edo_future);
    void *memory = aligned_alloc(align, (size + align - 1) & ~(align - 1));
    if (!memory)
        return -ENOMEM;
    free(storage->memory);
    *storage = (edo_future_storage){.memory = memory, .size = size, .align = align};
    return 0;
}

static int set(edo_future_storage *storage, edo_future *fut, size_t size, size_t align, int full)
{
    int rc = check(storage, fut, size, align);

    if (rc == 0 && size && !has_room(storage, size, align))
        rc = full < 0 ? full : grow(storage, size, align);
    if (rc < 0)
        return rc;
    storage->future = size ? memcpy(storage->memory, fut, size) : fut;
    return 0;
}

int edo_future_storage_set_sized(edo_future_storage *storage, edo_future *fut, size_t size,
                                 size_t align)
{
    return set(storage, fut, size, align, 0);
}

int edo_future_storage_try_set_sized(edo_future_storage *storage, edo_future *fut, size_t size,
                                     size_t align)
{
    return set(storage, fut, size, align, -ENOSPC);
}

edo_future *edo_future_storage_get(const edo_future_storage *storage)
{
    return storage ? storage->future : NULL;
}

size_t edo_future_storage_size(const edo_future_storage *storage)
{
    return storage ? storage->size : 0;
}

int edo_future_storage_fini(edo_future_storage *storage)
{
    if (!storage)
        return 0;
    if (is_under_way(storage))
        return -EBUSY;
    free(storage->memory);
    *storage = (edo_future_storage){.future = NULL};
    return 0;
}
