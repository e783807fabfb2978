/*
 * busy.c: how long a worker was awake.
 *
 * Word    One atomic word: asleep, the nanoseconds so far; awake, AWAKE and (the moment at which it
 *         awoke - the nanoseconds until then), modulo 2^63: so that a reader needs no other word.
 * Never   A reader takes its time before it reads the word, and a worker its own before it writes
 *   falls it, so what is computed may be older than what was told before: the most is kept.
 */
#include "sched/observe.h"

#define AWAKE (UINT64_C(1) << 63)

static uint64_t time_of(uint64_t word, uint64_t now)
{
    uint64_t ns = (word & AWAKE ? now - word : word) & ~AWAKE;

    return ns >> 62 ? 0 : ns; /* it awoke after `now` was taken */
}

void busy_begin(core *c, uint64_t now)
{
    uint64_t word = a_load(&c->busy, relaxed); /* the holder's own */

    if (!(word & AWAKE))
        a_store(&c->busy, AWAKE | (now - word), relaxed); /* a number by itself */
}

void busy_end(core *c, uint64_t now)
{
    a_store(&c->busy, time_of(a_load(&c->busy, relaxed), now), relaxed);
}

uint64_t busy_time(core *c)
{
    uint64_t now = clock_now(), told = a_load(&c->busy_told, relaxed);
    uint64_t ns = time_of(a_load(&c->busy, relaxed), now);

    while (told < ns && !a_cas_weak(&c->busy_told, &told, ns, relaxed, relaxed))
        ;
    return told < ns ? ns : told;
}
