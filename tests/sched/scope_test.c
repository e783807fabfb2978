/* scope_test.c: why a task's waits are cut short: deadlines, shields, and the innermost reason. */
#include "runtime/rig.h"

static uint64_t ms_since(edo_instant began)
{
    return edo_instant_since(edo_now(), began).ns / 1000000;
}

EDO_TEST(a_deadline_ends_every_await)
{
    edo_instant began = edo_now();
    edo_future never = edo_pending();
    edo_scope sc;

    assert_ok(edo_scope_enter_within(&sc, EDO_MILLIS(30)));
    assert_ok(edo_sleep(EDO_MILLIS(10)));
    assert_int_equal(edo_await(&never), -ETIMEDOUT);
    assert_int_equal(ms_since(began), 30);
    assert_int_equal(edo_sleep(EDO_MILLIS(10)), -ETIMEDOUT); /* a level: again, at once */
    assert_int_equal(edo_yield(), -ETIMEDOUT);
    assert_int_equal(ms_since(began), 30);
    edo_scope_leave(&sc);
    assert_ok(edo_sleep(EDO_MILLIS(5)));
    assert_int_equal(ms_since(began), 35);
}

EDO_TEST(a_deadline_not_reached_leaves_no_timer)
{
    edo_instant began = edo_now();
    edo_scope sc;

    assert_ok(edo_scope_enter_within(&sc, EDO_MILLIS(1000)));
    assert_ok(edo_yield());
    edo_scope_leave(&sc);
    assert_null(sc.timer.wheel);
    uint64_t runs = metrics_of(test_runtime()).polls;
    assert_ok(edo_sleep(EDO_SECONDS(5)));
    assert_int_equal(ms_since(began), 5000);
    assert_int_equal(metrics_of(test_runtime()).polls, runs + 1); /* nothing woke it at 1 s */
}

EDO_TEST(the_innermost_reason_is_told)
{
    edo_instant began = edo_now();
    edo_scope outer, inner;

    assert_ok(edo_scope_enter_within(&outer, EDO_MILLIS(20)));
    assert_ok(edo_scope_enter_within(&inner, EDO_MILLIS(10)));
    assert_int_equal(edo_sleep(EDO_MILLIS(100)), -ETIMEDOUT);
    assert_int_equal(ms_since(began), 10);
    edo_scope_cancel(&outer);
    assert_int_equal(edo_sleep(EDO_MILLIS(1)), -ETIMEDOUT); /* the inner one's */
    edo_scope_leave(&inner);
    assert_int_equal(edo_sleep(EDO_MILLIS(1)), -ECANCELED); /* now the outer one's */
    edo_scope_leave(&outer);
    assert_ok(edo_sleep(EDO_MILLIS(1)));
}

EDO_TEST(an_outer_deadline_ends_an_inner_wait)
{
    edo_instant began = edo_now();
    edo_scope outer, inner;

    assert_ok(edo_scope_enter_within(&outer, EDO_MILLIS(10)));
    assert_ok(edo_scope_enter_within(&inner, EDO_MILLIS(100)));
    assert_int_equal(edo_sleep(EDO_SECONDS(1)), -ETIMEDOUT);
    assert_int_equal(ms_since(began), 10);
    edo_scope_leave(&inner);
    edo_scope_leave(&outer);
}

EDO_TEST(a_shield_hides_what_lies_further_out)
{
    edo_instant began = edo_now();
    edo_scope outer, shield;

    assert_ok(edo_scope_enter_within(&outer, EDO_MILLIS(5)));
    assert_ok(edo_scope_enter_shield(&shield, EDO_MILLIS(50)));
    assert_ok(edo_sleep(EDO_MILLIS(20)));
    assert_int_equal(ms_since(began), 20);
    assert_int_equal(edo_sleep(EDO_MILLIS(100)), -ETIMEDOUT); /* its own deadline counts */
    assert_int_equal(ms_since(began), 50);
    edo_scope_leave(&shield);
    assert_int_equal(edo_sleep(EDO_MILLIS(1)), -ETIMEDOUT);
    edo_scope_leave(&outer);
}

typedef struct cleanup {
    int64_t first;
    int inside, after, late;
    uint64_t flushed_ms;
} cleanup;

static int flush_in_shield(void *arg)
{
    cleanup *c = arg;
    edo_instant began = edo_now();
    edo_scope shield;

    c->first = wait_for_ever(NULL);
    assert_int_equal(edo_scope_enter_shield(&shield, EDO_MILLIS(40)), 0);
    c->inside = edo_sleep(EDO_MILLIS(20));
    c->flushed_ms = ms_since(began);
    c->late = edo_sleep(EDO_SECONDS(20));
    edo_scope_leave(&shield);
    c->after = edo_yield();
    return 0;
}

