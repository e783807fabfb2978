/* unix_forms_test.c: the forms of each operation on Unix sockets that other tests have no need of. */
#include "support/edo_test.h"
#include "support/tcp.h"
#include "support/unix.h"

#include <string.h>
#include <unistd.h>

EDO_TEST_BOTH(streams_by_their_futures)
{
    edo_unix_stream *one, *other;
    char buf[8];
    struct iovec out = {"abcd", 4}, in = {buf, 4};

    assert_ok(edo_unix_pair(&one, &other));
    assert_err(edo_unix_try_ready(other, EDO_READABLE), -EAGAIN);
    edo_unix_write_future write = edo_unix_write_async(one, "abcd", 4);
    assert_int_equal(poll_to_end(&write.base), 4);
    edo_unix_write_future writev = edo_unix_writev_async(one, &out, 1);
    assert_int_equal(poll_to_end(&writev.base), 4);
    edo_unix_write_all_future all = edo_unix_write_all_async(one, "abcd", 4);
    assert_ok(poll_to_end(&all.base));
    assert_int_equal(all.done, 4);
    edo_unix_send_future send = edo_unix_sendmsg_async(one, &out, 1, NULL);
    assert_int_equal(poll_to_end(&send.base), 4);
    edo_unix_ready_future ready = edo_unix_ready_async(other, EDO_READABLE);
    assert_int_equal(poll_to_end(&ready.base), EDO_READABLE);
    edo_unix_read_future peek = edo_unix_peek_async(other, buf, 4);
    assert_int_equal(poll_to_end(&peek.base), 4);
    for (int i = 0; i < 3; i++) {
        edo_unix_read_future read = edo_unix_readv_async(other, &in, 1);
        assert_int_equal(poll_to_end(&read.base), 4);
        assert_memory_equal(buf, "abcd", 4);
    }
    assert_int_equal(edo_read(edo_unix_reader(other), buf, 4), 4);
    assert_int_equal(edo_write(edo_unix_writer(other), "back", 4), 4);
    assert_int_equal(edo_read(edo_unix_io(one).reader, buf, 4), 4);
    assert_memory_equal(buf, "back", 4);
    edo_unix_close(one);
    edo_unix_close(other);
}

EDO_TEST_BOTH(connects_by_their_futures)
{
    const char *path = unix_path("futures");
    edo_unix_addr bound = unix_name("bound"), shown;
    edo_unix_listener *listener;
    edo_unix_socket *socket;
    edo_unix_stream *server, *client;

    assert_ok(edo_unix_listen(path, &listener));
    edo_unix_connect_future connect = edo_unix_connect_async(path, &client);
    assert_ok(poll_to_end(&connect.base));
    assert_ok(edo_unix_accept(listener, &server));
    edo_unix_close(server);
    edo_unix_close(client);
    assert_ok(edo_unix_socket_new_stream(&socket));
    assert_ok(edo_unix_socket_bind_addr(socket, &bound));
    connect = edo_unix_socket_connect_async(socket, path, &client);
    assert_ok(poll_to_end(&connect.base));
    assert_ok(edo_unix_accept(listener, &server));
    assert_ok(edo_unix_peer_addr(server, &shown));
    assert_true(edo_unix_addr_is_equal(&shown, &bound));
    edo_unix_socket_close(socket);
    edo_unix_close(server);
    edo_unix_close(client);
    edo_unix_listener_close(listener);
}

