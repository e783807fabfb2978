/* tcp_socket_test.c: sockets before they are listeners or connections. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static edo_addr parsed(const char *text)
{
    edo_addr addr;

    assert_ok(edo_addr_parse(text, &addr));
    return addr;
}

/* A socket of the address's family with that address. */
static edo_tcp_socket *bound(const char *text)
{
    edo_addr addr = parsed(text);
    edo_tcp_socket *sock;

    assert_ok(edo_tcp_socket_new(addr.storage.ss_family, &sock));
    assert_ok(edo_tcp_socket_bind(sock, &addr));
    return sock;
}

static void check_a_connection(const char *any)
{
    edo_tcp_socket *sock = bound(any), *mine = bound(any);
    edo_tcp_listener *listener;
    edo_tcp_stream *client, *server;
    edo_addr at, local, seen;

    assert_ok(edo_tcp_socket_local_addr(sock, &at));
    assert_true(edo_addr_port(&at) > 0);
    assert_ok(edo_tcp_socket_local_addr(mine, &local));
    assert_ok(edo_tcp_socket_listen(sock, 128, &listener));
    assert_ok(edo_tcp_listener_addr(listener, &seen));
    assert_true(edo_addr_is_equal(&seen, &at));
    assert_ok(edo_tcp_socket_connect(mine, &at, &client));
    assert_ok(edo_tcp_accept_from(listener, &server, &seen));
    assert_true(edo_addr_is_equal(&seen, &local)); /* what it was bound to */
    assert_ok(edo_tcp_local_addr(client, &seen));
    assert_true(edo_addr_is_equal(&seen, &local));
    assert_int_equal(edo_tcp_write(client, "hello", 5), 5);
    char text[5];
    assert_int_equal(read_some_all(server, text, 5), 5);
    assert_memory_equal(text, "hello", 5);
    assert_ok(edo_tcp_socket_close(sock)); /* what they have become is no longer theirs */
    assert_ok(edo_tcp_socket_close(mine));
    assert_int_equal(edo_tcp_write(server, "back", 4), 4);
    assert_int_equal(read_some_all(client, text, 4), 4);
    edo_tcp_close(client);
    edo_tcp_close(server);
    edo_tcp_listener_close(listener);
}

EDO_TEST_BOTH(a_socket_becomes_a_listener_or_a_connection) /* net-055 net-003 */
{
    int fds = open_fds();

    check_a_connection("127.0.0.1:0");
    assert_int_equal(open_fds(), fds);
}

EDO_TEST_BOTH(a_socket_becomes_a_listener_or_a_connection_v6) /* net-055 */
{
    edo_tcp_listener *listener;
    int rc = edo_tcp_listen("[::1]:0", &listener);

    if (rc == -EADDRNOTAVAIL || rc == -EAFNOSUPPORT)
        EDO_SKIP("no IPv6 here");
    assert_ok(rc);
    edo_tcp_listener_close(listener);
    check_a_connection("[::1]:0");
}

EDO_TEST_BOTH(a_listen_without_an_address_finds_a_port) /* net-018 */
{
    edo_tcp_socket *sock;
    edo_tcp_listener *listener;
    edo_addr at;

    assert_ok(edo_tcp_socket_new(AF_INET, &sock));
    assert_ok(edo_tcp_socket_local_addr(sock, &at));
    assert_int_equal(edo_addr_port(&at), 0);
    assert_ok(edo_tcp_socket_listen(sock, 0, &listener));
    assert_ok(edo_tcp_listener_addr(listener, &at));
    assert_true(edo_addr_port(&at) > 0);
    edo_tcp_listener_close(listener);
    edo_tcp_socket_close(sock);
}

EDO_TEST_BOTH(an_address_is_had_once) /* net-016 net-017 */
{
    edo_tcp_socket *one, *two;
    edo_tcp_listener *listener, *none = NULL;
    edo_addr at, other = parsed("127.0.0.1:0"), foreign = parsed("4.4.4.4:0");

    assert_ok(edo_tcp_socket_new(AF_INET, &one));
    assert_ok(edo_tcp_socket_new(AF_INET, &two));
    assert_ok(edo_tcp_socket_set_option(one, EDO_TCP_REUSE_ADDR, 1));
    assert_ok(edo_tcp_socket_set_option(two, EDO_TCP_REUSE_ADDR, 1));
    assert_err(edo_tcp_socket_bind(one, &foreign), -EADDRNOTAVAIL);
    assert_ok(edo_tcp_socket_bind(one, &other));
    assert_err(edo_tcp_socket_bind(one, &other), -EINVAL);
    assert_ok(edo_tcp_socket_local_addr(one, &at));
    assert_ok(edo_tcp_socket_bind(two, &at));
    assert_ok(edo_tcp_socket_listen(one, 1, &listener));
    assert_err(edo_tcp_socket_listen(two, 1, &none), -EADDRINUSE);
    assert_null(none);
    edo_tcp_socket_close(one);
    edo_tcp_socket_close(two);
    edo_tcp_listener_close(listener);
}

