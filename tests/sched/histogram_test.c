/* histogram_test.c: which bucket a duration falls into, and how many there are. */
#include "support/edo_test.h"

#include <errno.h>

#include "sched/histogram.h"

static histogram_shape shape_of(const edo_histogram_opts *opts)
{
    histogram_shape shape;

    assert_ok(histogram_shape_of(opts, &shape));
    return shape;
}

static void assert_range(const histogram_shape *shape, unsigned bucket, uint64_t from,
                         uint64_t until)
{
    edo_histogram_bucket range = histogram_range(shape, bucket);

    assert_int_equal(range.from_ns, from);
    assert_int_equal(range.until_ns, until);
}

static bool is_power_of_two(uint64_t n)
{
    return n && !(n & (n - 1));
}

static void assert_sound(const histogram_shape *s)
{
    uint64_t end = 0, size_before = 0;

    for (unsigned i = 0; i < s->count; i++) {
        edo_histogram_bucket range = histogram_range(s, i);
        uint64_t size = range.until_ns - range.from_ns;
        assert_int_equal(range.from_ns, end);
        assert_true(size > 0);
        assert_int_equal(histogram_bucket(s, range.from_ns), i);
        assert_int_equal(histogram_bucket(s, range.until_ns - 1), i);
        if (i > 0 && i + 1 < s->count) {
            assert_true(is_power_of_two(size));
            assert_true(i == 1 || size >= size_before);
            assert_true((size - 1) << s->precision <= range.from_ns);
        }
        size_before = size;
        end = range.until_ns;
    }
    assert_int_equal(end, UINT64_MAX);
    assert_int_equal(histogram_bucket(s, UINT64_MAX), s->count - 1);
}

EDO_TEST_PLAIN(the_default_is_a_log_histogram_of_119_buckets) /* rt-114 */
{
    histogram_shape s = shape_of(EDO_OPTS(histogram, .kind = EDO_HISTOGRAM_LOG));
    unsigned count = 0;

    assert_int_equal(s.count, 119);
    assert_range(&s, 0, 0, 96);
    assert_range(&s, 1, 96, 112);
    assert_sound(&s);
    assert_true(histogram_range(&s, 118).from_ns > UINT64_C(60000000000));
    assert_ok(edo_histogram_size(NULL, &count));
    assert_int_equal(count, 119);
}

EDO_TEST_PLAIN(log_buckets_are_contiguous_and_of_bounded_error) /* rt-114 */
{
    static const double errors[] = {0.25, 0.2, 0.125, 0.03, 0.01, 0.001};
    static const uint64_t mins[] = {1, 2, 3, 7, 8, 100, 1000, 123456};
    static const uint64_t maxes[] = {123456, 1000000, UINT64_C(60000000000), UINT64_C(1) << 61};

    for (unsigned e = 0; e < 6; e++)
        for (unsigned min = 0; min < 8; min++)
            for (unsigned max = 0; max < 4; max++) {
                histogram_shape s = shape_of(EDO_OPTS(histogram, .max_error = errors[e],
                                                      .min = {mins[min]}, .max = {maxes[max]}));
                assert_true(1.0 / (1 << s.precision) <= errors[e]);
                assert_sound(&s);
            }
}

EDO_TEST_PLAIN(linear_buckets_are_of_one_width) /* rt-113 */
{
    histogram_shape s = shape_of(
        EDO_OPTS(histogram, .kind = EDO_HISTOGRAM_LINEAR, .width = EDO_MILLIS(50), .buckets = 3));

    assert_int_equal(s.count, 3);
    assert_range(&s, 0, 0, 50000000);
    assert_range(&s, 1, 50000000, 100000000);
    assert_range(&s, 2, 100000000, UINT64_MAX);
    assert_int_equal(histogram_bucket(&s, 49999999), 0);
    assert_int_equal(histogram_bucket(&s, 50000000), 1);
    assert_int_equal(histogram_bucket(&s, UINT64_MAX), 2);
}

EDO_TEST_PLAIN(too_many_buckets_are_refused_with_their_number) /* rt-115 */
{
    unsigned count = 0;
    edo_runtime *runtime = NULL;
    edo_histogram_opts large = {.max_error = 0.001, .max_buckets = 5};

    assert_int_equal(edo_histogram_size(&large, &count), -E2BIG);
    assert_int_equal(count, 27291);
    assert_int_equal(edo_runtime_new(EDO_OPTS(runtime, .histogram = large), &runtime), -EINVAL);
    assert_null(runtime);
    large.max_buckets = 27291;
    assert_int_equal(edo_histogram_size(&large, &count), 0);
}

EDO_TEST_PLAIN(limits_that_make_no_sense_are_refused)
{
    unsigned count = 7;

    assert_int_equal(edo_histogram_size(NULL, NULL), -EINVAL);
    assert_int_equal(edo_histogram_size(EDO_OPTS(histogram, .min = {1000}, .max = {999}), &count),
                     -EINVAL);
    assert_int_equal(edo_histogram_size(EDO_OPTS(histogram, .max_error = -1), &count), -EINVAL);
    assert_int_equal(edo_histogram_size(EDO_OPTS(histogram, .max_buckets = 65537), &count),
                     -EINVAL);
    assert_int_equal(edo_histogram_size(EDO_OPTS(histogram, .max = EDO_FOREVER()), &count),
                     -EINVAL);
    assert_int_equal(
        edo_histogram_size(
            EDO_OPTS(histogram, .kind = EDO_HISTOGRAM_LINEAR, .width = EDO_FOREVER()), &count),
        -EINVAL);
    assert_int_equal(
        edo_histogram_size(EDO_OPTS(histogram, .kind = EDO_HISTOGRAM_LINEAR, .buckets = 65537),
                           &count),
        -E2BIG);
    assert_int_equal(count, 65537);
}
