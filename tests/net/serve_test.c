/* serve_test.c: a server: its limit, its counts, its errors, and its end. */
#include "support/edo_test.h"
#include "support/fake_driver.h"
#include "support/tcp.h"

#include <stdlib.h>
#include <unistd.h>

typedef struct site {
    edo_tcp_listener *listener;
    edo_cancel_token *stop;
    edo_serve_counts counts;
    edo_serve_opts opts;
    int (*fn)(edo_tcp_stream *conn, void *arg);
    unsigned port;
    unsigned served, most; /* atomic: connections in their function, now and at most */
    unsigned errors[3];    /* atomic, as is last_error */
    int last_error;
    edo_task task;
} site;

static unsigned get(const unsigned *value)
{
    return __atomic_load_n(value, __ATOMIC_SEQ_CST);
}

static edo_serve_counts now(const site *s)
{
    return edo_serve_counts_now(&s->counts);
}

static void hook(edo_serve_stage stage, int error, void *arg)
{
    site *s = arg;

    __atomic_store_n(&s->last_error, error, __ATOMIC_SEQ_CST);
    __atomic_fetch_add(&s->errors[stage], 1, __ATOMIC_SEQ_CST);
}

static int run_server(void *arg)
{
    site *s = arg;

    return edo_serve(s->listener, s->fn, s, &s->opts);
}

/* A server in a task; what its options are is set before. */
static void open_site(site *s, int (*fn)(edo_tcp_stream *conn, void *arg))
{
    s->listener = listen_here(&s->port);
    s->fn = fn;
    assert_ok(edo_cancel_token_new(&s->stop));
    s->opts.stop = s->stop;
    s->opts.counts = &s->counts;
    s->opts.on_error = hook;
    s->opts.hook_arg = s;
    assert_ok(edo_spawn(run_server, s, &s->task));
}

static int close_site(site *s)
{
    int result;

    assert_ok(edo_join(s->task, &result));
    assert_int_equal(now(s).open, 0);
    assert_int_equal(now(s).accepted, now(s).ended);
    assert_int_equal(get(&s->served), 0);
    edo_tcp_listener_close(s->listener);
    edo_cancel_token_free(s->stop);
    return result;
}

static void enter(site *s)
{
    unsigned n = __atomic_add_fetch(&s->served, 1, __ATOMIC_SEQ_CST), most = get(&s->most);

    while (most < n && !__atomic_compare_exchange_n(&s->most, &most, n, false, __ATOMIC_SEQ_CST,
                                                    __ATOMIC_SEQ_CST))
        ;
}

static int leave(site *s, edo_tcp_stream *conn, int result)
{
    __atomic_fetch_sub(&s->served, 1, __ATOMIC_SEQ_CST);
    edo_tcp_close(conn);
    return result;
}

static int echo(edo_tcp_stream *conn, void *arg)
{
    char buf[100];
    ssize_t n;

    enter(arg);
    while ((n = edo_tcp_read(conn, buf, sizeof buf)) > 0)
        if ((n = edo_tcp_write_all(conn, buf, (size_t)n)) < 0)
            break;
    return leave(arg, conn, (int)n);
}

/* Also ends when the server stops. */
static int echo_until_stopped(edo_tcp_stream *conn, void *arg)
{
    site *s = arg;
    char buf[100];
    int64_t n;

    enter(s);
    do {
        edo_tcp_read_future read = edo_tcp_read_async(conn, buf, sizeof buf);
        n = edo_run_until_canceled(s->stop, &read.base);
        if (n > 0)
            n = edo_tcp_write_all(conn, buf, (size_t)n) < 0 ? -EPIPE : n;
    } while (n > 0);
    return leave(s, conn, (int)n);
}

static void check_echo(int peer)
{
    char byte = 0;

    assert_int_equal(write(peer, "x", 1), 1);
    task_wait_until(recv(peer, &byte, 1, MSG_DONTWAIT) == 1);
    assert_int_equal(byte, 'x');
}

static bool has_ended(int peer)
{
    char byte;

    return recv(peer, &byte, 1, MSG_DONTWAIT) == 0;
}

EDO_TEST_BOTH(each_connection_has_a_task_until_the_token_stops_it)
{
    site s = {.opts.name = "echo", .opts.drain = EDO_FOREVER()}; /* paused time may jump */
    int peers[20];

    open_site(&s, echo_until_stopped);
    for (int i = 0; i < 20; i++)
        peers[i] = plain_connect(s.port);
    for (int i = 19; i >= 0; i--)
        check_echo(peers[i]); /* in another order: nobody waits for anybody */
    assert_int_equal(now(&s).open, 20);
    close(peers[0]);
    task_wait_until(now(&s).ended == 1);
    edo_cancel_token_cancel(s.stop);
    assert_int_equal(close_site(&s), 0);
    edo_serve_counts counts = now(&s);
    assert_int_equal(counts.accepted, 20);
    assert_int_equal(counts.most_open, 20);
    assert_int_equal(counts.failed + counts.aborted + counts.refused + counts.shortages, 0);
    assert_int_equal(counts.full, 0);
    for (int i = 1; i < 20; i++) {
        assert_true(has_ended(peers[i]));
        close(peers[i]);
    }
}

