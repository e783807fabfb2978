/* run_test.c: tests that run as a task leave nothing behind, and say who does. */
#include "testing/failures.h"

#include <edo/testing_run.h>

#include "base/atomic.h"

/* Each of these is what a user's test is, run here by its name. */

static int add(void *arg)
{
    const int *pair = arg;

    return pair[0] + pair[1];
}

EDO_TEST_PLAIN(a_test_runs_as_a_task_and_its_result_comes_back) /* test-util-046 */
{
    int pair[2] = {4, 5};

    assert_int_equal(edo_test_block_on(NULL, add, pair), 9);
    assert_err(edo_test_block_on(NULL, NULL, NULL), -EINVAL);
}

static int use_driver_and_timers(void *arg)
{
    edo_tcp_listener *listener;
    edo_instant begin = edo_now();

    (void)arg;
    assert_ok(edo_tcp_listen("127.0.0.1:0", &listener));
    edo_tcp_listener_close(listener);
    assert_ok(edo_sleep(EDO_MILLIS(100)));
    return (int)(edo_elapsed(begin).ns / 1000000);
}

EDO_TEST_PLAIN(a_sleep_in_it_takes_its_time) /* test-util-046 test-util-047 */
{
    uint64_t before = real_time_ns();

    assert_in_range(edo_test_block_on(NULL, use_driver_and_timers, NULL), 100, 5000 * test_scale());
    assert_true(real_time_ns() - before >= UINT64_C(100000000));
}

static unsigned cleaned_up; /* atomic */

static int sleep_for_ever(void *arg)
{
    (void)arg;
    int rc = edo_sleep(EDO_SECONDS(100000));

    a_fetch_add(&cleaned_up, 1, relaxed);
    return rc == -EDO_ESHUTDOWN ? 0 : rc;
}

EDO_TEST_TASK(leaves_two_behind)
{
    edo_handle *handle = edo_handle_try_current();
    edo_metrics metrics;

    assert_non_null(handle);
    assert_ok(edo_handle_metrics(handle, &metrics));
    assert_int_equal(metrics.spawned_tasks, 1); /* none of another test's */
    edo_handle_unref(handle);
    assert_ok(edo_spawn(sleep_for_ever, NULL, NULL));
    assert_ok(edo_spawn(sleep_for_ever, NULL, NULL));
    return edo_yield();
}

EDO_TEST_PLAIN(what_a_test_leaves_behind_is_over_before_the_next) /* test-util-048 */
{
    for (unsigned i = 1; i <= 3; i++) {
        leaves_two_behind(NULL);
        assert_int_equal(a_load(&cleaned_up, relaxed), 2 * i);
    }
}

static uint32_t may_end; /* atomic */

static int spin(void *arg)
{
    (void)arg;
    while (!a_load(&may_end, acquire)) /* pairs with the release below */
        edo_yield();
    return 0;
}

EDO_TEST_TASK_WITH(leaves_one_that_does_not_end, .workers = 1, .patience = EDO_MILLIS(50))
{
    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .name = "spinner"), spin, NULL, NULL));
    return 0;
}

EDO_TEST_PLAIN(a_task_that_does_not_end_fails_the_test_and_is_named) /* test-util-048 */
{
    const edo_test_run_opts one = {.workers = 1};
    int pair[2] = {1, 2};

    assert_int_equal(edo_test_block_on(&one, add, pair), 3); /* what comes with threads is there */
    int threads = settled_thread_count();
    /* Its name is there as well, unless it is ready and not running when it is looked at. */
    check_fails(leaves_one_that_does_not_end(NULL), "1 task did not end after the test: ");
    assert_non_null(strstr(failure_text, " spawned at "));
    assert_non_null(strstr(failure_text, "run_test.c:"));
    a_store(&may_end, 1, release);
    wait_for_thread_count(threads); /* and it is gone as soon as it can be */
}

EDO_TEST_TASK_WITH(says_timed_out, .paused = true)
{
    edo_future never = edo_pending();
    int rc = (int)edo_timeout(&never, EDO_SECONDS(1));

    assert_err(rc, -ETIMEDOUT);
    return rc;
}

EDO_TEST_PLAIN(a_negative_result_fails_the_test) /* test-util-048 */
{
    check_fails(says_timed_out(NULL), "says_timed_out returned ETIMEDOUT");
}

static int runs;

static int succeed(void *arg)
{
    assert_null(arg);
    runs++;
    return 1;
}

static int find_nothing(void *arg)
{
    return arg ? 0 : -ENOENT;
}

EDO_TEST_PLAIN(a_test_of_ones_own_macro_has_the_name_and_the_place_that_it_says)
{
    const edo_test_run_opts two = {.workers = 2};

    edo_test_run("place.c", 3, "succeeds", &two, succeed);
    assert_int_equal(runs, 1);
    check_fails(edo_test_run("place.c", 4, "looks", NULL, find_nothing), "looks returned ENOENT");
    assert_string_equal(failure_file, "place.c");
    assert_int_equal(failure_line, 4);
    check_fails(edo_test_run("place.c", 5, "is_none", NULL, NULL), "is_none returned EINVAL");
}

static int woken[3];
static int woken_count;

static int sleep_hours(void *arg)
{
    int hours = *(const int *)arg;

    assert_ok(edo_sleep(EDO_SECONDS(3600 * (uint64_t)hours)));
    woken[woken_count++] = hours;
    return 0;
}

EDO_TEST_TASK_WITH(sleeps_for_hours, .paused = true)
{
    static const int hours[] = {3, 1, 2};
    edo_task tasks[3];
    edo_instant begin = edo_now();

    for (int i = 0; i < 3; i++)
        assert_ok(edo_spawn_copy(sleep_hours, &hours[i], sizeof hours[i], &tasks[i]));
    for (int i = 0; i < 1000; i++) /* while somebody can run it stands still */
        assert_ok(edo_yield());
    assert_int_equal(edo_elapsed(begin).ns, 0);
    for (int i = 0; i < 3; i++)
        assert_ok(edo_join(tasks[i], NULL));
    assert_in_range(edo_elapsed(begin).ns / 1000000, 3 * 3600 * 1000, 3 * 3600 * 1000 + 10);
    return 0;
}

EDO_TEST_PLAIN(with_paused_time_hours_take_no_time) /* test-util-049 */
{
    uint64_t before = real_time_ns();

    sleeps_for_hours(NULL);
    assert_true(real_time_ns() - before < UINT64_C(2000000000) * test_patience());
    assert_int_equal(woken_count, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(woken[i], i + 1);
}

static unsigned workers_seen;

EDO_TEST_TASK_WITH(runs_on_three, .workers = 3)
{
    edo_handle *handle = edo_handle_try_current();
    edo_metrics metrics;

    assert_ok(edo_handle_metrics(handle, &metrics));
    edo_handle_unref(handle);
    workers_seen = metrics.workers;
    return 0;
}

EDO_TEST_PLAIN(it_can_have_workers) /* test-util-050 */
{
    runs_on_three(NULL);
    assert_int_equal(workers_seen, 3);
}