/* All that a spent socket is asked says the same. */
static void assert_spent(edo_tcp_socket *sock, int code)
{
    edo_tcp_listener *listener = NULL;
    edo_tcp_stream *stream = NULL;
    edo_addr addr = parsed("127.0.0.1:1");
    int value, fds = open_fds();

    assert_err(edo_tcp_socket_connect(sock, &addr, &stream), code);
    assert_err(edo_tcp_socket_listen(sock, 1, &listener), code);
    assert_err(edo_tcp_socket_bind(sock, &addr), code);
    assert_err(edo_tcp_socket_bind_device(sock, "lo"), code);
    char device[IF_NAMESIZE] = "as it was";
    assert_err(edo_tcp_socket_device(sock, device, sizeof device), code);
    assert_string_equal(device, "as it was");
    assert_err(edo_tcp_socket_local_addr(sock, &addr), code);
    assert_err(edo_tcp_socket_set_option(sock, EDO_TCP_NODELAY, 1), code);
    assert_err(edo_tcp_socket_option(sock, EDO_TCP_NODELAY, &value), code);
    assert_err(edo_tcp_socket_into_fd(sock, &value), code);
    assert_null(listener);
    assert_null(stream);
    assert_int_equal(open_fds(), fds);
}

/* A listener whose queue is full. */
static int silent_listener(edo_addr *ret_addr, int queued[4])
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr *sa = (struct sockaddr *)&ret_addr->storage;

    *ret_addr = parsed("127.0.0.1:0");
    assert_int_equal(bind(fd, sa, ret_addr->len), 0);
    assert_int_equal(listen(fd, 0), 0);
    assert_int_equal(getsockname(fd, sa, &ret_addr->len), 0);
    for (int i = 0; i < 4; i++) {
        queued[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        connect(queued[i], sa, ret_addr->len);
    }
    return fd;
}

EDO_TEST_BOTH(one_that_connects_is_spent) /* net-047 */
{
    edo_tcp_socket *sock;
    edo_tcp_stream *stream = NULL;
    edo_addr silent;
    int queued[4], place = silent_listener(&silent, queued);

    assert_ok(edo_tcp_socket_new(AF_INET, &sock));
    edo_tcp_socket_connect_future connect = edo_tcp_socket_connect_async(sock, &silent, &stream);
    assert_pending(&connect.base);
    assert_spent(sock, -EALREADY);
    edo_future_cancel(&connect.base);
    assert_err(poll_to_end(&connect.base), -ECANCELED);
    assert_spent(sock, -EBADF);
    assert_ok(edo_tcp_socket_close(sock));
    for (int i = 0; i < 4; i++)
        close(queued[i]);
    close(place);
}

EDO_TEST_BOTH(one_that_is_connected_or_listens_is_spent) /* net-047 */
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port), *second;
    edo_tcp_socket *sock;
    edo_tcp_stream *stream;
    edo_addr at;

    assert_ok(edo_tcp_listener_addr(listener, &at));
    assert_ok(edo_tcp_socket_new(AF_INET, &sock));
    assert_ok(edo_tcp_socket_connect(sock, &at, &stream));
    assert_spent(sock, -EISCONN);
    edo_tcp_close(stream);
    assert_spent(sock, -EISCONN);
    assert_ok(edo_tcp_socket_close(sock));
    assert_ok(edo_tcp_socket_new(AF_INET, &sock));
    assert_ok(edo_tcp_socket_listen(sock, 3, &second));
    assert_spent(sock, -EINVAL);
    assert_ok(edo_tcp_socket_close(sock));
    edo_tcp_listener_close(second);
    edo_tcp_listener_close(listener);
    assert_ok(edo_tcp_socket_new(AF_INET, &sock));
    assert_err(edo_tcp_socket_connect(sock, &at, &stream), -ECONNREFUSED);
    assert_spent(sock, -EBADF);
    assert_ok(edo_tcp_socket_close(sock));
}

EDO_TEST_BOTH(closing_it_ends_its_connect) /* net-045 */
{
    edo_tcp_socket *sock;
    edo_tcp_stream *stream = NULL;
    edo_addr silent;
    int queued[4], place = silent_listener(&silent, queued), fds = open_fds();

    assert_ok(edo_tcp_socket_new(AF_INET, &sock));
    edo_tcp_socket_connect_future connect = edo_tcp_socket_connect_async(sock, &silent, &stream);
    assert_pending(&connect.base);
    settle();
    assert_pending(&connect.base);
    assert_ok(edo_tcp_socket_close(sock));
    assert_err(poll_to_end(&connect.base), -ECANCELED);
    assert_null(stream);
    task_wait_until(open_fds() == fds);
    for (int i = 0; i < 4; i++)
        close(queued[i]);
    close(place);
}

