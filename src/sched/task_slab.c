/*
 * task_slab.c: chunks of 64 KiB, cut into headers of one size class.
 *
 * Invariant   A header's state word is always readable and always true: its generation grows at
 *             each end, and a free header is COMPLETE with no reference. So whoever holds a stale
 *             handle, or walks the chunks, may look at it at any time.
 * Order       A chunk knows its free headers by a bit each and gives out the lowest; chunks are used
 *             in the order in which they came to have one. So tasks that are spawned one after the
 *             other lie side by side, however those before them ended; with a list of free headers
 *             100,000 of them were strewn about more with every round, and four times as slow.
 * Chunks      are cut from mappings of 2 MiB, a huge page where the system has them, once a cache has
 *             4 MiB: the unused rest of a huge page is memory too (of 9,000 connections 200 bytes each).
 * Remote      A push is a compare-and-swap, a take is an exchange of the whole list: no ABA.
 * Debug       The rest of a free header is poisoned (ASan) or overwritten (TSan), as a slab would
 *             hide a late touch.
 */
#include "sched/task_slab.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/fork.h"
#include "base/sys.h"

#if HAS_ASAN
#include <sanitizer/asan_interface.h>
#endif

#define HUGE_SIZE ((size_t)2 << 20)
#define SINGLE_CHUNKS 64 /* of a cache; then it goes on by HUGE_SIZE */
typedef struct task_chunk chunk;

static chunk *chunks; /* atomic; append only: the process's headers */
static task_cache shared_cache;
static lock shared_lock;

size_t task_slab_size(const task *t)
{
    return task_chunk_of(t)->object_size;
}

