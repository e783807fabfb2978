/* sched/histogram.h: which bucket a duration falls into. */
#ifndef SCHED_HISTOGRAM_H
#define SCHED_HISTOGRAM_H

#include <edo/histogram.h>

#define HISTOGRAM_BUCKETS_MAX 65536

typedef struct histogram_shape {
    unsigned count;
    unsigned precision; /* log: the error is at most 2 to the power of its negative; 0: linear */
    uint64_t skipped;   /* log: buckets that the first one takes in */
    uint64_t width;     /* linear: ns */
} histogram_shape;

/* 0; -EINVAL; -E2BIG with the count that it would need. */
int histogram_shape_of(const edo_histogram_opts *opts, histogram_shape *ret);
unsigned histogram_bucket(const histogram_shape *shape, uint64_t ns);
/* The bucket's ends; its count is 0. */
edo_histogram_bucket histogram_range(const histogram_shape *shape, unsigned bucket);

#endif
