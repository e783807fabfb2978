/* resets_test.c: a peer that resets the connection, at each step of a conversation and in each state of it. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER = 300000, STEPS = 9 };

/* Our side: a question of four bytes, a long answer, a question, a short answer, the end. */
static int converse(edo_tcp_stream *conn)
{
    static char answer[ANSWER];
    char question[4], byte;
    edo_reader from = edo_tcp_reader(conn);
    int rc = edo_read_exact(from, question, sizeof question, NULL);

    if (rc == 0)
        rc = edo_tcp_write_all(conn, answer, sizeof answer);
    if (rc == 0)
        rc = edo_read_exact(from, question, sizeof question, NULL);
    if (rc == 0)
        rc = edo_tcp_write_all(conn, question, sizeof question);
    return rc == 0 ? (int)edo_tcp_read(conn, &byte, 1) : rc;
}

static int serve_one(edo_tcp_stream *conn, void *arg)
{
    int *result = arg;

    *result = converse(conn);
    edo_tcp_close(conn);
    return 0;
}

/* The peer's. */

static void say(int fd, const char *text, size_t len)
{
    assert_int_equal(write(fd, text, len), len);
}

static void hear(int fd, size_t len)
{
    char part[10000];

    while (len > 0) {
        ssize_t n;
        task_wait_until((n = recv(fd, part, len < sizeof part ? len : sizeof part, MSG_DONTWAIT)) >=
                        0);
        assert_true(n > 0);
        len -= (size_t)n;
    }
}

static void do_step(int fd, int step)
{
    char byte;

    switch (step) {
    case 0:
        break; /* it is connected */
    case 1:
        say(fd, "pi", 2);
        break;
    case 2:
        say(fd, "ng", 2);
        break;
    case 3:
        hear(fd, 1000);
        break;
    case 4:
        hear(fd, ANSWER - 1000);
        break;
    case 5:
        say(fd, "en", 2);
        break;
    case 6:
        say(fd, "d.", 2);
        break;
    case 7:
        hear(fd, 4);
        break;
    default:
        assert_int_equal(shutdown(fd, SHUT_WR), 0);
        task_wait_until(recv(fd, &byte, 1, MSG_DONTWAIT) == 0);
    }
}

typedef struct site {
    edo_tcp_listener *listener;
    edo_cancel_token *stop;
    edo_serve_counts counts;
    int result;
} site;

static int run_site(void *arg)
{
    site *s = arg;

    return edo_serve(
        s->listener, serve_one, &s->result,
        EDO_OPTS(serve, .stop = s->stop, .counts = &s->counts, .drain = EDO_FOREVER()));
}

/* After `steps` of them. Before each, what comes first has arrived, or it hasn't. */
static int reset_after(int steps, bool at_once)
{
    site s = {.result = 1};
    edo_task task;
    unsigned port;
    int result;

    s.listener = listen_here(&port);
    assert_ok(edo_cancel_token_new(&s.stop));
    assert_ok(edo_spawn(run_site, &s, &task));
    int fd = plain_connect(port);
    for (int step = 0; step < steps; step++)
        do_step(fd, step);
    if (!at_once)
        settle();
    plain_reset(fd);
    task_wait_until(edo_serve_counts_now(&s.counts).ended == 1);
    edo_cancel_token_cancel(s.stop);
    assert_ok(edo_join(task, &result));
    assert_int_equal(result, 0);
    edo_tcp_listener_close(s.listener);
    edo_cancel_token_free(s.stop);
    return s.result;
}

EDO_TEST_BOTH(a_reset_at_any_step_is_an_error_and_nobody_hangs)
{
    int fds = open_fds();

    for (int steps = 0; steps <= STEPS; steps++)
        for (int at_once = 0; at_once < 2; at_once++) {
            int result = reset_after(steps, at_once);
            if (steps == STEPS)
                assert_int_equal(result, 0); /* all had been said */
            else
                assert_true(result == -ECONNRESET || result == -EPIPE);
        }
    task_wait_until(open_fds() <= fds);
}

/* A connection whose reads and writes all wait. */
typedef struct busy {
    edo_tcp_stream *stream;
    int read_result, write_result;
} busy;

static int read_it(void *arg)
{
    busy *b = arg;
    char byte;

    b->read_result = (int)edo_tcp_read(b->stream, &byte, 1);
    return 0;
}