EDO_TEST_BOTH(at_its_limit_it_accepts_nobody)
{
    site s = {.opts.limit = 3, .opts.drain = EDO_FOREVER()};
    int peers[12];

    open_site(&s, echo);
    for (int i = 0; i < 12; i++)
        peers[i] = plain_connect(s.port);
    for (int i = 0; i < 12; i++) {
        check_echo(peers[i]); /* first come, first served */
        task_wait_until(get(&s.served) == (i + 3 <= 12 ? 3U : 12U - (unsigned)i));
        close(peers[i]);
        task_wait_until(now(&s).ended == (unsigned)i + 1);
    }
    assert_true(now(&s).full >= 9);
    assert_int_equal(now(&s).most_open, 3);
    assert_int_equal(s.most, 3);
    edo_cancel_token_cancel(s.stop);
    assert_int_equal(close_site(&s), 0);
}

EDO_TEST_BOTH(it_can_be_stopped_at_its_limit)
{
    site s = {.opts.limit = 1, .opts.drain = EDO_FOREVER()};

    open_site(&s, echo_until_stopped);
    int peer = plain_connect(s.port), next = plain_connect(s.port);
    check_echo(peer);
    task_wait_until(now(&s).full == 1);
    edo_cancel_token_cancel(s.stop);
    assert_int_equal(close_site(&s), 0);
    assert_int_equal(now(&s).accepted, 1);
    close(peer);
    close(next);
}

EDO_TEST_BOTH(what_does_not_end_in_the_time_of_the_drain_is_aborted)
{
    site s = {.opts.drain = EDO_MILLIS(30)};

    open_site(&s, echo);
    int stays = plain_connect(s.port), ends = plain_connect(s.port);
    check_echo(stays);
    check_echo(ends);
    edo_instant begin = edo_now();
    edo_cancel_token_cancel(s.stop);
    close(ends);
    task_wait_until(now(&s).ended == 1 || test_time_is_paused());
    assert_int_equal(close_site(&s), -ETIMEDOUT);
    assert_true(edo_elapsed(begin).ns >= EDO_MILLIS(30).ns);
    assert_in_range(now(&s).aborted, 1, test_time_is_paused() ? 2 : 1);
    assert_int_equal(now(&s).failed, 0); /* a cancel is none */
    assert_true(has_ended(stays));
    close(stays);
}

EDO_TEST_BOTH(connections_that_look_at_the_token_hear_of_its_tasks_abort)
{
    site s = {.opts.drain = EDO_FOREVER()};

    open_site(&s, echo_until_stopped);
    int peer = plain_connect(s.port);
    check_echo(peer);
    edo_task_abort(s.task);
    assert_int_equal(close_site(&s), -ECANCELED);
    assert_int_equal(now(&s).aborted, 0);
    assert_true(has_ended(peer));
    close(peer);
}

EDO_TEST_MT(an_aborted_server_gives_its_connections_the_time_of_the_drain)
{
    site s = {.opts.drain = EDO_SECONDS(60)};

    open_site(&s, echo);
    int peer = plain_connect(s.port);
    check_echo(peer);
    edo_task_abort(s.task);
    task_wait_until(edo_cancel_token_is_canceled(s.stop));
    settle();
    check_echo(peer); /* it is still served */
    close(peer);
    assert_int_equal(close_site(&s), -ECANCELED);
    assert_int_equal(now(&s).aborted, 0);
}

EDO_TEST_BOTH(an_abort_counts_more_than_the_token)
{
    site s = {.opts.limit = 0};

    open_site(&s, echo);
    settle();
    edo_cancel_token_cancel(s.stop);
    edo_task_abort(s.task);
    int result = close_site(&s);
    assert_true(result == -ECANCELED || (result == 0 && !test_time_is_paused())); /* it was quick */
}

EDO_TEST_MT(an_abort_in_the_drain_ends_it_at_once)
{
    site s = {.opts.drain = EDO_SECONDS(60)};

    open_site(&s, echo);
    int peer = plain_connect(s.port);
    check_echo(peer);
    edo_cancel_token_cancel(s.stop);
    settle();
    check_echo(peer);
    uint64_t begin = real_time_ns();
    edo_task_abort(s.task);
    assert_int_equal(close_site(&s), -ETIMEDOUT);
    assert_true(real_time_ns() - begin < UINT64_C(10000) * 1000000 * test_patience());
    assert_int_equal(now(&s).aborted, 1);
    close(peer);
}

EDO_TEST_BOTH(closing_the_listener_stops_it)
{
    site s = {.opts.drain = EDO_FOREVER()};
    int result;

    open_site(&s, echo_until_stopped);
    int peer = plain_connect(s.port);
    check_echo(peer);
    edo_tcp_listener_close(s.listener);
    assert_ok(edo_join(s.task, &result));
    assert_int_equal(result, -ECANCELED);
    assert_true(edo_cancel_token_is_canceled(s.stop));
    edo_cancel_token_free(s.stop);
    close(peer);
}

