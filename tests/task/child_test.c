/* child_test.c: functions as futures: selected, joined, timed out; their tasks end with the wait. */
#include <stdlib.h>

#include "support/edo_test.h"
#include "support/gate.h"
#include "support/probe.h"
#include "sync/cancel_rig.h"

static int add_one(void *arg)
{
    edo_yield();
    return ++*(int *)arg;
}

static uint32_t waiting_children; /* atomic: that have begun, in this process */

/* Counts its cleanup, which waits, in a shield, for another turn. */
static int wait_and_clean_up(void *arg)
{
    edo_future never = edo_pending();
    a_fetch_add(&waiting_children, 1, release);
    int rc = (int)edo_await(&never);

    EDO_SHIELDED(EDO_SECONDS(60))
    rc = edo_yield() < 0 ? -1 : rc;
    ++*(int *)arg;
    return rc;
}

EDO_TEST_BOTH(a_function_is_awaited_as_a_future)
{
    int n = 4;
    edo_child_future child = edo_child_async(add_one, &n);

    assert_int_equal(n, 4); /* not before the first poll */
    assert_int_equal(edo_await(&child.base), 5);
    assert_int_equal(edo_child(add_one, &n), 6);
    assert_int_equal(
        edo_child_with(EDO_OPTS(spawn, .name = "larger", .stack_size = 1 << 20), add_one, &n), 7);
    assert_err(edo_child(NULL, NULL), -EINVAL);
}

EDO_TEST_BOTH(a_child_that_loses_has_ended_when_the_select_does)
{
    int n = 0, cleaned[2] = {0, 0};
    edo_child_future a = edo_child_async(wait_and_clean_up, &cleaned[0]);
    edo_child_future b = edo_child_async(add_one, &n);
    edo_child_future c = edo_child_async(wait_and_clean_up, &cleaned[1]);

    assert_int_equal(edo_select_biased(&a.base, &b.base, &c.base), 1);
    assert_int_equal(b.base.result, 1);
    assert_int_equal(cleaned[0], 1);
    assert_int_equal(cleaned[1], 1);
    assert_int_equal(a.base.result, -ECANCELED);
    assert_int_equal(c.base.result, -ECANCELED);
}

EDO_TEST_BOTH(a_timeout_aborts_a_child_and_waits_for_it)
{
    int cleaned = 0;
    edo_child_future child = edo_child_async(wait_and_clean_up, &cleaned);

    assert_err(edo_timeout(&child.base, EDO_MILLIS(5)), -ETIMEDOUT);
    assert_int_equal(cleaned, 1);
}

static int return_anyway(void *arg)
{
    edo_future never = edo_pending();

    (void)arg;
    (void)edo_await(&never);
    return 9; /* what it did counts */
}

EDO_TEST_BOTH(what_an_aborted_child_returns_stands)
{
    edo_child_future child = edo_child_async(return_anyway, NULL);

    assert_int_equal(edo_timeout(&child.base, EDO_MILLIS(5)), 9);
}

EDO_TEST_BOTH(children_are_joined_and_the_first_failure_ends_the_rest)
{
    int n = 0, cleaned = 0;
    edo_child_future a = edo_child_async(wait_and_clean_up, &cleaned);
    edo_child_future b = edo_child_async(add_one, &n);
    edo_future fails = edo_ready(-EPIPE);

    assert_err(edo_try_join_all(&a.base, &b.base, &fails), -EPIPE);
    assert_int_equal(cleaned, 1);
    int m[2] = {1, 2};
    edo_child_future c = edo_child_async(add_one, &m[0]), d = edo_child_async(add_one, &m[1]);
    assert_ok(edo_join_all(&c.base, &d.base));
    assert_int_equal(c.base.result + d.base.result, 5);
}

EDO_TEST(a_child_never_polled_is_never_called)
{
    int n = 0;
    edo_future first = edo_ready(0);
    edo_child_future child = edo_child_async(add_one, &n);

    assert_int_equal(edo_select_biased(&first, &child.base), 0);
    child = edo_child_async(add_one, &n);
    edo_future_cancel(&child.base);
    assert_ready_eq(&child.base, -ECANCELED);
    for (int i = 0; i < 5; i++)
        assert_ok(edo_yield());
    assert_int_equal(n, 0);
}

static int run_a_child(void *arg)
{
    return edo_child(wait_and_clean_up, arg);
}

