/*
 * random.c: xoroshiro128++ (Blackman and Vigna), its state filled by splitmix64.
 *
 * Fast, two words, good in all bits; anyone who sees a few outputs can predict the rest.
 */
#include "base/random.h"

#include <sys/random.h>
#include <unistd.h>

#include <edo/errno.h>

#include "base/clock.h"

static uint64_t rotate_left(uint64_t x, int by)
{
    return (x << by) | (x >> (64 - by));
}

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

uint64_t rng_next(rng *r)
{
    uint64_t a = r->s[0];
    uint64_t b = r->s[1];
    uint64_t result = rotate_left(a + b, 17) + a;

    b ^= a;
    r->s[0] = rotate_left(a, 49) ^ b ^ (b << 21);
    r->s[1] = rotate_left(b, 28);
    return result;
}

uint32_t rng_below(rng *r, uint32_t n)
{
    /* Lemire: the high half of a 32 x 32 product is even but for the first 2^32 mod n low halves,
     * which are drawn again. */
    uint64_t product = (rng_next(r) >> 32) * n;

    if ((uint32_t)product < n) {
        uint32_t uneven = (uint32_t)-n % n;
        while ((uint32_t)product < uneven)
            product = (rng_next(r) >> 32) * n;
    }
    return (uint32_t)(product >> 32);
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
