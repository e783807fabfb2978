/*
 * stack.c: one stack: its lay-out, its guard, the memory behind it.
 *
 * Huge pages are off before the first touch: else a page touched is 2 MiB of memory. Tops are
 * coloured, each stack's by another number of cache lines: all frames at the same offset in a page
 * would fall into the same few sets of the cache. A top page is touched by MADV_POPULATE_WRITE: an
 * eighth of what a page fault costs.
 */
#include "context/stack_memory.h"

#include <sys/mman.h>

#include <edo/errno.h>

#include "base/atomic.h"
#include "base/macros.h"
#include "base/sys.h"
#include "context/guard.h"
#include "context/sanitizer.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

#define COLOURS 16

static uint64_t mapped; /* bytes of address space; atomic */

int stack_map(size_t len, char **ret_base)
{
    void *base = NULL;

    if (sys_mmap_anonymous(len, MAP_NORESERVE | MAP_STACK, &base) < 0)
        return -ENOMEM;
    (void)sys_madvise(base, len, MADV_NOHUGEPAGE); /* fails where there are none: just as well */
    a_fetch_add(&mapped, len, relaxed);            /* relaxed: a number to look at */
    sanitizer_hide_stacks(base, len);
    *ret_base = base;
    return 0;
}

void stack_unmap(char *base, size_t len)
{
    sys_munmap(base, len);
    a_fetch_sub(&mapped, len, relaxed);
}

uint64_t stack_bytes(void)
{
    return a_load(&mapped, relaxed);
}

void stack_lay_out(stack *s, char *base, size_t size, unsigned colour)
{
    char *end = base + STACK_GUARD_SIZE + size;

    *s = (stack){
        .low = base + STACK_GUARD_SIZE,
        .size = size,
        .top = end - colour % COLOURS * cache_line,
        .deepest = end,
    };
}

void stack_make_ready(stack *s)
{
    if (!s->guarded) {
        guard_install(s);
        sanitizer_show_stack(s);
    }
    if (!s->populated) {
        size_t page = sys_page_size();
        /* Fails on kernels before 5.14: then the first touch is a fault, as ever. */
        (void)sys_madvise(s->low + s->size - page, page, MADV_POPULATE_WRITE);
        s->populated = true;
    }
}

void stack_shrink(stack *s, size_t keep)
{
    (void)sys_madvise(s->low, s->size - keep, MADV_DONTNEED); /* spares guards */
    s->deepest = s->low + s->size - keep;
    if (keep == 0) {
        s->populated = false;
        sanitizer_forget_stack(s);
    }
}
