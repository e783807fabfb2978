/* scope_token_test.c: scopes that others end by a token, blocks, and what entering one refuses. */
#include <stdlib.h>

#include "support/edo_test.h"
#include "support/gate.h"

static edo_cancel_token *new_token(void)
{
    edo_cancel_token *token;

    assert_ok(edo_cancel_token_new(&token));
    return token;
}

static int wait_for_ever(unsigned depth)
{
    edo_future never = edo_pending();

    return depth ? wait_for_ever(depth - 1) : (int)edo_await(&never);
}

struct stop {
    edo_cancel_token *token;
    gate begun;
    int inside, again, after;
    unsigned note; /* plain: written before the cancel */
};

static int work_until_stopped(void *arg)
{
    struct stop *s = arg;
    edo_scope scope;

    assert_ok(edo_scope_enter(&scope, EDO_OPTS(scope, .token = s->token)));
    edo_cancel_token_free(s->token); /* the scope has a handle of its own */
    assert_int_equal(edo_scope_reason(), 0);
    gate_open(&s->begun);
    s->inside = wait_for_ever(3);
    assert_int_equal(s->note, 7);
    assert_true(edo_scope_is_canceled(&scope));
    assert_false(edo_scope_is_expired(&scope));
    assert_err(edo_scope_reason(), -ECANCELED);
    s->again = edo_sleep(EDO_SECONDS(100));
    edo_scope_leave(&scope);
    edo_scope_leave(&scope);                     /* once is enough */
    assert_false(edo_scope_is_canceled(&scope)); /* it has nothing of the token any more */
    s->after = edo_yield();
    return 0;
}

EDO_TEST_BOTH(a_token_ends_what_is_waited_for_in_a_scope)
{
    struct stop *s = calloc(1, sizeof *s);
    edo_cancel_token *token = new_token();
    edo_task t;

    *s = (struct stop){.token = edo_cancel_token_clone(token), .begun = GATE_INIT};
    assert_ok(edo_spawn(work_until_stopped, s, &t));
    assert_ok(gate_wait(&s->begun));
    s->note = 7;
    edo_cancel_token_cancel(token);
    assert_ok(edo_join(t, NULL));
    assert_err(s->inside, -ECANCELED);
    assert_err(s->again, -ECANCELED);
    assert_ok(s->after); /* the task itself was not cancelled */
    edo_cancel_token_free(token);
    free(s);
}

EDO_TEST_BOTH(a_token_cancelled_before_ends_the_first_wait)
{
    edo_cancel_token *token = new_token();
    edo_scope scope;

    edo_cancel_token_cancel(token);
    assert_ok(edo_scope_enter(&scope, EDO_OPTS(scope, .token = token)));
    assert_err(wait_for_ever(0), -ECANCELED);
    edo_scope_leave(&scope);
    assert_ok(edo_yield());
    edo_cancel_token_free(token);
}

EDO_TEST_BOTH(a_scope_left_before_the_cancel_hears_nothing_of_it)
{
    edo_cancel_token *token = new_token();

    for (int i = 0; i < 3; i++) {
        edo_scope scope;
        assert_ok(edo_scope_enter(&scope, EDO_OPTS(scope, .token = token)));
        assert_ok(edo_yield());
        edo_scope_leave(&scope);
    }
    edo_cancel_token_cancel(token);
    assert_ok(edo_yield());
    edo_cancel_token_free(token);
}

EDO_TEST(a_scope_that_was_left_stands_in_no_queue)
{
    edo_cancel_token *token = new_token();
    edo_scope *scope = malloc(sizeof *scope); /* not a stack, which would be used anew at once */
    edo_handle *handle = edo_runtime_handle(test_runtime());
    edo_metrics before, after;

    assert_ok(edo_scope_enter(scope, EDO_OPTS(scope, .token = token)));
    edo_scope_leave(scope);
    free(scope);
    assert_ok(edo_handle_metrics(handle, &before));
    edo_cancel_token_cancel(token);
    assert_ok(edo_sleep(EDO_SECONDS(1)));
    assert_ok(edo_handle_metrics(handle, &after));
    assert_int_equal(after.polls, before.polls + 1); /* woken by the sleep alone */
    edo_handle_unref(handle);
    edo_cancel_token_free(token);
}

