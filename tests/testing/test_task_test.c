/* test_task_test.c: futures polled by hand, by a harness with a waker of its own. */
#include "testing/failures.h"

/* A future that keeps a counted waker of its latest poll, and does as it is told. */
typedef struct script {
    unsigned polls;
    unsigned self_wakes; /* polls in which it wakes itself, before it is ready */
    bool ready;          /* at the next poll */
    edo_waker waker;
} script;

static edo_poll play(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    script *s = arg;

    s->polls++;
    edo_waker_drop(s->waker);
    assert_ok(edo_waker_clone(waker, &s->waker));
    if (s->self_wakes > 0) {
        s->self_wakes--;
        edo_waker_wake_by_ref(waker);
        s->ready = s->self_wakes == 0;
        return EDO_PENDING;
    }
    *ret_result = 42;
    return s->ready ? EDO_READY : EDO_PENDING;
}

/* A harness around a future around a script. */
#define HARNESS(...)                                                                               \
    script s = {__VA_ARGS__};                                                                      \
    edo_poll_fn_future fut = edo_poll_fn(play, &s);                                                \
    edo_test_task *task;                                                                           \
    assert_ok(edo_test_task_new(&fut.base, &task))

static void release(edo_test_task *task, script *s)
{
    edo_waker_drop(s->waker);
    s->waker = (edo_waker){0};
    edo_test_task_release(task);
}

EDO_TEST_PLAIN(poll_calls_the_future_once) /* test-util-001 */
{
    HARNESS(.ready = false);

    assert_int_equal(edo_test_task_poll(task), EDO_PENDING);
    assert_int_equal(s.polls, 1);
    s.ready = true;
    assert_int_equal(edo_test_task_poll(task), EDO_READY);
    assert_int_equal(s.polls, 2);
    assert_int_equal(fut.base.result, 42);
    release(task, &s);
}

EDO_TEST_PLAIN(is_woken_says_so_since_the_latest_poll) /* test-util-002 test-util-006 */
{
    HARNESS(.ready = false);

    edo_test_task_poll(task);
    assert_false(edo_test_task_is_woken(task));
    edo_waker_wake_by_ref(&s.waker);
    edo_waker_wake_by_ref(&s.waker);
    assert_true(edo_test_task_is_woken(task));
    assert_int_equal(edo_test_task_wake_count(task), 2);
    s.ready = true;
    edo_test_task_poll(task);
    assert_false(edo_test_task_is_woken(task));
    release(task, &s);
}

EDO_TEST_PLAIN(a_wake_inside_the_poll_is_seen) /* test-util-003 */
{
    HARNESS(.self_wakes = 1);

    assert_int_equal(edo_test_task_poll(task), EDO_PENDING);
    assert_int_equal(edo_test_task_wake_count(task), 1);
    assert_int_equal(edo_test_task_poll(task), EDO_READY);
    release(task, &s);
}

static void *wake_on_thread(void *waker)
{
    edo_waker_wake_by_ref(waker);
    return NULL;
}

EDO_TEST_PLAIN(any_thread_may_wake) /* test-util-004 */
{
    HARNESS(.ready = false);

    edo_test_task_poll(task);
    join_thread(start_thread(wake_on_thread, &s.waker));
    assert_int_equal(edo_test_task_wake_count(task), 1);
    s.ready = true;
    edo_test_task_poll(task);
    release(task, &s);
}

EDO_TEST_PLAIN(a_wake_after_ready_fails_the_test) /* test-util-005 */
{
    HARNESS(.ready = true);

    assert_int_equal(edo_test_task_poll(task), EDO_READY);
    check_fails(edo_waker_wake_by_ref(&s.waker), "after its future said ready");
    release(task, &s);
}

EDO_TEST_PLAIN(a_wake_after_release_fails_the_test) /* test-util-005 */
{
    HARNESS(.ready = true);

    edo_test_task_poll(task);
    edo_test_task_release(task);
    check_fails(edo_waker_wake_by_ref(&s.waker), "after its harness was released");
    edo_waker_drop(s.waker);
}

EDO_TEST_PLAIN(one_late_wake_of_another_thread_may_have_been_under_way) /* test-util-005 */
{
    HARNESS(.ready = true);

    edo_test_task_poll(task);
    join_thread(start_thread(wake_on_thread, &s.waker)); /* fails nothing */
    check_fails(join_thread(start_thread(wake_on_thread, &s.waker)), "said ready");
    release(task, &s);
}

static int64_t wake_and_add(void *arg, const edo_waker *waker)
{
    edo_waker_wake_by_ref(waker);
    return *(int *)arg + 1;
}

