/* tcp_put_back_test.c: what a losing arm took is the next one's. */
#include "support/edo_test.h"
#include "support/fake_driver.h"
#include "support/tcp.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A read that has succeeded, and whose success nobody wants. */
static void read_and_put_back(edo_tcp_stream *stream, size_t len)
{
    char buf[64];
    edo_tcp_read_future read = edo_tcp_read_async(stream, buf, len);

    assert_int_equal(poll_to_end(&read.base), len);
    edo_future_put_back(&read.base);
    assert_int_equal(read.base.result, -ECANCELED);
    memset(buf, '-', sizeof buf);
}

EDO_TEST_BOTH(bytes_put_back_come_first_and_in_order) /* net-022 net-044 */
{
    edo_tcp_stream *server, *client;
    char buf[64] = {0};

    connect_pair(&server, &client);
    assert_int_equal(edo_tcp_write(client, "abcdefghij", 10), 10);
    settle();
    read_and_put_back(server, 3); /* abc */
    read_and_put_back(server, 2); /* ab, out of what was put back */
    assert_int_equal(edo_tcp_read(server, buf, 1), 1);
    assert_int_equal(buf[0], 'a');
    read_and_put_back(server, 1);                          /* b */
    assert_int_equal(edo_tcp_try_read(server, buf, 2), 2); /* they lie in two pieces */
    assert_memory_equal(buf, "bc", 2);
    assert_int_equal(read_some_all(server, buf, 7), 7);
    assert_memory_equal(buf, "defghij", 7);
    assert_err(edo_tcp_try_read(server, buf, 1), -EAGAIN);
    edo_tcp_close(server);
    edo_tcp_close(client);
}

typedef struct reading {
    edo_tcp_stream *stream;
    char buf[8];
    ssize_t got;
} reading;

static int read_directly(void *arg)
{
    reading *r = arg;

    r->got = edo_tcp_read(r->stream, r->buf, sizeof r->buf);
    return 0;
}

/* It stands second, and is woken for what the first one left; then that gives back what it took. */
EDO_TEST(a_direct_read_that_was_woken_takes_what_was_put_back_first) /* net-022 */
{
    edo_tcp_stream *server, *client;
    reading r = {0};
    edo_task task;
    char first[3];

    connect_pair(&server, &client);
    r.stream = server;
    edo_tcp_read_future one = edo_tcp_read_async(server, first, sizeof first);
    assert_pending(&one.base);
    assert_ok(edo_spawn(read_directly, &r, &task));
    assert_ok(edo_yield());
    assert_int_equal(edo_tcp_write(client, "aaabbb", 6), 6);
    task_wait_until(edo_test_is_woken());
    assert_int_equal(poll_to_end(&one.base), 3);
    /* A completion driver may have done both reads before the first was looked at. */
    bool was_done = r.got > 0;
    assert_true(!was_done || driver_choose() == &fake_driver_ops);
    edo_future_put_back(&one.base);
    assert_ok(edo_join(task, NULL));
    assert_in_range(r.got, 3, 6);
    assert_memory_equal(r.buf, was_done ? "bbb" : "aaabbb", (size_t)r.got);
    edo_tcp_close(server);
    edo_tcp_close(client);
}

EDO_TEST_BOTH(bytes_put_back_come_before_the_end) /* net-022 */
{
    edo_tcp_stream *server, *client;
    char buf[64];

    connect_pair(&server, &client);
    assert_int_equal(edo_tcp_write(client, "abc", 3), 3);
    settle();
    read_and_put_back(server, 3);
    edo_tcp_close(client);
    settle();
    assert_int_equal(edo_tcp_read(server, buf, sizeof buf), 3);
    assert_int_equal(edo_tcp_read(server, buf, sizeof buf), 0);
    edo_tcp_close(server);
}

