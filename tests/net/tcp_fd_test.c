/* tcp_fd_test.c: descriptors taken out of TCP's objects, and made into them. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_blocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    assert_true(flags >= 0);
    return !(flags & O_NONBLOCK);
}

/* By read(2), until the end. */
static size_t read_all_plain(int fd, char *text, size_t len)
{
    size_t done = 0;
    ssize_t n;

    while (done < len && (n = read(fd, text + done, len - done)) > 0)
        done += (size_t)n;
    return done;
}

EDO_TEST_BOTH(a_stream_goes_out_and_comes_back) /* net-052 */
{
    int peer, fd, back;
    edo_tcp_stream *stream = accept_plain(&peer);
    char text[12];

    for (int round = 0; round < 3;
         round++) { /* the driver has it no more, so that it can have it again */
        edo_tcp_read_future read = edo_tcp_read_async(stream, text, sizeof text);
        assert_pending(&read.base); /* it is registered */
        assert_err(edo_tcp_into_blocking_fd(stream, &fd), -EBUSY);
        edo_future_cancel(&read.base);
        assert_err(poll_to_end(&read.base), -ECANCELED);
        int was = edo_tcp_fd(stream);
        assert_ok(edo_tcp_into_blocking_fd(stream, &fd));
        assert_int_equal(fd, was);
        assert_true(is_blocking(fd));
        assert_int_equal(write(peer, "twelve bytes", 12), 12);
        assert_int_equal(read_all_plain(fd, text, 12), 12);
        assert_memory_equal(text, "twelve bytes", 12);
        assert_ok(edo_tcp_from_fd(fd, &stream));
        assert_false(is_blocking(fd));
        assert_int_equal(write(peer, "and 12 again", 12), 12);
        assert_int_equal(read_some_all(stream, text, 12), 12);
        assert_memory_equal(text, "and 12 again", 12);
        assert_ok(edo_tcp_into_fd(stream, &back));
        assert_int_equal(back, fd);
        assert_false(is_blocking(back));
        assert_ok(edo_tcp_from_fd(back, &stream));
    }
    edo_tcp_close(stream);
    close(peer);
}

EDO_TEST_BOTH(bytes_put_back_hold_the_descriptor)
{
    int peer, fd;
    edo_tcp_stream *stream = accept_plain(&peer);
    char text[8];

    assert_int_equal(write(peer, "abc", 3), 3);
    edo_tcp_read_future read = edo_tcp_read_async(stream, text, sizeof text);
    assert_int_equal(poll_to_end(&read.base), 3);
    edo_future_put_back(&read.base);
    assert_err(edo_tcp_into_fd(stream, &fd), -EBUSY);
    assert_int_equal(edo_tcp_read(stream, text, sizeof text), 3);
    assert_ok(edo_tcp_into_fd(stream, &fd));
    close(fd);
    close(peer);
}

/* What a connection to the listener's address says. */
static void check_accepts(edo_tcp_listener *listener)
{
    edo_tcp_stream *client, *server;
    edo_addr at;

    assert_ok(edo_tcp_listener_addr(listener, &at));
    assert_ok(edo_tcp_connect_addr(&at, &client));
    assert_ok(edo_tcp_accept(listener, &server));
    edo_tcp_close(client);
    edo_tcp_close(server);
}

static int plain_listener(bool listens)
{
    struct sockaddr_in sin = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof sin), 0);
    if (listens)
        assert_int_equal(listen(fd, 5), 0);
    return fd;
}

EDO_TEST_BOTH(bound_listening_and_connected_ones) /* net-053 net-054 */
{
    edo_tcp_listener *listener = NULL, *second;
    edo_tcp_socket *sock;
    edo_tcp_stream *stream = NULL;
    int fd, fds = open_fds();

    fd = plain_listener(false);
    assert_err(edo_tcp_from_fd(fd, &stream), -ENOTCONN);
    assert_err(edo_tcp_listener_from_fd(fd, &listener), -EINVAL);
    assert_ok(edo_tcp_socket_from_fd(fd, &sock));
    assert_ok(edo_tcp_socket_listen(sock, 5, &listener));
    edo_tcp_socket_close(sock);
    check_accepts(listener);
    assert_ok(edo_tcp_listener_into_blocking_fd(listener, &fd));
    assert_true(is_blocking(fd));
    assert_ok(edo_tcp_listener_from_fd(fd, &listener));
    assert_false(is_blocking(fd));
    check_accepts(listener);
    int other = plain_listener(true);
    assert_ok(edo_tcp_listener_from_fd(other, &second));
    check_accepts(second);
    assert_ok(edo_tcp_listener_into_fd(second, &other));
    close(other);
    edo_addr at;
    assert_ok(edo_tcp_listener_addr(listener, &at));
    fd = plain_connect(edo_addr_port(&at));
    assert_ok(edo_tcp_from_fd(fd, &stream));
    assert_int_equal(edo_tcp_write(stream, "x", 1), 1);
    edo_tcp_close(stream);
    edo_tcp_listener_close(listener);
    assert_int_equal(open_fds(), fds);
}

