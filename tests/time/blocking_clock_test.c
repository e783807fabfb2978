/* blocking_clock_test.c: a paused clock doesn't jump while blocking calls are on their way. */
#include "runtime/blocking_rig.h"

static int block_a_while(void *arg)
{
    block_thread_for(30);
    return *(int *)arg;
}

static int sleep_long(void *arg)
{
    (void)arg;
    return edo_sleep(EDO_SECONDS(15));
}

static int await_beside_a_timeout(void *arg)
{
    edo_instant began = edo_now();
    edo_task task;
    int result = 0;

    assert_ok(edo_spawn_blocking(block_a_while, arg, &task));
    edo_join_future join = edo_join_async(task, &result);
    assert_int_equal(edo_timeout(&join.base, EDO_SECONDS(15)), 0); /* the call, not the timeout */
    assert_int_equal(result, *(int *)arg);
    assert_true(edo_instant_since(edo_now(), began).ns == 0);
    return 0;
}

static int sleep_beside_it(void *arg)
{
    edo_instant began = edo_now();

    assert_ok(edo_spawn_blocking(block_a_while, arg, NULL));
    assert_ok(sleep_long(NULL)); /* from the call's end on the clock jumps again */
    assert_true(edo_instant_since(edo_now(), began).ns >= EDO_SECONDS(15).ns);
    return 0;
}

static int drop_one_beside_it(void *arg)
{
    call c[2] = {{0}, {0}};
    edo_task tasks[2];

    for (int i = 0; i < 2; i++)
        assert_ok(edo_spawn_blocking_with(EDO_OPTS(blocking, .release = release_call), run_call,
                                          &c[i], &tasks[i]));
    wait_until(has_begun(&c[0])); /* not by a sleep, which waits for the calls */
    assert_ok(edo_task_abort(tasks[1]));
    let_go(&c[0]);
    assert_int_equal(join_result(tasks[0]), 0);
    assert_int_equal(join_result(tasks[1]), -ECANCELED);
    return sleep_long(arg);
}

/* Each of them within real time that a test is given: far less than the 15 s of its own. */
EDO_TEST_PLAIN(the_end_of_a_call_wakes_the_paused_runtime) /* timer-045 */
{
    edo_runtime *runtime = make_runtime(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD,
                                                 .start_paused = true, .max_blocking_threads = 1));
    uint64_t began = real_time_ns();

    for (int value = -5; value <= 5; value += 10) { /* also if it fails */
        assert_int_equal(edo_block_on(runtime, await_beside_a_timeout, &value), 0);
        assert_int_equal(edo_block_on(runtime, sleep_beside_it, &value), 0);
    }
    assert_int_equal(edo_block_on(runtime, drop_one_beside_it, NULL), 0);
    assert_true(real_time_ns() - began < UINT64_C(10000000000) * test_patience());
    assert_ok(edo_runtime_free(runtime));
}

static int pause_and_sleep(void *arg)
{
    edo_instant began = edo_now();

    assert_ok(edo_spawn_blocking(block_a_while, arg, NULL));
    assert_ok(edo_pause()); /* after the call was made */
    assert_ok(sleep_long(NULL));
    return edo_instant_since(edo_now(), began).ns >= EDO_SECONDS(15).ns ? 0 : 1;
}

EDO_TEST_PLAIN(a_clock_paused_beside_a_call_jumps_after_its_end) /* timer-045 */
{
    edo_runtime *runtime = make_current();
    int value = 1;

    assert_int_equal(edo_block_on(runtime, pause_and_sleep, &value), 0);
    assert_ok(edo_runtime_free(runtime));
}