static int write_it(void *arg)
{
    busy *b = arg;
    size_t len = 20 << 20;
    char *much = calloc(1, len);

    assert_non_null(much);
    b->write_result = edo_tcp_write_all(b->stream, much, len);
    free(much);
    return 0;
}

EDO_TEST_BOTH(a_reset_ends_who_reads_and_who_writes)
{
    int peer;
    edo_task reader, writer;
    char byte;

    for (int i = 0; i < 10; i++) {
        busy b = {.stream = accept_plain(&peer), .read_result = 1, .write_result = 1};
        assert_ok(edo_spawn(read_it, &b, &reader));
        assert_ok(edo_spawn(write_it, &b, &writer));
        settle();
        assert_false(edo_task_is_finished(reader) || edo_task_is_finished(writer));
        plain_reset(peer);
        assert_ok(edo_join(reader, NULL));
        assert_ok(edo_join(writer, NULL));
        /* The system says why once, to whoever asks first; to the other one it is the end. */
        assert_true(b.read_result == -ECONNRESET || b.read_result == 0);
        assert_true(b.write_result == -ECONNRESET || b.write_result == -EPIPE);
        assert_true(b.read_result == -ECONNRESET || b.write_result == -ECONNRESET);
        assert_int_equal(edo_tcp_read(b.stream, &byte, 1), 0);
        assert_err(edo_tcp_write(b.stream, "x", 1), -EPIPE);
        edo_tcp_close(b.stream);
    }
}

EDO_TEST_BOTH(a_client_that_resets_before_it_is_accepted_is_an_error_of_its_own)
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *stream;
    char byte;

    int gone = plain_connect(port), stays = plain_connect(port);
    plain_reset(gone);
    settle();
    assert_ok(edo_tcp_accept(listener, &stream));
    assert_err(edo_tcp_read(stream, &byte, 1), -ECONNRESET);
    edo_tcp_close(stream);
    assert_ok(edo_tcp_accept(listener, &stream));
    say(stays, "x", 1);
    assert_int_equal(edo_tcp_read(stream, &byte, 1), 1);
    edo_tcp_close(stream);
    edo_tcp_listener_close(listener);
    close(stays);
}

/* What passes through us from one peer to another. */
static int relay(void *arg)
{
    edo_tcp_stream **streams = arg;
    int rc = edo_copy_bidirectional(edo_tcp_io(streams[0]), edo_tcp_io(streams[1]), NULL);

    edo_tcp_close(streams[0]);
    edo_tcp_close(streams[1]);
    return rc;
}

EDO_TEST_BOTH(a_reset_on_one_side_of_a_relay_ends_both)
{
    for (int which = 0; which < 2; which++) {
        int peers[2], result;
        char byte;
        edo_task task;
        edo_tcp_stream *streams[2] = {accept_plain(&peers[0]), accept_plain(&peers[1])};

        assert_ok(edo_spawn(relay, streams, &task));
        say(peers[0], "to and", 6);
        hear(peers[1], 6);
        say(peers[1], "fro", 3);
        hear(peers[0], 3);
        plain_reset(peers[which]);
        assert_ok(edo_join(task, &result));
        assert_true(result == -ECONNRESET || result == -EPIPE);
        ssize_t n;
        task_wait_until((n = recv(peers[!which], &byte, 1, MSG_DONTWAIT)) == 0 ||
                        errno == ECONNRESET);
        close(peers[!which]);
    }
}

/* Half open: the peer has ended its side, and reads on, slowly. */
EDO_TEST_BOTH(a_peer_that_has_said_all_can_still_listen_slowly)
{
    int peer;
    edo_tcp_stream *stream = accept_plain(&peer);
    busy b = {.stream = stream, .write_result = 1};
    edo_task writer;
    char part[65536];
    size_t got = 0;
    ssize_t n;

    assert_int_equal(shutdown(peer, SHUT_WR), 0);
    assert_int_equal(edo_tcp_read(stream, part, 1), 0);
    assert_ok(edo_spawn(write_it, &b, &writer));
    while (got < 20 << 20) {
        task_wait_until((n = recv(peer, part, sizeof part, MSG_DONTWAIT)) > 0);
        got += (size_t)n;
        edo_yield();
    }
    assert_ok(edo_join(writer, NULL));
    assert_ok(b.write_result);
    assert_int_equal(edo_tcp_read(stream, part, 1), 0);
    edo_tcp_close(stream);
    task_wait_until(recv(peer, part, 1, MSG_DONTWAIT) == 0);
    close(peer);
}
