/* serve_kinds_test.c: servers with a listener for each worker, and of Unix sockets. */
#include "support/edo_test.h"
#include "support/tcp.h"
#include "support/unix.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* How many sockets listen on a port of 127.0.0.1, as the system tells. */
static int listeners_on(unsigned port)
{
    char line[512], wanted[64];
    FILE *file = fopen("/proc/self/net/tcp", "r");
    int count = 0;

    assert_non_null(file);
    snprintf(wanted, sizeof wanted, ": 0100007F:%04X 00000000:0000 0A", port);
    while (fgets(line, sizeof line, file))
        count += strstr(line, wanted) != NULL;
    fclose(file);
    return count;
}

typedef struct site {
    edo_tcp_listener *listener;
    edo_cancel_token *stop;
    edo_serve_counts counts;
    unsigned by_worker[64]; /* atomic */
    unsigned told;          /* atomic: listeners that failed */
    unsigned port;
    size_t limit;
} site;

static int echo_byte(edo_tcp_stream *conn, void *arg)
{
    site *s = arg;
    char byte;
    ssize_t n;

    __atomic_fetch_add(&s->by_worker[edo_worker_index() & 63], 1, __ATOMIC_SEQ_CST);
    if ((n = edo_tcp_read(conn, &byte, 1)) == 1 && (n = edo_tcp_write(conn, &byte, 1)) == 1)
        n = edo_tcp_read(conn, &byte, 1);
    edo_tcp_close(conn);
    return (int)n;
}

static void note_failure(edo_serve_stage stage, int error, void *arg)
{
    site *s = arg;

    if (stage != EDO_SERVE_ACCEPT)
        return; /* a connection's */
    assert_err(error, -EINVAL);
    __atomic_fetch_add(&s->told, 1, __ATOMIC_SEQ_CST);
}

static int run_site(void *arg)
{
    site *s = arg;

    return edo_serve(s->listener, echo_byte, s,
                     EDO_OPTS(serve, .stop = s->stop, .counts = &s->counts, .per_worker = true,
                              .limit = s->limit, .on_error = note_failure, .hook_arg = s));
}

static void open_site(site *s, bool reuse_port)
{
    edo_addr at;

    assert_ok(edo_addr_parse("127.0.0.1:0", &at));
    assert_ok(
        edo_tcp_listen_with(&at, EDO_OPTS(tcp_listen, .reuse_port = reuse_port), &s->listener));
    assert_ok(edo_tcp_listener_addr(s->listener, &at));
    s->port = edo_addr_port(&at);
    assert_ok(edo_cancel_token_new(&s->stop));
}

static void close_site(site *s)
{
    edo_tcp_listener_close(s->listener);
    edo_cancel_token_free(s->stop);
}

static int workers(void)
{
    return test_time_is_paused() ? 1 : test_workers(); /* of the runtime */
}

static void check_a_hundred(site *s)
{
    edo_task task;
    int peers[100], result;
    char byte;

    assert_ok(edo_spawn(run_site, s, &task));
    task_wait_until(listeners_on(s->port) == workers());
    for (int i = 0; i < 100; i++) {
        peers[i] = plain_connect(s->port);
        assert_int_equal(write(peers[i], "x", 1), 1);
    }
    for (int i = 0; i < 100; i++) {
        if (s->limit == 0)
            task_wait_until(recv(peers[i], &byte, 1, MSG_DONTWAIT) == 1);
        close(peers[i]); /* with a limit in no order of ours */
    }
    task_wait_until(edo_serve_counts_now(&s->counts).ended == 100);
    assert_int_equal(listeners_on(s->port), workers());
    edo_cancel_token_cancel(s->stop);
    assert_ok(edo_join(task, &result));
    assert_int_equal(result, 0);
    assert_int_equal(listeners_on(s->port), 1); /* ours */
    assert_int_equal(edo_serve_counts_now(&s->counts).accepted, 100);
    assert_int_equal(edo_serve_counts_now(&s->counts).aborted, 0);
}

EDO_TEST_BOTH(each_worker_has_a_listener_and_each_connection_is_served)
{
    site s = {.limit = 0};

    open_site(&s, true);
    check_a_hundred(&s);
    close_site(&s);
}

EDO_TEST_MT(another_worker_s_listener_may_be_number_0)
{
    site s = {.limit = 0};
    edo_task task;
    int result;

    open_site(&s, true);
    close(0);
    assert_ok(edo_spawn(run_site, &s, &task));
    task_wait_until(workers() == 1 || fcntl(0, F_GETFD) >= 0); /* before we open anything */
    task_wait_until(listeners_on(s.port) == workers());
    edo_cancel_token_cancel(s.stop);
    assert_ok(edo_join(task, &result));
    assert_int_equal(result, 0);
    assert_int_equal(listeners_on(s.port), 1);
    close_site(&s);
}

EDO_TEST_BOTH(a_limit_is_over_the_listeners_of_all_workers)
{
    site s = {.limit = 5};

    open_site(&s, true);
    check_a_hundred(&s);
    assert_in_range(edo_serve_counts_now(&s.counts).most_open, 1, 5);
    close_site(&s);
}

static int workers_used(const site *s)
{
    int used = 0;

    for (int i = 0; i < 64; i++)
        used += s->by_worker[i] > 0;
    return used;
}

