/* tcp_race_test.c: connecting to one of several addresses. */
#include "support/edo_test.h"
#include "support/netns.h"
#include "support/own_names.h"
#include "support/tcp.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A place whose connects neither succeed nor fail: its queue is full, and the system drops what comes. */
typedef struct silent_place {
    edo_addr addr;
    int listener, queued[4];
} silent_place;

static silent_place open_silent(const char *text)
{
    silent_place place;

    assert_ok(edo_addr_parse(text, &place.addr));
    struct sockaddr *sa = (struct sockaddr *)&place.addr.storage;
    place.listener = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(place.listener, sa, place.addr.len), 0);
    assert_int_equal(listen(place.listener, 0), 0);
    assert_int_equal(getsockname(place.listener, sa, &place.addr.len), 0);
    for (int i = 0; i < 4; i++) {
        place.queued[i] = socket(sa->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        connect(place.queued[i], sa, place.addr.len);
    }
    return place;
}

static void close_silent(silent_place *place)
{
    for (int i = 0; i < 4; i++)
        close(place->queued[i]);
    close(place->listener);
}

/* Where nobody listens. */
static edo_addr refusing(void)
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_addr addr;

    assert_ok(edo_tcp_listener_addr(listener, &addr));
    edo_tcp_listener_close(listener);
    return addr;
}

static edo_addr addr_of(const edo_tcp_listener *listener)
{
    edo_addr addr;

    assert_ok(edo_tcp_listener_addr(listener, &addr));
    return addr;
}

/* A paused clock moves on while a completion driver has the answers, by a delay for each at most. */
static void assert_elapsed_ms(edo_instant since, uint64_t ms, uint64_t delay, unsigned answers)
{
    uint64_t late = driver_is_fake() ? delay * answers : 0;

    assert_in_range(edo_elapsed(since).ns / 1000000, ms, ms + late + 2);
}

EDO_TEST(attempts_begin_a_quarter_of_a_second_apart) /* net-015 */
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *client = NULL, *server;
    silent_place silent = open_silent("127.0.0.1:0");
    edo_addr addrs[] = {silent.addr, silent.addr, addr_of(listener), silent.addr}, seen;
    int fds = open_fds();
    edo_instant begin = edo_now();

    assert_ok(edo_tcp_connect_any(addrs, 4, NULL, &client));
    assert_elapsed_ms(begin, 500, 250, 1);
    assert_ok(edo_tcp_peer_addr(client, &seen));
    assert_true(edo_addr_is_equal(&seen, &addrs[2]));
    assert_int_equal(open_fds(), fds + 1); /* the others' are closed */
    begin = edo_now();
    edo_tcp_close(client);
    assert_ok(edo_tcp_connect_any(addrs, 4, EDO_OPTS(tcp_connect, .attempt_delay = EDO_MILLIS(10)),
                                  &client));
    assert_elapsed_ms(begin, 20, 10, 1);
    assert_ok(edo_tcp_accept(listener, &server));
    edo_tcp_close(server);
    edo_tcp_close(client);
    edo_tcp_listener_close(listener);
    close_silent(&silent);
}

EDO_TEST(a_failure_begins_the_next_at_once) /* net-015 */
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *client = NULL;
    edo_addr addrs[] = {refusing(), refusing(), addr_of(listener)};
    edo_instant begin = edo_now();
    int fds = open_fds();

    assert_ok(edo_tcp_connect_any(addrs, 3, NULL, &client));
    assert_elapsed_ms(begin, 0, 250, 3);
    assert_int_equal(open_fds(), fds + 1);
    edo_tcp_close(client);
    edo_tcp_listener_close(listener);
}

EDO_TEST(a_failure_behind_one_that_waits_begins_the_next_at_once) /* net-015 */
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *client = NULL;
    silent_place silent = open_silent("127.0.0.1:0");
    edo_addr addrs[] = {silent.addr, refusing(), addr_of(listener)};
    edo_instant begin = edo_now();

    assert_ok(edo_tcp_connect_any(addrs, 3, NULL, &client));
    assert_elapsed_ms(begin, 250, 250, 2);
    edo_tcp_close(client);
    edo_tcp_listener_close(listener);
    close_silent(&silent);
}

EDO_TEST_BOTH(the_error_is_that_of_the_last_to_fail) /* net-015 */
{
    const edo_tcp_connect_opts one_by_one = {.attempt_delay = {UINT64_MAX}};
    edo_tcp_stream *client = NULL;
    edo_addr addrs[3] = {refusing(), refusing(), refusing()};
    int fds = open_fds();

    assert_err(edo_tcp_connect_any(addrs, 3, &one_by_one, &client), -ECONNREFUSED);
    assert_ok(edo_addr_parse("255.255.255.255:1", &addrs[2])); /* which TCP knows no way to */
    assert_err(edo_tcp_connect_any(addrs, 3, &one_by_one, &client), -ENETUNREACH);
    addrs[2] = addrs[0];
    assert_ok(edo_addr_parse("255.255.255.255:1", &addrs[0]));
    assert_err(edo_tcp_connect_any(addrs, 3, &one_by_one, &client), -ECONNREFUSED);
    addrs[1].storage.ss_family = 77;
    addrs[2].storage.ss_family = 77;
    assert_err(edo_tcp_connect_any(addrs, 3, &one_by_one, &client), -EAFNOSUPPORT);
    assert_err(edo_tcp_connect_any(addrs, 0, NULL, &client), -EINVAL);
    assert_err(edo_tcp_connect_any(NULL, 1, NULL, &client), -EINVAL);
    assert_err(edo_tcp_connect_any(addrs, 1, NULL, NULL), -EINVAL);
    assert_err(edo_tcp_connect_any(addrs, SIZE_MAX / 8, NULL, &client), -ENOMEM);
    assert_null(client);
    assert_int_equal(open_fds(), fds);
}