EDO_TEST_BOTH(a_connect_that_loses_is_closed)
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_socket *sock;
    edo_tcp_stream *stream, *server;
    edo_addr at;
    char byte;

    assert_ok(edo_tcp_listener_addr(listener, &at));
    assert_ok(edo_tcp_socket_new(AF_INET, &sock));
    edo_tcp_socket_connect_future connect = edo_tcp_socket_connect_async(sock, &at, &stream);
    assert_ok(poll_to_end(&connect.base));
    edo_future_put_back(&connect.base);
    assert_err(connect.base.result, -ECANCELED);
    assert_null(stream);
    assert_ok(edo_tcp_accept(listener, &server));
    assert_int_equal(edo_tcp_read(server, &byte, 1), 0);
    edo_tcp_close(server);
    edo_tcp_listener_close(listener);
    edo_tcp_socket_close(sock);
}

EDO_TEST_BOTH(what_a_socket_refuses)
{
    edo_tcp_socket *sock = NULL;
    edo_tcp_stream *stream;
    edo_tcp_listener *listener;
    edo_addr addr = parsed("127.0.0.1:1"), odd = {.len = 5};
    int value;

    assert_err(edo_tcp_socket_new(AF_UNIX, &sock), -EAFNOSUPPORT);
    assert_err(edo_tcp_socket_new(AF_INET, NULL), -EINVAL);
    assert_null(sock);
    assert_err(edo_tcp_socket_close(NULL), -EINVAL);
    assert_err(edo_tcp_socket_bind(NULL, &addr), -EINVAL);
    assert_err(edo_tcp_socket_connect(NULL, &addr, &stream), -EINVAL);
    assert_err(edo_tcp_socket_set_option(NULL, EDO_TCP_NODELAY, 1), -EINVAL);
    assert_err(edo_tcp_socket_option(NULL, EDO_TCP_NODELAY, &value), -EINVAL);
    assert_ok(edo_tcp_socket_new(AF_INET, &sock));
    assert_err(edo_tcp_socket_bind(sock, NULL), -EINVAL);
    assert_err(edo_tcp_socket_bind(sock, &odd), -EAFNOSUPPORT);
    assert_err(edo_tcp_socket_connect(sock, NULL, &stream), -EINVAL);
    assert_err(edo_tcp_socket_connect(sock, &addr, NULL), -EINVAL);
    assert_err(edo_tcp_socket_listen(sock, -1, &listener), -EINVAL);
    assert_err(edo_tcp_socket_listen(sock, 1, NULL), -EINVAL);
    assert_err(edo_tcp_socket_local_addr(sock, NULL), -EINVAL);
    assert_err(edo_tcp_socket_bind_device(sock, NULL), -EINVAL);
    assert_err(edo_tcp_socket_bind_device(sock, "a name that no device can have"), -EINVAL);
    assert_ok(edo_tcp_socket_close(sock)); /* still good, and nothing leaks */
}

EDO_TEST_BOTH(a_socket_can_be_bound_to_a_device)
{
    edo_tcp_socket *sock;
    char name[IF_NAMESIZE] = "";
    socklen_t len = sizeof name;
    int fd;

    assert_ok(edo_tcp_socket_new(AF_INET, &sock));
    assert_err(edo_tcp_socket_bind_device(sock, "no-such-dev"), -ENODEV);
    assert_int_equal(edo_tcp_socket_device(sock, name, sizeof name), 0);
    assert_string_equal(name, "");
    int rc = edo_tcp_socket_bind_device(sock, "lo");
    if (rc == -EPERM)
        EDO_SKIP("binding to a device is not allowed here");
    assert_ok(rc);
    assert_int_equal(edo_tcp_socket_device(sock, name, sizeof name), 2);
    assert_string_equal(name, "lo");
    memset(name, 'x', sizeof name);
    assert_err(edo_tcp_socket_device(sock, name, 2), -ENOSPC);
    assert_err(edo_tcp_socket_device(sock, name, 0), -ENOSPC);
    assert_int_equal(name[0], 'x');
    assert_err(edo_tcp_socket_device(sock, NULL, sizeof name), -EINVAL);
    assert_err(edo_tcp_socket_device(NULL, name, sizeof name), -EINVAL);
    assert_int_equal(edo_tcp_socket_device(sock, name, 3), 2);
    assert_ok(edo_tcp_socket_into_fd(sock, &fd));
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &len), 0);
    assert_string_equal(name, "lo");
    close(fd);
}

EDO_TEST_PLAIN(without_a_runtime_it_stays_good) /* net-122 */
{
    edo_tcp_socket *sock;
    edo_tcp_listener *listener = NULL;
    edo_tcp_stream *stream = NULL;
    edo_addr addr = parsed("127.0.0.1:1");

    assert_ok(edo_tcp_socket_new(AF_INET, &sock));
    assert_err(edo_tcp_socket_connect(sock, &addr, &stream), -EDO_ENORUNTIME);
    assert_err(edo_tcp_socket_listen(sock, 1, &listener), -EDO_ENORUNTIME);
    assert_ok(edo_tcp_socket_set_option(sock, EDO_TCP_NODELAY, 0));
    assert_ok(edo_tcp_socket_close(sock));
    assert_null(listener);
    assert_null(stream);
}