EDO_TEST_BOTH(datagrams_by_their_futures)
{
    edo_unix_addr name = unix_name("datagram"), shown;
    edo_unix_datagram *server, *client;
    edo_unix_control *got;
    edo_unix_cred cred;
    char buf[8];
    struct iovec out = {"abcd", 4}, in = {buf, sizeof buf};

    assert_ok(edo_unix_datagram_bind_addr(&name, &server));
    assert_ok(edo_unix_datagram_unbound(&client));
    assert_err(edo_unix_datagram_peer_addr(client, &shown), -ENOTCONN);
    assert_ok(edo_unix_datagram_connect_addr(client, &name));
    assert_ok(edo_unix_datagram_peer_addr(client, &shown));
    assert_true(edo_unix_addr_is_equal(&shown, &name));
    assert_ok(edo_unix_datagram_local_addr(server, &shown));
    assert_true(edo_unix_addr_is_equal(&shown, &name));
    assert_ok(edo_unix_datagram_set_pass_cred(server, true));
    edo_unix_send_future send = edo_unix_datagram_sendmsg_async(client, &out, 1, NULL, NULL);
    assert_int_equal(poll_to_end(&send.base), 4);
    edo_fd_ready_future ready = edo_unix_datagram_ready_async(server, EDO_READABLE);
    assert_int_equal(poll_to_end(&ready.base), EDO_READABLE);
    edo_unix_receive_future peek = edo_unix_datagram_peek_async(server, buf, sizeof buf, &shown);
    assert_int_equal(poll_to_end(&peek.base), 4);
    assert_ok(edo_unix_control_new(0, &got));
    assert_int_equal(edo_unix_datagram_recvmsg(server, &in, 1, NULL, got), 4);
    assert_ok(edo_unix_control_cred(got, &cred));
    assert_int_equal(cred.pid, getpid());
    assert_ok(edo_unix_datagram_shutdown(client, EDO_WRITE_HALF));
    assert_err(edo_unix_datagram_send(client, "x", 1), -EPIPE);
    edo_unix_control_free(got);
    edo_unix_datagram_close(server);
    edo_unix_datagram_close(client);
}

EDO_TEST_BOTH(records_by_their_futures)
{
    const char *path = unix_path("records");
    edo_unix_seqpacket_listener *listener;
    edo_unix_seqpacket *server, *client;
    edo_unix_addr addr, shown;
    edo_unix_control *got;
    edo_unix_cred cred;
    char buf[8];
    struct iovec out = {"abcd", 4}, in = {buf, sizeof buf};

    assert_ok(edo_unix_addr_from_path(path, &addr));
    assert_ok(edo_unix_seqpacket_listen(path, &listener));
    edo_unix_connect_future connect = edo_unix_seqpacket_connect_async(path, &client);
    assert_ok(poll_to_end(&connect.base));
    assert_ok(edo_unix_seqpacket_accept(listener, &server));
    edo_unix_seqpacket_close(server);
    edo_unix_seqpacket_close(client);
    connect = edo_unix_seqpacket_connect_addr_async(&addr, &client);
    assert_ok(poll_to_end(&connect.base));
    assert_ok(edo_unix_seqpacket_accept(listener, &server));
    assert_ok(edo_unix_seqpacket_local_addr(server, &shown));
    assert_true(edo_unix_addr_is_equal(&shown, &addr));
    assert_ok(edo_unix_seqpacket_peer_addr(client, &shown));
    assert_true(edo_unix_addr_is_equal(&shown, &addr));
    assert_ok(edo_unix_seqpacket_set_pass_cred(server, true));
    assert_int_equal(edo_unix_seqpacket_sendmsg(client, &out, 1, NULL), 4);
    edo_unix_send_future send = edo_unix_seqpacket_sendmsg_async(client, &out, 1, NULL);
    assert_int_equal(poll_to_end(&send.base), 4);
    edo_fd_ready_future ready = edo_unix_seqpacket_ready_async(server, EDO_READABLE);
    assert_int_equal(poll_to_end(&ready.base), EDO_READABLE);
    edo_unix_receive_future peek = edo_unix_seqpacket_peek_async(server, buf, sizeof buf);
    assert_int_equal(poll_to_end(&peek.base), 4);
    assert_ok(edo_unix_control_new(0, &got));
    assert_int_equal(edo_unix_seqpacket_recvmsg(server, &in, 1, got), 4);
    assert_ok(edo_unix_control_cred(got, &cred));
    assert_int_equal(cred.uid, geteuid());
    edo_unix_control_free(got);
    edo_unix_seqpacket_close(server);
    edo_unix_seqpacket_close(client);
    edo_unix_seqpacket_listener_close(listener);
}
