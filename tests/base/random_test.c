/* random_test.c: sequences repeat by their seed, and are even. */
#include "support/edo_test.h"

#include "base/random.h"

EDO_TEST_PLAIN(rng_repeats_by_its_seed)
{
    rng a, b, c;
    int same = 0;

    rng_seed(&a, 42);
    rng_seed(&b, 42);
    rng_seed(&c, 43);
    for (int i = 0; i < 1000; i++) {
        uint64_t x = rng_next(&a);
        assert_int_equal(x, rng_next(&b));
        same += x == rng_next(&c);
    }
    assert_int_equal(same, 0);
}

EDO_TEST_PLAIN(rng_below_is_even)
{
    enum { KINDS = 7, ROUNDS = 70000 };
    int count[KINDS] = {0};
    rng r;

    rng_seed(&r, 1);
    for (int i = 0; i < ROUNDS; i++)
        count[rng_below(&r, KINDS)]++;
    for (int i = 0; i < KINDS; i++) /* 10000 each; the deviation is 93 */
        assert_in_range(count[i], 9500, 10500);
    assert_int_equal(rng_below(&r, 1), 0);
    for (int i = 0; i < 1000; i++) /* about half of the draws are thrown away here */
        assert_true(rng_below(&r, 0x80000001u) <= 0x80000000u);
}

EDO_TEST_PLAIN(seeds_differ)
{
    errno = 77;
    assert_int_not_equal(random_seed(), random_seed());
    assert_int_equal(errno, 77);
}
