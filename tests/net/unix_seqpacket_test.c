/* unix_seqpacket_test.c: connections that keep messages apart. */
#include "support/edo_test.h"
#include "support/tcp.h"
#include "support/unix.h"

#include <string.h>
#include <unistd.h>

static void connect_records(edo_unix_seqpacket **ret_server, edo_unix_seqpacket **ret_client)
{
    const char *path = unix_path("records");
    edo_unix_seqpacket_listener *listener;
    edo_unix_addr addr;

    assert_ok(edo_unix_addr_from_path(path, &addr));
    assert_ok(edo_unix_seqpacket_listen_with(&addr, EDO_OPTS(unix_listen, .unlink_on_close = true),
                                             &listener));
    edo_unix_accept_future accept = edo_unix_seqpacket_accept_async(listener, ret_server);
    assert_pending(&accept.base);
    assert_ok(edo_unix_seqpacket_connect(path, ret_client));
    assert_ok(poll_to_end(&accept.base));
    assert_ok(edo_unix_seqpacket_listener_close(listener));
    assert_int_equal(access(path, F_OK), -1);
}

EDO_TEST_BOTH(each_send_is_one_receipt)
{
    edo_unix_seqpacket *server, *client;
    edo_unix_cred cred;
    char buf[16];

    connect_records(&server, &client);
    assert_int_equal(edo_unix_seqpacket_send(client, "one", 3), 3);
    assert_int_equal(edo_unix_seqpacket_send(client, "two and", 7), 7);
    assert_int_equal(edo_unix_seqpacket_send(client, "three", 5), 5);
    assert_int_equal(edo_unix_seqpacket_peek(server, buf, sizeof buf), 3);
    assert_int_equal(edo_unix_seqpacket_recv(server, buf, sizeof buf), 3);
    assert_int_equal(edo_unix_seqpacket_recv(server, buf, 3), 3); /* the rest is lost */
    assert_memory_equal(buf, "two", 3);
    assert_int_equal(edo_unix_seqpacket_recv(server, buf, sizeof buf), 5);
    assert_memory_equal(buf, "three", 5);
    assert_err(edo_unix_seqpacket_try_recv(server, buf, sizeof buf), -EAGAIN);
    assert_ok(edo_unix_seqpacket_peer_cred(server, &cred));
    assert_int_equal(cred.pid, getpid());
    assert_ok(edo_unix_seqpacket_shutdown(client, EDO_WRITE_HALF));
    assert_int_equal(edo_unix_seqpacket_recv(server, buf, sizeof buf), 0);
    assert_int_equal(edo_unix_seqpacket_send(server, "back", 4), 4);
    assert_int_equal(edo_unix_seqpacket_recv(client, buf, sizeof buf), 4);
    edo_unix_seqpacket_close(server);
    edo_unix_seqpacket_close(client);
}

/* Short reads say nothing here: each record that is there comes without a new event. */
EDO_TEST_BOTH(records_that_are_there_come_without_waiting)
{
    edo_unix_seqpacket *one, *other;
    char buf[64];

    assert_ok(edo_unix_seqpacket_pair(&one, &other));
    edo_unix_receive_future wait = edo_unix_seqpacket_recv_async(other, buf, sizeof buf);
    assert_pending(&wait.base);
    for (int i = 1; i <= 10; i++)
        assert_int_equal(edo_unix_seqpacket_send(one, "0123456789", (size_t)i), i);
    assert_int_equal(poll_to_end(&wait.base), 1);
    for (int i = 2; i <= 10; i++)
        assert_int_equal(edo_unix_seqpacket_recv(other, buf, sizeof buf), i);
    edo_unix_seqpacket_close(one);
    assert_int_equal(edo_unix_seqpacket_recv(other, buf, sizeof buf), 0);
    edo_unix_seqpacket_close(other);
}

