/*
 * stack_large.c: stacks over the common size, mapped one by one and unmapped when given back.
 *
 * Invariant   Nodes are only ever added to the list, and never freed: a signal handler can walk it
 *             at any time. A node without a mapping has len 0 and is used again.
 * Readers     A handler asks for the stack that its own thread has overrun. That one is in use, so
 *             its node doesn't change; a node that changes meanwhile is another's and, read torn or
 *             not, can only be missed.
 */
#include "context/stack_memory.h"

#include <stdlib.h>

#include <edo/errno.h>

#include "base/atomic.h"
#include "base/fork.h"
#include "base/lock.h"
#include "base/macros.h"
#include "base/sys.h"
#include "context/guard.h"
#include "context/sanitizer.h"

typedef struct large_stack {
    stack stack;
    char *base;                    /* where the guard begins; atomic */
    size_t len;                    /* of guard and stack; 0: no mapping; atomic */
    struct large_stack *next;      /* of all; never changes */
    struct large_stack *next_free; /* of those without a mapping */
} large_stack;

static lock nodes_lock;  /* guards first_free, and additions to all */
static large_stack *all; /* atomic: handlers read it */
static large_stack *first_free;
static unsigned next_colour;

/* A node without a mapping, and the colour of its next stack; NULL: no memory. */
static large_stack *take_node(unsigned *ret_colour)
{
    large_stack *node;

    lock_take(&nodes_lock);
    *ret_colour = next_colour++;
    node = first_free;
    if (node) {
        first_free = node->next_free;
    } else if ((node = calloc(1, sizeof *node))) {
        node->next = all;
        a_store(&all, node, release); /* pairs with the acquire in stack_large_find */
    }
    lock_drop(&nodes_lock);
    return node;
}

static void return_node(large_stack *node)
{
    lock_take(&nodes_lock);
    node->next_free = first_free;
    first_free = node;
    lock_drop(&nodes_lock);
}

void stack_large_guard(void)
{
    fork_guard(&nodes_lock);
}

int stack_large_get(size_t size, stack **ret)
{
    unsigned colour;
    large_stack *node;
    char *base;

    if (size > SIZE_MAX / 2)
        return -ENOMEM;
    size = sys_whole_pages(size + cache_line * 16); /* the colour is not part of it */
    node = take_node(&colour);
    if (!node)
        return -ENOMEM;
    if (stack_map(STACK_GUARD_SIZE + size, &base) < 0) {
        return_node(node);
        return -ENOMEM;
    }
    stack_lay_out(&node->stack, base, size, colour);
    stack_make_ready(&node->stack);
    a_store(&node->base, base, relaxed);
    /* release: pairs with the acquire in stack_large_find. */
    a_store(&node->len, STACK_GUARD_SIZE + size, release);
    *ret = &node->stack;
    return 0;
}

void stack_large_put(stack *s)
{
    large_stack *node = container_of(s, large_stack, stack);
    size_t len = node->len;

    a_store(&node->len, 0, relaxed); /* relaxed: nobody asks for a stack that nobody uses */
    sanitizer_forget_stack(s);
    guard_remove(s);
    stack_unmap(node->base, len);
    return_node(node);
}

const stack *stack_large_find(const void *addr, bool *ret_in_guard)
{
    /* acquire: pairs with the release in take_node. */
    for (large_stack *node = a_load(&all, acquire); node; node = node->next) {
        size_t len = a_load(&node->len, acquire); /* pairs with stack_large_get */
        size_t offset = (size_t)((uintptr_t)addr - (uintptr_t)a_load(&node->base, relaxed));
        if (offset >= len)
            continue;
        *ret_in_guard = offset < STACK_GUARD_SIZE;
        return &node->stack;
    }
    return NULL;
}

void stack_large_bounds(const stack *s, char **ret_low, size_t *ret_size)
{
    const large_stack *node = container_of(s, large_stack, stack);
    size_t len = a_load(&node->len, acquire); /* pairs with stack_large_get */

    *ret_low = a_load(&node->base, relaxed) + STACK_GUARD_SIZE;
    *ret_size = len ? len - STACK_GUARD_SIZE : 0;
}
