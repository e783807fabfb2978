/* cut_short_test.c: composites of what they can't be made of, or that end in their own way, in a cancelled task. */
#include "support/edo_test.h"

#include <errno.h>

#include "support/probe.h"

static int without_arms(void *arg)
{
    int *results = arg;

    results[0] = edo_select_array(NULL, 2);
    results[1] = edo_join_all_array(NULL, 2);
    results[2] = edo_try_join_all_array(NULL, 2);
    return 0;
}

EDO_TEST_BOTH(composites_without_parts_are_told_so_in_an_aborted_task_too)
{
    int results[2][3] = {{0}};
    edo_task t;

    for (int aborts = 0; aborts < 2; aborts++) {
        assert_ok(edo_spawn(without_arms, results[aborts], &t));
        if (aborts)
            assert_ok(edo_task_abort(t));
        assert_ok(edo_join(t, NULL));
    }
    for (int i = 0; i < 3; i++) {
        assert_err(results[0][i], -EINVAL);
        assert_true(results[1][i] == -EINVAL || results[1][i] == -ECANCELED);
    }
}

EDO_TEST_PLAIN(composites_without_parts_have_nothing_to_put_back)
{
    edo_join_all_future join = edo_join_all_async(NULL, 2);

    assert_ready_eq(&join.base, -EINVAL);
    edo_future_put_back(&join.base);
    assert_int_equal(join.base.result, -EINVAL);
}

static bool is_positive(size_t arm, int64_t result, void *arg)
{
    (void)arm, (void)arg;
    return result > 0;
}

/* Ends with 0 as soon as it is cancelled: as a receive whose channel was closed, which is no match. */
typedef struct closing {
    edo_future base;
    bool cut;
    int put_backs;
} closing;

static edo_poll closing_poll(edo_future *fut, const edo_waker *waker)
{
    (void)waker;
    return ((closing *)fut)->cut ? edo_future_finish(fut, 0) : EDO_PENDING;
}

static void closing_cancel(edo_future *fut)
{
    ((closing *)fut)->cut = true;
}

static void closing_put_back(edo_future *fut)
{
    ((closing *)fut)->put_backs++;
}

static const edo_future_ops closing_ops = {.poll = closing_poll,
                                           .cancel = closing_cancel,
                                           .put_back = closing_put_back,
                                           .name = "closing"};

EDO_TEST_PLAIN(an_arm_that_ends_without_a_match_does_not_win_a_cancelled_select)
{
    closing arm = {.base = EDO_FUTURE_INIT(&closing_ops)};
    edo_future *arms[] = {&arm.base};
    edo_select_future sel = edo_select_matching_async(arms, 1, is_positive, NULL);

    assert_pending(&sel.base);
    edo_future_cancel(&sel.base);
    assert_ready_eq(&sel.base, -ECANCELED);
    assert_int_equal(arm.base.result, 0);
    assert_int_equal(arm.put_backs, 0); /* it keeps what it has */
}

EDO_TEST_PLAIN(what_was_taken_out_of_a_maybe_done_is_not_put_back)
{
    closing inner = {.base = EDO_FUTURE_INIT(&closing_ops), .cut = true};
    edo_maybe_done_future maybe = edo_maybe_done_async(&inner.base);
    int64_t result = 7;

    assert_ready_eq(&maybe.base, 0);
    assert_int_equal(edo_maybe_done_take(&maybe, &result), 1);
    edo_future_put_back(&maybe.base);
    assert_int_equal(inner.put_backs, 0);
}

static edo_poll cancel_scope(void *arg, const edo_waker *waker, int64_t *ret_value)
{
    (void)waker, (void)ret_value;
    edo_scope_cancel(arg);
    return EDO_PENDING;
}

static int wait_in_scope(void *arg)
{
    edo_scope scope;

    (void)arg;
    assert_ok(edo_scope_enter(&scope, NULL));
    edo_poll_fn_future wait = edo_poll_fn(cancel_scope, &scope);
    int rc = (int)edo_await(&wait.base);
    edo_scope_leave(&scope);
    return rc;
}

/* Nobody else wakes it. */
EDO_TEST_BOTH(a_scope_cancelled_by_a_poll_of_its_own_task_ends_the_wait)
{
    edo_task t;
    int ret = 0;

    assert_ok(edo_spawn(wait_in_scope, NULL, &t));
    int rc = edo_join_within(t, EDO_SECONDS(5), &ret);
    if (rc < 0)
        edo_task_abort(t);
    assert_ok(rc);
    assert_err(ret, -ECANCELED);
}