EDO_TEST(a_shield_hides_the_token_too)
{
    edo_cancel_token *token = new_token();
    edo_scope outer, shield;
    edo_instant began = edo_now();

    assert_ok(edo_scope_enter(&outer, EDO_OPTS(scope, .token = token)));
    edo_cancel_token_cancel(token);
    assert_ok(edo_scope_enter_shield(&shield, EDO_MILLIS(50)));
    assert_int_equal(edo_scope_reason(), 0);
    assert_ok(edo_sleep(EDO_MILLIS(20)));
    assert_err(wait_for_ever(1), -ETIMEDOUT);
    assert_int_equal(edo_elapsed(began).ns, EDO_MILLIS(50).ns);
    assert_true(edo_scope_is_expired(&shield));
    edo_scope_leave(&shield);
    assert_err(wait_for_ever(1), -ECANCELED);
    edo_scope_leave(&outer);
    edo_cancel_token_free(token);
}

EDO_TEST(the_earlier_of_two_limits_counts)
{
    edo_instant began = edo_now();
    edo_scope scope;

    assert_ok(edo_scope_enter(&scope, EDO_OPTS(scope, .limit = EDO_MILLIS(30),
                                               .until = edo_instant_add(began, EDO_MILLIS(10)))));
    assert_err(wait_for_ever(0), -ETIMEDOUT);
    edo_scope_leave(&scope);
    assert_int_equal(edo_elapsed(began).ns, EDO_MILLIS(10).ns);
    assert_ok(edo_scope_enter(&scope, EDO_OPTS(scope, .limit = EDO_MILLIS(5),
                                               .until = edo_instant_add(began, EDO_SECONDS(1)))));
    assert_err(wait_for_ever(0), -ETIMEDOUT);
    edo_scope_leave(&scope);
    assert_int_equal(edo_elapsed(began).ns, EDO_MILLIS(15).ns);
    assert_ok(edo_scope_enter_within(&scope, EDO_NANOS(0))); /* no time at all */
    assert_err(edo_yield(), -ETIMEDOUT);
    edo_scope_leave(&scope);
    assert_ok(edo_scope_enter_until(&scope, EDO_NEVER()));
    assert_ok(edo_sleep(EDO_SECONDS(10)));
    edo_scope_leave(&scope);
}

/* Blocks. */

static int leave_by_return(edo_duration limit)
{
    EDO_WITHIN(limit)
    {
        EDO_WITHIN(EDO_SECONDS(50))
        return wait_for_ever(0);
    }
    return 1;
}

static int leave_by_goto(void)
{
    int rc = 0;

    EDO_WITHIN(EDO_MILLIS(1))
    {
        rc = wait_for_ever(0);
        if (rc < 0)
            goto out;
        rc = 1;
    }
out:
    return rc;
}

EDO_TEST(a_block_is_left_by_break_return_and_goto)
{
    edo_instant began = edo_now();
    int rounds = 0;

    assert_err(leave_by_return(EDO_MILLIS(2)), -ETIMEDOUT);
    assert_ok(edo_yield());
    assert_err(leave_by_goto(), -ETIMEDOUT);
    assert_ok(edo_yield());
    for (; rounds < 3; rounds++)
        EDO_WITHIN(EDO_MILLIS(3))
        {
            if (wait_for_ever(0) == -ETIMEDOUT)
                break; /* of the block alone */
            fail_msg("the wait ended otherwise");
        }
    assert_int_equal(rounds, 3);
    assert_ok(edo_yield());
    assert_int_equal(edo_elapsed(began).ns, EDO_MILLIS(12).ns);
}

