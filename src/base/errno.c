/* errno.c: where errno lies, asked of the thread that runs now. */
#include <edo/errno.h>

#include "base/macros.h"

#undef errno
#define errno (*__errno_location())

noinline int *edo_errno_location(void)
{
    int *location = &errno;

    /* Takes the answer out of the compiler's sight: else it would find out that this function has
     * no effect and always gives the same, and would call it once for both sides of a switch. */
    __asm__ volatile("" : "+r"(location) : : "memory");
    return location;
}
