/*
 * buffer_pool.c: free buffers, in a few lists.
 *
 * Lists       A worker takes from its own and gives to its own, so a buffer is warm in its cache and the
 *             list's lock is free. It gives to its own what another worker took, too.
 * Trim        `low` is the shortest that a list was in a period of so many gives. Those buffers were not
 *             needed in all of it, and at its end half of them are freed. So after a rush the pool
 *             shrinks by itself, as long as anything goes on; what it keeps otherwise has a limit.
 */
#include "io/buffer_pool.h"

#include <errno.h>
#include <stdlib.h>

#include <edo/runtime.h>

#include "base/lock.h"
#include "base/macros.h"

#define LISTS 8
#define DEFAULT_SIZE 16384
#define DEFAULT_KEEP 64
#define PERIOD 256 /* gives */

/* A free buffer's first bytes. */
typedef struct spare {
    struct spare *next;
} spare;

typedef struct spare_list {
    lock lock; /* guards the rest */
    spare *first;
    size_t count, low;
    size_t taken; /* less what was given; wraps, and the sum over the lists is what is lent */
    unsigned gives;
} __attribute__((aligned(64))) spare_list;

struct edo_buffer_pool {
    op_lender lender;
    size_t size, keep; /* keep: of one list */
    spare_list lists[LISTS];
};

static spare_list *own_list(edo_buffer_pool *pool)
{
    int worker = edo_worker_index();

    return &pool->lists[worker > 0 ? worker % LISTS : 0];
}

static edo_buffer_pool *pool_of(op_lender *lender)
{
    return container_of(lender, edo_buffer_pool, lender);
}

static void *take(op_lender *lender)
{
    edo_buffer_pool *pool = pool_of(lender);
    spare_list *list = own_list(pool);

    lock_take(&list->lock);
    spare *buf = list->first;
    list->taken++;
    if (likely(buf)) {
        list->first = buf->next;
        if (--list->count < list->low)
            list->low = list->count;
    }
    lock_drop(&list->lock);
    if (likely(buf) || (buf = malloc(pool->size)))
        return buf;
    lock_take(&list->lock);
    list->taken--;
    lock_drop(&list->lock);
    return NULL;
}

/* Takes half of what a period hasn't needed out of the list; with its lock held. */
static spare *trim(spare_list *list)
{
    spare *out = NULL;

    for (size_t n = (list->low + 1) / 2; n > 0; n--) {
        spare *buf = list->first;
        list->first = buf->next;
        buf->next = out;
        out = buf;
        list->count--;
    }
    list->low = list->count;
    list->gives = 0;
    return out;
}

static void free_all(spare *buf)
{
    while (buf) {
        spare *next = buf->next;
        free(buf);
        buf = next;
    }
}

static void give(op_lender *lender, void *data)
{
    edo_buffer_pool *pool = pool_of(lender);
    spare_list *list = own_list(pool);
    spare *buf = data, *out = NULL;

    lock_take(&list->lock);
    list->taken--;
    buf->next = list->first;
    list->first = buf;
    list->count++;
    if (unlikely(++list->gives == PERIOD))
        out = trim(list);
    if (unlikely(list->count > pool->keep)) {
        buf = list->first;
        list->first = buf->next;
        list->count--;
        buf->next = out;
        out = buf;
    }
    lock_drop(&list->lock);
    free_all(out);
}

int edo_buffer_pool_new(const edo_buffer_pool_opts *opts, edo_buffer_pool **ret_pool)
{
    size_t size = opts && opts->size ? opts->size : DEFAULT_SIZE;
    size_t keep = opts && opts->keep ? opts->keep : DEFAULT_KEEP;

    if (!ret_pool || size > SIZE_MAX / 2)
        return -EINVAL;
    edo_buffer_pool *pool = aligned_alloc(64, sizeof *pool);
    if (!pool)
        return -ENOMEM;
    *pool = (edo_buffer_pool){.lender = {take, give, size}};
    pool->size = size < sizeof(spare) ? sizeof(spare) : size;
    pool->keep = keep / LISTS + (keep % LISTS != 0);
    *ret_pool = pool;
    return 0;
}

void edo_buffer_pool_free(edo_buffer_pool *pool)
{
    if (!pool)
        return;
    for (size_t i = 0; i < LISTS; i++)
        free_all(pool->lists[i].first);
    free(pool);
}

void edo_lent_give_back(edo_lent *lent)
{
    if (!lent)
        return;
    if (lent->data)
        give(&lent->pool->lender, lent->data);
    *lent = (edo_lent){0};
}

edo_buffer_pool_counts edo_buffer_pool_counts_now(edo_buffer_pool *pool)
{
    edo_buffer_pool_counts counts = {0};

    for (size_t i = 0; pool && i < LISTS; i++) {
        lock_take(&pool->lists[i].lock);
        counts.lent += pool->lists[i].taken;
        counts.kept += pool->lists[i].count;
        lock_drop(&pool->lists[i].lock);
    }
    return counts;
}

op_lender *buffer_pool_lender(edo_buffer_pool *pool)
{
    return &pool->lender;
}
