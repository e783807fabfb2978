/*
 * context/stack.h: stacks for tasks, and the pool they come from.
 *
 * Stacks of the common size are cut from large regions: MAP_NORESERVE, MADV_NOHUGEPAGE before the
 * first touch, a guard below each one, their tops coloured and populated in batches. The pool
 * belongs to the process; each worker keeps a few in a stack_cache of its own.
 */
#ifndef CONTEXT_STACK_H
#define CONTEXT_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STACK_DEFAULT_SIZE ((size_t)256 << 10)
#define STACK_MIN_SIZE ((size_t)16 << 10)
/* Wide, since a large local array steps over a narrow one. */
#define STACK_GUARD_SIZE ((size_t)64 << 10)

typedef enum guard_kind { GUARD_MADVISE, GUARD_MPROTECT, GUARD_CANARY } guard_kind;

typedef struct stack {
    char *low;          /* lowest usable byte; the guard lies below it */
    size_t size;        /* usable bytes from low to the top, colour included */
    char *top;          /* where a context starts: below the colour, 64-byte aligned */
    char *deepest;      /* lowest address a switch has seen, since the last trim */
    struct stack *next; /* in a pool or cache: its owner's link */
    void *fiber;        /* TSan's fiber, kept with the stack */
    unsigned valgrind_id;
    bool adopted;   /* sanitizers and valgrind know of it */
    bool populated; /* its top page has been touched */
    bool common;    /* of STACK_DEFAULT_SIZE, from a region */
    bool guarded;   /* it has its guard, of the kind that follows */
    guard_kind guard;
} stack;

/* A worker's own stacks. Zeros are an empty one. One user at a time. */
typedef struct stack_cache {
    stack *first;
    unsigned count;
} stack_cache;

/* A stack of at least `size` usable bytes, and of no less than the common size, of which up to 960 are its
 * colour; a larger one has a mapping of its own, which ends when it is given back. `cache` may be NULL. 0 or -ENOMEM. */
int stack_get(stack_cache *cache, size_t size, stack **ret);
/* Gives one back; nothing runs on it any more. Ends the process if its canary was overwritten. */
void stack_put(stack_cache *cache, stack *s);
/* Empties the cache into the process's pool. */
void stack_cache_flush(stack_cache *cache);
/* Gives memory of unused stacks back to the system, at most `most` stacks at a call; returns
 * whether there is more to do. Called by workers before they sleep. */
bool stack_pool_trim(unsigned most);
/* Whether a trim would find anything. Takes no lock. */
bool stack_pool_has_excess(void);
/* Keeps the pool whole over fork(2). */
void stack_pool_guard(void);
/* Notes how deep a suspended stack is. */
static inline void stack_note_depth(stack *s, void *sp)
{
    if ((char *)sp < s->deepest && sp)
        s->deepest = sp;
}
/* Gives all of an unused stack's memory back, whatever lay in it. */
void stack_empty(stack *s);
/* Bytes from the lowest page that was touched since then to the stack's end; -ENOTSUP. Any thread,
 * while it is used; of a stack that is given back meanwhile it is some number. */
int64_t stack_peak(const stack *s);
/* Which stack's guard or usable memory holds the address; NULL: none. Async-signal-safe. With
 * *ret_in_guard: whether it is the guard. */
const stack *stack_find(const void *addr, bool *ret_in_guard);
/* Address space of all stacks of the process, in bytes. */
uint64_t stack_bytes(void);
/* Which guards new stacks get. */
guard_kind stack_guard_kind(void);
/* Whether a stack in use has kept within its bounds, as far as a canary can tell: other guards end
 * the process by themselves. */
bool stack_canary_is_whole(const stack *s);
static inline bool stack_is_whole(const stack *s)
{
    return s->guard != GUARD_CANARY || stack_canary_is_whole(s);
}
/* For tests: from now on new stacks get guards of this kind, whatever the kernel can do. */
void stack_guard_force(guard_kind kind);

#endif
