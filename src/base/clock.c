/* clock.c: CLOCK_MONOTONIC through the vdso; it never fails on Linux. */
#include "base/clock.h"

#include <time.h>

static uint64_t read_clock(clockid_t which)
{
    struct timespec now;

    clock_gettime(which, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t clock_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

uint64_t clock_now_coarse(void)
{
    return read_clock(CLOCK_MONOTONIC_COARSE);
}
