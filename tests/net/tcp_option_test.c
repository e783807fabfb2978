/* tcp_option_test.c: options are set, read back, and refused. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

static int read_back(edo_tcp_socket *sock, edo_tcp_option_name name)
{
    int value = -77;

    assert_ok(edo_tcp_socket_option(sock, name, &value));
    return value;
}

static void check_setter(edo_tcp_socket *sock, edo_tcp_option_name name, int value)
{
    assert_int_not_equal(read_back(sock, name), value);
    assert_ok(edo_tcp_socket_set_option(sock, name, value));
    assert_int_equal(read_back(sock, name), value);
}

/* Without edo. */
static int raw(int fd, int level, int name)
{
    int value = -77;
    socklen_t len = sizeof value;

    assert_int_equal(getsockopt(fd, level, name, &value, &len), 0);
    return value;
}

static void check_setters(int family)
{
    bool v6 = family == AF_INET6;
    edo_tcp_socket *sock;
    int fd;

    assert_ok(edo_tcp_socket_new(family, &sock));
    check_setter(sock, EDO_TCP_KEEPALIVE, 1);
    check_setter(sock, EDO_TCP_REUSE_ADDR, 1);
    check_setter(sock, EDO_TCP_REUSE_PORT, 1);
    check_setter(sock, EDO_TCP_NODELAY, 0);
    check_setter(sock, EDO_TCP_LINGER, 10);
    check_setter(sock, EDO_TCP_TOS, 96);
    check_setter(sock, EDO_TCP_TTL, 40);
    check_setter(sock, EDO_TCP_USER_TIMEOUT, 5000);
    if (family == AF_INET6)
        check_setter(sock, EDO_TCP_V6_ONLY, 1);
    else
        assert_err(edo_tcp_socket_set_option(sock, EDO_TCP_V6_ONLY, 1), -ENOPROTOOPT);
    assert_ok(edo_tcp_socket_into_fd(sock, &fd)); /* each is what it is called */
    assert_int_equal(raw(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
    assert_int_equal(raw(fd, SOL_SOCKET, SO_REUSEADDR), 1);
    assert_int_equal(raw(fd, SOL_SOCKET, SO_REUSEPORT), 1);
    assert_int_equal(raw(fd, IPPROTO_TCP, TCP_NODELAY), 0);
    assert_int_equal(raw(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 5000);
    assert_int_equal(v6 ? raw(fd, IPPROTO_IPV6, IPV6_TCLASS) : raw(fd, IPPROTO_IP, IP_TOS), 96);
    assert_int_equal(v6 ? raw(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS) : raw(fd, IPPROTO_IP, IP_TTL),
                     40);
    close(fd);
}

EDO_TEST_BOTH(setters_read_back) /* net-056 */
{
    int fds = open_fds();

    check_setters(AF_INET);
    check_setters(AF_INET6);
    assert_int_equal(open_fds(), fds);
}

EDO_TEST_BOTH(buffers_are_doubled) /* net-057 */
{
    edo_tcp_stream *server, *client;
    edo_tcp_socket *sock;
    int value;

    assert_ok(edo_tcp_socket_new(AF_INET, &sock));
    int before = read_back(sock, EDO_TCP_RECV_BUFFER);
    assert_int_not_equal(before, 8192);
    assert_ok(edo_tcp_socket_set_option(sock, EDO_TCP_SEND_BUFFER, 4096));
    assert_int_equal(read_back(sock, EDO_TCP_RECV_BUFFER), before);
    assert_ok(edo_tcp_socket_set_option(sock, EDO_TCP_RECV_BUFFER, 4096));
    assert_int_equal(read_back(sock, EDO_TCP_SEND_BUFFER), 8192);
    assert_int_equal(read_back(sock, EDO_TCP_RECV_BUFFER), 8192);
    edo_tcp_socket_close(sock);
    connect_pair(&server, &client);
    assert_ok(edo_tcp_set_option(client, EDO_TCP_SEND_BUFFER, 4096));
    assert_ok(edo_tcp_option(client, EDO_TCP_SEND_BUFFER, &value));
    assert_int_equal(value, 8192);
    edo_tcp_close(server);
    edo_tcp_close(client);
}

EDO_TEST_BOTH(linger_is_off_or_seconds) /* net-058 */
{
    edo_tcp_stream *server, *client;
    edo_tcp_socket *sock;
    int value;

    assert_ok(edo_tcp_socket_new(AF_INET, &sock));
    assert_int_equal(read_back(sock, EDO_TCP_LINGER), -1);
    for (int seconds = 1; seconds >= -1; seconds--) {
        assert_ok(edo_tcp_socket_set_option(sock, EDO_TCP_LINGER, seconds));
        assert_int_equal(read_back(sock, EDO_TCP_LINGER), seconds);
    }
    edo_tcp_socket_close(sock);
    connect_pair(&server, &client);
    assert_ok(edo_tcp_option(client, EDO_TCP_LINGER, &value));
    assert_int_equal(value, -1);
    assert_ok(edo_tcp_set_option(client, EDO_TCP_LINGER, 1));
    assert_ok(edo_tcp_option(client, EDO_TCP_LINGER, &value));
    assert_int_equal(value, 1);
    edo_tcp_close(server);
    edo_tcp_close(client);
}

/* Closes with bytes on the way that nobody reads: the system would wait for them. */
static uint64_t close_ms(edo_tcp_stream *stream)
{
    char bytes[4096] = {0};

    while (edo_tcp_try_write(stream, bytes, sizeof bytes) > 0)
        ;
    uint64_t begin = real_time_ns();
    assert_ok(edo_tcp_close(stream));
    return (real_time_ns() - begin) / 1000000;
}

EDO_TEST_BOTH(a_close_waits_for_no_linger) /* net-058 */
{
    edo_tcp_stream *server, *client;
    edo_tcp_listener *listener;
    edo_tcp_socket *sock, *other;
    edo_addr at;

    assert_ok(edo_tcp_socket_new(AF_INET, &sock));
    assert_ok(edo_tcp_socket_set_option(sock, EDO_TCP_LINGER, 10));
    assert_ok(edo_tcp_socket_listen(sock, 3, &listener)); /* connections would inherit it */
    assert_ok(edo_tcp_listener_addr(listener, &at));
    assert_ok(edo_tcp_socket_new(AF_INET, &other));
    assert_ok(edo_tcp_socket_set_option(other, EDO_TCP_LINGER, 10));
    assert_ok(edo_tcp_socket_connect(other, &at, &client));
    assert_ok(edo_tcp_accept(listener, &server));
    assert_true(close_ms(server) < 1000 * test_patience());
    assert_true(close_ms(client) < 1000 * test_patience());
    edo_tcp_socket_close(sock);
    edo_tcp_socket_close(other);
    connect_pair(&server, &client);
    assert_ok(edo_tcp_set_option(client, EDO_TCP_LINGER, 10));
    assert_true(close_ms(client) < 1000 * test_patience());
    edo_tcp_close(server);
    edo_tcp_listener_close(listener);
}

static void check_quickack(edo_tcp_stream *stream)
{
    int value;

    for (int on = 0; on <= 1; on++) {
        assert_ok(edo_tcp_set_option(stream, EDO_TCP_QUICKACK, on));
        assert_ok(edo_tcp_option(stream, EDO_TCP_QUICKACK, &value));
        assert_int_equal(value, on);
        assert_int_equal(raw(edo_tcp_fd(stream), IPPROTO_TCP, TCP_QUICKACK), on);
        assert_int_equal(raw(edo_tcp_fd(stream), IPPROTO_TCP, TCP_NODELAY), 1);
    }
}

EDO_TEST_BOTH(quickack_on_both_ends) /* net-059 */
{
    edo_tcp_stream *server, *client;
    char byte;

    connect_pair(&server, &client);
    check_quickack(server);
    check_quickack(client);
    assert_int_equal(edo_tcp_write(client, "x", 1), 1);
    assert_int_equal(edo_tcp_read(server, &byte, 1), 1);
    edo_tcp_close(server);
    edo_tcp_close(client);
}

EDO_TEST_BOTH(keepalive_with_its_times) /* net-060 */
{
    static const struct {
        edo_tcp_option_name name;
        int good, most;
    } times[] = {{EDO_TCP_KEEPALIVE_IDLE, 33, 32767},
                 {EDO_TCP_KEEPALIVE_INTERVAL, 7, 32767},
                 {EDO_TCP_KEEPALIVE_COUNT, 4, 127}};
    edo_tcp_stream *server, *client;
    int value, is;

    connect_pair(&server, &client);
    assert_ok(edo_tcp_option(client, EDO_TCP_KEEPALIVE, &value));
    assert_int_equal(value, 0);
    assert_ok(edo_tcp_set_option(client, EDO_TCP_KEEPALIVE, 1));
    for (int i = 0; i < 3; i++) {
        assert_ok(edo_tcp_option(client, times[i].name, &value));
        assert_int_not_equal(value, times[i].good);
        assert_ok(edo_tcp_set_option(client, times[i].name, times[i].good));
        assert_err(edo_tcp_set_option(client, times[i].name, 0), -EINVAL);
        assert_err(edo_tcp_set_option(client, times[i].name, -1), -EINVAL);
        assert_err(edo_tcp_set_option(client, times[i].name, times[i].most + 1), -EINVAL);
        assert_ok(edo_tcp_option(client, times[i].name, &is));
        assert_int_equal(is, times[i].good);
    }
    assert_int_equal(raw(edo_tcp_fd(client), SOL_SOCKET, SO_KEEPALIVE), 1);
    assert_int_equal(raw(edo_tcp_fd(client), IPPROTO_TCP, TCP_KEEPIDLE), 33);
    assert_int_equal(raw(edo_tcp_fd(client), IPPROTO_TCP, TCP_KEEPINTVL), 7);
    assert_int_equal(raw(edo_tcp_fd(client), IPPROTO_TCP, TCP_KEEPCNT), 4);
    edo_tcp_close(server);
    edo_tcp_close(client);
}

EDO_TEST_BOTH(values_out_of_range) /* net-060 */
{
    static const struct {
        edo_tcp_option_name name;
        int value;
    } bad[] = {{EDO_TCP_NODELAY, 2},       {EDO_TCP_NODELAY, -1},     {EDO_TCP_TTL, 0},
               {EDO_TCP_TTL, 256},         {EDO_TCP_TTL, -1},         {EDO_TCP_TOS, 256},
               {EDO_TCP_TOS, -1},          {EDO_TCP_LINGER, -2},      {EDO_TCP_LINGER, 65536},
               {EDO_TCP_RECV_BUFFER, 0},   {EDO_TCP_SEND_BUFFER, -1}, {EDO_TCP_KEEPALIVE, 2},
               {EDO_TCP_USER_TIMEOUT, -1}, {EDO_TCP_V6_ONLY, 2},      {(edo_tcp_option_name)77, 1}};
    edo_tcp_stream *server, *client;
    int value;

    connect_pair(&server, &client);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_err(edo_tcp_set_option(client, bad[i].name, bad[i].value), -EINVAL);
    assert_err(edo_tcp_set_option(NULL, EDO_TCP_NODELAY, 1), -EINVAL);
    assert_err(edo_tcp_option(NULL, EDO_TCP_NODELAY, &value), -EINVAL);
    assert_err(edo_tcp_option(client, EDO_TCP_NODELAY, NULL), -EINVAL);
    assert_err(edo_tcp_option(client, (edo_tcp_option_name)77, &value), -EINVAL);
    assert_ok(edo_tcp_option(client, EDO_TCP_NODELAY, &value));
    assert_int_equal(value, 1);
    edo_tcp_close(server);
    edo_tcp_close(client);
}

EDO_TEST_BOTH(the_error_that_a_connection_keeps_can_be_taken_once)
{
    int peer;
    edo_tcp_stream *stream = accept_plain(&peer);
    char byte;

    assert_ok(edo_tcp_take_error(stream));
    plain_reset(peer);
    while (edo_tcp_ready(stream, EDO_READ_CLOSED) == 0)
        edo_yield();
    assert_err(edo_tcp_take_error(stream), -ECONNRESET);
    assert_ok(edo_tcp_take_error(stream));
    assert_int_equal(edo_tcp_read(stream, &byte, 1), 0); /* nobody says it twice */
    assert_err(edo_tcp_take_error(NULL), -EINVAL);
    edo_tcp_close(stream);
}
