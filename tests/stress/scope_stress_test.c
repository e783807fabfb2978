/* scope_stress_test.c: scopes that are cancelled, run out and are left, all at the same time. */
#include <stdlib.h>

#include "support/edo_test.h"

#include "base/atomic.h"

enum { TASKS = 60, CANCELLERS = 2 };

static unsigned canceled, timed_out, succeeded; /* atomic */

/* Cancels what comes, as a task or as a plain thread. */
static int cancel_all(void *arg)
{
    edo_cancel_token *token;
    int rc;

    while ((rc = edo_mpsc_recv(arg, &token)) == 1) {
        edo_cancel_token_cancel(token);
        edo_cancel_token_free(token);
    }
    edo_mpsc_receiver_free(arg);
    return rc;
}

static void *cancel_in_a_thread(void *arg)
{
    return (void *)(intptr_t)cancel_all(arg);
}

static void count(int64_t rc)
{
    a_fetch_add(rc == 0 ? &succeeded : rc == -ETIMEDOUT ? &timed_out : &canceled, 1, relaxed);
    assert_true(rc == 0 || rc == -ETIMEDOUT || rc == -ECANCELED);
}

/* A wait that may be cancelled, run out, or succeed; whichever, the scope hears of nothing afterwards. */
static void wait_in_scope(edo_mpsc_sender *cancellers, unsigned round)
{
    edo_cancel_token *token;
    edo_scope outer, inner;

    assert_ok(edo_cancel_token_new(&token));
    edo_cancel_token *other = edo_cancel_token_clone(token);
    assert_ok(edo_scope_enter(&outer, EDO_OPTS(scope, .token = token, .limit = EDO_SECONDS(60))));
    assert_ok(edo_scope_enter_within(&inner, EDO_MICROS(round % 7 * 300)));
    if (edo_mpsc_try_send(cancellers, &other) < 0)
        edo_cancel_token_free(other);
    int rc = edo_sleep(EDO_MICROS(round % 5 * 300));
    count(rc);
    if (round % 3 == 0)
        EDO_SHIELDED(EDO_SECONDS(60))
    assert_ok(edo_yield());
    edo_scope_leave(&inner);
    rc = edo_yield();
    assert_true(rc == 0 || rc == -ECANCELED);
    edo_scope_leave(&outer);
    edo_cancel_token_free(token);
}

static int use_scopes(void *arg)
{
    edo_mpsc_sender *cancellers = arg;

    for (unsigned round = 0; round < test_count(200); round++) {
        wait_in_scope(cancellers, round);
        assert_ok(edo_yield()); /* out of all scopes nothing is left of them */
    }
    edo_mpsc_sender_free(cancellers);
    return 0;
}

EDO_TEST_MT(scopes_end_for_one_reason_and_are_left_whole)
{
    edo_mpsc_sender *tx[CANCELLERS];
    edo_mpsc_receiver *rx[CANCELLERS];
    edo_task canceller, tasks[TASKS];
    int ret = 1;

    for (int i = 0; i < CANCELLERS; i++)
        assert_ok(edo_mpsc_new(EDO_ITEM(edo_cancel_token *), 1000, &tx[i], &rx[i]));
    assert_ok(edo_spawn(cancel_all, rx[0], &canceller));
    pthread_t thread = start_thread(cancel_in_a_thread, rx[1]);
    for (int i = 0; i < TASKS; i++)
        assert_ok(edo_spawn(use_scopes, edo_mpsc_sender_clone(tx[i % CANCELLERS]), &tasks[i]));
    for (int i = 0; i < TASKS; i++) {
        assert_ok(edo_join(tasks[i], &ret));
        assert_int_equal(ret, 0);
    }
    for (int i = 0; i < CANCELLERS; i++)
        edo_mpsc_sender_free(tx[i]);
    assert_ok(edo_join(canceller, NULL));
    join_thread(thread);
    assert_int_equal(canceled + timed_out + succeeded, TASKS * test_count(200));
    assert_true(canceled > 0 && timed_out > 0 && succeeded > 0);
}

static int wait_with_locals(void *arg)
{
    static const edo_task_local key = {.destroy = free};
    edo_task_binding bound EDO_CLEANUP(edo_task_binding_leave) = edo_task_bind(&key, malloc(10));
    void *value;
    edo_future never = edo_pending();

    (void)arg;
    assert_ok(edo_task_binding_enter(&bound));
    int rc = (int)edo_await(&never);
    assert_ok(edo_task_local_get(&key, &value));
    assert_ptr_equal(value, bound.value);
    return rc;
}

/* Three levels of functions as futures; the loser's whole tree ends with the select. */
static int select_children(void *arg)
{
    intptr_t depth = (intptr_t)arg;
    int rc = 0;

    if (depth == 0)
        return wait_with_locals(NULL);
    edo_child_future a = edo_child_async(select_children, (void *)(depth - 1));
    edo_child_future b = edo_child_async(wait_with_locals, NULL);
    edo_sleep_future wait = edo_sleep_async(EDO_MICROS((uint64_t)depth * 200));
    rc = edo_select(&a.base, &wait.base, &b.base);
    assert_true(rc == 0 || rc == 1 || rc == -ECANCELED);
    return rc < 0 ? rc : 0;
}

EDO_TEST_MT(trees_of_children_end_with_their_selects)
{
    edo_metrics before, after;
    edo_handle *handle = edo_runtime_handle(test_runtime());

    assert_ok(edo_handle_metrics(handle, &before));
    for (unsigned round = 0; round < test_count(300); round++) {
        edo_child_future child = edo_child_async(select_children, (void *)3);
        int64_t rc = edo_timeout(&child.base, EDO_MICROS(round % 10 * 150));
        assert_true(rc == 0 || rc == -ETIMEDOUT || rc == -ECANCELED);
    }
    task_wait_until(edo_handle_metrics(handle, &after) == 0 &&
                    after.alive_tasks == before.alive_tasks); /* of no tree anything is left */
    edo_handle_unref(handle);
}
