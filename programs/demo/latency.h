/* latency.h: many latencies in little memory: a histogram whose buckets are 3 % wide. */
#ifndef LATENCY_H
#define LATENCY_H

#include <stdint.h>

#define LATENCY_STEPS 32 /* buckets for each doubling */
#define LATENCY_BUCKETS (36 * LATENCY_STEPS)

/** Zeros are an empty one. */
typedef struct latency {
    uint64_t count;
    uint32_t bucket[LATENCY_BUCKETS];
} latency;

/** Notes one, in nanoseconds; from half an hour on, they fall into the last bucket. */
void latency_add(latency *l, uint64_t ns);
/** Adds all of `other`. */
void latency_merge(latency *l, const latency *other);
/** What `percent` of them did not exceed, up to a bucket's width; 0 when there are none. */
uint64_t latency_percentile(const latency *l, unsigned percent);

#endif