EDO_TEST(an_aborted_task_cleans_up_in_a_shield)
{
    cleanup c = {0};
    edo_task flusher;

    assert_ok(edo_spawn(flush_in_shield, &c, &flusher));
    assert_ok(edo_yield());
    assert_ok(edo_task_abort(flusher));
    assert_int_equal(join_result(flusher), 0);
    assert_int_equal(c.first, -ECANCELED);
    assert_int_equal(c.inside, 0);
    assert_int_equal(c.flushed_ms, 20);
    assert_int_equal(c.late, -ETIMEDOUT);
    assert_int_equal(c.after, -ECANCELED);
}

EDO_TEST_PLAIN(at_shutdown_a_shield_ends_at_its_own_deadline)
{
    edo_runtime *runtime = make_runtime(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD));
    cleanup c = {0};
    edo_task flusher = spawn_on(runtime, flush_in_shield, &c);

    assert_ok(edo_block_on(runtime, do_nothing, NULL));
    assert_ok(edo_runtime_shutdown(runtime, EDO_SECONDS(10)));
    assert_int_equal(c.first, -EDO_ESHUTDOWN);
    assert_int_equal(c.inside, 0);
    assert_int_equal(c.late, -ETIMEDOUT);
    assert_int_equal(c.after, -EDO_ESHUTDOWN);
    assert_int_equal(join_result(flusher), 0);
    assert_ok(edo_runtime_free(runtime));
}

static int leave_nothing(void *arg)
{
    static edo_scope scope; /* a stack would be gone */

    (void)arg;
    return edo_scope_enter(&scope, NULL);
}

static void end_in_a_scope(void *arg)
{
    edo_runtime *runtime = make_current();

    assert_ok(edo_block_on(runtime, leave_nothing, arg));
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(a_scope_that_was_not_left_is_reported)
{
    char said[1024];

    assert_int_equal(run_child(end_in_a_scope, NULL, said, sizeof said), 0);
    assert_int_equal(strstr(said, "ended in a scope or binding that it has not left") != NULL,
                     EDO_DEBUG);
}

static int fork_in_a_scope(void *arg)
{
    edo_scope scope;
    int status = 0;

    (void)arg;
    assert_ok(edo_scope_enter_within(&scope, EDO_SECONDS(1000)));
    pid_t pid = fork();
    if (pid == 0) {
        edo_scope_leave(&scope); /* the task and its runtime are the parent's */
        _exit(edo_scope_reason() == 0 ? 7 : 8);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), 7);
    edo_scope_leave(&scope);
    return edo_yield();
}

EDO_TEST_PLAIN(a_forked_child_leaves_scopes_as_plain_code)
{
    edo_runtime *runtime = make_multi(2);

    assert_ok(edo_block_on(runtime, fork_in_a_scope, NULL));
    assert_ok(edo_runtime_free(runtime));
}

static unsigned turns; /* of the other task */

static int count_turns(void *arg)
{
    (void)arg;
    while (edo_yield() == 0)
        turns++;
    return 0;
}

/* It is cancelled, and goes on to wait. */
static int ignore_it(void *arg)
{
    edo_task other;

    assert_ok(edo_spawn(count_turns, NULL, &other));
    assert_ok(edo_task_self_abort());
    for (int i = 0; i < 2000; i++)
        assert_int_equal(edo_sleep(EDO_SECONDS(1)), -ECANCELED);
    assert_true(turns >= 2000 / 128 - 1); /* nobody was kept from running */
    assert_ok(edo_task_abort(other));
    EDO_SHIELDED(EDO_SECONDS(60))
    assert_ok(edo_join(other, NULL));
    (void)arg;
    return 0;
}

static void ignore_in_a_runtime(void *arg)
{
    edo_runtime *runtime = make_current();

    assert_ok(edo_block_on(runtime, ignore_it, arg));
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(a_task_that_ignores_its_cancel_starves_nobody_and_is_named_once)
{
    char said[2048];

    assert_int_equal(run_child(ignore_in_a_runtime, NULL, said, sizeof said), 0);
    char *named = strstr(said, "ignores that its waits end with ECANCELED");
    assert_non_null(named);
    assert_null(strstr(named + 1, "ignores that"));
}

static int deadline_beside_others(void *arg)
{
    edo_scope sc;
    int rc;

    assert_int_equal(edo_scope_enter_within(&sc, EDO_MILLIS((uint64_t)(uintptr_t)arg)), 0);
    rc = wait_for_ever(NULL);
    edo_scope_leave(&sc);
    return rc;
}

EDO_TEST_BOTH(many_deadlines_on_any_worker)
{
    edo_task tasks[100];

    for (int i = 0; i < 100; i++)
        assert_ok(edo_spawn(deadline_beside_others, (void *)(uintptr_t)(i % 7), &tasks[i]));
    for (int i = 0; i < 100; i++)
        assert_int_equal(join_result(tasks[i]), -ETIMEDOUT);
}

EDO_TEST_PLAIN(a_scope_needs_a_task)
{
    edo_scope sc;

    assert_int_equal(edo_scope_enter_within(&sc, EDO_MILLIS(5)), -EDO_EMISUSE);
}
