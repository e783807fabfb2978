/* base/random.h: random numbers for choices, not for secrets. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

/* A generator's state. Seeded with random_seed; one user at a time. */
typedef struct rng {
    uint64_t s[2];
} rng;

/* From a seed; the same seed gives the same sequence. */
void rng_seed(rng *r, uint64_t seed);
uint64_t rng_next(rng *r);
/* Evenly below n, which is not 0. */
uint32_t rng_below(rng *r, uint32_t n);
/* A seed from the system. */
uint64_t random_seed(void);

#endif
