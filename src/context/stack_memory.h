/* context/stack_memory.h: one stack and its memory; for the pool and for the larger stacks. */
#ifndef CONTEXT_STACK_MEMORY_H
#define CONTEXT_STACK_MEMORY_H

#include "context/stack.h"

/* Below its top this much of a stack is kept when the stack goes into the process's pool. */
#define STACK_KEEP_SIZE ((size_t)16 << 10)

/* Address space for guards and stacks, without huge pages and not touched. 0 or -ENOMEM. */
int stack_map(size_t len, char **ret_base);
void stack_unmap(char *base, size_t len);

/* Makes *s the stack of `size` bytes above the guard at `base`; `colour` picks its top. */
void stack_lay_out(stack *s, char *base, size_t size, unsigned colour);
/* Guards it, if it isn't yet, and touches its top page ahead of its use. */
void stack_make_ready(stack *s);
/* Gives all but the `keep` bytes at its top back to the system. */
void stack_shrink(stack *s, size_t keep);

/* Keeps the list of large stacks whole over fork(2). */
void stack_large_guard(void);
/* Larger stacks, each with a mapping of its own (stack_large.c). */
int stack_large_get(size_t size, stack **ret);
void stack_large_put(stack *s);
/* Where its usable bytes lie; of one that is given back meanwhile, of its mapping before or after. */
void stack_large_bounds(const stack *s, char **ret_low, size_t *ret_size);
const stack *stack_large_find(const void *addr, bool *ret_in_guard);

#endif