EDO_TEST_BOTH(an_abort_of_the_parent_reaches_the_child)
{
    int cleaned = 0, ret = 0;
    edo_task parent;

    a_store(&waiting_children, 0, relaxed);
    assert_ok(edo_spawn(run_a_child, &cleaned, &parent));
    task_wait_until(a_load(&waiting_children, acquire) == 1);
    assert_ok(edo_task_abort(parent));
    assert_ok(edo_join(parent, &ret));
    assert_err(ret, -ECANCELED);
    assert_int_equal(cleaned, 1);
    assert_ok(edo_spawn(run_a_child, &cleaned, &parent));
    assert_ok(edo_task_abort(parent));
    assert_ok(edo_join(parent, &ret));
    assert_err(ret, -ECANCELED);
}

EDO_TEST_PLAIN(a_child_needs_a_runtime)
{
    int n = 0;
    edo_child_future child = edo_child_async(add_one, &n);

    assert_err(edo_await(&child.base), -EDO_ENORUNTIME);
    assert_int_equal(n, 0);
}

/* Joins with a limit. */

static int wait_for_gate(void *g)
{
    return gate_wait(g);
}

EDO_TEST_BOTH(a_join_with_a_limit_leaves_the_handle_good)
{
    gate g = GATE_INIT;
    edo_task t;
    int ret = 5;

    assert_ok(edo_spawn(wait_for_gate, &g, &t));
    assert_err(edo_join_within(t, EDO_MILLIS(5), &ret), -ETIMEDOUT);
    assert_int_equal(ret, 5);
    gate_open(&g);
    assert_ok(edo_join_within(t, EDO_SECONDS(60), &ret));
    assert_int_equal(ret, 0);
    assert_err(edo_join_within(t, EDO_SECONDS(60), &ret), -ESRCH);
}

/* Scopes, values, children and what is around futures, cut short at every step. */

struct ledger {
    unsigned begun, cleaned, bound, destroyed; /* plain: on one thread */
};

static struct ledger ledger;

static void count_destroyed(void *value)
{
    (void)value;
    ledger.destroyed++;
}

static const edo_task_local counted = {.destroy = count_destroyed};

static int work_and_clean_up(void *arg)
{
    int rc = 0;

    ledger.begun++;
    for (int i = 0; i < 3 && rc == 0; i++)
        rc = edo_sleep(EDO_MILLIS(1));
    EDO_SHIELDED(EDO_SECONDS(10))
    rc = edo_yield() < 0 ? -1 : rc;
    ledger.cleaned++;
    (void)arg;
    return rc;
}

/* A child under a value, without budget, in the test's own runtime; beside one that loses. */
static int64_t run_wrapped(void)
{
    edo_handle *handle = edo_handle_try_current();
    edo_child_future child = edo_child_async(work_and_clean_up, NULL);
    edo_child_future loser = edo_child_async(wait_and_clean_up, &(int){0});
    edo_task_bound_future bound = edo_task_bind_async(&counted, NULL, &child.base);
    edo_budget_future free_one = edo_unconstrained_async(&bound.base);
    edo_maybe_done_future maybe = edo_maybe_done_async(&free_one.base);
    edo_entered_future entered = edo_entered_async(handle, &maybe.base);

    ledger.bound++;
    int64_t rc = edo_select(&entered.base, &loser.base);
    assert_int_equal(ledger.begun, ledger.cleaned); /* nobody goes on by himself */
    edo_handle_unref(handle);
    return rc < 0 ? rc : entered.base.result;
}

static int use_all(void *arg)
{
    edo_cancel_token *token;
    edo_task_binding own EDO_CLEANUP(edo_task_binding_leave) = edo_task_bind(&counted, NULL);
    int rc = 0;

    (void)arg;
    ledger.bound++;
    assert_ok(edo_task_binding_enter(&own));
    assert_ok(edo_cancel_token_new(&token));
    EDO_SCOPE(EDO_OPTS(scope, .token = token, .limit = EDO_SECONDS(60)))
    {
        if ((rc = note((int)run_wrapped())) < 0)
            break;
        edo_cancel_token_cancel(token);
        rc = edo_yield() == -ECANCELED ? 0 : -1;
    }
    edo_cancel_token_free(token);
    return rc;
}

static void all_is_over(void *arg, unsigned step)
{
    (void)arg, (void)step;
    assert_int_equal(ledger.begun, ledger.cleaned);
    assert_int_equal(ledger.bound, ledger.destroyed);
}

EDO_TEST_PLAIN(nothing_is_left_wherever_it_is_cut_short)
{
    check_cancels(use_all, all_is_over, NULL);
    assert_true(ledger.begun > 2);
}
