/* select_keep_test.c: a select whose losers are taken again by the next one. */
#include "support/edo_test.h"

#include <signal.h>
#include <string.h>

#include "future/future.h"
#include "support/gate.h"
#include "support/probe.h"
#include "support/tcp.h"

/* Polls the select once, in which `winner` then wins. */
static void lose(probe *winner, edo_future *const *arms, size_t count)
{
    edo_select_future sel = edo_select_keep_async(arms, count);

    assert_pending(&sel.base);
    probe_finish(winner, 7);
    assert_int_equal(poll_to_end(&sel.base), 0);
}

/* A probe that can be begun anew. */
static edo_future_ops keepable_ops;

static probe keepable(void)
{
    probe p = probe_pending();

    keepable_ops = *p.base.ops;
    keepable_ops.flags |= EDO_FUTURE_RESTARTS;
    p.base.ops = &keepable_ops;
    return p;
}

EDO_TEST_BOTH(the_losers_are_new_and_the_winner_stays_ready)
{
    probe winner = keepable(), polled = keepable(), unpolled = keepable();
    edo_future *arms[] = {&winner.base, &polled.base, NULL};

    lose(&winner, arms, 3);
    assert_true(edo_future_is_ready(&winner.base));
    assert_int_equal(winner.base.result, 7);
    assert_false(edo_future_is_ready(&polled.base));
    assert_int_equal(polled.base.result, 0);
    assert_int_equal(polled.cancels, 1);
    winner = keepable();
    winner.ready = true;
    edo_future *others[] = {&winner.base, &unpolled.base};
    for (int i = 0; i < 20; i++) { /* from either arm on */
        assert_int_equal(edo_select_keep_array(others, 2), 0);
        assert_false(edo_future_is_ready(&unpolled.base));
        winner.base.state = 0;
    }
    polled.ready = true;
    arms[0] = NULL;
    assert_int_equal(edo_select_keep_array(arms, 3), 1); /* and it can be waited for again */
}

EDO_TEST_BOTH(an_arm_that_cant_be_begun_anew_is_refused_before_any_poll)
{
    probe good = keepable(), bad = probe_pending();
    edo_sleep_future sleep = edo_sleep_async(EDO_SECONDS(1));
    edo_timeout_future timeout = edo_timeout_async(&good.base, EDO_SECONDS(1));
    edo_future *one[] = {&good.base};
    edo_select_future select = edo_select_keep_async(one, 1);
    edo_join_all_future join = edo_join_all_async(one, 1);
    edo_callback *call;
    assert_ok(edo_callback_new(NULL, NULL, &call));
    edo_callback_future wait = edo_callback_async(call);
    edo_future ready = edo_ready(1);

    assert_err(edo_select_keep(&good.base, &bad.base), -EINVAL);
    assert_err(edo_select_keep(&good.base, &timeout.base), -EINVAL);
    assert_err(edo_select_keep(&good.base, &select.base), -EINVAL);
    assert_err(edo_select_keep(&good.base, &join.base), -EINVAL);
    assert_err(edo_select_keep(&good.base, &wait.base), -EINVAL);
    assert_err(edo_select_keep(&good.base, &ready), -EINVAL);
    assert_err(edo_select_keep(&sleep.base, &bad.base), -EINVAL);
    assert_err(edo_select_keep_array(NULL, 1), -EINVAL);
    assert_err(edo_select_keep_array(one, EDO_SELECT_MAX + 1), -EINVAL);
    one[0] = NULL;
    assert_err(edo_select_keep_array(one, 1), -EINVAL);
    assert_int_equal(good.polls + bad.polls, 0);
    edo_callback_leave(call);
    edo_callback_finish(call, 0);
}

