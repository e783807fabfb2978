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

/* A failure says the place and the text, and not where it is called here. */
#define check_fails_at(line, statement, part)                                                      \
    do {                                                                                           \
        check_fails(statement, part);                                                              \
        assert_string_equal(failure_file, "place.c");                                              \
        assert_int_equal(failure_line, line);                                                      \
    } while (0)

#define NO_MESSAGE ((const char *)NULL)

EDO_TEST_PLAIN(ones_own_assertions_say_their_own_place_and_text)
{
    edo_future pending = edo_pending(), ready = edo_ready(7), failed = edo_ready(-EPIPE);
    edo_future again = edo_ready(7);

    check_fails_at(1, edo_test_assert_pending("place.c", 1, "f", &ready, NO_MESSAGE),
                   "f: is ready with 7, should be pending");
    check_fails_at(2, edo_test_assert_ready("place.c", 2, "f", &pending, NO_MESSAGE),
                   "f: is pending, should be ready");
    check_fails_at(3, edo_test_assert_ready_ok("place.c", 3, "f", &failed, "no %d", 3),
                   "f: failed with -EPIPE (-32): no 3");
    check_fails_at(4, edo_test_assert_ready_err("place.c", 4, "f", &again, NO_MESSAGE),
                   "f: succeeded with 7, should fail");
    check_fails_at(5, edo_test_assert_ready_eq("place.c", 5, "f", &pending, -EPIPE, NO_MESSAGE),
                   "f: is pending, should be ready with -EPIPE (-32)");
    check_fails_at(6, edo_test_assert_woken("place.c", 6, "3", 3, NO_MESSAGE),
                   "3: woken 0 times since the latest poll, should be 3");
    check_fails_at(7, edo_test_assert_ok("place.c", 7, "rc", 1, "%s", "so"),
                   "rc: is 1, should be 0: so");
    check_fails_at(8, edo_test_assert_err("place.c", 8, "rc", 0, EPIPE, NO_MESSAGE),
                   "rc: is 0, should be -EPIPE (-32)");
}

EDO_TEST_PLAIN(ones_own_assertions_pass_and_have_the_result)
{
    edo_future pending = edo_pending(), ready = edo_ready(7), failed = edo_ready(-EPIPE);
    edo_future again = edo_ready(7), more = edo_ready(8);
    unsigned before = edo_test_failures();

    edo_test_assert_pending("place.c", 1, "f", &pending, NO_MESSAGE);
    edo_test_assert_woken("place.c", 1, "0", 0, NO_MESSAGE);
    assert_int_equal(edo_test_assert_ready("place.c", 1, "f", &ready, NO_MESSAGE), 7);
    assert_int_equal(edo_test_assert_ready_ok("place.c", 1, "f", &more, NO_MESSAGE), 8);
    assert_int_equal(edo_test_assert_ready_err("place.c", 1, "f", &failed, NO_MESSAGE), -EPIPE);
    edo_test_assert_ready_eq("place.c", 1, "f", &again, 7, NO_MESSAGE);
    edo_test_assert_ok("place.c", 1, "rc", 0, NO_MESSAGE);
    edo_test_assert_err("place.c", 1, "rc", -EPIPE, EPIPE, NO_MESSAGE);
    assert_int_equal(edo_test_failures(), before);
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
