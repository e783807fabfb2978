/* unix_fd_test.c: Unix sockets of descriptors from elsewhere, and back. */
#include "support/edo_test.h"
#include "support/tcp.h"
#include "support/unix.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_blocking(int fd)
{
    return !(fcntl(fd, F_GETFL) & O_NONBLOCK);
}

EDO_TEST_BOTH(a_stream_of_a_descriptor_and_back)
{
    edo_unix_stream *stream;
    int fds[2], fd;
    char buf[4];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    assert_ok(edo_unix_from_fd(fds[0], &stream));
    assert_int_equal(edo_unix_fd(stream), fds[0]);
    edo_unix_read_future wait = edo_unix_read_async(stream, buf, sizeof buf);
    assert_pending(&wait.base);
    assert_err(edo_unix_into_fd(stream, &fd), -EBUSY);
    assert_int_equal(write(fds[1], "abcd", 4), 4);
    assert_int_equal(poll_to_end(&wait.base), 4);
    edo_future_put_back(&wait.base);
    assert_err(edo_unix_into_fd(stream, &fd), -EBUSY); /* four bytes are out of the system */
    assert_int_equal(edo_unix_try_read(stream, buf, 4), 4);
    assert_ok(edo_unix_into_fd(stream, &fd));
    assert_int_equal(fd, fds[0]);
    assert_int_equal(write(fd, "back", 4), 4);
    assert_int_equal(read(fds[1], buf, 4), 4);
    close(fd);
    close(fds[1]);
}

EDO_TEST_BOTH(what_is_no_such_socket_is_refused_and_left_alone)
{
    edo_unix_stream *stream = NULL;
    edo_unix_listener *listener = NULL;
    edo_unix_datagram *datagram = NULL;
    edo_unix_seqpacket *conn = NULL;
    int kinds[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET}, fds[2];

    assert_err(edo_unix_from_fd(-1, &stream), -EBADF);
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    assert_err(edo_unix_from_fd(fds[0], &stream), -ENOTSOCK);
    close(fds[0]);
    close(fds[1]);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(socketpair(AF_UNIX, kinds[i] | SOCK_CLOEXEC, 0, fds), 0);
        if (kinds[i] != SOCK_STREAM)
            assert_err(edo_unix_from_fd(fds[0], &stream), -EINVAL);
        if (kinds[i] != SOCK_DGRAM)
            assert_err(edo_unix_datagram_from_fd(fds[0], &datagram), -EINVAL);
        if (kinds[i] != SOCK_SEQPACKET)
            assert_err(edo_unix_seqpacket_from_fd(fds[0], &conn), -EINVAL);
        assert_err(edo_unix_listener_from_fd(fds[0], &listener), -EINVAL);
        assert_true(is_blocking(fds[0]));
        close(fds[0]);
        close(fds[1]);
    }
    int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_err(edo_unix_from_fd(tcp, &stream), -EINVAL);
    close(tcp);
    int alone = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_err(edo_unix_from_fd(alone, &stream), -ENOTCONN);
    assert_true(is_blocking(alone));
    close(alone);
    assert_true(!stream && !listener && !datagram && !conn);
}

EDO_TEST_BOTH(a_listener_of_a_descriptor_accepts)
{
    const char *path = unix_path("given");
    edo_unix_listener *listener;
    edo_unix_stream *server, *client, *none = NULL;
    edo_unix_addr addr;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), again;

    assert_ok(edo_unix_addr_from_path(path, &addr));
    assert_int_equal(bind(fd, (struct sockaddr *)&addr, addr.len), 0);
    assert_int_equal(listen(fd, 5), 0);
    assert_err(edo_unix_from_fd(fd, &none), -EINVAL);
    assert_ok(edo_unix_listener_from_fd(fd, &listener));
    assert_int_equal(edo_unix_listener_fd(listener), fd);
    assert_ok(edo_unix_connect(path, &client));
    assert_ok(edo_unix_accept(listener, &server));
    assert_ok(edo_unix_listener_into_fd(listener, &again));
    assert_int_equal(again, fd);
    assert_ok(edo_unix_listener_from_fd(fd, &listener));
    edo_unix_listener_close(listener);
    assert_int_equal(access(path, F_OK), 0);
    edo_unix_close(server);
    edo_unix_close(client);
}

EDO_TEST_BOTH(datagrams_and_records_of_descriptors)
{
    edo_unix_datagram *datagram;
    edo_unix_seqpacket *conn;
    int fds[2], fd;
    char buf[8];

    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds), 0);
    assert_ok(edo_unix_datagram_from_fd(fds[0], &datagram));
    assert_int_equal(edo_unix_datagram_fd(datagram), fds[0]);
    assert_int_equal(write(fds[1], "gram", 4), 4);
    assert_int_equal(edo_unix_datagram_recv(datagram, buf, sizeof buf), 4);
    assert_ok(edo_unix_datagram_into_fd(datagram, &fd));
    close(fd);
    close(fds[1]);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
    assert_ok(edo_unix_seqpacket_from_fd(fds[0], &conn));
    assert_int_equal(edo_unix_seqpacket_fd(conn), fds[0]);
    assert_int_equal(write(fds[1], "record", 6), 6);
    assert_int_equal(edo_unix_seqpacket_recv(conn, buf, sizeof buf), 6);
    assert_ok(edo_unix_seqpacket_into_fd(conn, &fd));
    close(fd);
    close(fds[1]);
    assert_err(edo_unix_fd(NULL), -EINVAL);
    assert_err(edo_unix_into_fd(NULL, &fd), -EINVAL);
}
