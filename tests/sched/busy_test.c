/* busy_test.c: how long a worker was awake, as told to whoever asks. */
#include "support/edo_test.h"

#include "sched/observe.h"

EDO_TEST_PLAIN(busy_time_is_that_between_awaking_and_sleeping) /* rt-110 */
{
    core c = {0};

    busy_begin(&c, 1000);
    busy_begin(&c, 1500); /* it was awake already: another thread has taken the core */
    busy_end(&c, 1700);
    assert_int_equal(busy_time(&c), 700);
    busy_begin(&c, 5000);
    busy_end(&c, 5001);
    assert_int_equal(busy_time(&c), 701);
}

EDO_TEST_PLAIN(busy_time_that_was_told_is_not_taken_back) /* rt-110 */
{
    core c = {0};
    uint64_t now = clock_now();

    busy_begin(&c, now - 1000000);
    uint64_t told = busy_time(&c); /* while it is awake */
    assert_true(told >= 1000000);
    busy_end(&c, now); /* its own look at the clock came before ours */
    assert_int_equal(busy_time(&c), told);
    busy_begin(&c, clock_now() + 1000000000); /* or after */
    assert_int_equal(busy_time(&c), told);
}