EDO_TEST(a_cancel_closes_all_attempts) /* net-015 net-045 */
{
    edo_tcp_stream *client = NULL;
    silent_place silent = open_silent("127.0.0.1:0");
    edo_addr addrs[] = {silent.addr, silent.addr, silent.addr, silent.addr};
    int fds = open_fds();
    edo_tcp_connect_future connect = edo_tcp_connect_any_async(addrs, 4, NULL, &client);

    assert_err(edo_timeout(&connect.base, EDO_MILLIS(600)), -ETIMEDOUT);
    assert_int_equal(open_fds(), fds);
    connect = edo_tcp_connect_any_async(addrs, 4, NULL, &client);
    assert_pending(&connect.base);
    assert_int_equal(open_fds(), fds + 1);
    assert_ok(edo_sleep(EDO_MILLIS(255)));
    assert_pending(&connect.base);
    assert_int_equal(open_fds(), fds + 2);
    edo_future_cancel(&connect.base);
    assert_err(poll_to_end(&connect.base), -ECANCELED);
    assert_int_equal(open_fds(), fds);
    assert_null(client);
    close_silent(&silent);
}

EDO_TEST(the_families_go_by_turns)
{
    unsigned port;
    edo_tcp_listener *six, *listener = listen_here(&port);
    edo_tcp_stream *client = NULL;

    int rc = edo_tcp_listen("[::1]:0", &six);
    if (rc == -EADDRNOTAVAIL || rc == -EAFNOSUPPORT)
        EDO_SKIP("no IPv6 here");
    edo_tcp_listener_close(six);
    silent_place silent = open_silent("[::1]:0");
    edo_addr addrs[] = {silent.addr, silent.addr, silent.addr, addr_of(listener)};
    edo_instant begin = edo_now();
    assert_ok(edo_tcp_connect_any(addrs, 4, NULL, &client));
    assert_elapsed_ms(begin, 250, 250, 2);
    edo_tcp_close(client);
    edo_tcp_listener_close(listener);
    close_silent(&silent);
}

EDO_TEST_BOTH(a_connection_that_loses_is_closed) /* net-015 */
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *client = NULL, *server;
    edo_addr addrs[] = {refusing(), addr_of(listener)};
    char byte;
    edo_tcp_connect_future connect = edo_tcp_connect_any_async(addrs, 2, NULL, &client);

    assert_ok(poll_to_end(&connect.base));
    assert_non_null(client);
    edo_future_put_back(&connect.base);
    assert_err(connect.base.result, -ECANCELED);
    assert_null(client);
    assert_ok(edo_tcp_accept(listener, &server));
    assert_int_equal(edo_tcp_read(server, &byte, 1), 0);
    edo_tcp_close(server);
    edo_tcp_listener_close(listener);
}

#if EDO_WITH_DNS
static int connect_by_names(void *arg)
{
    edo_tcp_listener *listener;
    edo_tcp_stream *client, *server;
    char text[64];
    edo_addr seen;

    (void)arg;
    assert_ok(edo_tcp_listen("127.0.0.3:0", &listener));
    edo_addr at = addr_of(listener);
    settle(); /* a runtime that begins reads files of the system */
    int fds = open_fds();
    snprintf(text, sizeof text, "many.example:%u", edo_addr_port(&at));
    assert_ok(edo_tcp_connect(text, &client));
    assert_int_equal(open_fds(), fds + 1);
    assert_ok(edo_tcp_peer_addr(client, &seen));
    assert_true(edo_addr_is_equal(&seen, &at));
    assert_ok(edo_tcp_accept(listener, &server));
    edo_tcp_close(server);
    edo_tcp_close(client);
    edo_tcp_listener_close(listener);
    assert_err(edo_tcp_connect(text, &client), -ECONNREFUSED);
    assert_err(edo_tcp_connect("nobody.example:1", &client), -EDO_EAI_NONAME);
    assert_err(edo_tcp_listen("nobody.example:1", &listener), -EDO_EAI_NONAME);
    assert_err(edo_tcp_listen("elsewhere.example:1", &listener), -EADDRNOTAVAIL);
    edo_tcp_listener *first, *second;
    assert_ok(edo_tcp_listen("127.0.0.2:0", &first));
    at = addr_of(first);
    snprintf(text, sizeof text, "many.example:%u", edo_addr_port(&at));
    assert_ok(edo_tcp_listen(text, &second)); /* on the next one, as the first is taken */
    at = addr_of(second);
    assert_true(edo_addr_format(&at, text, sizeof text) > 0);
    assert_memory_equal(text, "127.0.0.3:", 10);
    edo_tcp_listener_close(first);
    edo_tcp_listener_close(second);
    assert_int_equal(open_fds(), fds - 1);
    return 0;
}

EDO_TEST_PLAIN(a_name_with_several_addresses) /* net-015 net-017 */
{
    own_network();
    own_names("127.0.0.2 many.example\n127.0.0.3 many.example\n127.0.0.4 many.example\n"
              "4.4.4.4 elsewhere.example\n");
    check_in_both(connect_by_names, NULL);
}
#endif
