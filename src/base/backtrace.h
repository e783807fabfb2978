/* base/backtrace.h: where the running code was called from. */
#ifndef BASE_BACKTRACE_H
#define BASE_BACKTRACE_H

#include <stdint.h>

#include "base/symbol.h"

/* Makes backtrace_write safe in signal handlers. Call it once before, outside of one. */
void backtrace_prepare(void);
/*
 * Writes a line for each caller of this function, beginning with the one that stands at `from`, or
 * with the first if that is 0. Of a very deep one the middle is left out. Async-signal-safe, on a
 * stack with room for 12 KiB.
 */
void backtrace_write(uintptr_t from);
/*
 * The same into `pcs`, of which there are `room`: the innermost ones. Each is an address inside of
 * the instruction that is being done there. Returns how many; writes to no other memory.
 */
unsigned backtrace_take(uintptr_t from, uintptr_t *pcs, unsigned room);
/* A line of such a backtrace, as backtrace_write has them. */
void backtrace_write_frame(symbol_file *file, uint64_t number, uintptr_t pc);

#endif