EDO_TEST_BOTH(a_loser_that_failed_or_kept_its_success_wins_the_next)
{
    for (int result = -EPIPE; result <= 5; result += EPIPE + 5) {
        probe winner = keepable(), loser = keepable();
        edo_future_ops gives = keepable_ops;
        gives.put_back = NULL;
        loser.base.ops = &gives;
        edo_future *arms[] = {&winner.base, &loser.base};
        edo_select_future sel = edo_select_keep_async(arms, 2);
        assert_pending(&sel.base);
        loser.ignores_cancel = true;
        probe_finish(&winner, 7);
        assert_pending(&sel.base); /* it waits for the loser */
        probe_finish(&loser, result);
        assert_ready_eq(&sel.base, 0);
        assert_true(edo_future_is_ready(&loser.base));
        winner = keepable();
        assert_int_equal(edo_select_keep_array(arms, 2), 1);
        assert_int_equal(loser.base.result, result);
    }
}

EDO_TEST_BOTH(an_arm_cancelled_by_somebody_else_is_not_begun_anew)
{
    for (int i = 0; i < 20; i++) { /* whichever is looked at first */
        probe winner = keepable(), loser = keepable();
        edo_future_cancel(&loser.base);
        winner.ready = true;
        assert_true(edo_select_keep(&winner.base, &loser.base) >= 0);
        assert_true(edo_future_is_ready(&loser.base));
        assert_int_equal(loser.base.result, -ECANCELED);
    }
}

EDO_TEST_BOTH(cut_short_it_leaves_all_arms_new_that_had_no_effect)
{
    probe first = keepable(), second = keepable();
    edo_future *arms[] = {&first.base, &second.base};
    edo_select_future sel = edo_select_keep_async(arms, 2);

    assert_err(edo_timeout(&sel.base, EDO_MILLIS(1)), -ETIMEDOUT);
    assert_false(edo_future_is_ready(&first.base));
    assert_false(edo_future_is_ready(&second.base));
    sel = edo_select_keep_async(arms, 2);
    assert_pending(&sel.base);
    edo_future_cancel(&sel.base);
    first.ready = true; /* has its effect all the same, and wins */
    assert_ready_eq(&sel.base, 0);
    assert_int_equal(first.base.result, 0);
    assert_false(edo_future_is_ready(&second.base));
}

EDO_TEST_BOTH(as_a_losing_arm_it_leaves_even_its_winner_new)
{
    probe outer = probe_pending(), inner = keepable(), other = keepable();
    edo_future *arms[] = {&inner.base, &other.base};
    edo_select_future sel = edo_select_keep_async(arms, 2);
    edo_future *both[] = {&outer.base, &sel.base};
    edo_join_all_future join = edo_join_all_async(both, 2);
    probe winner = probe_pending();
    edo_future *last[] = {&winner.base, &join.base};
    edo_select_future all = edo_select_biased_async(last, 2);

    inner.ready = true;
    assert_pending(&all.base);
    assert_ready_eq(&sel.base, 0);
    probe_finish(&winner, 1);
    assert_ready_eq(&all.base, 0);
    assert_int_equal(sel.base.result, -ECANCELED);
    assert_int_equal(inner.put_backs, 1);
    assert_false(edo_future_is_ready(&inner.base));
}

EDO_TEST(a_kept_sleep_keeps_its_deadline)
{
    edo_instant begin = edo_now();
    edo_sleep_future whole = edo_sleep_async(EDO_MILLIS(35));
    int ticks = 0;

    for (;;) {
        edo_sleep_future tick = edo_sleep_async(EDO_MILLIS(10));
        int first = edo_select_keep(&whole.base, &tick.base);
        if (first == 0)
            break;
        assert_int_equal(first, 1);
        ticks++;
    }
    assert_int_equal(ticks, 3);
    assert_int_equal(edo_instant_since(edo_now(), begin).ns / 1000000, 35);
}

static int end_when_told(void *arg)
{
    return gate_wait(arg) < 0 ? -1 : 5;
}

