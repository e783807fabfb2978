/* tcp_connect_test.c: opening connections. */
#include "support/edo_test.h"
#include "support/netns.h"
#include "support/tcp.h"

#include <net/route.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

EDO_TEST_BOTH(nobody_listens) /* net-010 net-014 */
{
    edo_tcp_stream *stream = NULL;
    edo_tcp_listener *listener;
    unsigned port;

    listener = listen_here(&port);
    edo_tcp_listener_close(listener);
    int fds = open_fds();
    uint64_t begin = real_time_ns();
    for (int i = 0; i < 3; i++)
        assert_err(edo_tcp_connect(here(port), &stream), -ECONNREFUSED);
    assert_true(real_time_ns() - begin < UINT64_C(1000000000) * test_patience());
    assert_null(stream);
    assert_int_equal(open_fds(), fds);
}

EDO_TEST_BOTH(nobody_listens_v6) /* net-010 */
{
    edo_tcp_stream *stream = NULL;
    edo_tcp_listener *listener;
    edo_addr at;

    int rc = edo_tcp_listen("[::1]:0", &listener);
    if (rc == -EADDRNOTAVAIL || rc == -EAFNOSUPPORT)
        EDO_SKIP("no IPv6 here");
    assert_ok(rc);
    assert_ok(edo_tcp_listener_addr(listener, &at));
    edo_tcp_listener_close(listener);
    assert_err(edo_tcp_connect_addr(&at, &stream), -ECONNREFUSED);
    assert_null(stream);
}

EDO_TEST_BOTH(any_address_is_the_local_host) /* net-012 */
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *server, *client;
    char text[32];

    snprintf(text, sizeof text, "0.0.0.0:%u", port);
    assert_ok(edo_tcp_connect(text, &client));
    assert_ok(edo_tcp_accept(listener, &server));
    assert_int_equal(edo_tcp_write(client, "x", 1), 1);
    assert_int_equal(edo_tcp_read(server, text, sizeof text), 1);
    edo_tcp_close(server);
    edo_tcp_close(client);
    edo_tcp_listener_close(listener);
}

EDO_TEST_BOTH(any_v6_address_is_the_local_host) /* net-012 */
{
    edo_tcp_listener *listener;
    edo_tcp_stream *server, *client;
    edo_addr at;
    char text[32];

    int rc = edo_tcp_listen("[::1]:0", &listener);
    if (rc == -EADDRNOTAVAIL || rc == -EAFNOSUPPORT)
        EDO_SKIP("no IPv6 here");
    assert_ok(rc);
    assert_ok(edo_tcp_listener_addr(listener, &at));
    snprintf(text, sizeof text, "[::]:%u", edo_addr_port(&at));
    assert_ok(edo_tcp_connect(text, &client));
    assert_ok(edo_tcp_accept(listener, &server));
    assert_int_equal(edo_tcp_write(client, "x", 1), 1);
    assert_int_equal(edo_tcp_read(server, text, sizeof text), 1);
    edo_tcp_close(server);
    edo_tcp_close(client);
    edo_tcp_listener_close(listener);
}

EDO_TEST_BOTH(bad_addresses_fail_before_any_socket_is_made) /* net-013 */
{
    edo_tcp_stream *stream = NULL;
    edo_addr addr = {.len = sizeof(struct sockaddr_in)};

    addr.storage.ss_family = 200;
    assert_err(edo_tcp_connect_addr(&addr, &stream), -EAFNOSUPPORT);
    addr.storage.ss_family = AF_INET6;
    assert_err(edo_tcp_connect_addr(&addr, &stream), -EINVAL);
    assert_err(edo_tcp_connect_addr(NULL, &stream), -EINVAL);
    assert_err(edo_tcp_connect("localhost", &stream), -EINVAL);
    assert_err(edo_tcp_connect(NULL, &stream), -EINVAL);
    assert_err(edo_tcp_connect("127.0.0.1:1", NULL), -EINVAL);
    assert_null(stream);
}

/* A listener whose queue is full, so that connects to it stay under way. */
static edo_tcp_listener *full_listener(unsigned *ret_port, int fds[8])
{
    edo_tcp_listener *listener;
    edo_addr addr;

    assert_ok(edo_addr_parse("127.0.0.1:0", &addr));
    assert_ok(edo_tcp_listen_with(&addr, EDO_OPTS(tcp_listen, .backlog = 1), &listener));
    assert_ok(edo_tcp_listener_addr(listener, &addr));
    *ret_port = edo_addr_port(&addr);
    for (int i = 0; i < 8; i++) { /* the system drops what is over the backlog */
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        connect(fds[i], (struct sockaddr *)&addr.storage, addr.len);
    }
    return listener;
}

EDO_TEST_BOTH(a_canceled_connect_closes_its_socket) /* net-045 */
{
    int fds[8];
    unsigned port;
    edo_tcp_listener *listener = full_listener(&port, fds);
    edo_tcp_stream *stream = NULL;
    int open = open_fds();
    edo_tcp_connect_future connect = edo_tcp_connect_async(here(port), &stream);

    assert_pending(&connect.base);
    settle();
    assert_pending(&connect.base);
    edo_future_cancel(&connect.base);
    assert_err(poll_to_end(&connect.base), -ECANCELED);
    assert_null(stream);
    assert_int_equal(open_fds(), open);
    for (int i = 0; i < 8; i++)
        close(fds[i]);
    edo_tcp_listener_close(listener);
}

