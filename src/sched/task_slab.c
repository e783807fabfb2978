/*
 * task_slab.c: chunks of 64 KiB, cut into headers of one size class.
 *
 * Invariant   A header's state word is always readable and always true: its generation grows at
 *             each end, and a free header is COMPLETE with no reference. So whoever holds a stale
 *             handle, or walks the chunks, may look at it at any time.
 * Remote      A push is a compare-and-swap, a take is an exchange of the whole list: no ABA.
 * Debug       The rest of a free header is poisoned (ASan) or overwritten (TSan), as a slab would
 *             hide a late touch.
 */
#include "sched/task_slab.h"

#include <stdlib.h>
#include <string.h>

#include "base/fork.h"
#include "base/sys.h"

#if HAS_ASAN
#include <sanitizer/asan_interface.h>
#endif

#define CHUNK_SIZE ((size_t)64 << 10)

typedef struct chunk {
    struct chunk *next;
    size_t object_size;
    size_t count;
    _Alignas(64) char objects[];
} chunk;

static const size_t extra_room[TASK_SLAB_CLASSES] = {0, 64, 128, 192, 320, 576, 960};
static chunk *chunks; /* atomic; append only: the process's headers */
static task_cache shared_cache;
static lock shared_lock;

static size_t object_size(unsigned class)
{
    return (sizeof(task) + extra_room[class] + cache_line - 1) / cache_line * cache_line;
}

size_t task_slab_size(const task *t)
{
    return object_size(t->slab);
}

/* Makes late touches show; the words that a walk or a stale handle reads stay as they are. */
static void hide(task *t)
{
#if HAS_ASAN
    __asan_poison_memory_region(&t->scope, offsetof(task, id) - offsetof(task, scope));
    __asan_poison_memory_region(&t->fn, offsetof(task, result) - offsetof(task, fn));
    __asan_poison_memory_region(t->copied_future,
                                object_size(t->slab) - offsetof(task, copied_future));
#elif HAS_TSAN
    memset((char *)t + offsetof(task, scope), 0xdd, offsetof(task, id) - offsetof(task, scope));
    memset((char *)t + offsetof(task, fn), 0xdd, offsetof(task, slab) - offsetof(task, fn));
#else
    (void)t;
#endif
}

static void show(task *t, size_t size)
{
#if HAS_ASAN
    __asan_unpoison_memory_region(t, size);
#else
    (void)t;
    (void)size;
#endif
}

static void chunk_publish(chunk *c)
{
    c->next = a_load(&chunks, relaxed);
    /* release: a walk sees the chunk filled in; pairs with the acquire in task_slab_walk. */
    while (!a_cas_weak(&chunks, &c->next, c, release, relaxed))
        ;
}

static bool cache_grow(task_cache *cache, unsigned class)
{
    void *memory;

    if (sys_mmap_anonymous(CHUNK_SIZE, 0, &memory) < 0)
        return false;
    chunk *c = memory;
    c->object_size = object_size(class);
    c->count = (CHUNK_SIZE - sizeof *c) / c->object_size;
    for (size_t i = c->count; i-- > 0;) {
        task *t = (task *)(c->objects + i * c->object_size);
        t->state = TASK_COMPLETE;
        t->slab = (uint8_t) class;
        t->home = cache;
        t->next = cache->free[class];
        cache->free[class] = t;
    }
    chunk_publish(c);
    return true;
}

/* The class for that many bytes; the smallest where none has them. */
static unsigned class_of(size_t size)
{
    for (unsigned class = 0; class < TASK_SLAB_CLASSES; class ++)
        if (size <= object_size(class))
            return class;
    return 0;
}

task *task_slab_get(task_cache *cache, size_t size)
{
    unsigned class = class_of(size);

    if (!cache->free[class]) {
        /* acquire: pairs with the release in task_slab_put. */
        cache->free[class] = a_xchg(&cache->remote[class], NULL, acquire);
        if (!cache->free[class] && !cache_grow(cache, class))
            return NULL;
    }
    task *t = cache->free[class];
    cache->free[class] = t->next;
    show(t, object_size(class));
    t->slab = (uint8_t) class;
    return t;
}

void task_slab_put(task *t, bool mine)
{
    task_cache *cache = t->home;
    unsigned class = t->slab;

    hide(t);
    if (mine) {
        t->next = cache->free[class];
        cache->free[class] = t;
        return;
    }
    task *first = a_load(&cache->remote[class], relaxed);
    do
        t->next = first;
    /* release: the next owner sees the header as it was left; pairs with task_slab_get. */
    while (!a_cas_weak(&cache->remote[class], &first, t, release, relaxed));
}

void task_slab_walk(void (*fn)(task *t, void *arg), void *arg)
{
    /* acquire: pairs with the release in chunk_publish. */
    for (chunk *c = a_load(&chunks, acquire); c; c = c->next)
        for (size_t i = 0; i < c->count; i++)
            fn((task *)(c->objects + i * c->object_size), arg);
}

void task_slab_guard(void)
{
    fork_guard(&shared_lock);
}

task_cache *task_slab_shared_lock(void)
{
    lock_take(&shared_lock);
    return &shared_cache;
}

void task_slab_shared_unlock(void)
{
    lock_drop(&shared_lock);
}