EDO_TEST_BOTH(a_kept_join_lets_others_join)
{
    gate g = GATE_INIT;
    edo_task t;
    int ret = 0;

    assert_ok(edo_spawn(end_when_told, &g, &t));
    edo_join_future join = edo_join_async(t, &ret);
    for (int i = 0; i < 3; i++) {
        probe winner = keepable();
        edo_future *arms[] = {&winner.base, &join.base};
        lose(&winner, arms, 2);
    }
    edo_future *arms[] = {&join.base};
    edo_select_future sel = edo_select_keep_async(arms, 1);
    assert_pending(&sel.base); /* by the same waker as before */
    gate_open(&g);
    task_wait_until(edo_test_is_woken());
    assert_ready_eq(&sel.base, 0);
    assert_int_equal(ret, 5);
    join = edo_join_async(t, &ret);
    assert_err(edo_await(&join.base), -ESRCH); /* once, and no more */
}

/* A count of polls that ends at the third. */
static edo_poll poll_thrice(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    *ret_result = ++*(int *)arg;
    (void)waker;
    return *ret_result < 3 ? EDO_PENDING : EDO_READY;
}

EDO_TEST_BOTH(a_kept_function_goes_on_with_what_it_has)
{
    int polls = 0;
    edo_poll_fn_future fn = edo_poll_fn(poll_thrice, &polls);

    for (int i = 0; i < 2; i++) {
        probe winner = keepable();
        edo_future *arms[] = {&winner.base, &fn.base};
        edo_select_future sel = edo_select_keep_async(arms, 2);
        assert_pending(&sel.base);
        winner.ready = true;
        edo_future_cancel(&sel.base); /* without a further poll of the function */
        assert_ready_eq(&sel.base, 0);
    }
    assert_int_equal(polls, 2);
    assert_int_equal(edo_await(&fn.base), 3);
}

/* --- I/O ---------------------------------------------------------------------------------------- */

/* Many rounds of a read and a tick; the bytes come out whole. */
EDO_TEST_MT(a_kept_read_loses_no_byte)
{
    edo_tcp_stream *server, *client;
    char bytes[4096], got[4096], buf[7];
    size_t have = 0;

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 31);
    connect_pair(&server, &client);
    edo_tcp_read_future read = edo_tcp_read_async(server, buf, sizeof buf);
    for (size_t sent = 0; have < sizeof bytes;) {
        edo_yield_future yield = edo_yield_async();
        if (sent < sizeof bytes)
            sent += (size_t)edo_tcp_write(client, bytes + sent,
                                          sent % 5 + 1 < sizeof bytes - sent ? sent % 5 + 1
                                                                             : sizeof bytes - sent);
        int first = edo_select_keep(&read.base, &yield.base);
        if (first == 0) {
            assert_true(read.base.result > 0);
            memcpy(got + have, buf, (size_t)read.base.result);
            have += (size_t)read.base.result;
            read = edo_tcp_read_async(server, buf, sizeof buf);
        }
    }
    assert_memory_equal(got, bytes, sizeof bytes);
    edo_tcp_close(server);
    edo_tcp_close(client);
}

typedef struct draining {
    edo_tcp_stream *stream;
    size_t got;
    bool whole;
} draining;

static int drain_all(void *arg)
{
    draining *d = arg;
    static char buf[8192];
    ssize_t n;

    d->whole = true;
    while ((n = edo_tcp_read(d->stream, buf, sizeof buf)) > 0)
        for (ssize_t i = 0; i < n; i++)
            d->whole &= buf[i] == (char)(d->got++ * 13);
    return (int)n;
}

/* More than the system's buffers hold, so that it is cut short in the middle, again and again. */
EDO_TEST_MT(a_kept_write_all_goes_on_with_the_rest)
{
    enum { LEN = 4 << 20 };
    static char bytes[LEN];
    edo_tcp_stream *server, *client;
    edo_task t;
    unsigned cuts = 0;

    for (size_t i = 0; i < LEN; i++)
        bytes[i] = (char)(i * 13);
    connect_pair(&server, &client);
    draining d = {.stream = client};
    edo_tcp_write_all_future write = edo_tcp_write_all_async(server, bytes, LEN);
    while (write.done == 0) { /* nobody reads yet */
        edo_yield_future yield = edo_yield_async();
        assert_int_equal(edo_select_keep(&write.base, &yield.base), 1);
    }
    assert_in_range(write.done, 1, LEN - 1);
    assert_ok(edo_spawn(drain_all, &d, &t));
    for (;; cuts++) {
        edo_yield_future yield = edo_yield_async();
        if (edo_select_keep(&write.base, &yield.base) == 0)
            break;
    }
    assert_int_equal(write.base.result, 0);
    assert_int_equal(write.done, LEN);
    edo_tcp_close(server);
    assert_ok(edo_join(t, NULL));
    assert_true(d.whole);
    assert_int_equal(d.got, LEN);
    edo_tcp_close(client);
}

