/*
 * histogram.c: which bucket a duration falls into.
 *
 * Log      Between two powers of two lie 2^p buckets of one width, so a bucket is at most 2^-p of
 *          what it begins with; below 2^(p+1) each number has its own. A bucket is found by shifts.
 *          Those below `min` are made one.
 * Source   the H2 histogram of iop.systems, as Tokio has it.
 */
#include "sched/histogram.h"

#include <edo/errno.h>

#include "base/clock.h"
#include "base/macros.h"

#define PRECISION_LEAST 2
#define PRECISION_MOST 10

static uint64_t or_default(edo_duration d, uint64_t ns)
{
    return d.ns ? d.ns : ns;
}

static uint64_t log_index(uint64_t ns, unsigned p)
{
    if (ns < UINT64_C(2) << p)
        return ns;
    unsigned shift = 63 - (unsigned)__builtin_clzll(ns) - p;
    return ((uint64_t)shift << p) + (ns >> shift);
}

/* The least number with that index. */
static uint64_t log_begin(uint64_t index, unsigned p)
{
    if (index < UINT64_C(2) << p)
        return index;
    uint64_t shift = (index >> p) - 1;
    return (index - (shift << p)) << shift;
}

static unsigned precision_of(double max_error)
{
    unsigned p = PRECISION_LEAST;

    for (double error = 0.25; max_error > 0 && error > max_error && p < PRECISION_MOST; p++)
        error /= 2;
    return p;
}

static uint64_t shape_log(const edo_histogram_opts *o, histogram_shape *s)
{
    uint64_t min = or_default(o->min, 100), max = or_default(o->max, 60 * NS_PER_S);

    s->precision = precision_of(o->max_error);
    s->skipped = log_index(min, s->precision);
    s->skipped -= s->skipped > 0; /* so that the first bucket ends where `min` begins, or before */
    return log_index(max, s->precision) - s->skipped +
           2; /* the one of `max`, and one for the rest */
}

static uint64_t shape_linear(const edo_histogram_opts *o, histogram_shape *s)
{
    s->width = or_default(o->width, 100 * UINT64_C(1000));
    return o->buckets ? o->buckets : 10;
}

static bool is_sound(const edo_histogram_opts *o)
{
    if (o->kind == EDO_HISTOGRAM_LINEAR) /* the last bucket begins at a number that there is */
        return or_default(o->width, 1) < UINT64_MAX / HISTOGRAM_BUCKETS_MAX;
    return o->kind == EDO_HISTOGRAM_LOG && o->max_error >= 0 && o->max_error <= 1 &&
           or_default(o->min, 100) <= or_default(o->max, 60 * NS_PER_S) &&
           o->max.ns < UINT64_MAX / 4;
}

int histogram_shape_of(const edo_histogram_opts *opts, histogram_shape *ret)
{
    unsigned most = opts->max_buckets ? opts->max_buckets : HISTOGRAM_BUCKETS_MAX;
    histogram_shape s = {0};

    if (!is_sound(opts) || most > HISTOGRAM_BUCKETS_MAX)
        return -EINVAL;
    uint64_t count =
        opts->kind == EDO_HISTOGRAM_LINEAR ? shape_linear(opts, &s) : shape_log(opts, &s);
    s.count = count < UINT32_MAX ? (unsigned)count : UINT32_MAX;
    *ret = s;
    return s.count <= most ? 0 : -E2BIG;
}

unsigned histogram_bucket(const histogram_shape *s, uint64_t ns)
{
    uint64_t index = s->precision ? log_index(ns, s->precision) : ns / s->width;

    index = index < s->skipped ? 0 : index - s->skipped;
    return index < s->count ? (unsigned)index : s->count - 1;
}

static uint64_t begin_of(const histogram_shape *s, uint64_t bucket)
{
    return s->precision ? log_begin(bucket + s->skipped, s->precision) : bucket * s->width;
}

edo_histogram_bucket histogram_range(const histogram_shape *s, unsigned bucket)
{
    return (edo_histogram_bucket){
        .from_ns = bucket ? begin_of(s, bucket) : 0,
        .until_ns = bucket + 1 < s->count ? begin_of(s, bucket + 1) : UINT64_MAX,
    };
}

int edo_histogram_size(const edo_histogram_opts *opts, unsigned *ret_buckets)
{
    static const edo_histogram_opts defaults;
    histogram_shape shape;

    if (!ret_buckets)
        return -EINVAL;
    int rc = histogram_shape_of(opts ? opts : &defaults, &shape);
    if (rc != -EINVAL)
        *ret_buckets = shape.count;
    return rc;
}
