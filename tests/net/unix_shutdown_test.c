/* unix_shutdown_test.c: Unix sockets and the end of their runtime. */
#include "net/ended.h"
#include "support/unix.h"

#include <unistd.h>

typedef struct things {
    edo_unix_addr name, full;
    edo_unix_listener *listener, *quiet;
    edo_unix_stream *queued[2];
    edo_unix_stream *server, *client, *accepted;
    edo_unix_read_half *read_half;
    edo_unix_write_half *write_half;
    edo_unix_datagram *one, *other, *filled;
    edo_unix_seqpacket *records, *peer;
    int accept_rc, read_rc, message_rc, datagram_rc, send_rc, connect_rc;
} things;

static int make(void *arg)
{
    things *t = arg;
    edo_unix_stream *whole;

    *t = (things){.name = unix_name("listens"), .full = unix_name("full")};
    assert_ok(edo_unix_listen_with(&t->name, EDO_OPTS(unix_listen, .backlog = 1), &t->listener));
    assert_ok(edo_unix_pair(&t->server, &t->client));
    assert_ok(edo_unix_pair(&whole, &t->accepted));
    assert_ok(edo_unix_into_split(whole, &t->read_half, &t->write_half));
    assert_ok(edo_unix_datagram_pair(&t->one, &t->other));
    assert_ok(edo_unix_datagram_bind_addr(&t->full, &t->filled));
    assert_ok(edo_unix_seqpacket_pair(&t->records, &t->peer));
    return 0;
}

static int check_all_are_over(void *arg)
{
    things *t = arg;
    edo_unix_stream *none;
    edo_unix_addr from;
    char byte = 'x';
    struct iovec iov = {&byte, 1};
    int over = -EDO_ESHUTDOWN;

    assert_err(edo_unix_accept(t->listener, &none), over);
    assert_err(edo_unix_read(t->server, &byte, 1), over);
    assert_err(edo_unix_try_read(t->server, &byte, 1), over);
    assert_err(edo_unix_write_all(t->server, &byte, 1), over);
    assert_err(edo_unix_recvmsg(t->server, &iov, 1, NULL), over);
    assert_err(edo_unix_sendmsg(t->server, &iov, 1, NULL), over);
    assert_err(edo_unix_shutdown(t->server, EDO_WRITE_HALF), over);
    assert_err(edo_unix_ready(t->server, EDO_READABLE), over);
    assert_err(edo_unix_datagram_send(t->one, &byte, 1), over);
    assert_err(edo_unix_datagram_try_send(t->one, &byte, 1), over);
    assert_err(edo_unix_datagram_send_to(t->one, &byte, 1, &t->full), over);
    assert_err(edo_unix_datagram_recv_from(t->one, &byte, 1, &from), over);
    assert_err(edo_unix_datagram_connect_addr(t->one, &t->full), over);
    assert_err(edo_unix_seqpacket_recv(t->records, &byte, 1), over);
    assert_err(edo_unix_seqpacket_send(t->records, &byte, 1), over);
    assert_ok(edo_unix_listener_addr(t->listener, &from));
    return 0;
}

static void close_all(void *arg)
{
    things *t = arg;

    for (int i = 0; i < 2 && t->queued[i]; i++)
        assert_ok(edo_unix_close(t->queued[i]));
    if (t->quiet)
        assert_ok(edo_unix_listener_close(t->quiet));
    assert_ok(edo_unix_listener_close(t->listener));
    assert_ok(edo_unix_close(t->server));
    assert_ok(edo_unix_close(t->client));
    assert_ok(edo_unix_write_half_close(t->write_half));
    assert_ok(edo_unix_read_half_close(t->read_half));
    assert_ok(edo_unix_close(t->accepted));
    assert_ok(edo_unix_datagram_close(t->one));
    assert_ok(edo_unix_datagram_close(t->other));
    assert_ok(edo_unix_datagram_close(t->filled));
    assert_ok(edo_unix_seqpacket_close(t->records));
    assert_ok(edo_unix_seqpacket_close(t->peer));
}

static int wait_in_accept(void *arg)
{
    things *t = arg;
    edo_unix_stream *none;

    t->accept_rc = edo_unix_accept(t->listener, &none);
    return 0;
}