/* Makes late touches show; the words that a walk or a stale handle reads stay as they are. */
static void hide(task *t)
{
#if HAS_ASAN
    __asan_poison_memory_region(&t->scope, offsetof(task, last_core) - offsetof(task, scope));
    __asan_poison_memory_region(&t->ctx, offsetof(task, id) - offsetof(task, ctx));
    __asan_poison_memory_region(&t->extra, task_slab_size(t) - offsetof(task, extra));
#elif HAS_TSAN
    memset(&t->scope, 0xdd, offsetof(task, last_core) - offsetof(task, scope));
    memset(&t->ctx, 0xdd, offsetof(task, id) - offsetof(task, ctx));
    memset(&t->extra, 0xdd, offsetof(task, stack) - offsetof(task, extra));
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

/* A mapping of that size, at a multiple of it. 0 or -ENOMEM. */
static int map_aligned(size_t size, void **ret)
{
    void *memory;
    int rc = sys_mmap_anonymous(2 * size, 0, &memory);

    if (rc < 0)
        return rc;
    size_t before = (size_t)(-(uintptr_t)memory % size);
    if (before)
        sys_munmap(memory, before);
    *ret = (char *)memory + before;
    sys_munmap((char *)*ret + size, size - before);
    return 0;
}

/* Memory for a chunk; NULL: there is none. */
static void *take_memory(task_cache *cache)
{
    size_t size = cache->chunks < SINGLE_CHUNKS ? TASK_CHUNK_SIZE : HUGE_SIZE;
    void *memory;

    if (cache->unused_size == 0) {
        int rc = map_aligned(size, &memory);
        if (rc < 0 && size == HUGE_SIZE) /* where memory is short, a little may do */
            rc = map_aligned(size = TASK_CHUNK_SIZE, &memory);
        if (rc < 0)
            return NULL;
        if (size == HUGE_SIZE)
            (void)sys_madvise(memory, size, MADV_HUGEPAGE); /* fails where there are none */
        cache->unused = memory;
        cache->unused_size = size;
    }
    memory = cache->unused;
    cache->unused += TASK_CHUNK_SIZE;
    cache->unused_size -= TASK_CHUNK_SIZE;
    return memory;
}

/* The chunk has a free object again, or is new. */
static void append_usable(task_cache *cache, chunk *c)
{
    c->usable = NULL;
    if (cache->class[c->class].first)
        cache->class[c->class].last->usable = c;
    else
        cache->class[c->class].first = c;
    cache->class[c->class].last = c;
}

/* Where in a chunk of that class. */
static size_t first_object(unsigned class)
{
    size_t begin = (sizeof(chunk) + cache_line - 1) / cache_line * cache_line;

    return class < TASK_SLAB_STACKLESS ? begin : begin + -task_header_size(TASK_POLLED) % 16;
}

static bool cache_grow(task_cache *cache, unsigned class)
{
    chunk *c = take_memory(cache);

    if (!c)
        return false;
    cache->chunks++;
    c->home = cache;
    c->class = class;
    c->object_size = task_slab_sizes[class];
    c->inverse = UINT32_MAX / c->object_size + 1;
    size_t begin = first_object(class);
    c->objects = (char *)c + begin;
    c->free_count = (uint32_t)((TASK_CHUNK_SIZE - begin) / c->object_size);
    for (uint32_t i = 0; i < c->free_count; i++)
        c->free[i / 64] |= UINT64_C(1) << i % 64;
    append_usable(cache, c);
    chunk_publish(c);
    return true;
}

/* Which of its chunk's objects it is: a division, as a product that is exact for whole ones. */
static uint32_t slot_of(const chunk *c, const task *t)
{
    return (uint32_t)((uint64_t)((const char *)t - c->objects) * c->inverse >> 32);
}

/* By the owner of the cache that the chunk is of. */
static void set_free(chunk *c, const task *t)
{
    uint32_t slot = slot_of(c, t), word = slot / 64;

    c->free[word] |= UINT64_C(1) << slot % 64;
    if (word < c->lowest)
        c->lowest = word;
    if (c->free_count++ == 0)
        append_usable(c->home, c);
}

/* Its first life. */
static noinline void begin_object(chunk *c, task *t, uint32_t slot)
{
    t->state = TASK_COMPLETE;
    /* release: a walk sees its state; pairs with the acquire in task_slab_walk. */
    a_store(&c->count, slot + 1, release);
}

/* The lowest free object of a chunk that has one. */
static task *take_lowest(chunk *c)
{
    while (!c->free[c->lowest])
        c->lowest++;
    uint64_t *word = &c->free[c->lowest];
    uint32_t slot = c->lowest * 64 + (uint32_t)__builtin_ctzll(*word);
    task *t = (task *)(void *)(c->objects + (size_t)slot * c->object_size);

    *word &= *word - 1;
    if (--c->free_count == 0)
        c->home->class[c->class].first = c->usable;
    show(t, c->object_size);
    if (unlikely(slot == c->count))
        begin_object(c, t, slot);
    return t;
}

/* Takes back what others have freed, or grows. False: there is no memory. */
static noinline bool refill(task_cache *cache, unsigned class)
{
    /* acquire: pairs with the release in task_slab_put. */
    task *t = a_xchg(&cache->class[class].remote, NULL, acquire);

    if (!t)
        return cache_grow(cache, class);
    for (task *next; t; t = next) {
        next = t->next;
        set_free(task_chunk_of(t), t);
    }
    return true;
}

task *task_slab_get(task_cache *cache, unsigned class)
{
    if (unlikely(!cache->class[class].first) && !refill(cache, class))
        return NULL;
    return take_lowest(cache->class[class].first);
}

void task_slab_put(task *t, bool mine)
{
    chunk *c = task_chunk_of(t);

    hide(t);
    if (mine) {
        set_free(c, t);
        return;
    }
    task **remote = &c->home->class[c->class].remote;
    task *first = a_load(remote, relaxed);
    do
        t->next = first;
    /* release: the next owner sees the header as it was left; pairs with refill. */
    while (!a_cas_weak(remote, &first, t, release, relaxed));
}

void task_slab_walk(void (*fn)(task *t, void *arg), void *arg)
{
    /* acquire: pairs with the release in chunk_publish. */
    for (chunk *c = a_load(&chunks, acquire); c; c = c->next)
        for (uint32_t n = a_load(&c->count, acquire), i = 0; i < n;
             i++) /* pairs with take_lowest */
            fn((task *)(void *)(c->objects + (size_t)i * c->object_size), arg);
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