EDO_TEST_BOTH(a_listener_is_no_stream) /* net-019 */
{
    edo_tcp_stream *stream = NULL;
    edo_tcp_socket *sock = NULL;
    edo_tcp_listener *listener;
    int fd = plain_listener(true);

    assert_err(edo_tcp_from_fd(fd, &stream), -EINVAL);
    assert_err(edo_tcp_socket_from_fd(fd, &sock), -EINVAL);
    assert_null(stream);
    assert_null(sock);
    assert_true(is_blocking(fd)); /* it is the caller's still, and as it was */
    assert_ok(edo_tcp_listener_from_fd(fd, &listener));
    check_accepts(listener);
    edo_tcp_listener_close(listener);
}

static void refuse_all(int fd, int code)
{
    edo_tcp_stream *stream = NULL;
    edo_tcp_listener *listener = NULL;
    edo_tcp_socket *sock = NULL;

    assert_err(edo_tcp_from_fd(fd, &stream), code);
    assert_err(edo_tcp_listener_from_fd(fd, &listener), code);
    assert_err(edo_tcp_socket_from_fd(fd, &sock), code);
    assert_null(stream);
    assert_null(listener);
    assert_null(sock);
}

EDO_TEST_BOTH(descriptors_of_the_wrong_kind) /* net-054 */
{
    int pair[2];
    int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int file = open("/dev/null", O_RDWR | O_CLOEXEC);

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    refuse_all(-1, -EBADF);
    refuse_all(udp, -EINVAL);
    refuse_all(pair[0], -EINVAL);
    refuse_all(file, -ENOTSOCK);
    assert_true(is_blocking(udp));
    assert_int_equal(close(udp), 0); /* each is the caller's still */
    assert_int_equal(close(file), 0);
    assert_int_equal(close(pair[0]), 0);
    assert_int_equal(close(pair[1]), 0);
    assert_err(edo_tcp_from_fd(0, NULL), -EINVAL);
    assert_err(edo_tcp_listener_from_fd(0, NULL), -EINVAL);
    assert_err(edo_tcp_socket_from_fd(0, NULL), -EINVAL);
    assert_err(edo_tcp_into_fd(NULL, &udp), -EINVAL);
    assert_err(edo_tcp_into_blocking_fd(NULL, &udp), -EINVAL);
    assert_err(edo_tcp_listener_into_fd(NULL, &udp), -EINVAL);
    assert_err(edo_tcp_fd(NULL), -EINVAL);
    assert_err(edo_tcp_listener_fd(NULL), -EINVAL);
}

static edo_tcp_stream *left_stream;
static edo_tcp_listener *left_listener;

static int leave_them(void *arg)
{
    unsigned port;

    left_stream = accept_plain(arg);
    left_listener = listen_here(&port);
    return 0;
}

EDO_TEST_PLAIN(taken_out_after_the_runtime_has_ended) /* net-123 */
{
    edo_runtime *runtime;
    edo_tcp_stream *none = NULL;
    int peer, fd;
    char text[2];

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime));
    assert_ok(edo_block_on(runtime, leave_them, &peer));
    assert_ok(edo_runtime_free(runtime));
    assert_int_equal(write(peer, "hi", 2), 2);
    assert_err(edo_tcp_read(left_stream, text, 2), -EDO_ESHUTDOWN);
    assert_ok(edo_tcp_into_blocking_fd(left_stream, &fd));
    assert_int_equal(read_all_plain(fd, text, 2), 2);
    assert_err(edo_tcp_from_fd(fd, &none), -EDO_ENORUNTIME);
    assert_true(is_blocking(fd)); /* and nothing has changed */
    close(fd);
    assert_ok(edo_tcp_listener_into_fd(left_listener, &fd));
    close(fd);
    close(peer);
}