EDO_TEST_MT(a_connect_can_time_out) /* net-045 */
{
    int fds[8];
    unsigned port;
    edo_tcp_listener *listener = full_listener(&port, fds);
    edo_tcp_stream *stream = NULL;
    int open = open_fds();
    edo_tcp_connect_future connect = edo_tcp_connect_async(here(port), &stream);

    assert_err(edo_timeout(&connect.base, EDO_MILLIS(20)), -ETIMEDOUT);
    assert_null(stream);
    assert_int_equal(open_fds(), open);
    for (int i = 0; i < 8; i++)
        close(fds[i]);
    edo_tcp_listener_close(listener);
}

EDO_TEST_BOTH(a_connect_that_loses_a_select_is_closed) /* net-045 */
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    int open = open_fds();

    for (int i = 0; i < 50; i++) {
        edo_tcp_stream *first = NULL, *second = NULL;
        edo_tcp_connect_future one = edo_tcp_connect_async(here(port), &first);
        edo_tcp_connect_future two = edo_tcp_connect_async(here(port), &second);
        int winner = edo_select(&one.base, &two.base);
        assert_in_range(winner, 0, 1);
        assert_ok(winner ? two.base.result : one.base.result);
        assert_err(winner ? one.base.result : two.base.result, -ECANCELED);
        assert_null(winner ? first : second);
        edo_tcp_close(winner ? second : first);
        assert_int_equal(open_fds(), open);
    }
    edo_tcp_listener_close(listener);
}

#if EDO_WITH_DNS
EDO_TEST_BOTH(names_and_numbers_apart) /* net-001 net-004 */
{
    edo_tcp_listener *listener;
    edo_tcp_stream *server, *client;
    edo_addr at, seen;
    char text[EDO_ADDR_TEXT_MAX];

    for (int i = 0; i < 3; i++) {
        if (i == 0)
            assert_ok(edo_tcp_listen("localhost:0", &listener));
        else if (i == 1)
            assert_ok(edo_tcp_listen_host("127.0.0.1", 0, NULL, &listener));
        else
            assert_ok(
                edo_tcp_listen_host("localhost", 0, EDO_OPTS(tcp_listen, .backlog = 5), &listener));
        assert_ok(edo_tcp_listener_addr(listener, &at));
        assert_true(edo_addr_port(&at) > 0);
        snprintf(text, sizeof text, "localhost:%u", edo_addr_port(&at));
        if (i == 0)
            assert_ok(edo_tcp_connect(text, &client));
        else if (i == 1)
            assert_ok(edo_tcp_connect_host("127.0.0.1", edo_addr_port(&at), &client));
        else
            assert_ok(edo_tcp_connect_host("localhost", edo_addr_port(&at), &client));
        assert_ok(edo_tcp_accept(listener, &server));
        assert_ok(edo_tcp_peer_addr(client, &seen));
        assert_true(edo_addr_is_equal(&seen, &at));
        edo_tcp_close(server);
        edo_tcp_close(client);
        edo_tcp_listener_close(listener);
    }
}
#endif

EDO_TEST_BOTH(hosts_and_ports_that_are_none) /* net-017 */
{
    static const char *const bad[] = {
        "255.255.255.256:80", "2555.0.0.0:80", "255:80", "x:65536", "x:-1", "x:",
        "localhost",          "::1:80",        "a b:80", ""};
    edo_tcp_stream *stream = NULL;
    edo_tcp_listener *listener = NULL;
    int fds = open_fds();

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_err(edo_tcp_connect(bad[i], &stream), -EINVAL);
        assert_err(edo_tcp_listen(bad[i], &listener), -EINVAL);
    }
    assert_err(edo_tcp_connect_host(NULL, 80, &stream), -EINVAL);
    assert_err(edo_tcp_connect_host("localhost", 65536, &stream), -EINVAL);
    assert_err(edo_tcp_connect_host("127.0.0.1", 65536, &stream), -EINVAL);
    assert_err(edo_tcp_connect_host("localhost", 80, NULL), -EINVAL);
    assert_err(edo_tcp_listen_host(NULL, 80, NULL, &listener), -EINVAL);
    assert_err(edo_tcp_listen_host("localhost", 65536, NULL, &listener), -EINVAL);
    assert_err(edo_tcp_listen_host("localhost", 0, NULL, NULL), -EINVAL);
    assert_null(stream);
    assert_null(listener);
    assert_int_equal(open_fds(), fds);
}

/* In a network of its own: packets to 192.0.2.0/24 are told that nobody is there. */
static void add_unreachable_route(void)
{
    struct rtentry route = {.rt_flags = RTF_UP | RTF_REJECT};
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0xc0000200)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    memcpy(&route.rt_dst, &sin, sizeof sin);
    sin.sin_addr.s_addr = htonl(0xffffff00);
    memcpy(&route.rt_genmask, &sin, sizeof sin);
    assert_int_equal(ioctl(fd, SIOCADDRT, &route), 0);
    close(fd);
}

static unsigned times_connected;

static int connect_to_nowhere(void *arg)
{
    edo_tcp_stream *stream = NULL;
    int fds = open_fds();
    uint64_t begin = real_time_ns();

    (void)arg;
    assert_err(edo_tcp_connect("198.51.100.1:80", &stream), -ENETUNREACH);
    assert_err(edo_tcp_connect("192.0.2.1:80", &stream), -EHOSTUNREACH);
    assert_true(real_time_ns() - begin < UINT64_C(1000000000) * test_patience());
    assert_null(stream);
    assert_int_equal(open_fds(), fds);
    times_connected++;
    return 0;
}

EDO_TEST_PLAIN(nowhere_is_told_at_once) /* net-011 */
{
    own_network();
    add_unreachable_route();
    check_in_both(connect_to_nowhere, NULL);
    assert_int_equal(times_connected, 2);
}
