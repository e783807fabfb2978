/* shim/base/clock.h: base/clock.h as the model checker has it: cycles don't pass by themselves. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)

uint64_t clock_now(void);

static inline uint64_t clock_cycles(void)
{
    return 0;
}

#endif