static int wait_in_read(void *arg)
{
    things *t = arg;
    char byte;

    t->read_rc = (int)edo_unix_read(t->server, &byte, 1);
    return 0;
}

static int wait_in_message(void *arg)
{
    things *t = arg;
    char byte;
    struct iovec iov = {&byte, 1};

    t->message_rc = (int)edo_unix_recvmsg(t->client, &iov, 1, NULL);
    return 0;
}

static int wait_in_datagram(void *arg)
{
    things *t = arg;
    char byte;

    t->datagram_rc = (int)edo_unix_datagram_recv(t->other, &byte, 1);
    return 0;
}

/* Whatever is full says nothing when it isn't any more: these sleep. */
static int wait_in_send(void *arg)
{
    things *t = arg;

    t->send_rc = (int)edo_unix_datagram_send_to(t->one, "x", 1, &t->full);
    return 0;
}

static int wait_in_connect(void *arg)
{
    things *t = arg;
    edo_unix_stream *none;

    t->connect_rc = edo_unix_connect_addr(&t->name, &none);
    return 0;
}

static int start_waiting(void *arg)
{
    static int (*const waits[])(void *arg) = {wait_in_read, wait_in_message, wait_in_datagram,
                                              wait_in_send, wait_in_connect};
    things *t = arg;
    edo_unix_datagram *filler;

    make(t);
    assert_ok(edo_spawn(wait_in_accept, t, NULL));
    assert_ok(edo_unix_datagram_unbound(&filler));
    while (edo_unix_datagram_try_send_to(filler, "fill", 4, &t->full) == 4)
        continue;
    edo_unix_datagram_close(filler);
    edo_unix_datagram_close(t->one);
    assert_ok(edo_unix_datagram_unbound(&t->one));
    t->name = unix_name("quiet");
    assert_ok(edo_unix_listen_with(&t->name, EDO_OPTS(unix_listen, .backlog = 1), &t->quiet));
    for (int i = 0; i < 2; i++)
        assert_ok(edo_unix_connect_addr(&t->name, &t->queued[i]));
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++)
        assert_ok(edo_spawn(waits[i], t, NULL));
    settle();
    return 0;
}

static void check_all_were_told(void *arg)
{
    const things *t = arg;

    assert_err(t->accept_rc, -EDO_ESHUTDOWN);
    assert_err(t->read_rc, -EDO_ESHUTDOWN);
    assert_err(t->message_rc, -EDO_ESHUTDOWN);
    assert_err(t->datagram_rc, -EDO_ESHUTDOWN);
    assert_err(t->send_rc, -EDO_ESHUTDOWN);
    assert_err(t->connect_rc, -EDO_ESHUTDOWN);
}

static things sockets;
static const belongings of_unix = {.make = make,
                                   .check_over = check_all_are_over,
                                   .wait = start_waiting,
                                   .check_told = check_all_were_told,
                                   .close = close_all,
                                   .arg = &sockets};

EDO_TEST_PLAIN(unix_sockets_after_their_runtimes_end_say_so)
{
    check_use_after_the_end(&of_unix, EDO_CURRENT_THREAD);
    check_use_after_the_end(&of_unix, EDO_MULTI_THREAD);
}

EDO_TEST_PLAIN(what_waits_on_unix_sockets_while_their_runtime_ends_is_woken)
{
    check_end_while_waiting(&of_unix, EDO_CURRENT_THREAD);
    check_end_while_waiting(&of_unix, EDO_MULTI_THREAD);
}

EDO_TEST_PLAIN(without_a_runtime_nothing_is_made)
{
    edo_unix_stream *one, *other;
    edo_unix_listener *listener;
    edo_unix_datagram *datagram;
    edo_unix_addr name = unix_name("none");
    const char *path = unix_path("none");
    int fds = open_fds();

    assert_err(edo_unix_listen(path, &listener), -EDO_ENORUNTIME);
    assert_err(edo_unix_datagram_bind(path, &datagram), -EDO_ENORUNTIME);
    assert_int_equal(access(path, F_OK), -1);
    assert_err(edo_unix_connect_addr(&name, &one), -EDO_ENORUNTIME);
    assert_err(edo_unix_pair(&one, &other), -EDO_ENORUNTIME);
    assert_int_equal(open_fds(), fds);
}
