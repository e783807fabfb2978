/* edo/histogram.h: how durations are counted: buckets of one width, or of a constant relative error. */
#ifndef EDO_HISTOGRAM_H
#define EDO_HISTOGRAM_H

#include <edo/duration.h>

EDO_BEGIN_DECLS

typedef enum edo_histogram_kind {
    EDO_HISTOGRAM_LOG = 0,   /**< a bucket is as wide as the error allows at its place */
    EDO_HISTOGRAM_LINEAR = 1 /**< all have one width, but for the last */
} edo_histogram_kind;

/** Zeros are the defaults: 119 buckets from 100 ns to 60 s. The last bucket has no upper end. */
typedef struct edo_histogram_opts {
    edo_histogram_kind kind;
    edo_duration width;   /**< linear: of each bucket; 0: 100 us */
    unsigned buckets;     /**< linear: how many; 0: 10 */
    edo_duration min;     /**< log: what is shorter falls into the first bucket; 0: 100 ns */
    edo_duration max;     /**< log: what is longer may fall into the last; 0: 60 s */
    double max_error;     /**< log: a power of two is taken, 1/4 to 1/1024; 0: 1/4 */
    unsigned max_buckets; /**< more are refused; 0: 65536, which is also the most */
} edo_histogram_opts;

/** How many durations were at least `from_ns` and less than `until_ns`. */
typedef struct edo_histogram_bucket {
    uint64_t from_ns;
    uint64_t until_ns; /**< of the last one UINT64_MAX */
    uint64_t count;
} edo_histogram_bucket;

/**
 * How many buckets such a histogram has. NULL stands for zeros.
 *
 * Returns   0; -EINVAL; -E2BIG: more than max_buckets, and *ret_buckets says how many.
 */
EDO_API int edo_histogram_size(const edo_histogram_opts *opts, unsigned *ret_buckets);

EDO_END_DECLS

#endif
