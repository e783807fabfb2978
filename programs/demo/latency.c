/*
 * latency.c: below 32 ns each value has a bucket; from there on each doubling has 32.
 *
 * A value v >= 32 with its highest bit at h goes to step v >> (h - 5), which lies in 32 .. 63, of
 * doubling h - 5; so the buckets follow each other without a gap.
 */
#include "latency.h"

#include <stddef.h>

static unsigned highest_bit(uint64_t v)
{
    return 63 - (unsigned)__builtin_clzll(v);
}

static size_t bucket_of(uint64_t ns)
{
    if (ns < LATENCY_STEPS)
        return (size_t)ns;
    unsigned doubling = highest_bit(ns) - 5;
    size_t bucket = (size_t)doubling * LATENCY_STEPS + (size_t)(ns >> doubling);
    return bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1;
}

/* The largest value that falls into a bucket. */
static uint64_t ceiling_of(size_t bucket)
{
    if (bucket < LATENCY_STEPS)
        return bucket;
    size_t doubling = bucket / LATENCY_STEPS - 1;
    return ((uint64_t)(bucket - doubling * LATENCY_STEPS + 1) << doubling) - 1;
}

void latency_add(latency *l, uint64_t ns)
{
    l->count++;
    l->bucket[bucket_of(ns)]++;
}

void latency_merge(latency *l, const latency *other)
{
    l->count += other->count;
    for (size_t i = 0; i < LATENCY_BUCKETS; i++)
        l->bucket[i] += other->bucket[i];
}

uint64_t latency_percentile(const latency *l, unsigned percent)
{
    uint64_t wanted = (l->count * percent + 99) / 100, seen = 0;

    if (l->count == 0)
        return 0;
    for (size_t i = 0; i < LATENCY_BUCKETS; i++)
        if ((seen += l->bucket[i]) >= wanted)
            return ceiling_of(i);
    return ceiling_of(LATENCY_BUCKETS - 1);
}