EDO_TEST(a_block_shields_and_takes_a_token)
{
    edo_cancel_token *token = new_token();
    int inside = 1, shielded = 1;

    EDO_SCOPE(EDO_OPTS(scope, .token = token))
    {
        edo_cancel_token_cancel(token);
        inside = edo_yield();
        EDO_SHIELDED(EDO_MILLIS(5))
        shielded = edo_yield();
    }
    assert_err(inside, -ECANCELED);
    assert_ok(shielded);
    assert_ok(edo_yield());
    edo_cancel_token_free(token);
}

static int wait_in_a_block(void *arg)
{
    int rc = 1;

    (void)arg;
    EDO_WITHIN(EDO_SECONDS(1))
    rc = edo_yield();
    return rc < 0 ? rc : edo_yield();
}

EDO_TEST_PLAIN(a_block_that_cannot_be_entered_says_so_by_its_waits)
{
    edo_runtime *runtime;

    assert_ok(
        edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .no_time = true), &runtime));
    assert_err(edo_block_on(runtime, wait_in_a_block, NULL), -EDO_ENOTIME);
    assert_ok(edo_runtime_free(runtime));
}

/* Refusals. */

static edo_poll enter_in_a_poll(void *arg, const edo_waker *waker, int64_t *ret)
{
    edo_scope *scope = arg;

    (void)waker;
    *ret = edo_scope_enter_within(scope, EDO_SECONDS(1));
    edo_scope_leave(scope);
    return EDO_READY;
}

EDO_TEST_BOTH(a_poll_function_enters_no_scope)
{
    edo_scope scope;
    edo_poll_fn_future fut = edo_poll_fn(enter_in_a_poll, &scope);
    edo_task t;
    int ret;

    assert_err(edo_await(&fut.base), -EDO_EMISUSE);
    fut = edo_poll_fn(enter_in_a_poll, &scope);
    assert_ok(edo_spawn_future(&fut.base, sizeof fut, &t));
    assert_ok(edo_join(t, &ret));
    assert_err(ret, -EDO_EMISUSE);
}

EDO_TEST_PLAIN(a_thread_enters_no_scope)
{
    edo_scope scope;
    int rounds = 0;

    assert_err(edo_scope_enter(&scope, NULL), -EDO_EMISUSE);
    assert_err(edo_scope_enter(NULL, NULL), -EINVAL);
    edo_scope_leave(&scope);
    edo_scope_leave(NULL);
    edo_scope_cancel(NULL);
    assert_false(edo_scope_is_canceled(NULL));
    assert_false(edo_scope_is_expired(NULL));
    assert_int_equal(edo_scope_reason(), 0);
    EDO_WITHIN(EDO_SECONDS(1))
    rounds++;
    assert_int_equal(rounds, 1);
    assert_ptr_equal(edo_scope_begin(&scope, NULL), &scope); /* what blocks are made of */
    edo_scope_leave(&scope);
    assert_ptr_equal(edo_scope_begin_within(&scope, EDO_SECONDS(1)), &scope);
    edo_scope_leave(&scope);
    assert_ptr_equal(edo_scope_begin_shield(&scope, EDO_SECONDS(1)), &scope);
    edo_scope_leave(&scope);
}

EDO_TEST(scopes_left_in_another_order_are_both_gone)
{
    edo_scope outer, inner;

    assert_ok(edo_scope_enter_within(&outer, EDO_MILLIS(1)));
    assert_ok(edo_scope_enter_within(&inner, EDO_MILLIS(2)));
    edo_scope_leave(&outer); /* misuse, which debug builds mention */
    assert_ok(edo_sleep(EDO_MILLIS(1)));
    assert_err(edo_sleep(EDO_MILLIS(5)), -ETIMEDOUT);
    edo_scope_leave(&inner);
    assert_ok(edo_sleep(EDO_MILLIS(5)));
}
