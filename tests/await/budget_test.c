/* budget_test.c: 128 units a run, so that an await which is always ready yields in the end. */
#include "support/edo_test.h"
#include "support/gate.h"
#include "support/probe.h"

#include <stdlib.h>

static uint64_t polls_so_far(void)
{
    edo_metrics m;
    edo_handle *handle = edo_runtime_handle(test_runtime());

    assert_ok(edo_handle_metrics(handle, &m));
    edo_handle_unref(handle);
    return m.polls;
}

static unsigned units_left(void)
{
    unsigned n = 0;

    for (; edo_has_budget(); n++)
        assert_ok(edo_consume_budget());
    return n;
}

static int return_5(void *arg)
{
    (void)arg;
    return 5;
}

EDO_TEST(each_success_takes_a_unit_and_no_progress_none) /* future-053 */
{
    edo_instant past = edo_now();
    edo_task finished, running;
    gate g = GATE_INIT;

    assert_ok(edo_yield());
    assert_int_equal(units_left(), 128);
    assert_ok(edo_yield());
    assert_int_equal(units_left(), 128); /* each run begins anew */

    assert_ok(edo_spawn(return_5, NULL, &finished));
    assert_ok(edo_yield());
    for (int i = 0; i < 10; i++)
        assert_ok(edo_sleep_until(past));
    assert_ok(edo_join(finished, NULL));
    assert_int_equal(units_left(), 128 - 11);

    assert_ok(edo_spawn(return_5, NULL, &running));
    assert_ok(edo_yield());
    edo_sleep_future sleep = edo_sleep_async(EDO_SECONDS(1));
    gate_future never = gate_async(&g);
    for (int i = 0; i < 50; i++) { /* PENDING is no progress */
        assert_pending(&sleep.base);
        assert_pending(&never.base);
    }
    edo_future_cancel(&sleep.base);
    assert_ready_eq(&sleep.base, -ECANCELED);
    edo_future_cancel(&never.base);
    assert_ready_eq(&never.base, -ECANCELED);
    assert_int_equal(units_left(), 128);
    assert_ok(edo_join(running, NULL));
}

EDO_TEST(without_a_unit_what_could_succeed_is_pending_and_woken) /* future-054 */
{
    edo_instant past = edo_now();
    edo_task finished;
    unsigned runs = 0;
    edo_future *arms[1];

    assert_ok(edo_spawn(return_5, NULL, &finished));
    assert_ok(edo_yield());
    assert_int_equal(units_left(), 128);
    edo_sleep_future sleep = edo_sleep_until_async(past);
    edo_join_future join = edo_join_async(finished, NULL);
    probe ready = probe_ready(1);
    arms[0] = &ready.base;
    edo_select_future select = edo_select_async(arms, 1);
    edo_future *const all[] = {&sleep.base, &join.base, &select.base};
    for (int i = 0; i < 3; i++) {
        assert_pending(all[i]);
        assert_woken(1); /* at once */
    }
    assert_int_equal(ready.polls, 0);
    assert_ok(edo_yield());
    for (int i = 0; i < 3; i++, runs++)
        assert_ready(all[i]);
    assert_int_equal(runs, 3);
}

static int count_runs(void *arg)
{
    for (int i = 0; i < 1000; i++) {
        ++*(unsigned *)arg;
        if (edo_yield() < 0)
            return 0;
    }
    return 0;
}

EDO_TEST(task_without_a_unit_goes_on_after_the_others) /* future-054 */
{
    static unsigned others;
    edo_instant past = edo_now();
    edo_task t;

    assert_ok(edo_spawn(count_runs, &others, &t));
    for (int i = 0; i < 128 * 10 + 1; i++)
        assert_ok(edo_sleep_until(past)); /* always ready */
    assert_int_equal(others, 10);
    assert_ok(edo_task_abort(t));
    assert_ok(edo_join(t, NULL));
}

EDO_TEST(budget_consumed_by_hand_yields_before_the_end) /* future-056 */
{
    assert_ok(edo_yield());
    uint64_t before = polls_so_far();
    assert_true(edo_has_budget());
    for (int i = 0; i < 128; i++) {
        assert_true(edo_has_budget());
        assert_ok(edo_consume_budget());
    }
    assert_false(edo_has_budget());
    assert_int_equal(polls_so_far(), before);
    for (int i = 128; i < 1000; i++)
        assert_ok(edo_consume_budget());
    assert_in_range(polls_so_far() - before, 6, 8);
}

static int loop_on_canceled(void *arg)
{
    unsigned *rounds = arg;

    for (*rounds = 0; *rounds < 10000; ++*rounds)
        if (edo_sleep(EDO_SECONDS(1)) != -ECANCELED)
            return -1;
    return 0;
}

EDO_TEST(awaits_of_a_cancelled_task_spend_too) /* future-053 */
{
    static unsigned rounds;
    edo_task t;

    assert_ok(edo_spawn(loop_on_canceled, &rounds, &t));
    assert_ok(edo_task_abort(t));
    assert_ok(edo_yield());
    assert_in_range(rounds, 100, 200); /* it gave way after one budget */
    assert_false(edo_task_is_finished(t));
    int ret = -1;
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 0);
}

EDO_TEST_PLAIN(outside_of_a_runtime_nothing_is_held_back) /* future-058 */
{
    edo_runtime *runtime;
    edo_task *tasks = calloc(1000, sizeof *tasks);
    edo_handle *handle;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .workers = 1), &runtime));
    handle = edo_runtime_handle(runtime);
    for (int i = 0; i < 1000; i++)
        assert_ok(edo_spawn_with(EDO_OPTS(spawn, .on = handle), return_5, NULL, &tasks[i]));
    for (int i = 0; i < 1000; i++) {
        wait_until(edo_task_is_finished(tasks[i]));
        edo_join_future join = edo_join_async(tasks[i], NULL);
        assert_true(edo_has_budget());
        assert_ready_eq(&join.base, 0); /* the 129th as well */
        assert_ok(edo_consume_budget());
    }
    free(tasks);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}
