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
 *             a MiB.
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

#ifndef CHUNK_SIZE                    /* the model checker clears less */
#define CHUNK_SIZE ((size_t)64 << 10) /* and alignment */
#endif
#define HUGE_SIZE ((size_t)2 << 20)
#define SINGLE_CHUNKS 16 /* of a cache; then it goes on by HUGE_SIZE */
#define WORDS (CHUNK_SIZE / sizeof(task) / 64 + 1)

typedef struct task_chunk {
    struct task_chunk *next; /* the one published before */
    size_t object_size;
    uint32_t count; /* atomic: objects that have a state: those given out so far */
    uint32_t room;  /* objects that it has memory for */
    /* The owner's. */
    uint32_t free_count;
    uint32_t lowest;           /* no word of free[] before this one has a bit */
    struct task_chunk *usable; /* the next with free objects */
    uint64_t free[WORDS];      /* a bit an object */
    _Alignas(64) char objects[];
} chunk;

/* By the line, so that a frame without a stack takes 200 bytes beyond its own at the most. */
static const size_t extra_room[TASK_SLAB_CLASSES] = {0,   64,  128, 192, 256, 320,
                                                     384, 448, 512, 576, 768, 960};
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
    size_t size = cache->chunks < SINGLE_CHUNKS ? CHUNK_SIZE : HUGE_SIZE;
    void *memory;

    if (cache->unused_size == 0) {
        int rc = map_aligned(size, &memory);
        if (rc < 0 && size == HUGE_SIZE) /* where memory is short, a little may do */
            rc = map_aligned(size = CHUNK_SIZE, &memory);
        if (rc < 0)
            return NULL;
        if (size == HUGE_SIZE)
            (void)sys_madvise(memory, size, MADV_HUGEPAGE); /* fails where there are none */
        cache->unused = memory;
        cache->unused_size = size;
    }
    memory = cache->unused;
    cache->unused += CHUNK_SIZE;
    cache->unused_size -= CHUNK_SIZE;
    return memory;
}

/* The chunk has a free object again, or is new. */
static void append_usable(task_cache *cache, unsigned class, chunk *c)
{
    c->usable = NULL;
    if (cache->class[class].first)
        cache->class[class].last->usable = c;
    else
        cache->class[class].first = c;
    cache->class[class].last = c;
}

static bool cache_grow(task_cache *cache, unsigned class)
{
    chunk *c = take_memory(cache);

    if (!c)
        return false;
    cache->chunks++;
    c->object_size = object_size(class);
    c->room = c->free_count = (uint32_t)((CHUNK_SIZE - sizeof *c) / c->object_size);
    for (uint32_t i = 0; i < c->room; i++)
        c->free[i / 64] |= UINT64_C(1) << i % 64;
    append_usable(cache, class, c);
    chunk_publish(c);
    return true;
}

static chunk *chunk_of(const task *t)
{
    return (chunk *)((uintptr_t)t & ~(CHUNK_SIZE - 1));
}

/* By the owner of the cache that the chunk is of. */
static void set_free(task_cache *cache, task *t)
{
    chunk *c = chunk_of(t);
    uint32_t word = t->slot / 64u;

    c->free[word] |= UINT64_C(1) << t->slot % 64;
    if (word < c->lowest)
        c->lowest = word;
    if (c->free_count++ == 0)
        append_usable(cache, t->slab, c);
}

/* The lowest free object of a chunk that has one. */
static task *take_lowest(task_cache *cache, unsigned class, chunk *c)
{
    while (!c->free[c->lowest])
        c->lowest++;
    uint32_t slot = c->lowest * 64 + (uint32_t)__builtin_ctzll(c->free[c->lowest]);
    task *t = (task *)(c->objects + slot * object_size(class));

    c->free[c->lowest] &= c->free[c->lowest] - 1;
    if (--c->free_count == 0)
        cache->class[class].first = c->usable;
    if (slot == c->count) { /* its first life */
        t->state = TASK_COMPLETE;
        t->home = cache;
        /* release: a walk sees its state; pairs with the acquire in task_slab_walk. */
        a_store(&c->count, slot + 1, release);
    }
    show(t, object_size(class));
    t->slab = (uint8_t) class;
    t->slot = (uint16_t)slot;
    return t;
}

/* The class for that many bytes; the smallest where none has them. */
static unsigned class_of(size_t size)
{
    for (unsigned class = 0; class < TASK_SLAB_CLASSES; class ++)
        if (size <= object_size(class))
            return class;
    return 0;
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
        set_free(cache, t);
    }
    return true;
}

task *task_slab_get(task_cache *cache, size_t size)
{
    unsigned class = class_of(size);

    if (unlikely(!cache->class[class].first) && !refill(cache, class))
        return NULL;
    return take_lowest(cache, class, cache->class[class].first);
}

void task_slab_put(task *t, bool mine)
{
    task_cache *cache = t->home;
    task **remote = &cache->class[t->slab].remote;

    hide(t);
    if (mine) {
        set_free(cache, t);
        return;
    }
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