EDO_TEST_BOTH(closing_the_listener_at_the_limit_stops_it_once_there_is_room)
{
    site s = {.opts.limit = 1, .opts.drain = EDO_FOREVER()};
    int result;

    open_site(&s, echo);
    int peer = plain_connect(s.port);
    check_echo(peer);
    task_wait_until(now(&s).full == 1);
    edo_tcp_listener_close(s.listener);
    close(peer);
    assert_ok(edo_join(s.task, &result));
    assert_int_equal(result, -ECANCELED);
    assert_int_equal(now(&s).ended, 1);
    edo_cancel_token_free(s.stop);
}

static int fail_by_first_byte(edo_tcp_stream *conn, void *arg)
{
    char byte = 0;
    ssize_t n = edo_tcp_read(conn, &byte, 1);

    enter(arg);
    return leave(arg, conn, n < 0 ? (int)n : -byte);
}

EDO_TEST_BOTH(a_connection_that_fails_is_told_and_stops_nobody)
{
    site s = {.opts.limit = 0};

    open_site(&s, fail_by_first_byte);
    for (unsigned i = 0; i < 3; i++) {
        char byte = i == 1 ? 0 : EPROTO;
        int peer = plain_connect(s.port);
        assert_int_equal(write(peer, &byte, 1), 1);
        task_wait_until(now(&s).ended == i + 1);
        close(peer);
    }
    assert_int_equal(now(&s).failed, 2);
    assert_int_equal(get(&s.errors[EDO_SERVE_CONNECTION]), 2);
    assert_int_equal(__atomic_load_n(&s.last_error, __ATOMIC_SEQ_CST), -EPROTO);
    edo_cancel_token_cancel(s.stop);
    assert_int_equal(close_site(&s), 0);
}

EDO_TEST_BOTH(without_options_it_serves_until_its_task_is_aborted)
{
    site s = {.fn = echo};
    edo_task task;
    int result;

    s.listener = listen_here(&s.port);
    assert_err(edo_serve(NULL, echo, NULL, NULL), -EINVAL);
    assert_err(edo_serve(s.listener, NULL, NULL, NULL), -EINVAL);
    assert_err(edo_serve(s.listener, echo, NULL, EDO_OPTS(serve, .limit = SIZE_MAX)), -EINVAL);
    assert_int_equal(edo_serve_counts_now(NULL).accepted, 0);
    assert_ok(edo_spawn(run_server, &s, &task));
    int peer = plain_connect(s.port);
    check_echo(peer);
    close(peer);
    task_wait_until(get(&s.served) == 0);
    edo_task_abort(task);
    assert_ok(edo_join(task, &result));
    assert_int_equal(result, -ECANCELED);
    edo_tcp_listener_close(s.listener);
}

EDO_TEST_PLAIN(outside_of_a_task_it_serves_nobody)
{
    /* Never looked at, as the scope can't be entered. */
    edo_tcp_listener *listener = (edo_tcp_listener *)(uintptr_t)64;

    assert_err(edo_serve(listener, echo, NULL, NULL), -EDO_EMISUSE);
}

static int serve_to_shutdown(void *arg)
{
    site *s = arg;

    open_site(s, echo);
    int peer = plain_connect(s->port);
    check_echo(peer);
    assert_ok(edo_task_detach(s->task));
    return peer;
}

EDO_TEST_PLAIN(a_shutdown_stops_it_and_its_connections)
{
    edo_runtime *runtime;
    site s = {.opts.drain = EDO_SECONDS(60)};

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime));
    int peer = edo_block_on(runtime, serve_to_shutdown, &s);
    assert_true(peer >= 0);
    assert_ok(edo_runtime_free(runtime));
    assert_int_equal(now(&s).ended, 1);
    assert_int_equal(now(&s).failed, 0);
    assert_true(has_ended(peer));
    close(peer);
    edo_tcp_listener_close(s.listener);
    edo_cancel_token_free(s.stop);
}

static int serve_despite_failures(void *arg)
{
    site *s = arg;

    open_site(s, echo_until_stopped);
    for (unsigned i = 0; i < 3; i++) {
        fake_driver_fail_accept(-ENETUNREACH);
        int peer = plain_connect(s->port);
        check_echo(peer);
        assert_int_equal(now(s).shortages, i + 1);
        assert_int_equal(get(&s->errors[EDO_SERVE_ACCEPT]), i + 1);
        close(peer);
    }
    fake_driver_fail_accept(-EBADF); /* that won't pass */
    int peer = plain_connect(s->port);
    int result = close_site(s);
    close(peer);
    return result;
}

EDO_TEST_PLAIN(an_accept_that_fails_is_tried_again_unless_it_is_hopeless)
{
    edo_runtime *runtime;
    site s = {.opts.drain = EDO_FOREVER()};

    setenv("EDO_DRIVER", "fake", 1);
    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .start_paused = true),
                              &runtime));
    assert_err(edo_block_on(runtime, serve_despite_failures, &s), -EBADF);
    assert_ok(edo_runtime_free(runtime));
}
