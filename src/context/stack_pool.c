/*
 * stack_pool.c: where stacks come from and where they wait for their next task.
 *
 * Regions     64 stacks a mapping, each with its guard below it. A region is never unmapped, so the
 *             list of regions only grows and signal handlers may walk it.
 * Distance    From stack to stack it is an odd number of pages (of 4 KiB), by one above each that is
 *             never touched. Tops at a multiple of 16 pages would share a few sets of the TLB, and a
 *             switch among a thousand tasks would walk the page tables each time.
 * Pool        Those nobody uses: warm ones, whose top is in memory, and cold ones, which have been
 *             given back to the system or never used. Warm ones go first, the last one in first.
 *             Arrays: of a list of stacks that nobody has touched for long, each link would be waited
 *             for; as it is, those of a batch are fetched all at once.
 * Cache       A worker's own, so that get and put take no lock. It is refilled eight at a time,
 *             and half of it goes to the pool when it is full.
 * Memory      A stack goes into the pool with at most 16 KiB of what its task's switches have seen
 *             in use. What a task touched between two switches is found by the trim only, which
 *             takes all.
 */
#include "context/stack.h"

#include <stdlib.h>
#include <string.h>

#include <edo/errno.h>

#include "base/atomic.h"
#include "base/fork.h"
#include "base/lock.h"
#include "base/macros.h"
#include "base/sys.h"
#include "context/guard.h"
#include "context/sanitizer.h"
#include "context/stack_memory.h"

#define REGION_STACKS 64
#define CACHE_MOST 64
#define BATCH 8
#define KEEP_WARM 64 /* in the pool; the rest is trimmed */

typedef struct region {
    char *base;
    struct region *next; /* the one made before; never changes */
    unsigned handed_out; /* stacks that have left it, for good; under pool.lock */
    stack stacks[REGION_STACKS];
} region;

/* With room for as many stacks as there are. */
typedef struct shelf {
    stack **held;
    unsigned count; /* atomic; written under pool.lock */
} shelf;

static struct {
    lock lock;
    shelf warm, cold;
    unsigned stacks, room; /* how many there are, and how many a shelf has room for */
    region *regions;       /* the newest first; atomic: handlers read it */
} pool;

static size_t stride(void)
{
    return STACK_GUARD_SIZE + STACK_DEFAULT_SIZE + sys_page_size();
}

/* Lists of stacks, linked by `next`. */
static void push(stack **list, stack *s)
{
    s->next = *list;
    *list = s;
}

static stack *pop(stack **list)
{
    stack *s = *list;

    if (s)
        *list = s->next;
    return s;
}

/* Shelves; of the pool, which is locked. */
static void shelve(shelf *on, stack *s)
{
    on->held[on->count] = s;
    a_store(&on->count, on->count + 1, relaxed);
}

static stack *unshelve(shelf *from)
{
    if (from->count == 0)
        return NULL;
    a_store(&from->count, from->count - 1, relaxed);
    return from->held[from->count];
}

/* On top are those used last, which the processor's caches still have: leaves `keep` of them, and takes `most` from below. */
static stack *unshelve_under(shelf *from, unsigned keep, unsigned most)
{
    unsigned spare = from->count > keep ? from->count - keep : 0;
    unsigned n = spare < most ? spare : most;
    stack *taken = NULL;

    for (unsigned i = spare - n; i < spare; i++)
        push(&taken, from->held[i]);
    if (n > 0)
        memmove(from->held + spare - n, from->held + spare, keep * sizeof *from->held);
    a_store(&from->count, from->count - n, relaxed);
    return taken;
}

/* From now on it holds them in `wider`. */
static void widen(shelf *what, stack **wider)
{
    if (what->count > 0)
        memcpy(wider, what->held, what->count * sizeof *wider);
    free(what->held);
    what->held = wider;
}

/* Room on the shelves for another region's. */
static bool make_room(void)
{
    if (pool.stacks + REGION_STACKS <= pool.room)
        return true;
    unsigned room = 2 * (pool.stacks + REGION_STACKS);
    stack **warm = calloc(room, sizeof *warm), **cold = calloc(room, sizeof *cold);
    if (!warm || !cold) {
        free(warm);
        free(cold);
        return false;
    }
    widen(&pool.warm, warm);
    widen(&pool.cold, cold);
    pool.room = room;
    return true;
}

/* Adds a region to the pool, which is locked. 0 or -ENOMEM. */
static int add_region(void)
{
    region *r = make_room() ? calloc(1, sizeof *r) : NULL;

    if (!r)
        return -ENOMEM;
    if (stack_map(REGION_STACKS * stride(), &r->base) < 0) {
        free(r);
        return -ENOMEM;
    }
    for (unsigned i = 0; i < REGION_STACKS; i++) {
        stack_lay_out(&r->stacks[i], r->base + i * stride(), STACK_DEFAULT_SIZE, i);
        r->stacks[i].common = true;
    }
    pool.stacks += REGION_STACKS;
    r->next = pool.regions;
    a_store(&pool.regions, r, release); /* pairs with the acquire in stack_find */
    return 0;
}