EDO_TEST_BOTH(a_record_that_was_put_back_is_whole)
{
    edo_unix_seqpacket *one, *other;
    edo_unix_control *got;
    char buf[16];
    struct iovec in[2] = {{buf, 2}, {buf + 2, 14}};

    assert_ok(edo_unix_seqpacket_pair(&one, &other));
    assert_ok(edo_unix_control_new(1, &got));
    assert_int_equal(edo_unix_seqpacket_send(one, "record", 6), 6);
    assert_int_equal(edo_unix_seqpacket_send(one, "more", 4), 4);
    for (int i = 0; i < 2; i++) {
        edo_unix_receive_future receive = edo_unix_seqpacket_recvmsg_async(other, in, 2, got);
        assert_int_equal(poll_to_end(&receive.base), 6);
        edo_future_put_back(&receive.base);
        memset(buf, 0, sizeof buf);
    }
    assert_int_equal(edo_unix_seqpacket_ready(other, EDO_READABLE) & EDO_READABLE, EDO_READABLE);
    assert_int_equal(edo_unix_seqpacket_try_recv(other, buf, sizeof buf), 6);
    assert_memory_equal(buf, "record", 6);
    assert_int_equal(edo_unix_seqpacket_recvmsg(other, in, 1, got), 2);
    assert_true(edo_unix_control_is_data_cut(got));
    edo_unix_control_free(got);
    edo_unix_seqpacket_close(one);
    edo_unix_seqpacket_close(other);
}

/* Takes a record, if there is one, while a send waits. */
static bool is_last(edo_unix_seqpacket *conn, edo_future *send, int *got)
{
    char buf[1000];
    ssize_t n;

    do {
        edo_test_poll(send);
        n = edo_unix_seqpacket_try_recv(conn, buf, sizeof buf);
        *got += n == sizeof buf;
    } while (n == sizeof buf);
    assert_true(n == 4 || n == -EAGAIN);
    return n == 4 && memcmp(buf, "last", 4) == 0;
}

EDO_TEST_BOTH(a_full_connection_takes_no_more_records)
{
    edo_unix_seqpacket *one, *other;
    char buf[1000] = {0};
    int sent = 0, got = 0;

    assert_ok(edo_unix_seqpacket_pair(&one, &other));
    while (edo_unix_seqpacket_try_send(one, buf, sizeof buf) > 0)
        sent++;
    edo_unix_send_future send = edo_unix_seqpacket_send_async(one, "last", 4);
    assert_pending(&send.base);
    task_wait_until(is_last(other, &send.base, &got));
    assert_int_equal(got, sent);
    assert_int_equal(poll_to_end(&send.base), 4);
    edo_unix_seqpacket_close(other);
    assert_err(edo_unix_seqpacket_send(one, "x", 1), -EPIPE);
    edo_unix_seqpacket_close(one);
}

EDO_TEST_BOTH(a_stream_can_not_connect_to_records)
{
    edo_unix_addr addr = unix_name("kinds");
    edo_unix_seqpacket_listener *listener;
    edo_unix_stream *stream = NULL;
    edo_unix_seqpacket *conn;
    edo_unix_addr shown;

    assert_ok(edo_unix_seqpacket_listen_with(&addr, NULL, &listener));
    assert_ok(edo_unix_seqpacket_listener_addr(listener, &shown));
    assert_true(edo_unix_addr_is_equal(&addr, &shown));
    int rc = edo_unix_connect_addr(&addr, &stream);
    assert_true(rc == -EPROTOTYPE || rc == -ECONNREFUSED); /* abstract names are by type */
    assert_ok(edo_unix_seqpacket_connect_addr(&addr, &conn));
    edo_unix_seqpacket_close(conn);
    edo_unix_seqpacket_listener_close(listener);
}

EDO_TEST_BOTH(the_error_that_a_connection_keeps_can_be_taken_once)
{
    edo_unix_seqpacket *one, *other;

    assert_ok(edo_unix_seqpacket_pair(&one, &other));
    assert_ok(edo_unix_seqpacket_take_error(one));
    assert_int_equal(edo_unix_seqpacket_send(one, "unread", 6), 6);
    edo_unix_seqpacket_close(other);
    assert_err(edo_unix_seqpacket_take_error(one), -ECONNRESET);
    assert_ok(edo_unix_seqpacket_take_error(one));
    assert_err(edo_unix_seqpacket_take_error(NULL), -EINVAL);
    edo_unix_seqpacket_close(one);
}