EDO_TEST_BOTH(a_read_that_waits_gets_what_is_put_back) /* net-022 */
{
    edo_tcp_stream *server, *client;
    char first[8], second[8];

    connect_pair(&server, &client);
    edo_tcp_read_future one = edo_tcp_read_async(server, first, sizeof first);
    edo_tcp_read_future two = edo_tcp_read_async(server, second, sizeof second);
    assert_pending(&one.base);
    assert_pending(&two.base);
    assert_int_equal(edo_tcp_write(client, "abc", 3), 3);
    assert_int_equal(poll_to_end(&one.base), 3);
    settle();
    assert_pending(&two.base);
    edo_future_put_back(&one.base);
    task_wait_until(edo_test_is_woken());
    assert_int_equal(poll_to_end(&two.base), 3);
    assert_memory_equal(second, "abc", 3);
    edo_tcp_close(server);
    edo_tcp_close(client);
}

EDO_TEST_BOTH(what_comes_later_stays_behind_what_was_put_back) /* net-022 */
{
    for (int i = 0; i < 30; i++) {
        edo_tcp_stream *server, *client;
        char first[8], second[8], buf[8];

        connect_pair(&server, &client);
        edo_tcp_read_future one = edo_tcp_read_async(server, first, sizeof first);
        edo_tcp_read_future two = edo_tcp_read_async(server, second, sizeof second);
        assert_pending(&one.base);
        assert_pending(&two.base);
        assert_int_equal(edo_tcp_write(client, "abc", 3), 3);
        assert_int_equal(poll_to_end(&one.base), 3);
        assert_pending(&two.base);
        assert_int_equal(edo_tcp_write(client, "def", 3), 3); /* two may be reading it by now */
        if (i % 2)
            settle();
        edo_future_put_back(&one.base);
        size_t done = (size_t)poll_to_end(&two.base);
        if (second[0] == 'd') { /* it was READY before anything was put back */
            assert_int_equal(read_some_all(server, buf, 3), 3);
            assert_memory_equal(buf, "abc", 3);
        } else {
            memcpy(buf, second, done);
            assert_int_equal(read_some_all(server, buf + done, 6 - done), 6 - done);
            assert_memory_equal(buf, "abcdef", 6);
        }
        edo_tcp_close(server);
        edo_tcp_close(client);
    }
}

EDO_TEST_BOTH(close_drops_what_was_put_back) /* net-022 */
{
    edo_tcp_stream *server, *client;
    char buf[8];

    connect_pair(&server, &client);
    assert_int_equal(edo_tcp_write(client, "abc", 3), 3);
    settle();
    read_and_put_back(server, 3);
    edo_tcp_read_future late = edo_tcp_read_async(client, buf, sizeof buf);
    assert_int_equal(edo_tcp_write(server, "xyz", 3), 3);
    assert_int_equal(poll_to_end(&late.base), 3);
    edo_tcp_close(client);
    edo_tcp_close(server);
    edo_future_put_back(&late.base); /* its stream is closed: they are gone, and nobody else's */
    assert_int_equal(late.base.result, -ECANCELED);
    connect_pair(&server, &client); /* in the same places, most likely */
    assert_err(edo_tcp_try_read(server, buf, sizeof buf), -EAGAIN);
    assert_err(edo_tcp_try_read(client, buf, sizeof buf), -EAGAIN);
    edo_tcp_close(server);
    edo_tcp_close(client);
}

EDO_TEST_BOTH(a_connection_put_back_is_the_next_accepts) /* net-022 */
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *stream = NULL, *put_back;
    edo_addr peer_addr, again;
    int peers[2];

    peers[0] = plain_connect(port);
    edo_tcp_accept_future accept = edo_tcp_accept_async(listener, &stream);
    assert_ok(poll_to_end(&accept.base));
    put_back = stream;
    assert_ok(edo_tcp_peer_addr(stream, &peer_addr));
    peers[1] = plain_connect(port);
    edo_future_put_back(&accept.base);
    assert_int_equal(accept.base.result, -ECANCELED);
    assert_null(stream);
    assert_ok(edo_tcp_accept(listener, &stream));
    assert_ptr_equal(stream, put_back);
    assert_ok(edo_tcp_peer_addr(stream, &again));
    assert_true(edo_addr_is_equal(&peer_addr, &again));
    edo_tcp_close(stream);
    assert_ok(edo_tcp_accept(listener, &stream));
    edo_tcp_close(stream);
    edo_tcp_listener_close(listener);
    close(peers[0]);
    close(peers[1]);
}

