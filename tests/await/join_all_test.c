/* join_all_test.c: all of several futures, with and without stopping at the first failure. */
#include "support/edo_test.h"
#include "support/gate.h"
#include "support/probe.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

EDO_TEST_BOTH(join_of_none_one_and_two) /* future-040 */
{
    probe a = probe_ready(1), b = probe_ready(2), c = probe_ready(3);
    edo_join_all_future none = edo_join_all_async(NULL, 0);

    assert_ready_eq(&none.base, 0);
    assert_ok(edo_join_all_array(NULL, 0));
    assert_ok(edo_try_join_all_array(NULL, 0));
    assert_ok(edo_join_all(&a.base));
    assert_int_equal(a.base.result, 1);
    b.yields = 5; /* the second one ends first */
    assert_ok(edo_join_all(&b.base, &c.base));
    assert_int_equal(b.base.result, 2);
    assert_int_equal(c.base.result, 3);
    assert_int_equal(b.polls, 6);
    assert_err(edo_join_all_array(NULL, 2), -EINVAL);
}

EDO_TEST_BOTH(part_that_has_ended_is_not_polled_again) /* future-041 */
{
    probe quick = probe_ready(1), slow = probe_ready(2), failing = probe_ready(-EIO);

    slow.yields = 10;
    failing.yields = 2;
    assert_ok(edo_join_all(&quick.base, &slow.base, &failing.base)); /* whatever the results */
    assert_int_equal(quick.polls, 1);
    assert_int_equal(failing.polls, 3);
    assert_int_equal(slow.polls, 11);
    assert_int_equal(slow.cancels, 0);
    assert_int_equal(failing.base.result, -EIO);
}

EDO_TEST_BOTH(parts_are_polled_in_order_each_time) /* future-042 */
{
    probe p[3];

    for (int i = 0; i < 3; i++) {
        p[i] = probe_ready(i);
        p[i].yields = 4;
        p[i].number = i + 1;
    }
    probe_trace_clear();
    assert_ok(edo_join_all(&p[0].base, &p[1].base, &p[2].base));
    assert_string_equal(probe_trace, "123123123123123");
}

EDO_TEST_BOTH(try_join_of_successes_is_a_join) /* future-044 */
{
    probe a = probe_ready(11), b = probe_ready(0), c = probe_ready(13);

    b.yields = 3;
    assert_ok(edo_try_join_all(&a.base, &b.base, &c.base));
    assert_int_equal(a.base.result, 11);
    assert_int_equal(b.base.result, 0);
    assert_int_equal(c.base.result, 13);
    assert_int_equal(a.cancels + b.cancels + c.cancels, 0);
}

EDO_TEST(try_join_ends_at_the_first_failure) /* future-045 */
{
    probe a = probe_pending(), b = probe_pending(), c = probe_pending();
    edo_future *parts[] = {&a.base, &b.base, &c.base};
    edo_join_all_future all = edo_try_join_all_async(parts, 3);

    assert_pending(&all.base);
    probe_finish(&b, 1);
    assert_woken(1);
    assert_pending(&all.base); /* a success ends nothing */
    probe_finish(&a, -EPIPE);
    assert_woken(1);
    assert_ready_eq(&all.base, -EPIPE); /* although c was pending */
    assert_int_equal(c.base.result, -ECANCELED);
    assert_int_equal(b.base.result, 1);
}

/* The one before the failure was polled already in that turn. */
EDO_TEST_PLAIN(a_failure_ends_those_before_it_in_the_same_poll)
{
    probe waits = probe_pending(), fails = probe_ready(-EIO);
    edo_future *both[] = {&waits.base, &fails.base};
    edo_join_all_future join = edo_try_join_all_async(both, 2);

    assert_ready_eq(&join.base, -EIO);
    assert_int_equal(waits.cancels, 1);
    assert_int_equal(waits.base.result, -ECANCELED);
}

EDO_TEST_PLAIN(a_join_that_is_put_back_says_so)
{
    probe one = probe_ready(1), two = probe_ready(2);
    edo_future *both[] = {&one.base, &two.base};
    edo_join_all_future join = edo_join_all_async(both, 2);

    assert_ready_eq(&join.base, 0);
    edo_future_put_back(&join.base);
    assert_int_equal(join.base.result, -ECANCELED);
}

