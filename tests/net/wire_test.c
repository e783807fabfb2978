/* wire_test.c: TCP over a wire that loses, delays, doubles and swaps packets: every byte comes, in its place. */
#include "support/edo_test.h"
#include "support/netns.h"
#include "support/tcp.h"
#include "support/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS = 4, BYTES = 200000 };

static unsigned char byte_at(unsigned key, size_t i)
{
    return (unsigned char)(key + i * 31 + i / 509);
}

typedef struct site {
    edo_tcp_listener *listener;
    edo_cancel_token *stop;
    edo_serve_counts counts;
    edo_task task;
    edo_addr target; /* on the wire */
} site;

static int echo_by_copy(edo_tcp_stream *conn, void *arg)
{
    int rc = edo_copy(edo_tcp_reader(conn), edo_tcp_writer(conn), NULL);

    (void)arg;
    if (rc == 0)
        rc = edo_tcp_shutdown(conn, EDO_WRITE_HALF);
    edo_tcp_close(conn);
    return rc;
}

static int echo_by_lent(edo_tcp_stream *conn, void *pool)
{
    edo_lent in;
    ssize_t n;

    while ((n = edo_tcp_read_lent(conn, pool, &in)) > 0) {
        n = edo_tcp_write_all(conn, in.data, in.len);
        edo_lent_give_back(&in);
        if (n < 0)
            break;
    }
    edo_tcp_close(conn);
    return (int)n;
}

static edo_buffer_pool *lends; /* NULL: it is echoed by copy */

static int run_site(void *arg)
{
    site *s = arg;

    return edo_serve(
        s->listener, lends ? echo_by_lent : echo_by_copy, lends,
        EDO_OPTS(serve, .stop = s->stop, .counts = &s->counts, .drain = EDO_SECONDS(20)));
}

static void open_site(site *s)
{
    edo_addr at;
    char text[EDO_ADDR_TEXT_MAX];

    assert_ok(edo_tcp_listen(WIRE_SERVER ":0", &s->listener));
    assert_ok(edo_tcp_listener_addr(s->listener, &at));
    snprintf(text, sizeof text, WIRE_TARGET ":%u", edo_addr_port(&at));
    assert_ok(edo_addr_parse(text, &s->target));
    assert_ok(edo_cancel_token_new(&s->stop));
    assert_ok(edo_spawn(run_site, s, &s->task));
}

static void close_site(site *s)
{
    int result;

    edo_cancel_token_cancel(s->stop);
    assert_ok(edo_join(s->task, &result));
    assert_int_equal(result, 0);
    assert_int_equal(s->counts.failed, 0);
    edo_tcp_listener_close(s->listener);
    edo_cancel_token_free(s->stop);
}

typedef struct client {
    const site *site;
    edo_tcp_stream *stream;
    unsigned key;
} client;

static int write_pattern(void *arg)
{
    const client *c = arg;
    unsigned char part[3000];
    int rc = 0;

    for (size_t i = 0; i < BYTES && rc == 0; i += sizeof part) {
        size_t n = BYTES - i < sizeof part ? BYTES - i : sizeof part;
        for (size_t j = 0; j < n; j++)
            part[j] = byte_at(c->key, i + j);
        rc = edo_tcp_write_all(c->stream, part, n);
    }
    return rc < 0 ? rc : edo_tcp_shutdown(c->stream, EDO_WRITE_HALF);
}

static void check_pattern(const client *c)
{
    unsigned char part[5000];
    size_t i = 0;
    ssize_t n;

    while ((n = edo_tcp_read(c->stream, part, sizeof part)) > 0)
        for (ssize_t j = 0; j < n; j++, i++)
            assert_int_equal(part[j], byte_at(c->key, i));
    assert_int_equal(n, 0);
    assert_int_equal(i, BYTES);
}

static int be_client(void *arg)
{
    client *c = arg;
    edo_task writer;
    int result;

    assert_ok(edo_tcp_connect_addr(&c->site->target, &c->stream));
    assert_ok(edo_spawn(write_pattern, c, &writer));
    check_pattern(c);
    assert_ok(edo_join(writer, &result));
    assert_ok(result);
    edo_tcp_close(c->stream);
    return 0;
}

static int echo_over_the_wire(void *arg)
{
    site s = {.listener = NULL};
    client clients[CONNECTIONS];
    edo_task tasks[CONNECTIONS];

    (void)arg;
    open_site(&s);
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        clients[i] = (client){.site = &s, .key = i};
        assert_ok(edo_spawn(be_client, &clients[i], &tasks[i]));
    }
    for (int i = 0; i < CONNECTIONS; i++)
        assert_ok(edo_join(tasks[i], NULL));
    close_site(&s);
    return 0;
}

