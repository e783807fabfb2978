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

#define TASK_SLAB_CLASSES 26

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

/* Of headers of that kind and at least so many bytes; where none is so large, the smallest that a
 * header without anything fits into. */
unsigned task_slab_class(enum task_kind kind, size_t size);
/* A free header of that class; its state word keeps the generation. NULL: no memory. By the cache's
 * owner. */
task *task_slab_get(task_cache *cache, unsigned class);
/* Its bytes. */
size_t task_slab_size(const task *t);
/* The cache that it goes back to. */
task_cache *task_slab_home(const task *t);
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
