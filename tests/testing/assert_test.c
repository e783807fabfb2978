/* assert_test.c: the assertions of edo/testing.h pass, fail and explain themselves. */
#include "testing/failures.h"

EDO_TEST_PLAIN(pending_shows_the_result_of_a_ready_future) /* test-util-016 */
{
    edo_future pending = edo_pending();
    edo_future ready = edo_ready(42);
    edo_future failed = edo_ready(-EPIPE);

    assert_pending(&pending);
    check_fails(assert_pending(&ready), "ready with 42, should be pending");
    check_fails(assert_pending(&failed), "-EPIPE (-32)");
}

EDO_TEST_PLAIN(ready_gives_the_result) /* test-util-017 */
{
    edo_future ready = edo_ready(42), failed = edo_ready(-EPIPE), pending = edo_pending();

    assert_int_equal(assert_ready(&ready), 42);
    assert_int_equal(assert_ready(&failed), -EPIPE);
    check_fails(assert_ready(&pending), "&pending: is pending, should be ready");
}

EDO_TEST_PLAIN(ready_ok_refuses_an_error_and_names_it) /* test-util-018 */
{
    edo_future ready = edo_ready(0), failed = edo_ready(-EPIPE), pending = edo_pending();

    assert_int_equal(assert_ready_ok(&ready), 0);
    check_fails(assert_ready_ok(&failed), "failed with -EPIPE");
    check_fails(assert_ready_ok(&pending), "is pending");
}

EDO_TEST_PLAIN(ready_err_refuses_a_success) /* test-util-019 */
{
    edo_future failed = edo_ready(-EPIPE), ready = edo_ready(7), pending = edo_pending();

    assert_int_equal(assert_ready_err(&failed), -EPIPE);
    check_fails(assert_ready_err(&ready), "succeeded with 7");
    check_fails(assert_ready_err(&pending), "is pending");
}

EDO_TEST_PLAIN(ready_eq_shows_both_values) /* test-util-020 */
{
    edo_future ready = edo_ready(7), other = edo_ready(7), pending = edo_pending();

    assert_ready_eq(&ready, 7);
    check_fails(assert_ready_eq(&other, -EDO_ESHUTDOWN), "ready with 7, should be -EDO_ESHUTDOWN");
    check_fails(assert_ready_eq(&pending, 7), "pending, should be ready with 7");
}

EDO_TEST_PLAIN(plain_results_are_compared_and_named) /* test-util-021 */
{
    assert_ok(0);
    assert_err(-EPIPE, -EPIPE);
    assert_err(-EPIPE, EPIPE);
    check_fails(assert_ok(-EPIPE), "is -EPIPE (-32), should be 0");
    check_fails(assert_ok(3), "is 3, should be 0");
    check_fails(assert_err(0, -EPIPE), "is 0, should be -EPIPE");
    check_fails(assert_err(-EINVAL, -EPIPE), "is -EINVAL (-22), should be -EPIPE");
}

static edo_future *count_evaluation(edo_future *fut, int *evaluations)
{
    ++*evaluations;
    return fut;
}

EDO_TEST_PLAIN(a_message_and_the_place_are_shown) /* test-util-022 */
{
    edo_future pending = edo_pending();
    int evaluations = 0, line;

    /* clang-format off */
    line = __LINE__ + 1;
    check_fails(assert_ready(count_evaluation(&pending, &evaluations), "round %d of %s", 3, "ten"), ": round 3 of ten");
    /* clang-format on */
    assert_int_equal(evaluations, 1);
    assert_string_equal(failure_file, __FILE__);
    assert_int_equal(failure_line, line);
    check_fails(assert_ok(-EPIPE, "rc of %s", "write"), "should be 0: rc of write");
}

static edo_poll wake_twice(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    (void)arg, (void)ret_result;
    edo_waker_wake_by_ref(waker);
    edo_waker_wake_by_ref(waker);
    return EDO_PENDING;
}

EDO_TEST_PLAIN(woken_counts_since_the_latest_poll)
{
    edo_poll_fn_future twice = edo_poll_fn(wake_twice, NULL);
    edo_future pending = edo_pending();

    assert_pending(&twice.base);
    assert_woken(2);
    check_fails(assert_woken(1, "after %d", 5), "woken 2 times");
    assert_true(edo_test_is_woken());
    assert_pending(&pending);
    assert_woken(0);
    edo_waker_wake_by_ref(edo_test_waker());
    assert_int_equal(edo_test_wake_count(), 1);
}