EDO_TEST_PLAIN(enter_hands_over_the_waker_and_clears_the_count) /* test-util-007 */
{
    edo_test_task *task;
    int n = 6;

    assert_ok(edo_test_task_new(NULL, &task));
    assert_int_equal(edo_test_task_enter(task, wake_and_add, &n), 7);
    assert_int_equal(edo_test_task_enter(task, wake_and_add, &n), 7);
    assert_int_equal(edo_test_task_wake_count(task), 1);
    edo_test_task_release(task);
}

EDO_TEST_PLAIN(two_harnesses_and_the_latest_is_woken) /* test-util-008 */
{
    HARNESS(.ready = false);
    edo_test_task *other;

    assert_ok(edo_test_task_new(&fut.base, &other));
    edo_test_task_poll(task);
    edo_test_task_poll(other);
    edo_waker_wake_by_ref(&s.waker);
    assert_false(edo_test_task_is_woken(task));
    assert_true(edo_test_task_is_woken(other));
    s.ready = true;
    edo_test_task_poll(other);
    edo_test_task_release(task); /* the future is ready, whoever saw it */
    release(other, &s);
}

EDO_TEST_PLAIN(poll_until_idle_goes_on_while_woken) /* test-util-009 */
{
    HARNESS(.self_wakes = 3);

    assert_int_equal(edo_test_task_poll_until_idle(task), EDO_READY);
    assert_int_equal(s.polls, 4);
    assert_int_equal(fut.base.result, 42);
    release(task, &s);
}

EDO_TEST_PLAIN(poll_until_idle_polls_a_quiet_future_once) /* test-util-009 */
{
    HARNESS(.ready = false);

    assert_int_equal(edo_test_task_poll_until_idle(task), EDO_PENDING);
    assert_int_equal(s.polls, 1);
    s.ready = true;
    assert_int_equal(edo_test_task_poll_until_idle(task), EDO_READY);
    release(task, &s);
}

EDO_TEST_PLAIN(poll_until_idle_gives_up_after_150_polls) /* test-util-010 */
{
    HARNESS(.self_wakes = 1000);

    check_fails(edo_test_task_poll_until_idle(task), "woke itself in each of 150 polls");
    assert_int_equal(s.polls, 150);
    edo_test_task_cancel(task);
    edo_test_task_poll(task);
    release(task, &s);
}

EDO_TEST_PLAIN(cancel_ends_the_future_at_its_next_poll) /* test-util-012 */
{
    HARNESS(.ready = false);

    edo_test_task_poll(task);
    edo_test_task_cancel(task);
    assert_int_equal(edo_test_task_poll(task), EDO_READY);
    assert_int_equal(fut.base.result, -ECANCELED);
    assert_int_equal(s.polls, 1);
    release(task, &s);
}

EDO_TEST_PLAIN(releasing_a_pending_future_fails_the_test) /* test-util-013 */
{
    HARNESS(.ready = false);
    edo_test_task *unpolled;

    edo_test_task_poll(task);
    check_fails(edo_test_task_release(task), "released while it was pending");
    assert_string_equal(failure_file, __FILE__);
    edo_waker_drop(s.waker);
    edo_future never_polled = edo_pending();
    assert_ok(edo_test_task_new(&never_polled, &unpolled));
    edo_test_task_release(unpolled); /* has done nothing */
}

EDO_TEST(a_harness_in_a_task_polls_a_sleep) /* test-util-014 */
{
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(10));
    edo_test_task *task;

    assert_ok(edo_test_task_new(&sleep.base, &task));
    assert_int_equal(edo_test_task_poll(task), EDO_PENDING);
    assert_ok(edo_advance(EDO_MILLIS(5)));
    assert_false(edo_test_task_is_woken(task));
    assert_ok(edo_advance(EDO_MILLIS(6)));
    assert_int_equal(edo_test_task_wake_count(task), 1);
    assert_int_equal(edo_test_task_poll(task), EDO_READY);
    assert_int_equal(sleep.base.result, 0);
    edo_test_task_release(task);
}

EDO_TEST(polls_by_hand_count_against_the_budget) /* test-util-015 */
{
    unsigned ready = 0;

    for (;;) {
        edo_sleep_future due = edo_sleep_async(EDO_MILLIS(0)); /* a leaf that is always ready */
        edo_test_task *task;
        assert_ok(edo_test_task_new(&due.base, &task));
        edo_poll poll = edo_test_task_poll(task);
        if (poll == EDO_PENDING) {
            assert_true(edo_test_task_is_woken(task)); /* a forced yield wakes at once */
            edo_test_task_cancel(task);
            edo_test_task_poll(task);
            edo_test_task_release(task);
            break;
        }
        edo_test_task_release(task);
        assert_true(++ready <= 128);
    }
    assert_true(ready >= 100); /* the rest of the run's 128 */
    assert_false(edo_has_budget());
}

EDO_TEST_PLAIN(new_refuses_what_it_cannot_answer)
{
    edo_future fut = edo_pending();

    assert_err(edo_test_task_new(&fut, NULL), -EINVAL);
    edo_test_task_release(NULL);
}
