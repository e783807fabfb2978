/*
 * sched/task_slab.h: memory for task headers, type-stable for the process's life.
 *
 * Chunks are never unmapped. Each worker has a cache: it alone takes from it; what it frees goes
 * back to it directly, and what others free goes to its remote list, which it takes as a whole.
 */
#ifndef SCHED_TASK_SLAB_H
#define SCHED_TASK_SLAB_H

#include "base/lock.h"
#include "sched/task.h"

#ifndef TASK_CHUNK_SIZE                    /* the model checker clears less */
#define TASK_CHUNK_SIZE ((size_t)64 << 10) /* and alignment */
#endif
#define TASK_CHUNK_WORDS (TASK_CHUNK_SIZE / (2 * cache_line) / 64 + 1)

/* Headers with a stack begin with a cache line. Those without have sizes of 32 bytes as long as most
 * of a frame is the header, and begin where the future that follows lies at a multiple of 16. */
#define TASK_SLAB_CLASSES 27
#define TASK_SLAB_STACKLESS 9
/* A 0 after each kind's. */
static const uint16_t task_slab_sizes[TASK_SLAB_CLASSES] = {
    128, 192, 256, 320, 384, 512,  768, 1152, 0,   [TASK_SLAB_STACKLESS] = 128,
    160, 192, 224, 256, 288, 320,  352, 384,  448, 512,
    576, 640, 704, 768, 832, 1152, 0};

struct task_chunk;

typedef struct task_cache {
    struct {
        struct task_chunk *first, *last; /* those with free headers; the owner's */
        task *remote;                    /* atomic stack: freed by others */
    } class[TASK_SLAB_CLASSES];
    char *unused; /* memory for chunks, mapped already */
    size_t unused_size;
    unsigned chunks; /* that it has had */
} task_cache;

typedef struct task_chunk {
    struct task_chunk *next; /* the one published before */
    task_cache *home;        /* whose it is */
    char *objects;
    unsigned class;
    uint32_t object_size;
    uint32_t count; /* atomic: objects that have a state: those given out so far */
    /* The owner's. */
    uint32_t inverse; /* 2^32 / object_size, rounded up */
    uint32_t free_count;
    uint32_t lowest;                 /* no word of free[] before this one has a bit */
    struct task_chunk *usable;       /* the next with free objects */
    uint64_t free[TASK_CHUNK_WORDS]; /* a bit an object */
} task_chunk;

/* The first that has the size; if none, where the 0 is. */
static inline unsigned task_slab_class_from(unsigned class, size_t size)
{
    while (task_slab_sizes[class] && task_slab_sizes[class] < size)
        class ++;
    return class;
}

/* Of headers of that kind and at least so many bytes; where none is so large, the smallest that a
 * header without anything fits into. */
static inline unsigned task_slab_class(enum task_kind kind, size_t size)
{
    unsigned first = kind == TASK_POLLED ? TASK_SLAB_STACKLESS : 0;
    unsigned class = task_slab_class_from(first, size);

    return likely(task_slab_sizes[class]) ? class
                                          : task_slab_class_from(first, task_header_size(kind));
}

static inline task_chunk *task_chunk_of(const task *t)
{
    return (task_chunk *)((uintptr_t)t & ~(TASK_CHUNK_SIZE - 1));
}
/* A free header of that class; its state word keeps the generation. NULL: no memory. By the cache's
 * owner. */
task *task_slab_get(task_cache *cache, unsigned class);
/* Its bytes. */
size_t task_slab_size(const task *t);
/* The cache that it goes back to. */
static inline task_cache *task_slab_home(const task *t)
{
    return task_chunk_of(t)->home;
}
/* Gives one back; its state word is set for the next life. `mine`: the caller owns its home. */
void task_slab_put(task *t, bool mine);
/* Calls fn for every header of the process, free ones too. Any thread. */
void task_slab_walk(void (*fn)(task *t, void *arg), void *arg);

/* The cache of all threads that are no workers, with its lock. */
task_cache *task_slab_shared_lock(void);
void task_slab_shared_unlock(void);
/* Keeps that cache whole over fork(2). */
void task_slab_guard(void);

#endif