static wire_counts echo_over(wire_opts opts)
{
    wire *w = wire_start(opts);

    check_in_both(echo_over_the_wire, NULL);
    return wire_stop(w);
}

EDO_TEST_PLAIN(a_wire_that_swaps_and_doubles_changes_nothing)
{
    wire_counts did =
        echo_over((wire_opts){.seed = 1, .swapped = 100, .doubled = 50, .delay_us = 1000});

    assert_true(did.swapped > 10 && did.doubled > 5 && did.lost == 0);
}

EDO_TEST_PLAIN(a_wire_that_loses_packets_loses_no_bytes)
{
    wire_counts did = echo_over((wire_opts){.seed = 2, .lost = 10, .swapped = 10});

    assert_true(did.lost > 3);
}

EDO_TEST_PLAIN(lent_reads_get_every_byte_over_such_a_wire)
{
    assert_ok(edo_buffer_pool_new(EDO_OPTS(buffer_pool, .size = 1000), &lends));
    wire_counts did = echo_over((wire_opts){.seed = 3, .lost = 5, .swapped = 50, .delay_us = 500});
    assert_true(did.swapped > 10);
    assert_int_equal(edo_buffer_pool_counts_now(lends).lent, 0);
    edo_buffer_pool_free(lends);
}

/* A peer that is no longer there says nothing. */

static int outlive_a_cut(void *arg)
{
    site s = {.listener = NULL};
    edo_tcp_stream *stream;
    char byte = 'x';

    open_site(&s);
    assert_ok(edo_tcp_connect_addr(&s.target, &stream));
    assert_ok(edo_tcp_write_all(stream, &byte, 1));
    assert_int_equal(edo_tcp_read(stream, &byte, 1), 1);
    wire_cut(arg, true);
    assert_ok(edo_tcp_write_all(stream, &byte, 1)); /* the system has it, and nobody else */
    edo_tcp_read_future read = edo_tcp_read_async(stream, &byte, 1);
    assert_err(edo_timeout(&read.base, EDO_MILLIS(300)), -ETIMEDOUT);
    edo_tcp_stream *other = NULL;
    edo_tcp_connect_future connect = edo_tcp_connect_addr_async(&s.target, &other);
    assert_err(edo_timeout(&connect.base, EDO_MILLIS(300)), -ETIMEDOUT);
    assert_null(other);
    wire_cut(arg, false); /* what was written comes after all */
    assert_int_equal(edo_tcp_read(stream, &byte, 1), 1);
    edo_tcp_close(stream);
    close_site(&s);
    return 0;
}

EDO_TEST_PLAIN(a_wire_that_is_cut_is_waited_for_as_long_as_one_likes)
{
    wire *w = wire_start((wire_opts){.seed = 4});

    check_in_both(outlive_a_cut, w);
    assert_true(wire_stop(w).lost > 0);
}

/* Nobody writes, so only the system's own questions find out that the peer is gone. */
static int notice_a_dead_peer(void *arg)
{
    site s = {.listener = NULL};
    edo_tcp_stream *stream;
    char byte = 'x';

    open_site(&s);
    assert_ok(edo_tcp_connect_addr(&s.target, &stream));
    assert_ok(edo_tcp_write_all(stream, &byte, 1));
    assert_int_equal(edo_tcp_read(stream, &byte, 1), 1);
    wire_cut(arg, true);
    assert_ok(edo_tcp_set_linger(stream, 0));
    edo_tcp_close(stream); /* whose reset is lost: the other end is half open */
    task_wait_until(edo_serve_counts_now(&s.counts).open == 1);
    edo_cancel_token_cancel(s.stop);
    settle();
    assert_int_equal(edo_serve_counts_now(&s.counts).open, 1); /* it has not noticed */
    edo_task_abort(s.task);                                    /* and can be ended all the same */
    assert_ok(edo_join(s.task, NULL));
    assert_int_equal(s.counts.aborted, 1);
    edo_tcp_listener_close(s.listener);
    edo_cancel_token_free(s.stop);
    wire_cut(arg, false);
    return 0;
}

EDO_TEST_PLAIN(a_half_open_connection_is_ended_by_the_drain)
{
    wire *w = wire_start((wire_opts){.seed = 5});

    check_in_both(notice_a_dead_peer, w);
    assert_true(wire_stop(w).lost > 0);
}