EDO_TEST(try_join_waits_for_those_it_cancels) /* future-046 */
{
    probe a = probe_pending(), b = probe_pending(), c = probe_pending(), d = probe_pending();
    edo_future *parts[] = {&a.base, &b.base, &c.base, &d.base};
    edo_join_all_future all = edo_try_join_all_async(parts, 4);

    a.ignores_cancel = d.ignores_cancel = true;
    assert_pending(&all.base);
    probe_finish(&b, -EIO);
    assert_pending(&all.base); /* a and d are not over */
    assert_int_equal(a.cancels + c.cancels + d.cancels, 3);
    assert_true(edo_future_is_ready(&c.base));
    probe_finish(&a, -EPIPE); /* a later failure, */
    assert_pending(&all.base);
    probe_finish(&d, 5); /* and a success all the same */
    assert_ready_eq(&all.base, -EIO);
    assert_int_equal(d.base.result, 5);
    assert_int_equal(a.cancels + c.cancels + d.cancels, 3);
}

static int try_two_sleeps(void *arg)
{
    edo_sleep_future a = edo_sleep_async(EDO_SECONDS(50)), b = edo_sleep_async(EDO_SECONDS(60));

    (void)arg;
    return edo_try_join_all(&a.base, &b.base);
}

EDO_TEST_BOTH(aborted_join_cancels_its_parts) /* future-046 */
{
    edo_instant then = edo_now();
    edo_task t;
    int ret = 0;

    assert_ok(edo_spawn(try_two_sleeps, NULL, &t));
    assert_ok(edo_yield());
    assert_ok(edo_task_abort(t));
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, -ECANCELED);
    assert_true(edo_instant_since(edo_now(), then).ns < EDO_SECONDS(20).ns);
}

enum { MANY = 1000 };
static probe many[MANY];
static edo_future *parts[MANY];

static void make_many(void)
{
    for (int i = 0; i < MANY; i++) {
        many[i] = probe_ready(i);
        many[i].yields = (unsigned)i % 3;
        parts[i] = &many[i].base;
    }
}

EDO_TEST(a_thousand_parts_need_no_memory) /* future-047 */
{
    size_t before = 0, after = 0;

    make_many();
#if !HAS_ASAN && !HAS_TSAN /* whose mallinfo2 tells nothing */
    before = mallinfo2().uordblks;
#endif
    assert_ok(edo_join_all_array(parts, MANY));
    make_many();
    assert_ok(edo_try_join_all_array(parts, MANY));
    for (int i = 0; i < 100; i++) {
        edo_future a = edo_ready(1), b = edo_ready(2);
        assert_ok(edo_join_all(&a, &b));
        a = edo_ready(1);
        b = edo_ready(-EIO);
        assert_err(edo_try_join_all(&a, &b), -EIO);
    }
#if !HAS_ASAN && !HAS_TSAN
    after = mallinfo2().uordblks;
#endif
    assert_int_equal(after, before);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(many[i].base.result, i);
}

static int return_number(void *arg)
{
    return (int)(intptr_t)arg;
}

static uint64_t forced_yields(void)
{
    edo_metrics m;
    edo_handle *handle = edo_runtime_handle(test_runtime());

    assert_ok(edo_handle_metrics(handle, &m));
    edo_handle_unref(handle);
    return m.forced_yields;
}

EDO_TEST_BOTH(join_of_a_thousand_finished_tasks_yields) /* future-048 */
{
    static edo_task tasks[MANY];
    static edo_join_future joins[MANY];
    static int results[MANY];

    for (int i = 0; i < MANY; i++)
        assert_ok(edo_spawn(return_number, (void *)(intptr_t)i, &tasks[i]));
    for (int i = 0; i < MANY; i++) {
        task_wait_until(edo_task_is_finished(tasks[i]));
        joins[i] = edo_join_async(tasks[i], &results[i]);
        parts[i] = &joins[i].base;
    }
    uint64_t before = forced_yields();
    assert_ok(edo_join_all_array(parts, MANY));
    assert_true(forced_yields() > before);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(joins[i].base.result, 0);
        assert_int_equal(results[i], i);
    }
}