EDO_TEST_BOTH(a_connection_put_back_takes_its_address_along)
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *client, *stream;
    edo_addr local, peer;
    edo_tcp_accept_future accept = edo_tcp_accept_from_async(listener, &stream, &peer);

    assert_pending(&accept.base);
    assert_ok(edo_tcp_connect(here(port), &client));
    assert_ok(edo_tcp_local_addr(client, &local));
    assert_ok(poll_to_end(&accept.base));
    assert_true(edo_addr_is_equal(&peer, &local));
    edo_future_put_back(&accept.base);
    assert_null(stream);
    assert_false(edo_addr_is_equal(&peer, &local));
    assert_ok(edo_tcp_accept_from(listener, &stream, &peer));
    assert_true(edo_addr_is_equal(&peer, &local));
    edo_tcp_close(stream);
    edo_tcp_close(client);
    assert_ok(edo_tcp_connect(here(port), &client));
    assert_ok(edo_tcp_accept_from(listener, &stream, NULL));
    edo_tcp_close(stream);
    edo_tcp_close(client);
    edo_tcp_listener_close(listener);
}

EDO_TEST_BOTH(an_accept_begun_anew_takes_its_connection_again) /* net-022 */
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *stream, *put_back;
    edo_tcp_accept_future accept = edo_tcp_accept_async(listener, &stream);
    int peer = plain_connect(port);

    assert_ok(poll_to_end(&accept.base));
    put_back = stream;
    edo_future_put_back(&accept.base);
    accept.base = (edo_future)EDO_FUTURE_INIT(accept.base.ops);
    assert_ok(poll_to_end(&accept.base));
    assert_ptr_equal(stream, put_back);
    assert_err(edo_tcp_try_read(stream, &(char){0}, 1), -EAGAIN);
    edo_tcp_close(stream);
    edo_tcp_listener_close(listener);
    close(peer);
}

EDO_TEST_BOTH(an_accept_that_waits_gets_what_is_put_back) /* net-022 */
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *first, *second;
    edo_tcp_accept_future one = edo_tcp_accept_async(listener, &first);
    edo_tcp_accept_future two = edo_tcp_accept_async(listener, &second);

    assert_pending(&one.base);
    assert_pending(&two.base);
    int peer = plain_connect(port);
    assert_ok(poll_to_end(&one.base));
    settle();
    assert_pending(&two.base);
    edo_future_put_back(&one.base);
    task_wait_until(edo_test_is_woken());
    assert_ok(poll_to_end(&two.base));
    edo_tcp_close(second);
    edo_tcp_listener_close(listener);
    close(peer);
}

EDO_TEST_BOTH(a_connection_put_back_is_reset_when_the_listener_closes) /* net-104 */
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *stream, *client;
    char byte;
    int fds = open_fds();

    assert_ok(edo_tcp_connect(here(port), &client));
    edo_tcp_accept_future accept = edo_tcp_accept_async(listener, &stream);
    assert_ok(poll_to_end(&accept.base));
    edo_future_put_back(&accept.base);
    edo_tcp_listener_close(listener);
    assert_err(edo_tcp_read(client, &byte, 1), -ECONNRESET);
    edo_tcp_close(client);
    assert_int_equal(open_fds(), fds - 1);
}

/* Writes a counting stream of bytes, with pauses that meet the other side's cancels. */
static int write_counting(void *arg)
{
    unsigned char byte = 0;

    for (int i = 0; i < 2000; i++) {
        assert_int_equal(edo_tcp_write(arg, &byte, 1), 1);
        byte++;
        if (i % 3 == 0)
            edo_yield();
    }
    return 0;
}

