/* run_until_canceled_test.c: a future that a token ends, and what becomes of both. */
#include "sync/cancel_rig.h"
#include "support/gate.h"

static edo_cancel_token *new_token(void)
{
    edo_cancel_token *token;

    assert_ok(edo_cancel_token_new(&token));
    return token;
}

EDO_TEST_PLAIN(its_result_is_the_futures) /* util-010 util-011 */
{
    edo_cancel_token *token = new_token();
    edo_future ready = edo_ready(7);
    edo_run_until_canceled_future run = edo_run_until_canceled_async(token, &ready);
    probe p = probe_pending();
    edo_run_until_canceled_future later = edo_run_until_canceled_async(token, &p.base);

    assert_ready_eq(&run.base, 7);
    edo_test_task *hand = hand_wait(&later.base);
    probe_finish(&p, -EPIPE);
    hand_end(hand, &later.base, -EPIPE);
    assert_int_equal(p.cancels, 0);
    edo_cancel_token_cancel(token); /* nobody is linked any more */
    edo_cancel_token_free(token);
}

EDO_TEST_PLAIN(a_token_that_was_cancelled_before_wins) /* util-010 util-011 */
{
    edo_cancel_token *token = new_token();
    probe p = probe_ready(7);
    edo_run_until_canceled_future run = edo_run_until_canceled_async(token, &p.base);

    edo_cancel_token_cancel(token);
    assert_ready_eq(&run.base, -ECANCELED);
    assert_woken(0);
    assert_int_equal(p.polls, 0);
    assert_true(edo_future_is_ready(&p.base));
    p = probe_ready(7);
    assert_err(edo_run_until_canceled(token, &p.base), -ECANCELED);
    assert_int_equal(p.polls, 0);
    edo_cancel_token_free(token);
}

EDO_TEST_PLAIN(a_cancel_ends_the_future) /* util-012 util-010 */
{
    edo_cancel_token *token = new_token();
    probe p = probe_pending();
    edo_run_until_canceled_future run = edo_run_until_canceled_async(token, &p.base);
    edo_test_task *hand = hand_wait(&run.base);

    hand_waits_on(hand);
    edo_cancel_token_cancel(token);
    hand_end(hand, &run.base, -ECANCELED);
    assert_int_equal(p.cancels, 1);
    assert_true(edo_future_is_ready(&p.base));
    edo_cancel_token_free(token);
}

/* One that waits already can't be left behind: it is told, and waited for. */
EDO_TEST_PLAIN(a_future_that_waits_already_is_ended_by_a_token_cancelled_before)
{
    edo_cancel_token *token = new_token();
    probe p = probe_pending(), ended = probe_ready(7);

    assert_pending(&p.base);
    assert_ready(&ended.base);
    edo_cancel_token_cancel(token);
    edo_run_until_canceled_future run = edo_run_until_canceled_async(token, &p.base);
    edo_run_until_canceled_future over = edo_run_until_canceled_async(token, &ended.base);
    assert_ready_eq(&run.base, -ECANCELED);
    assert_int_equal(p.cancels, 1);
    assert_true(edo_future_is_ready(&p.base));
    assert_ready_eq(&over.base, 7); /* it has had its effect */
    edo_cancel_token_free(token);
}

EDO_TEST_PLAIN(of_both_at_once_the_future_wins) /* util-013 */
{
    edo_cancel_token *token = new_token();
    probe p = probe_pending();
    edo_run_until_canceled_future run = edo_run_until_canceled_async(token, &p.base);

    assert_pending(&run.base);
    edo_cancel_token_cancel(token);
    probe_finish(&p, 5);
    assert_ready_eq(&run.base, 5);
    assert_int_equal(p.cancels, 0);
    edo_cancel_token_free(token);
}

EDO_TEST_PLAIN(the_future_is_waited_for_and_its_success_stands) /* util-014 */
{
    edo_cancel_token *token = new_token();
    test_queue q = TEST_QUEUE_INIT;
    int item = 0;
    q.slow_cancel = true;
    test_pop_future pop = test_queue_pop_async(&q, &item);
    edo_run_until_canceled_future run = edo_run_until_canceled_async(token, &pop.base);

    assert_pending(&run.base);
    edo_cancel_token_cancel(token);
    assert_pending(&run.base); /* its memory is still in use */
    test_queue_push(&q, 42);
    test_queue_let_go(&q);
    assert_ready_eq(&run.base, 1);
    assert_int_equal(item, 42); /* handed over */
    edo_cancel_token_free(token);
}