/* Of a few hundreds: on a busy machine one worker may do all of one hundred before another wakes. */
EDO_TEST_MT(connections_are_spread_over_the_workers)
{
    int used = 0;

    for (int i = 0; i < 20 && used < 2 && workers() > 1; i++) {
        site s = {.limit = 0};
        open_site(&s, true);
        check_a_hundred(&s);
        used = workers_used(&s);
        close_site(&s);
    }
    assert_true(used >= 2 || workers() == 1);
}

static bool listens_on(int fd, unsigned port)
{
    struct sockaddr_in at;
    socklen_t room = sizeof at, len = sizeof(int);
    int listens = 0;

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) == 0 && listens &&
           getsockname(fd, (struct sockaddr *)&at, &room) == 0 && ntohs(at.sin_port) == port;
}

/* All but the first, which is the test's own: an accept says -EINVAL from then on. */
static void break_others(unsigned port)
{
    bool is_first = true;

    for (int fd = 0; fd < 1024; fd++) {
        if (!listens_on(fd, port))
            continue;
        if (!is_first)
            assert_int_equal(shutdown(fd, SHUT_RD), 0);
        is_first = false;
    }
}

EDO_TEST_MT(another_worker_s_listener_that_fails_is_told_and_stops_nobody)
{
    site s = {.limit = 0};
    edo_task task;
    int result;
    char byte;

    open_site(&s, true);
    assert_ok(edo_spawn(run_site, &s, &task));
    task_wait_until(listeners_on(s.port) == workers());
    break_others(s.port);
    task_wait_until(__atomic_load_n(&s.told, __ATOMIC_SEQ_CST) == (unsigned)workers() - 1);
    assert_int_equal(listeners_on(s.port), 1);
    int peer = plain_connect(s.port);
    assert_int_equal(write(peer, "x", 1), 1);
    task_wait_until(recv(peer, &byte, 1, MSG_DONTWAIT) == 1);
    close(peer);
    edo_cancel_token_cancel(s.stop);
    assert_ok(edo_join(task, &result));
    assert_int_equal(result, 0);
    close_site(&s);
}

EDO_TEST_BOTH(an_abort_ends_those_who_accept_for_other_workers)
{
    site s = {.limit = 0};
    edo_task task;
    int result;

    open_site(&s, true);
    edo_cancel_token *stop = s.stop;
    s.stop = NULL;
    assert_ok(edo_spawn(run_site, &s, &task));
    task_wait_until(listeners_on(s.port) == workers());
    edo_task_abort(task);
    assert_ok(edo_join(task, &result));
    assert_int_equal(result, -ECANCELED);
    assert_int_equal(listeners_on(s.port), 1);
    s.stop = stop;
    close_site(&s);
}

EDO_TEST_MT(an_address_that_is_not_shared_is_no_address_for_each_worker)
{
    site s = {.limit = 0};

    if (workers() == 1)
        return;
    open_site(&s, false);
    assert_err(run_site(&s), -EADDRINUSE);
    assert_int_equal(listeners_on(s.port), 1);
    close_site(&s);
}

/* Unix sockets. */

static int echo_unix(edo_unix_stream *conn, void *arg)
{
    char buf[10];
    ssize_t n;

    (void)arg;
    while ((n = edo_unix_read(conn, buf, sizeof buf)) > 0)
        if ((n = edo_unix_write_all(conn, buf, (size_t)n)) < 0)
            break;
    edo_unix_close(conn);
    return (int)n;
}

typedef struct unix_site {
    edo_unix_listener *listener;
    edo_cancel_token *stop;
    edo_serve_counts counts;
} unix_site;

static int run_unix_site(void *arg)
{
    unix_site *s = arg;

    return edo_unix_serve(s->listener, echo_unix, NULL,
                          EDO_OPTS(serve, .stop = s->stop, .counts = &s->counts));
}

EDO_TEST_BOTH(a_unix_socket_is_served_in_the_same_way)
{
    unix_site s = {.listener = NULL};
    edo_unix_stream *peers[10];
    edo_task task;
    char buf[10];
    int result;

    assert_ok(edo_unix_listen(unix_path("served"), &s.listener));
    assert_ok(edo_cancel_token_new(&s.stop));
    assert_err(edo_unix_serve(s.listener, echo_unix, NULL, EDO_OPTS(serve, .per_worker = true)),
               -EINVAL);
    assert_err(edo_unix_serve(NULL, echo_unix, NULL, NULL), -EINVAL);
    assert_ok(edo_spawn(run_unix_site, &s, &task));
    for (int i = 0; i < 10; i++)
        assert_ok(edo_unix_connect(unix_path("served"), &peers[i]));
    for (int i = 9; i >= 0; i--) {
        assert_ok(edo_unix_write_all(peers[i], "hello", 5));
        assert_int_equal(unix_read_some_all(peers[i], buf, 5), 5);
        assert_memory_equal(buf, "hello", 5);
    }
    for (int i = 0; i < 10; i++)
        edo_unix_close(peers[i]);
    task_wait_until(edo_serve_counts_now(&s.counts).ended == 10);
    edo_cancel_token_cancel(s.stop);
    assert_ok(edo_join(task, &result));
    assert_int_equal(result, 0);
    edo_unix_listener_close(s.listener);
    edo_cancel_token_free(s.stop);
}