EDO_TEST_BOTH(a_read_that_loses_selects_loses_no_byte) /* net-022 net-044 */
{
    edo_tcp_stream *server, *client;
    edo_task task;
    unsigned char buf[4], expected = 0;
    int got = 0;

    connect_pair(&server, &client);
    assert_ok(edo_spawn(write_counting, client, &task));
    while (got < 2000) {
        edo_tcp_read_future read = edo_tcp_read_async(server, buf, sizeof buf);
        edo_yield_future yield = edo_yield_async();
        int winner = edo_select(&read.base, &yield.base);
        if (winner == 1) {
            assert_err(read.base.result, -ECANCELED);
            continue;
        }
        assert_int_equal(winner, 0);
        for (int64_t i = 0; i < read.base.result; i++, got++)
            assert_int_equal(buf[i], expected++);
    }
    assert_ok(edo_join(task, NULL));
    edo_tcp_close(server);
    edo_tcp_close(client);
}

EDO_TEST_BOTH(an_accept_that_loses_selects_loses_no_connection) /* net-022 future-033 */
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *stream;
    int peers[100], accepted = 0, made = 0;

    while (accepted < 100) {
        edo_tcp_accept_future accept = edo_tcp_accept_async(listener, &stream);
        edo_yield_future yield = edo_yield_async();
        if (made < 100 && made - accepted < 10)
            peers[made++] = plain_connect(port);
        if (edo_select(&accept.base, &yield.base) == 0) {
            assert_ok(accept.base.result);
            edo_tcp_close(stream);
            accepted++;
        } else {
            assert_err(accept.base.result, -ECANCELED);
        }
    }
    edo_tcp_accept_future accept = edo_tcp_accept_async(listener, &stream);
    assert_pending(&accept.base); /* no further one */
    settle();
    assert_pending(&accept.base);
    edo_tcp_listener_close(listener);
    assert_err(poll_to_end(&accept.base), -ECANCELED);
    for (int i = 0; i < 100; i++)
        close(peers[i]);
}

/* On the fake driver a canceled read succeeds now and then: raw cancel keeps that. */
static int cancel_reads(void *arg)
{
    edo_tcp_stream *server, *client;
    unsigned char byte = 0, got, expected = 0;
    unsigned late = 0;

    (void)arg;
    connect_pair(&server, &client);
    for (int i = 0; i < 300; i++) {
        edo_tcp_read_future read = edo_tcp_read_async(server, &got, 1);
        assert_pending(&read.base);
        assert_int_equal(edo_tcp_write(client, &byte, 1), 1);
        byte++;
        edo_future_cancel(&read.base);
        int64_t result = poll_to_end(&read.base);
        late += result == 1;
        if (result == -ECANCELED)
            assert_int_equal(edo_tcp_read(server, &got, 1), 1);
        assert_int_equal(got, expected++);
    }
    edo_tcp_close(server);
    edo_tcp_close(client);
    return (int)late;
}

EDO_TEST_PLAIN(a_late_success_stands) /* net-044 */
{
    edo_runtime *runtime;

    setenv("EDO_DRIVER", "fake", 1);
    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime));
    assert_true(edo_block_on(runtime, cancel_reads, NULL) > 0);
    assert_true(fake_driver_late_successes() > 0);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_BOTH(a_join_of_reads_that_loses_leaves_the_bytes_to_the_next) /* net-022 net-044 */
{
    edo_tcp_stream *server, *client, *idle[2];
    char lost[4], kept[4], buf[4] = {0};

    connect_pair(&server, &client);
    connect_pair(&idle[0], &idle[1]);
    assert_int_equal(edo_tcp_write(client, "abc", 3), 3);
    edo_tcp_read_future taking = edo_tcp_read_async(server, lost, sizeof lost);
    edo_tcp_read_future waiting = edo_tcp_read_async(idle[0], kept, sizeof kept);
    edo_future *parts[] = {&taking.base, &waiting.base};
    edo_join_all_future both = edo_join_all_async(parts, 2);
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(20));
    assert_int_equal(edo_select_biased(&both.base, &sleep.base), 1);
    assert_int_equal(both.base.result, -ECANCELED);
    assert_int_equal(edo_tcp_read(server, buf, sizeof buf), 3);
    assert_memory_equal(buf, "abc", 3);
    edo_tcp_close(server);
    edo_tcp_close(client);
    edo_tcp_close(idle[0]);
    edo_tcp_close(idle[1]);
}
