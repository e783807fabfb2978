/*
 * stack_peak.c: how deep a stack has been, by which of its pages have memory.
 *
 * Nothing is noted while tasks run: it is the page tables that remember. /proc/self/pagemap has the
 * pages that are swapped out, too; without it mincore(2) has to do.
 */
#include <errno.h>

#include "base/atomic.h"
#include "base/sys.h"
#include "context/guard.h"
#include "context/stack_memory.h"

void stack_empty(stack *s)
{
    stack_shrink(s, 0);
    guard_arm(s);
}

int64_t stack_peak(const stack *s)
{
    char *low = s->common ? s->low : NULL;
    size_t size = s->common ? s->size : 0;
    size_t untouched;

    if (!s->common)
        stack_large_bounds(s, &low, &size);
    /* relaxed: another's only if the stack was given back, and then nothing counts. */
    size_t skipped = a_load(&s->guard, relaxed) == GUARD_CANARY ? sys_page_size() : 0;
    if (size <= skipped)
        return 0;
    size -= skipped; /* a canary's page is always touched */
    if (sys_untouched(low + skipped, size, &untouched) < 0)
        return -ENOTSUP;
    return (int64_t)(size - untouched);
}