EDO_TEST_BOTH(kept_accepts_connects_and_signals_are_begun_anew)
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *accepted = NULL, *connected = NULL;
    edo_signal *listening;

    assert_ok(edo_signal_open(SIGUSR1, &listening));
    edo_signal_recv_future sig = edo_signal_recv_async(listening);
    edo_tcp_accept_future accept = edo_tcp_accept_async(listener, &accepted);
    for (int i = 0; i < 3; i++) {
        probe winner = keepable();
        edo_future *arms[] = {&winner.base, &accept.base, &sig.base};
        lose(&winner, arms, 3);
    }
    assert_int_equal(raise(SIGUSR1), 0);
    assert_int_equal(edo_select_keep(&accept.base, &sig.base), 1);
    edo_tcp_connect_future connect = edo_tcp_connect_async(here(port), &connected);
    int done = 0;
    for (int first; done < 2; done++) {
        edo_future *arms[] = {accepted ? NULL : &accept.base, connected ? NULL : &connect.base};
        assert_true((first = edo_select_keep_array(arms, 2)) >= 0);
        assert_int_equal(arms[first]->result, 0);
        assert_non_null(first ? connected : accepted);
    }
    edo_tcp_close(accepted);
    edo_tcp_close(connected);
    edo_tcp_listener_close(listener);
    assert_ok(edo_signal_close(listening));
}

/* A success that is put back, as a late one of a completion driver is: then it is begun anew. */
static void put_back_and_take_again(edo_future *fut, int64_t result)
{
    assert_int_equal(poll_to_end(fut), result);
    edo_future_put_back(fut);
    assert_int_equal(fut->result, -ECANCELED);
    future_restart(fut);
    assert_int_equal(poll_to_end(fut), result);
}

EDO_TEST_BOTH(what_was_put_back_is_taken_again_by_the_same_future)
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *accepted = NULL, *client;
    edo_signal *listening;
    char buf[4];

    assert_ok(edo_tcp_connect(here(port), &client));
    edo_tcp_accept_future accept = edo_tcp_accept_async(listener, &accepted);
    put_back_and_take_again(&accept.base, 0);
    assert_int_equal(edo_tcp_write(client, "abc", 3), 3);
    edo_tcp_read_future read = edo_tcp_read_async(accepted, buf, sizeof buf);
    put_back_and_take_again(&read.base, 3);
    assert_memory_equal(buf, "abc", 3);
    assert_ok(edo_signal_open(SIGUSR1, &listening));
    assert_int_equal(raise(SIGUSR1), 0);
    edo_signal_recv_future sig = edo_signal_recv_async(listening);
    put_back_and_take_again(&sig.base, 0);
    sig = edo_signal_recv_async(listening);
    assert_pending(&sig.base); /* it was taken once */
    edo_future_cancel(&sig.base);
    assert_int_equal(poll_to_end(&sig.base), -ECANCELED);
    edo_tcp_connect_future connect = edo_tcp_connect_async(here(port), &client);
    edo_tcp_close(client);
    assert_int_equal(poll_to_end(&connect.base), 0);
    edo_future_put_back(&connect.base);
    assert_null(client);
    future_restart(&connect.base);
    assert_int_equal(poll_to_end(&connect.base), 0);
    assert_int_equal(edo_tcp_write(client, "x", 1), 1);
    edo_tcp_close(accepted);
    edo_tcp_close(client);
    edo_tcp_listener_close(listener);
    assert_ok(edo_signal_close(listening));
}
