/* stream_mock_test.c: a stream of items that plays a script. */
#include <edo/testing_stream.h>

#include <string.h>

#include "support/edo_test.h"

static edo_stream_mock *new_mock(void)
{
    edo_stream_mock *mock;

    assert_ok(edo_stream_mock_new("numbers", EDO_ITEM(int), &mock));
    return mock;
}

static void add(edo_stream_mock *mock, int n)
{
    assert_ok(edo_stream_mock_item(mock, &n));
}

static void check_next(edo_stream s, int expected)
{
    int item = -1;

    assert_int_equal(edo_stream_next(s, &item), 1);
    assert_int_equal(item, expected);
}

static void check_end(edo_stream s)
{
    int item;

    assert_int_equal(edo_stream_next(s, &item), 0);
}

EDO_TEST_BOTH(an_empty_mock_is_at_its_end) /* test-util-042 */
{
    edo_stream_mock *mock = new_mock();

    check_end(edo_stream_mock_stream(mock));
    check_end(edo_stream_mock_stream(mock));
    edo_stream_mock_release(mock);
    mock = new_mock();
    add(mock, 1);
    add(mock, 2);
    check_next(edo_stream_mock_stream(mock), 1);
    check_next(edo_stream_mock_stream(mock), 2);
    check_end(edo_stream_mock_stream(mock));
    edo_stream_mock_release(mock);
    edo_stream_mock_release(NULL);
    assert_err(edo_stream_mock_new(NULL, EDO_ITEM(int), &mock), -EINVAL);
    assert_err(edo_stream_mock_item(NULL, "x"), -EINVAL);
}

static void check_wait(unsigned ms)
{
    edo_stream_mock *mock = new_mock();
    edo_instant start = edo_now();

    add(mock, 1);
    assert_ok(edo_stream_mock_wait(mock, EDO_MILLIS(ms)));
    add(mock, 2);
    check_next(edo_stream_mock_stream(mock), 1);
    if (test_time_is_paused())
        assert_int_equal(edo_elapsed(start).ns, 0);
    check_next(edo_stream_mock_stream(mock), 2);
    assert_true(edo_elapsed(start).ns >= ms * UINT64_C(1000000));
    check_end(edo_stream_mock_stream(mock));
    edo_stream_mock_release(mock);
}

EDO_TEST_BOTH(a_wait_takes_its_time) /* test-util-043 */
{
    check_wait(test_time_is_paused() ? 300 : 30); /* and once really */
}

EDO_TEST(errors_are_items)
{
    edo_stream_mock *mock = new_mock();
    int item;

    assert_ok(edo_stream_mock_error(mock, -EIO));
    add(mock, 1);
    assert_err(edo_stream_mock_error(mock, 5), -EINVAL);
    assert_err(edo_stream_next(edo_stream_mock_stream(mock), &item), -EIO);
    check_next(edo_stream_mock_stream(mock), 1);
    edo_stream_mock_release(mock);
}

static char failure[256];
static unsigned failed;

static void note_failure(const char *text, const char *file, int line)
{
    (void)file, (void)line;
    failed++;
    snprintf(failure, sizeof failure, "%s", text);
}

EDO_TEST(items_that_are_left_fail_the_test) /* test-util-044 */
{
    edo_stream_mock *mock = new_mock();

    for (int i = 1; i <= 3; i++)
        add(mock, i);
    check_next(edo_stream_mock_stream(mock), 1);
    edo_test_on_failure(note_failure);
    edo_stream_mock_release(mock);
    assert_int_equal(failed, 1);
    assert_non_null(strstr(failure, "\"numbers\""));
    assert_non_null(strstr(failure, "2 of its items"));

    mock = new_mock(); /* waits may be left */
    assert_ok(edo_stream_mock_wait(mock, EDO_SECONDS(1)));
    edo_stream_mock_release(mock);
    assert_int_equal(failed, 1);

    mock = new_mock(); /* and a test that has failed keeps its own failure */
    add(mock, 1);
    edo_test_fail("here", 1, "this one");
    edo_stream_mock_release(mock);
    assert_int_equal(failed, 2);
    assert_string_equal(failure, "this one");
    edo_test_on_failure(NULL);
}

EDO_TEST(a_next_that_is_cancelled_in_a_wait_leaves_the_rest_of_it) /* test-util-045 */
{
    edo_stream_mock *mock = new_mock();
    int item;
    edo_instant start = edo_now();

    assert_ok(edo_stream_mock_wait(mock, EDO_MILLIS(300)));
    add(mock, 7);
    edo_stream_next_future next = edo_stream_next_async(edo_stream_mock_stream(mock), &item);
    assert_err(edo_timeout(&next.base, EDO_MILLIS(100)), -ETIMEDOUT);
    check_next(edo_stream_mock_stream(mock), 7);
    assert_int_equal(edo_elapsed(start).ns / 1000000, 300);
    edo_stream_mock_release(mock);
}

EDO_TEST(a_losing_item_goes_back)
{
    edo_stream_mock *mock = new_mock();
    int item;

    add(mock, 7);
    edo_stream_next_future next = edo_stream_next_async(edo_stream_mock_stream(mock), &item);
    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    check_next(edo_stream_mock_stream(mock), 7);
    check_end(edo_stream_mock_stream(mock));
    edo_stream_mock_release(mock);
}

EDO_TEST(a_stream_is_polled_by_hand) /* test-util-011 */
{
    edo_stream_mock *mock = new_mock();
    edo_stream s = edo_stream_mock_stream(mock);
    edo_test_task *task;
    int item = 0;

    assert_ok(edo_stream_mock_wait(mock, EDO_MILLIS(10)));
    add(mock, 7);
    assert_int_equal(edo_stream_hint(s).upper, 1);
    edo_stream_mock_hint(mock, (edo_stream_bounds){100, 200, true});
    assert_int_equal(edo_stream_hint(s).lower, 100);
    assert_int_equal(edo_stream_hint(s).upper, 200);
    edo_stream_next_future next = edo_stream_next_async(s, &item);
    assert_ok(edo_test_task_new(&next.base, &task));
    assert_int_equal(edo_test_task_poll(task), EDO_PENDING);
    assert_ok(edo_advance(EDO_MILLIS(11)));
    assert_true(edo_test_task_is_woken(task));
    assert_int_equal(edo_test_task_poll(task), EDO_READY);
    assert_int_equal(next.base.result, 1);
    assert_int_equal(item, 7);
    edo_test_task_release(task);
    next = edo_stream_next_async(s, &item);
    assert_ok(edo_test_task_new(&next.base, &task));
    assert_int_equal(edo_test_task_poll(task), EDO_READY);
    assert_int_equal(next.base.result, 0);
    edo_test_task_release(task);
    edo_stream_mock_release(mock);
}
