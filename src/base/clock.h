/* base/clock.h: the only place that asks the system for the time. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t clock_now(void);
/* The same as of the system's last tick, of 10 ms at most: an eighth of the price. */
uint64_t clock_now_coarse(void);

/* A counter that only grows and is cheap to read; at least about one step a nanosecond. */
static inline uint64_t clock_cycles(void)
{
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    return clock_now();
#endif
}

#endif