/* Takes one out of the pool, which is locked; NULL: no memory. */
static stack *take_one(void)
{
    region *newest = pool.regions;
    stack *s;

    if ((s = unshelve(&pool.warm)) || (s = unshelve(&pool.cold)))
        return s;
    if (!newest || newest->handed_out == REGION_STACKS) {
        if (add_region() < 0)
            return NULL;
        newest = pool.regions;
    }
    return &newest->stacks[newest->handed_out++];
}

/* At most n stacks, ready for use, and on their way to the processor; NULL: no memory. */
static stack *take_batch(unsigned n, unsigned *ret_count)
{
    stack *taken[BATCH], *list = NULL;
    unsigned count = 0;

    lock_take(&pool.lock);
    while (count < n && (taken[count] = take_one()))
        count++;
    lock_drop(&pool.lock);
    *ret_count = count;
    for (unsigned i = 0; i < count; i++)
        __builtin_prefetch(taken[i], 1);
    while (count-- > 0) {
        stack_make_ready(taken[count]); /* these are system calls: not under the lock */
        __builtin_prefetch(taken[count]->top - cache_line, 1);
        push(&list, taken[count]);
    }
    return list;
}

int stack_get(stack_cache *cache, size_t size, stack **ret)
{
    stack_cache none = {0};
    int rc;

    if (size > STACK_DEFAULT_SIZE) {
        if ((rc = stack_large_get(size, ret)) < 0)
            return rc;
    } else {
        if (!cache)
            cache = &none;
        if (!cache->first)
            cache->first = take_batch(cache == &none ? 1 : BATCH, &cache->count);
        if (!cache->first)
            return -ENOMEM;
        *ret = pop(&cache->first);
        cache->count--;
    }
    guard_arm(*ret);
    return 0;
}

/* Moves the whole list into the pool. */
static void give(stack *list)
{
    for (stack *s = list; s; s = s->next)
        if (s->deepest < s->low + s->size - STACK_KEEP_SIZE)
            stack_shrink(s, STACK_KEEP_SIZE);
    lock_take(&pool.lock);
    while (list)
        shelve(&pool.warm, pop(&list));
    lock_drop(&pool.lock);
}

/* Moves all but the `keep` that were used last into the pool. */
static void cache_cut(stack_cache *cache, unsigned keep)
{
    stack **link = &cache->first;

    for (unsigned i = 0; i < keep && *link; i++)
        link = &(*link)->next;
    give(*link);
    *link = NULL;
    cache->count = keep < cache->count ? keep : cache->count;
}

void stack_put(stack_cache *cache, stack *s)
{
    guard_check(s);
    sanitizer_clean_stack(s);
    if (!s->common) {
        stack_large_put(s);
    } else if (!cache) {
        s->next = NULL;
        give(s);
    } else {
        if (cache->count >= CACHE_MOST)
            cache_cut(cache, CACHE_MOST / 2);
        push(&cache->first, s);
        cache->count++;
    }
}

void stack_cache_flush(stack_cache *cache)
{
    cache_cut(cache, 0);
}

bool stack_pool_has_excess(void)
{
    return a_load(&pool.warm.count, relaxed) > KEEP_WARM;
}

void stack_pool_guard(void)
{
    fork_guard(&pool.lock);
    stack_large_guard();
}

bool stack_pool_trim(unsigned most)
{
    stack *trimmed, *s;

    lock_take(&pool.lock);
    trimmed = unshelve_under(&pool.warm, KEEP_WARM, most);
    bool more = pool.warm.count > KEEP_WARM;
    lock_drop(&pool.lock);

    for (s = trimmed; s; s = s->next)
        stack_shrink(s, 0);

    lock_take(&pool.lock);
    while ((s = pop(&trimmed)))
        shelve(&pool.cold, s);
    lock_drop(&pool.lock);
    return more;
}

const stack *stack_find(const void *addr, bool *ret_in_guard)
{
    /* acquire: pairs with the release in add_region. */
    for (region *r = a_load(&pool.regions, acquire); r; r = r->next) {
        size_t offset = (size_t)((uintptr_t)addr - (uintptr_t)r->base);
        if (offset >= REGION_STACKS * stride())
            continue;
        size_t within = offset % stride();
        *ret_in_guard = within < STACK_GUARD_SIZE;
        return within < STACK_GUARD_SIZE + STACK_DEFAULT_SIZE ? &r->stacks[offset / stride()]
                                                              : NULL;
    }
    return stack_large_find(addr, ret_in_guard);
}
