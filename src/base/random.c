/* random.c: seeds, and a generator's state filled from one by splitmix64. */
#include "base/random.h"

#include <sys/random.h>
#include <unistd.h>

#include <edo/errno.h>

#include "base/clock.h"

/* splitmix64: a step of a Weyl sequence, mixed. */
static uint64_t mix_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void rng_seed(rng *r, uint64_t seed)
{
    r->s[0] = mix_next(&seed);
    r->s[1] = mix_next(&seed);
    if (r->s[0] == 0 && r->s[1] == 0)
        r->s[0] = 1; /* the one state that never leaves itself */
}

uint64_t random_seed(void)
{
    uint64_t seed;
    int saved = errno;

    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) == (ssize_t)sizeof seed)
        return seed;
    errno = saved;
    /* Early at boot, or forbidden: choices may be guessed, but they still differ. */
    seed = clock_now() ^ (uint64_t)getpid() << 32 ^ (uint64_t)(uintptr_t)&seed;
    return mix_next(&seed);
}
