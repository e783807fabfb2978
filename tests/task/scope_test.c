/* scope_test.c: why a task's waits are cut short: deadlines and shields around whole functions. */
#include "support/edo_test.h"
#include "support/gate.h"
#include "support/probe.h"

#include <stdlib.h>

/* Knows nothing of any scope. */
static int wait_for_ever(unsigned depth)
{
    gate never = GATE_INIT;

    return depth ? wait_for_ever(depth - 1) : gate_wait(&never);
}

EDO_TEST_BOTH(deadline_ends_each_await_inside) /* future-062 */
{
    edo_scope sc;
    edo_instant then = edo_now();
    probe p = probe_ready(1);
    unsigned ms = 20 * test_scale();

    assert_ok(edo_scope_enter_within(&sc, EDO_MILLIS(ms)));
    assert_ok(edo_yield());
    assert_ok(edo_sleep(EDO_MILLIS(5))); /* before the deadline all is as ever */
    assert_err(wait_for_ever(4), -ETIMEDOUT);
    assert_true(edo_instant_since(edo_now(), then).ns >= EDO_MILLIS(ms).ns);
    assert_err(edo_sleep(EDO_SECONDS(100)), -ETIMEDOUT); /* and each one after it */
    assert_err(edo_yield(), -ETIMEDOUT);
    assert_err(edo_await(&p.base), -ETIMEDOUT);
    assert_int_equal(p.polls, 0);
    assert_true(edo_instant_since(edo_now(), then).ns < EDO_SECONDS(5).ns);
    edo_scope_leave(&sc);
    assert_ok(edo_sleep(EDO_MILLIS(5)));
    assert_ok(edo_yield());
}

EDO_TEST(success_wins_at_the_deadline) /* future-062 */
{
    gate g = GATE_INIT;
    edo_scope sc;

    assert_ok(edo_scope_enter_within(&sc, EDO_MILLIS(10)));
    gate_future fut = gate_async(&g);
    assert_pending(&fut.base);
    gate_open(&g);
    block_thread_for(1);
    assert_ok(edo_advance(EDO_MILLIS(9)));
    (void)edo_advance(EDO_MILLIS(5));
    assert_int_equal(edo_await(&fut.base), 0); /* it was polled, and had happened */
    assert_true(edo_scope_is_expired(&sc));    /* which is another question */
    gate_future next = gate_async(&g);
    assert_err(edo_await(&next.base), -ETIMEDOUT);
    edo_scope_leave(&sc);
}

EDO_TEST_BOTH(innermost_scope_that_passed_is_the_reason) /* future-062 future-063 */
{
    edo_scope outer, inner;

    assert_ok(edo_scope_enter_within(&outer, EDO_MILLIS(10)));
    assert_ok(edo_scope_enter_within(&inner, EDO_MILLIS(100000)));
    assert_err(wait_for_ever(1), -ETIMEDOUT); /* the outer one holds inside of the inner */
    edo_scope_leave(&inner);
    assert_err(edo_yield(), -ETIMEDOUT);
    edo_scope_leave(&outer);
    assert_ok(edo_yield());
}

struct seen {
    int inside, nested, after;
    gate in_scope;
};

static int wait_in_a_passed_scope(void *arg)
{
    struct seen *s = arg;
    edo_scope sc;

    assert_ok(edo_scope_enter_within(&sc, EDO_MILLIS(5)));
    s->inside = wait_for_ever(0);
    assert_ok(edo_task_self_abort());
    s->nested = wait_for_ever(2); /* aborted as well now: the scope is nearer */
    edo_scope_leave(&sc);
    s->after = wait_for_ever(0);
    return 0;
}

EDO_TEST_BOTH(scope_is_nearer_than_the_abort) /* future-063 */
{
    struct seen *s = calloc(1, sizeof *s);
    edo_task t;

    assert_ok(edo_spawn(wait_in_a_passed_scope, s, &t));
    assert_ok(edo_join(t, NULL));
    assert_err(s->inside, -ETIMEDOUT);
    assert_err(s->nested, -ETIMEDOUT);
    assert_err(s->after, -ECANCELED);
    free(s);
}

static int clean_up_in_a_shield(void *arg)
{
    struct seen *s = arg;
    edo_scope shield;

    s->inside = wait_for_ever(0);
    assert_ok(edo_scope_enter_shield(&shield, EDO_MILLIS(10 * test_scale())));
    s->nested = edo_sleep(EDO_MILLIS(2)) < 0 ? -1 : wait_for_ever(0);
    edo_scope_leave(&shield);
    s->after = edo_yield();
    return 0;
}

EDO_TEST_BOTH(shield_lets_the_cleanup_wait_until_its_own_deadline) /* future-063 */
{
    struct seen *s = calloc(1, sizeof *s);
    edo_task t;

    assert_ok(edo_spawn(clean_up_in_a_shield, s, &t));
    assert_ok(edo_yield());
    assert_ok(edo_task_abort(t));
    assert_ok(edo_join(t, NULL));
    assert_err(s->inside, -ECANCELED);
    assert_err(s->nested, -ETIMEDOUT); /* its sleep was whole; only then the deadline came */
    assert_err(s->after, -ECANCELED);
    free(s);
}

static int note_yield(void *arg)
{
    *(int *)arg = edo_yield();
    return 0;
}

EDO_TEST_BOTH(cancelled_scope_holds_for_functions_called_not_for_tasks_spawned) /* future-067 */
{
    int *said = malloc(sizeof *said);
    edo_task t;
    edo_scope sc;

    *said = 1;
    assert_ok(edo_scope_enter(&sc, NULL));
    assert_ok(edo_yield());
    edo_scope_cancel(&sc);
    assert_err(wait_for_ever(3), -ECANCELED);
    assert_ok(edo_spawn(note_yield, said, &t));
    assert_err(edo_join(t, NULL), -ECANCELED);
    edo_scope_leave(&sc);
    assert_ok(edo_join(t, NULL));
    assert_int_equal(*said, 0);
    free(said);
}

EDO_TEST(scope_that_was_left_leaves_no_timer) /* future-062 */
{
    edo_instant then = edo_now();
    edo_metrics before, after;
    edo_handle *handle = edo_runtime_handle(test_runtime());

    for (int i = 0; i < 100; i++) {
        edo_scope sc;
        assert_ok(edo_scope_enter_within(&sc, EDO_MILLIS(1)));
        edo_scope_leave(&sc);
    }
    assert_ok(edo_handle_metrics(handle, &before));
    gate g = GATE_INIT;
    gate_future never = gate_async(&g);
    assert_err(edo_timeout(&never.base, EDO_MILLIS(50)), -ETIMEDOUT);
    assert_ok(edo_handle_metrics(handle, &after));
    assert_int_equal(edo_instant_since(edo_now(), then).ns, EDO_MILLIS(50).ns);
    assert_in_range(after.polls - before.polls, 1, 2); /* the one wake, not a hundred */
    edo_handle_unref(handle);
}
