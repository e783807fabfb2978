/*
 * base/random.h: random numbers for choices, not for secrets.
 *
 * xoroshiro128++ (Blackman and Vigna): fast, two words, good in all bits; anyone who sees a few
 * outputs can predict the rest.
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

/* A generator's state. Seeded with random_seed; one user at a time. */
typedef struct rng {
    uint64_t s[2];
} rng;

/* From a seed; the same seed gives the same sequence. */
void rng_seed(rng *r, uint64_t seed);
static inline uint64_t rng_next(rng *r)
{
    uint64_t a = r->s[0], b = r->s[1], sum = a + b;
    uint64_t result = (sum << 17 | sum >> 47) + a;

    b ^= a;
    r->s[0] = (a << 49 | a >> 15) ^ b ^ (b << 21);
    r->s[1] = b << 28 | b >> 36;
    return result;
}

/* Evenly below n, which is not 0. Lemire: the high half of a 32 x 32 product is even but for the
 * first 2^32 mod n low halves, which are drawn again. */
static inline uint32_t rng_below(rng *r, uint32_t n)
{
    uint64_t product = (rng_next(r) >> 32) * n;

    if ((uint32_t)product < n) {
        uint32_t uneven = (uint32_t)-n % n;
        while ((uint32_t)product < uneven)
            product = (rng_next(r) >> 32) * n;
    }
    return (uint32_t)(product >> 32);
}
/* A seed from the system. */
uint64_t random_seed(void);

#endif
