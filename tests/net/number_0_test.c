/* number_0_test.c: sockets and pipes whose descriptor is number 0, as in a program without an input. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

EDO_TEST_BOTH(a_socket_that_is_to_connect_may_be_number_0)
{
    edo_tcp_socket *tcp;
    int value = 0;
    socklen_t len = sizeof value;

    close(0);
    assert_ok(edo_tcp_socket_new(AF_INET, &tcp));
    assert_int_equal(getsockopt(0, IPPROTO_TCP, TCP_NODELAY, &value, &len), 0);
    assert_true(value); /* as all of edo's are made */
    assert_ok(edo_tcp_socket_close(tcp));
    assert_false(is_open(0));
}

EDO_TEST_BOTH(a_listener_may_be_number_0)
{
    unsigned port;

    close(0);
    edo_tcp_listener *listener = listen_here(&port);
    assert_true(is_open(0));
    edo_tcp_stream *server, *client;
    assert_ok(edo_tcp_connect(here(port), &client));
    assert_ok(edo_tcp_accept(listener, &server));
    assert_ok(edo_tcp_listener_close(listener));
    assert_false(is_open(0));
    edo_tcp_close(server);
    edo_tcp_close(client);
}

EDO_TEST_BOTH(connections_may_be_number_0)
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *server, *client;
    char byte = 0;

    for (int i = 0; i < 2; i++) {
        if (i == 0)
            close(0); /* the client's */
        assert_ok(edo_tcp_connect(here(port), &client));
        if (i == 1)
            close(0); /* the server's */
        assert_ok(edo_tcp_accept(listener, &server));
        assert_true(is_open(0));
        assert_int_equal(edo_tcp_write(client, "a", 1), 1);
        assert_int_equal(edo_tcp_read(server, &byte, 1), 1);
        assert_int_equal(byte, 'a');
        edo_tcp_close(server);
        edo_tcp_close(client);
        assert_false(is_open(0));
        assert_int_equal(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
    }
    edo_tcp_listener_close(listener);
}

EDO_TEST_BOTH(a_udp_socket_may_be_number_0)
{
    edo_udp_socket *udp;
    edo_addr at;
    char byte = 0;

    close(0);
    assert_ok(edo_udp_bind("127.0.0.1:0", &udp));
    assert_true(is_open(0));
    assert_ok(edo_udp_local_addr(udp, &at));
    assert_int_equal(edo_udp_send_to(udp, "a", 1, &at), 1);
    assert_int_equal(edo_udp_recv(udp, &byte, 1), 1);
    assert_int_equal(byte, 'a');
    assert_ok(edo_udp_close(udp));
    assert_false(is_open(0));
}

EDO_TEST_BOTH(unix_sockets_may_be_number_0)
{
    edo_unix_stream *one, *other;
    edo_unix_datagram *datagrams[2];
    char byte = 0;

    close(0);
    assert_ok(edo_unix_pair(&one, &other));
    assert_true(is_open(0));
    assert_int_equal(edo_unix_write(one, "a", 1), 1);
    assert_int_equal(edo_unix_read(other, &byte, 1), 1);
    edo_unix_close(one);
    edo_unix_close(other);
    assert_false(is_open(0));
    assert_ok(edo_unix_datagram_pair(&datagrams[0], &datagrams[1]));
    assert_true(is_open(0));
    assert_int_equal(edo_unix_datagram_send(datagrams[0], "b", 1), 1);
    assert_int_equal(edo_unix_datagram_recv(datagrams[1], &byte, 1), 1);
    edo_unix_datagram_close(datagrams[0]);
    edo_unix_datagram_close(datagrams[1]);
    assert_false(is_open(0));
    assert_int_equal(byte, 'b');
}

EDO_TEST_BOTH(an_end_of_a_pipe_may_be_number_0)
{
    edo_pipe_sender *sender;
    edo_pipe_receiver *receiver;
    char byte = 0;

    close(0);
    assert_ok(edo_pipe_pair(&sender, &receiver));
    assert_true(is_open(0));
    assert_int_equal(edo_pipe_write(sender, "a", 1), 1);
    assert_int_equal(edo_pipe_read(receiver, &byte, 1), 1);
    assert_int_equal(byte, 'a');
    edo_pipe_sender_close(sender);
    edo_pipe_receiver_close(receiver);
    assert_false(is_open(0));
}