EDO_TEST_PLAIN(a_future_that_is_slow_to_end_is_told_once)
{
    edo_cancel_token *token = new_token();
    probe p = probe_pending();
    p.ignores_cancel = true;
    edo_run_until_canceled_future run = edo_run_until_canceled_async(token, &p.base);

    assert_pending(&run.base);
    edo_cancel_token_cancel(token);
    assert_pending(&run.base);
    unsigned polls = p.polls;
    assert_pending(&run.base);
    assert_int_equal(p.polls, polls + 1); /* it is polled like any other */
    assert_int_equal(p.cancels, 1);
    probe_finish(&p, 5);
    assert_ready_eq(&run.base, 5);
    edo_cancel_token_free(token);
}

static void push_one(void *q)
{
    test_queue_push(q, 9);
}

EDO_TEST_PLAIN(as_a_loser_it_puts_back_what_its_future_took) /* util-014 */
{
    edo_cancel_token *token = new_token();
    test_queue q = TEST_QUEUE_INIT;
    int item = 0;
    test_pop_future pop = test_queue_pop_async(&q, &item);
    edo_run_until_canceled_future run = edo_run_until_canceled_async(token, &pop.base);

    lose_after(&run.base, push_one, &q);
    assert_int_equal(run.base.result, -ECANCELED);
    assert_int_equal(test_queue_len(&q), 1);
    edo_cancel_token_free(token);
}

EDO_TEST_PLAIN(an_owned_run_has_a_handle_of_its_own)
{
    edo_cancel_token *token = new_token();
    probe p = probe_pending(), q = probe_pending(), r = probe_pending();
    edo_run_until_canceled_future never = edo_run_until_canceled_owned_async(token, &p.base);
    edo_run_until_canceled_future ends = edo_run_until_canceled_owned_async(token, &q.base);
    edo_run_until_canceled_future stops = edo_run_until_canceled_owned_async(token, &r.base);
    edo_cancel_guard guard = edo_cancel_token_guard(token);

    edo_cancel_token_free(token);
    edo_future_cancel(&never.base);
    assert_ready_eq(&never.base, -ECANCELED);
    assert_false(edo_future_is_ready(&p.base)); /* nobody has begun it */
    edo_test_task *end = hand_wait(&ends.base), *stop = hand_wait(&stops.base);
    probe_finish(&q, 3);
    hand_end(end, &ends.base, 3);
    edo_cancel_guard_drop(&guard);
    hand_end(stop, &stops.base, -ECANCELED);
}

static int sleep_until_told(void *token)
{
    edo_sleep_future sleep = edo_sleep_async(EDO_SECONDS(3600));

    return (int)edo_run_until_canceled(token, &sleep.base);
}

EDO_TEST_BOTH(a_token_ends_what_a_task_does)
{
    edo_cancel_token *token = new_token();
    edo_task t;
    int ret = 1;

    assert_ok(edo_spawn(sleep_until_told, token, &t));
    assert_ok(edo_yield());
    edo_cancel_token_cancel(token);
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, -ECANCELED);
    edo_cancel_token_free(token);
}

/* --- cancelled at every step -------------------------------------------------------------------- */

struct running {
    edo_cancel_token *token;
    test_queue queue;
    test_pop_future pop;
    edo_run_until_canceled_future run;
    int item;
    unsigned happened;
};

static edo_future *make_run(void *arg)
{
    struct running *r = arg;

    *r = (struct running){.token = new_token(), .queue = TEST_QUEUE_INIT};
    r->pop = test_queue_pop_async(&r->queue, &r->item);
    r->run = edo_run_until_canceled_async(r->token, &r->pop.base);
    return &r->run.base;
}

static void push_it(void *arg)
{
    struct running *r = arg;

    if (r->happened++ == 0)
        test_queue_push(&r->queue, 4);
}

static void cancel_and_push(void *arg)
{
    struct running *r = arg;

    edo_cancel_token_cancel(r->token);
    push_it(arg);
}

static void check_run(void *arg, unsigned step, int64_t result)
{
    struct running *r = arg;

    (void)step;
    assert_true(result == 1 || result == -ECANCELED);
    assert_true(edo_future_is_ready(&r->pop.base) || step == 0);
    assert_int_equal((result == 1) + test_queue_len(&r->queue), r->happened > 0);
    edo_cancel_token_free(r->token);
}

EDO_TEST_PLAIN(an_item_is_had_or_there_wherever_a_run_is_cancelled)
{
    struct running r;

    check_future_cancels(make_run, push_it, check_run, &r);
    check_future_cancels(make_run, cancel_and_push, check_run, &r);
}

EDO_TEST_PLAIN(nothing_can_be_run_without_both)
{
    edo_cancel_token *token = new_token();
    edo_future ready = edo_ready(1);

    assert_err(edo_run_until_canceled(NULL, &ready), -EINVAL);
    assert_err(edo_run_until_canceled(token, NULL), -EINVAL);
    edo_run_until_canceled_future run = edo_run_until_canceled_owned_async(token, NULL);
    assert_ready_eq(&run.base, -EINVAL);
    edo_cancel_token_free(token);
}
