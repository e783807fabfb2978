/* base/backtrace.h: where the running code was called from, on stderr. */
#ifndef BASE_BACKTRACE_H
#define BASE_BACKTRACE_H

#include <stdint.h>

/* Makes backtrace_write safe in signal handlers. Call it once before, outside of one. */
void backtrace_prepare(void);
/*
 * Writes a line for each caller of this function, beginning with the one that stands at `from`, or
 * with the first if that is 0. Of a very deep one the middle is left out. Async-signal-safe, on a
 * stack with room for 12 KiB.
 */
void backtrace_write(uintptr_t from);

#endif
