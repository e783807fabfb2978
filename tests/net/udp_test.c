/* udp_test.c: datagrams, sent and received, with and without a peer. */
#include "support/edo_test.h"
#include "support/tcp.h"
#include "support/udp.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

EDO_TEST_BOTH(connected_sockets_exchange_datagrams) /* net-061 */
{
    edo_udp_socket *a, *b;
    edo_addr a_addr, peer;
    char buf[16] = {0};

    udp_pair(&a, &b);
    assert_int_equal(edo_udp_send(a, "hello", 5), 5);
    assert_int_equal(edo_udp_recv(b, buf, sizeof buf), 5);
    assert_memory_equal(buf, "hello", 5);
    assert_int_equal(edo_udp_send(b, "olleh", 5), 5);
    assert_int_equal(edo_udp_recv(a, buf, sizeof buf), 5);
    assert_memory_equal(buf, "olleh", 5);
    assert_ok(edo_udp_local_addr(a, &a_addr));
    assert_ok(edo_udp_peer_addr(b, &peer));
    assert_addr(&peer, &a_addr);
    assert_ok(edo_udp_close(a));
    assert_ok(edo_udp_close(b));
}

static void check_exchange(const char *where)
{
    edo_udp_socket *a, *b;
    edo_addr a_addr, b_addr, from = {0};
    char buf[16] = {0};

    assert_ok(edo_udp_bind(where, &a));
    assert_ok(edo_udp_bind(where, &b));
    assert_ok(edo_udp_local_addr(a, &a_addr));
    assert_ok(edo_udp_local_addr(b, &b_addr));
    assert_int_equal(edo_udp_send_to(a, "hello", 5, &b_addr), 5);
    assert_int_equal(edo_udp_recv_from(b, buf, sizeof buf, &from), 5);
    assert_memory_equal(buf, "hello", 5);
    assert_addr(&from, &a_addr);
    assert_int_equal(edo_udp_send_to(b, "you", 3, &from), 3);
    assert_int_equal(edo_udp_recv_from(a, buf, sizeof buf, NULL), 3);
    assert_memory_equal(buf, "you", 3);
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(a_datagram_comes_with_its_senders_address) /* net-061 */
{
    check_exchange("127.0.0.1:0");
    check_exchange("[::1]:0");
}

EDO_TEST_BOTH(each_send_is_one_datagram) /* net-062 */
{
    edo_udp_socket *a, *b;
    char buf[32] = {0};

    udp_pair(&a, &b);
    assert_int_equal(edo_udp_send(a, "first", 5), 5);
    assert_int_equal(edo_udp_send(a, "other", 5), 5);
    assert_int_equal(edo_udp_recv(b, buf, sizeof buf), 5);
    assert_memory_equal(buf, "first", 5);
    assert_int_equal(edo_udp_recv(b, buf, sizeof buf), 5);
    assert_memory_equal(buf, "other", 5);
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(what_the_buffer_has_no_room_for_is_dropped) /* net-063 */
{
    edo_udp_socket *a, *b;
    char buf[32] = {0};

    udp_pair(&a, &b);
    assert_int_equal(edo_udp_send(a, "0123456789", 10), 10);
    assert_int_equal(edo_udp_send(a, "next", 4), 4);
    assert_int_equal(edo_udp_recv(b, buf, 3), 3);
    assert_string_equal(buf, "012");
    assert_int_equal(edo_udp_recv(b, buf, sizeof buf), 4);
    assert_memory_equal(buf, "next", 4);
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(an_empty_datagram_is_no_end) /* net-064 */
{
    edo_udp_socket *a, *b;
    edo_addr a_addr, b_addr, from;
    char buf[8];

    a = udp_here(&a_addr);
    b = udp_here(&b_addr);
    assert_int_equal(edo_udp_send_to(a, NULL, 0, &b_addr), 0);
    assert_int_equal(edo_udp_recv_from(b, buf, sizeof buf, &from), 0);
    assert_addr(&from, &a_addr);
    edo_udp_recv_future next = edo_udp_recv_async(b, buf, sizeof buf);
    assert_pending(&next.base);
    settle();
    assert_pending(&next.base);
    assert_ok(edo_udp_connect_addr(a, &b_addr));
    assert_int_equal(edo_udp_send(a, "x", 0), 0);
    assert_int_equal(poll_to_end(&next.base), 0);
    assert_int_equal(edo_udp_send(a, "x", 1), 1);
    assert_int_equal(edo_udp_recv(b, NULL, 0), 0); /* takes it, and drops its byte */
    assert_err(edo_udp_try_recv(b, buf, sizeof buf), -EAGAIN);
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(the_longest_datagram_passes_and_a_longer_one_is_refused) /* net-065 */
{
    static char sent[65508], got[65508];
    edo_udp_socket *a, *b;

    udp_pair(&a, &b);
    for (size_t i = 0; i < sizeof sent; i++)
        sent[i] = (char)(i * 7);
    assert_err(edo_udp_send(a, sent, 65508), -EMSGSIZE);
    assert_int_equal(edo_udp_send(a, sent, 65507), 65507);
    assert_int_equal(edo_udp_recv(b, got, sizeof got), 65507);
    assert_memory_equal(sent, got, 65507);
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(a_connected_socket_is_told_that_nobody_is_there) /* net-066 */
{
    edo_addr addr, gone = udp_nobody();
    edo_udp_socket *a = udp_here(&addr);
    uint64_t began = real_time_ns();
    char buf[8];

    assert_ok(edo_udp_connect_addr(a, &gone));
    assert_int_equal(edo_udp_send(a, "x", 1), 1);
    assert_err(edo_udp_recv(a, buf, sizeof buf), -ECONNREFUSED);
    assert_err(edo_udp_try_recv(a, buf, sizeof buf), -EAGAIN); /* it is said once */
    /* A receive that waits already is ended by it, too; and so is a send. */
    edo_udp_recv_future recv = edo_udp_recv_async(a, buf, sizeof buf);
    assert_pending(&recv.base);
    settle();
    assert_pending(&recv.base);
    assert_int_equal(edo_udp_send(a, "x", 1), 1);
    assert_err(poll_to_end(&recv.base), -ECONNREFUSED);
    assert_int_equal(edo_udp_send(a, "x", 1), 1);
    assert_err(edo_udp_send(a, "x", 1), -ECONNREFUSED);
    assert_int_equal(edo_udp_send(a, "x", 1), 1);
    assert_err(edo_udp_take_error(a), -ECONNREFUSED);
    assert_ok(edo_udp_take_error(a));
    assert_true(real_time_ns() - began < UINT64_C(5000000000) * test_patience());
    edo_udp_close(a);
}

EDO_TEST_BOTH(an_unconnected_socket_hears_nothing_of_closed_ports) /* net-067 */
{
    edo_addr addr, gone = udp_nobody();
    edo_udp_socket *a = udp_here(&addr);
    char buf[8];

    edo_udp_recv_future recv = edo_udp_recv_async(a, buf, sizeof buf);
    assert_pending(&recv.base);
    for (int i = 0; i < 5; i++)
        assert_int_equal(edo_udp_send_to(a, "x", 1, &gone), 1);
    settle();
    assert_pending(&recv.base);
    assert_int_equal(edo_udp_send_to(a, "own", 3, &addr), 3);
    assert_int_equal(poll_to_end(&recv.base), 3);
    edo_udp_close(a);
}

EDO_TEST_BOTH(a_send_without_a_peer_fails) /* net-068 */
{
    edo_addr addr;
    edo_udp_socket *a = udp_here(&addr);

    assert_err(edo_udp_send(a, "x", 1), -EDESTADDRREQ);
    assert_err(edo_udp_try_send(a, "x", 1), -EDESTADDRREQ);
    assert_err(edo_udp_peer_addr(a, &addr), -ENOTCONN);
    edo_udp_close(a);
}

EDO_TEST_BOTH(a_disconnected_socket_has_no_peer) /* net-069 */
{
    edo_udp_socket *a, *b;
    edo_addr before, after, peer;

    udp_pair(&a, &b);
    assert_ok(edo_udp_local_addr(a, &before));
    assert_ok(edo_udp_disconnect(a));
    assert_err(edo_udp_peer_addr(a, &peer), -ENOTCONN);
    assert_err(edo_udp_send(a, "x", 1), -EDESTADDRREQ);
    assert_ok(edo_udp_local_addr(a, &after));
    assert_addr(&after, &before);
    assert_ok(edo_udp_disconnect(a));
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(a_connected_socket_gets_only_its_peers_datagrams) /* net-070 */
{
    edo_udp_socket *a, *b, *stranger;
    edo_addr a_addr, stranger_addr;
    char buf[8];

    udp_pair(&a, &b);
    stranger = udp_here(&stranger_addr);
    assert_ok(edo_udp_local_addr(a, &a_addr));
    assert_int_equal(edo_udp_send_to(stranger, "no", 2, &a_addr), 2);
    assert_int_equal(edo_udp_send(b, "yes", 3), 3);
    assert_int_equal(edo_udp_recv(a, buf, sizeof buf), 3);
    assert_err(edo_udp_try_recv(a, buf, sizeof buf), -EAGAIN);
    /* Connected to another one: the same the other way round. */
    assert_ok(edo_udp_connect_addr(a, &stranger_addr));
    assert_int_equal(edo_udp_send(b, "yes", 3), 3);
    assert_int_equal(edo_udp_send_to(stranger, "no", 2, &a_addr), 2);
    assert_int_equal(edo_udp_recv(a, buf, sizeof buf), 2);
    edo_udp_close(a);
    edo_udp_close(b);
    edo_udp_close(stranger);
}

EDO_TEST_BOTH(a_peek_leaves_the_datagram) /* net-071 */
{
    edo_udp_socket *a, *b;
    edo_addr a_addr, b_addr, from;
    char buf[8] = {0};

    a = udp_here(&a_addr);
    b = udp_here(&b_addr);
    edo_udp_recv_future peek = edo_udp_peek_async(b, buf, sizeof buf);
    assert_pending(&peek.base);
    assert_int_equal(edo_udp_send_to(a, "hello", 5, &b_addr), 5);
    assert_int_equal(poll_to_end(&peek.base), 5);
    edo_future_put_back(&peek.base); /* took nothing: stays as it is */
    assert_int_equal(peek.base.result, 5);
    for (int i = 0; i < 2; i++) {
        memset(buf, 0, sizeof buf);
        memset(&from, 0, sizeof from);
        assert_int_equal(edo_udp_peek_from(b, buf, sizeof buf, &from), 5);
        assert_memory_equal(buf, "hello", 5);
        assert_addr(&from, &a_addr);
    }
    assert_int_equal(edo_udp_peek(b, buf, 2), 2);
    memset(&from, 0, sizeof from);
    assert_ok(edo_udp_peek_sender(b, &from));
    assert_addr(&from, &a_addr);
    assert_int_equal(edo_udp_recv_from(b, buf, sizeof buf, &from), 5);
    assert_addr(&from, &a_addr);
    assert_err(edo_udp_try_peek_sender(b, &from), -EAGAIN);
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(try_forms_never_wait) /* net-072 */
{
    edo_udp_socket *a, *b;
    edo_addr a_addr, b_addr, from;
    char buf[16];

    a = udp_here(&a_addr);
    b = udp_here(&b_addr);
    assert_err(edo_udp_try_recv(b, buf, sizeof buf), -EAGAIN);
    assert_err(edo_udp_try_recv_from(b, buf, sizeof buf, &from), -EAGAIN);
    assert_err(edo_udp_try_peek(b, buf, sizeof buf), -EAGAIN);
    assert_err(edo_udp_try_peek_from(b, buf, sizeof buf, &from), -EAGAIN);
    assert_err(edo_udp_try_ready(b, EDO_READABLE), -EAGAIN);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(edo_udp_try_send_to(a, "hello world", 11, &b_addr), 11);
        assert_int_equal(edo_udp_try_peek(b, buf, sizeof buf), 11);
        assert_int_equal(edo_udp_try_recv_from(b, buf, sizeof buf, &from), 11);
        assert_addr(&from, &a_addr);
        assert_memory_equal(buf, "hello world", 11);
    }
    assert_ok(edo_udp_connect_addr(a, &b_addr));
    assert_int_equal(edo_udp_try_send(a, "x", 1), 1);
    assert_int_equal(edo_udp_try_recv(b, buf, sizeof buf), 1);
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(a_socket_is_readable_when_a_datagram_is_there)
{
    edo_udp_socket *a, *b;
    char buf[8];

    udp_pair(&a, &b);
    edo_udp_ready_future readable = edo_udp_readable_async(b);
    assert_pending(&readable.base);
    assert_int_equal(edo_udp_send(a, "x", 1), 1);
    assert_ok(poll_to_end(&readable.base));
    assert_int_equal(edo_udp_ready(b, EDO_READABLE), EDO_READABLE);
    assert_int_equal(edo_udp_try_recv(b, buf, sizeof buf), 1);
    edo_udp_ready_future ready = edo_udp_ready_async(b, EDO_READABLE);
    assert_pending(&ready.base);
    edo_udp_close(b);
    assert_err(poll_to_end(&ready.base), -ECANCELED);
    edo_udp_close(a);
}

/* An echo of which one task receives and another sends, with a channel of 1,000 in between. */
typedef struct echo {
    edo_udp_socket *socket;
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
} echo;

typedef struct piece {
    edo_addr from;
    unsigned number;
} piece;

#define PIECES 1000

static int receive_pieces(void *arg)
{
    echo *e = arg;

    for (int i = 0; i < PIECES; i++) {
        piece p;
        assert_int_equal(edo_udp_recv_from(e->socket, &p.number, sizeof p.number, &p.from), 4);
        assert_ok(edo_mpsc_send(e->tx, &p));
    }
    edo_mpsc_sender_free(e->tx);
    return 0;
}

static int send_pieces(void *arg)
{
    echo *e = arg;
    piece p;

    while (edo_mpsc_recv(e->rx, &p) == 1)
        assert_int_equal(edo_udp_send_to(e->socket, &p.number, sizeof p.number, &p.from), 4);
    edo_mpsc_receiver_free(e->rx);
    return 0;
}

EDO_TEST_BOTH(one_socket_sends_and_receives_at_once) /* net-073 */
{
    edo_addr addr, client_addr;
    echo e = {.socket = udp_here(&addr)};
    edo_udp_socket *client = udp_here(&client_addr);
    edo_task receiver, sender;
    unsigned back;

    assert_ok(edo_mpsc_new(EDO_ITEM(piece), 1000, &e.tx, &e.rx));
    assert_ok(edo_spawn(receive_pieces, &e, &receiver));
    assert_ok(edo_spawn(send_pieces, &e, &sender));
    assert_ok(edo_udp_connect_addr(client, &addr));
    for (unsigned i = 0; i < PIECES; i++) {
        assert_int_equal(edo_udp_send(client, &i, sizeof i), 4);
        if (i >= 20) { /* at most 21 are under way, so that none is dropped */
            assert_int_equal(edo_udp_recv(client, &back, sizeof back), 4);
            assert_int_equal(back, i - 20);
        }
    }
    for (unsigned i = PIECES - 20; i < PIECES; i++) {
        assert_int_equal(edo_udp_recv(client, &back, sizeof back), 4);
        assert_int_equal(back, i);
    }
    assert_ok(edo_join(receiver, NULL));
    assert_ok(edo_join(sender, NULL));
    edo_udp_close(client);
    edo_udp_close(e.socket);
}

EDO_TEST_BOTH(one_datagram_is_sent_in_pieces) /* net-080 */
{
    edo_udp_socket *a, *b;
    edo_addr b_addr;
    struct iovec pieces[] = {{"he", 2}, {NULL, 0}, {"llo", 3}};
    char buf[8];

    udp_pair(&a, &b);
    assert_int_equal(edo_udp_sendv(a, pieces, 3, NULL), 5);
    assert_int_equal(edo_udp_recv(b, buf, sizeof buf), 5);
    assert_memory_equal(buf, "hello", 5);
    assert_ok(edo_udp_local_addr(b, &b_addr));
    assert_int_equal(edo_udp_sendv(a, pieces, 1, &b_addr), 2);
    assert_int_equal(edo_udp_recv(b, buf, sizeof buf), 2);
    assert_err(edo_udp_sendv(a, pieces, 0, NULL), -EINVAL);
    assert_err(edo_udp_sendv(a, pieces, -1, NULL), -EINVAL);
    assert_err(edo_udp_try_recv(b, buf, sizeof buf), -EAGAIN);
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(what_is_no_socket_or_address_is_refused)
{
    edo_udp_socket *a, *none = NULL;
    edo_addr addr, bad = {0};
    char buf[4];
    struct msghdr msg = {0};

    a = udp_here(&addr);
    assert_err(edo_udp_bind("nonsense", &none), -EINVAL);
    assert_err(edo_udp_bind(NULL, &none), -EINVAL);
    assert_err(edo_udp_bind("127.0.0.1:0", NULL), -EINVAL);
    assert_err(edo_udp_bind_with(&bad, NULL, &none), -EINVAL);
    assert_err(edo_udp_connect(a, "127.0.0.1"), -EINVAL);
    assert_err(edo_udp_connect_addr(a, &bad), -EINVAL);
    assert_err(edo_udp_connect(NULL, "127.0.0.1:1"), -EINVAL);
    assert_err(edo_udp_send(NULL, buf, 1), -EINVAL);
    assert_err(edo_udp_send(a, NULL, 1), -EINVAL);
    assert_err(edo_udp_send_to(a, buf, 1, NULL), -EINVAL);
    assert_err(edo_udp_send_to(a, buf, 1, &bad), -EINVAL);
    assert_err(edo_udp_recv(NULL, buf, 1), -EINVAL);
    assert_err(edo_udp_recv(a, NULL, 1), -EINVAL);
    assert_err(edo_udp_try_recv(a, NULL, 1), -EINVAL);
    assert_err(edo_udp_peek_sender(a, NULL), -EINVAL);
    assert_err(edo_udp_recv_msg(a, NULL, 0), -EINVAL);
    assert_err(edo_udp_send_msg(NULL, &msg, 0), -EINVAL);
    assert_err(edo_udp_ready(NULL, EDO_READABLE), -EINVAL);
    assert_err(edo_udp_close(NULL), -EINVAL);
    assert_err(edo_udp_fd(NULL), -EINVAL);
    assert_null(none);
    edo_udp_close(a);
}

EDO_TEST_BOTH(closing_ends_what_waits)
{
    edo_addr addr;
    edo_udp_socket *a = udp_here(&addr);
    char buf[8];
    int fds = open_fds();
    edo_udp_recv_future one = edo_udp_recv_async(a, buf, sizeof buf);
    edo_udp_recv_future two = edo_udp_peek_async(a, buf, sizeof buf);

    assert_pending(&one.base);
    assert_pending(&two.base);
    assert_ok(edo_udp_close(a));
    assert_err(poll_to_end(&one.base), -ECANCELED);
    assert_err(poll_to_end(&two.base), -ECANCELED);
    task_wait_until(open_fds() == fds - 1);
}

EDO_TEST_BOTH(descriptors_come_in_and_go_out)
{
    edo_addr addr, again;
    edo_udp_socket *a = udp_here(&addr), *b;
    char buf[8];
    int fd, stream = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
            file = open("/dev/null", O_RDONLY | O_CLOEXEC);

    edo_udp_recv_future recv = edo_udp_recv_async(a, buf, sizeof buf);
    assert_pending(&recv.base);
    assert_err(edo_udp_into_fd(a, &fd), -EBUSY);
    edo_future_cancel(&recv.base);
    assert_err(poll_to_end(&recv.base), -ECANCELED);
    int own = edo_udp_fd(a);
    assert_ok(edo_udp_into_fd(a, &fd));
    assert_int_equal(fd, own);
    assert_int_equal(fcntl(fd, F_SETFL, 0), 0); /* blocking */
    assert_ok(edo_udp_from_fd(fd, &b));
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_ok(edo_udp_local_addr(b, &again));
    assert_addr(&again, &addr);
    assert_int_equal(edo_udp_send_to(b, "x", 1, &addr), 1);
    assert_int_equal(edo_udp_recv(b, buf, sizeof buf), 1);
    assert_err(edo_udp_from_fd(-1, &a), -EBADF);
    assert_err(edo_udp_from_fd(stream, &a), -EINVAL);
    assert_err(edo_udp_from_fd(file, &a), -ENOTSOCK);
    edo_udp_close(b);
    close(stream);
    close(file);
}
