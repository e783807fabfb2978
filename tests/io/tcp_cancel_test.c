/*
 * tcp_cancel_test.c: reads and writes that are cancelled, by a stream's own futures and through the
 * interfaces, which are to answer alike.
 */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <stdlib.h>
#include <string.h>

#include "sched/coop.h"

#define MIB 1048576

typedef enum way { OWN, INTERFACE } way;

/* A read or write of a stream in either form. */
typedef struct call {
    union {
        edo_tcp_read_future read;
        edo_tcp_write_future write;
        edo_read_future io_read;
        edo_write_future io_write;
    };
    edo_future *base;
} call;

static void make_read(call *c, way by, edo_tcp_stream *stream, void *buf, size_t len)
{
    if (by == OWN) {
        c->read = edo_tcp_read_async(stream, buf, len);
        c->base = &c->read.base;
    } else {
        c->io_read = edo_read_async(edo_tcp_reader(stream), buf, len);
        c->base = &c->io_read.base;
    }
}

static void make_write(call *c, way by, edo_tcp_stream *stream, const void *buf, size_t len)
{
    if (by == OWN) {
        c->write = edo_tcp_write_async(stream, buf, len);
        c->base = &c->write.base;
    } else {
        c->io_write = edo_write_async(edo_tcp_writer(stream), buf, len);
        c->base = &c->io_write.base;
    }
}

static void close_both(edo_tcp_stream *a, edo_tcp_stream *b)
{
    edo_tcp_close(a);
    edo_tcp_close(b);
}

EDO_TEST_BOTH(a_canceled_read_leaves_the_bytes_to_the_next) /* io-108 io-110 */
{
    for (way by = OWN; by <= INTERFACE; by++) {
        edo_tcp_stream *server, *client;
        char buf[16], next[16];
        call read;

        connect_pair(&server, &client);
        memset(buf, '#', sizeof buf);
        make_read(&read, by, server, buf, sizeof buf);
        assert_pending(read.base);
        edo_future_cancel(read.base);
        assert_err(poll_to_end(read.base), -ECANCELED);
        assert_int_equal(edo_tcp_write(client, "all of it", 9), 9);
        settle();
        assert_int_equal(read_some_all(server, next, 9), 9);
        assert_memory_equal(next, "all of it", 9);
        for (size_t i = 0; i < sizeof buf; i++) /* and its memory was let alone */
            assert_int_equal(buf[i], '#');
        close_both(server, client);
    }
}

EDO_TEST_BOTH(after_a_cancel_it_is_pending_until_a_poll_says_ready) /* io-110 */
{
    for (way by = OWN; by <= INTERFACE; by++) {
        edo_tcp_stream *server, *client;
        char buf[16];
        call read;

        connect_pair(&server, &client);
        make_read(&read, by, server, buf, sizeof buf);
        assert_pending(read.base);
        edo_future_cancel(read.base);
        assert_false(edo_future_is_ready(read.base));
        assert_err(poll_to_end(read.base), -ECANCELED);
        assert_true(edo_future_is_ready(read.base));
        close_both(server, client);
    }
}

EDO_TEST_BOTH(canceled_before_its_first_poll_it_starts_nothing) /* io-111 */
{
    for (way by = OWN; by <= INTERFACE; by++) {
        edo_tcp_stream *server, *client;
        char buf[4];
        call read, write;

        connect_pair(&server, &client);
        assert_int_equal(edo_tcp_write(client, "abc", 3), 3);
        settle();
        make_read(&read, by, server, buf, sizeof buf); /* the bytes are there */
        make_write(&write, by, server, "lost", 4);
        edo_future_cancel(read.base);
        edo_future_cancel(write.base);
        assert_ready_eq(read.base, -ECANCELED);
        assert_ready_eq(write.base, -ECANCELED);
        assert_int_equal(read_some_all(server, buf, 3), 3);
        assert_memory_equal(buf, "abc", 3);
        assert_ok(edo_tcp_shutdown(server, EDO_WRITE_HALF));
        assert_int_equal(edo_tcp_read(client, buf, sizeof buf), 0);
        close_both(server, client);
    }
}

EDO_TEST_BOTH(a_second_cancel_and_one_after_ready_do_nothing) /* io-112 */
{
    for (way by = OWN; by <= INTERFACE; by++) {
        edo_tcp_stream *server, *client;
        char buf[4];
        call read;

        connect_pair(&server, &client);
        make_read(&read, by, server, buf, sizeof buf);
        assert_pending(read.base);
        edo_future_cancel(read.base);
        edo_future_cancel(read.base);
        assert_err(poll_to_end(read.base), -ECANCELED);
        assert_int_equal(edo_tcp_write(client, "abc", 3), 3);
        make_read(&read, by, server, buf, sizeof buf);
        assert_int_equal(poll_to_end(read.base), 3);
        edo_future_cancel(read.base);
        assert_int_equal(read.base->result, 3);
        assert_true(edo_future_is_ready(read.base));
        close_both(server, client);
    }
}

/* Fills the connection until no more goes in, and the write of the rest waits. */
static size_t write_until_it_waits(call *c, way by, edo_tcp_stream *stream, const char *bytes,
                                   size_t len)
{
    size_t done = 0;

    for (;;) {
        assert_true(done < len);
        make_write(c, by, stream, bytes + done, len - done);
        if (edo_test_poll(c->base) == EDO_PENDING)
            settle();
        if (!edo_future_is_ready(c->base) && edo_test_poll(c->base) == EDO_PENDING)
            return done;
        assert_true(c->base->result > 0);
        done += (size_t)c->base->result;
    }
}

EDO_TEST_BOTH(a_canceled_write_says_what_the_peer_gets) /* io-109 */
{
    for (way by = OWN; by <= INTERFACE; by++) {
        edo_tcp_stream *server, *client;
        char *bytes = malloc(16 * MIB), *got = malloc(16 * MIB);
        call write;

        for (size_t i = 0; i < 16 * MIB; i++)
            bytes[i] = (char)(i * 31 >> 8);
        connect_pair(&server, &client);
        size_t done = write_until_it_waits(&write, by, client, bytes, 16 * MIB);
        edo_future_cancel(write.base);
        int64_t result = poll_to_end(write.base);
        assert_true(result == -ECANCELED || result > 0);
        done += result > 0 ? (size_t)result : 0;
        edo_tcp_close(client);
        assert_int_equal(read_some_all(server, got, 16 * MIB), done);
        assert_memory_equal(got, bytes, done);
        edo_tcp_close(server);
        free(bytes);
        free(got);
    }
}

/* A part of it may have been written by a driver that learns of the cancel later. */
EDO_TEST_BOTH(a_canceled_write_of_all_is_a_success_only_if_all_is_written) /* io-109 */
{
    static char bytes[16 * MIB];

    for (int i = 0; i < 20; i++) {
        edo_tcp_stream *server, *client;
        connect_pair(&server, &client);
        edo_tcp_write_all_future write = edo_tcp_write_all_async(client, bytes, sizeof bytes);
        assert_pending(&write.base);
        edo_future_cancel(&write.base);
        assert_err(poll_to_end(&write.base), -ECANCELED);
        assert_true(write.done < sizeof bytes);
        close_both(server, client);
    }
}

/* The deadline passes in the middle of a write of all of it. */
EDO_TEST_MT(a_deadline_leaves_done_at_what_the_peer_gets) /* io-109 */
{
    edo_tcp_stream *server, *client;
    char *bytes = calloc(1, 16 * MIB), *got = malloc(16 * MIB);
    edo_tcp_write_all_future write;
    int rc = 0;

    connect_pair(&server, &client);
    write = edo_tcp_write_all_async(client, bytes, 16 * MIB);
    EDO_WITHIN(EDO_MILLIS(20))
    rc = (int)edo_await(&write.base);
    assert_err(rc, -ETIMEDOUT);
    assert_in_range(write.done, 1, 16 * MIB - 1);
    edo_tcp_close(client);
    assert_int_equal(read_some_all(server, got, 16 * MIB), write.done);
    edo_tcp_close(server);
    free(bytes);
    free(got);
}

EDO_TEST_MT(a_timeout_ends_a_read_of_a_silent_peer_which_works_afterwards) /* io-113 */
{
    for (way by = OWN; by <= INTERFACE; by++) {
        edo_tcp_stream *server, *client;
        char buf[8];
        call read;

        connect_pair(&server, &client);
        make_read(&read, by, server, buf, sizeof buf);
        uint64_t before = real_time_ns();
        assert_err(edo_timeout(read.base, EDO_MILLIS(10)), -ETIMEDOUT);
        uint64_t took = real_time_ns() - before;
        assert_true(took >= UINT64_C(10000000));
        assert_true(took <= UINT64_C(100000000) * test_patience());
        assert_int_equal(edo_tcp_write(client, "abc", 3), 3);
        assert_int_equal(edo_tcp_read(server, buf, sizeof buf), 3);
        close_both(server, client);
    }
}

/* What each form answers to the same. */
typedef struct answers {
    int64_t empty, bytes, end, null, after_shutdown;
} answers;

static int64_t read_by_hand(edo_tcp_stream *stream, char *buf, size_t len)
{
    edo_tcp_read_future read = edo_tcp_read_async(stream, buf, len);

    return poll_to_end(&read.base);
}

static int64_t write_by_hand(edo_tcp_stream *stream, const char *buf, size_t len)
{
    edo_tcp_write_future write = edo_tcp_write_async(stream, buf, len);

    return poll_to_end(&write.base);
}

static int64_t read_by_interface(edo_tcp_stream *stream, char *buf, size_t len)
{
    return edo_read(edo_tcp_reader(stream), buf, len);
}

static int64_t write_by_interface(edo_tcp_stream *stream, const char *buf, size_t len)
{
    return edo_write(edo_tcp_writer(stream), buf, len);
}

static int64_t read_direct(edo_tcp_stream *stream, char *buf, size_t len)
{
    return edo_tcp_read(stream, buf, len);
}

static int64_t write_direct(edo_tcp_stream *stream, const char *buf, size_t len)
{
    return edo_tcp_write(stream, buf, len);
}

static answers ask(int64_t (*read)(edo_tcp_stream *, char *, size_t),
                   int64_t (*write)(edo_tcp_stream *, const char *, size_t))
{
    edo_tcp_stream *server, *client;
    answers a;
    char buf[8];

    connect_pair(&server, &client);
    a.null = read(NULL, buf, sizeof buf);
    a.empty = read(server, buf, 0);
    assert_int_equal(write(client, "abc", 3), 3);
    a.bytes = read(server, buf, sizeof buf);
    assert_memory_equal(buf, "abc", 3);
    assert_ok(edo_tcp_shutdown(client, EDO_WRITE_HALF));
    a.end = read(server, buf, sizeof buf);
    a.after_shutdown = write(client, "abc", 3);
    close_both(server, client);
    return a;
}

EDO_TEST_BOTH(all_forms_answer_alike) /* io-116 */
{
    const answers wanted = {
        .empty = 0, .bytes = 3, .end = 0, .null = -EINVAL, .after_shutdown = -EPIPE};
    answers direct = ask(read_direct, write_direct), by_hand = ask(read_by_hand, write_by_hand);
    answers interface = ask(read_by_interface, write_by_interface);

    assert_memory_equal(&direct, &wanted, sizeof wanted);
    assert_memory_equal(&by_hand, &wanted, sizeof wanted);
    assert_memory_equal(&interface, &wanted, sizeof wanted);
}

EDO_TEST_BOTH(what_an_interfaces_losing_read_took_is_the_next_ones) /* io-117 */
{
    edo_tcp_stream *server, *client;
    char one[2], two[8], next[16];
    const struct iovec pieces[2] = {{one, sizeof one}, {two, sizeof two}};

    connect_pair(&server, &client);
    assert_int_equal(edo_tcp_write(client, "abcdef", 6), 6);
    settle();
    edo_read_future read = edo_readv_async(edo_tcp_reader(server), pieces, 2);
    int64_t got = poll_to_end(&read.base);
    assert_int_equal(got, 6);
    edo_future_put_back(&read.base);
    assert_int_equal(read.base.result, -ECANCELED);
    memset(one, '#', sizeof one);
    memset(two, '#', sizeof two);
    assert_int_equal(edo_tcp_write(client, "gh", 2), 2);
    assert_int_equal(read_some_all(server, next, 8), 8);
    assert_memory_equal(next, "abcdefgh", 8);
    close_both(server, client);
}

EDO_TEST_BOTH(an_interfaces_read_that_waits_gets_what_another_puts_back) /* io-117 */
{
    edo_tcp_stream *server, *client;
    char one[4], two[4];

    connect_pair(&server, &client);
    edo_read_future first = edo_read_async(edo_tcp_reader(server), one, sizeof one);
    edo_read_future second = edo_read_async(edo_tcp_reader(server), two, sizeof two);
    assert_pending(&first.base);
    assert_pending(&second.base);
    assert_int_equal(edo_tcp_write(client, "abc", 3), 3);
    assert_int_equal(poll_to_end(&first.base), 3);
    settle();
    assert_pending(&second.base);
    edo_future_put_back(&first.base);
    assert_int_equal(first.base.result, -ECANCELED);
    assert_int_equal(poll_to_end(&second.base), 3);
    assert_memory_equal(two, "abc", 3);
    close_both(server, client);
}

typedef struct peer {
    edo_tcp_stream *stream;
    edo_notify *notify;
} peer;

static int send_and_notify(void *arg)
{
    peer *p = arg;

    assert_int_equal(edo_tcp_write(p->stream, "abc", 3), 3);
    settle();
    edo_notify_one(p->notify);
    return 0;
}

/* Both arms wait, then both can be had; a completion driver has read the bytes by then. */
static void check_lost_select(way by)
{
    edo_tcp_stream *server, *client;
    edo_notify notify;
    edo_task other;
    char buf[8];
    call read;

    connect_pair(&server, &client);
    edo_notify_init(&notify);
    assert_ok(edo_spawn_copy(send_and_notify, &((peer){client, &notify}), sizeof(peer), &other));
    make_read(&read, by, server, buf, sizeof buf);
    edo_notify_wait_future told = edo_notify_wait_async(&notify);
    int won = edo_select_biased(&told.base, read.base);
    if (won == 0)
        assert_err(read.base->result, -ECANCELED);
    else
        assert_int_equal(edo_tcp_write(client, buf, 3), 3); /* it won: once more */
    memset(buf, '#', sizeof buf);
    assert_int_equal(read_some_all(server, buf, 3), 3);
    assert_memory_equal(buf, "abc", 3);
    assert_ok(edo_join(other, NULL));
    edo_notify_fini(&notify);
    close_both(server, client);
}

EDO_TEST_BOTH(a_losing_arm_of_a_select_says_so_and_its_bytes_come_next) /* io-117 */
{
    for (int i = 0; i < 10; i++) {
        check_lost_select(OWN);
        check_lost_select(INTERFACE);
    }
}

static void use_up_the_budget(void)
{
    while (!coop_is_spent())
        coop_spend();
}

/* It has been polled, so it is to know of the close, budget or not. */
EDO_TEST_BOTH(a_connect_that_waits_for_budget_hears_of_its_sockets_close)
{
    edo_tcp_socket *socket;
    edo_tcp_stream *stream;
    edo_addr addr;
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);

    assert_ok(edo_tcp_listener_addr(listener, &addr));
    assert_ok(edo_tcp_socket_new(AF_INET, &socket));
    edo_tcp_socket_connect_future connect = edo_tcp_socket_connect_async(socket, &addr, &stream);
    use_up_the_budget();
    assert_pending(&connect.base);
    edo_tcp_socket_close(socket);
    assert_err(poll_to_end(&connect.base), -ECANCELED);
    edo_tcp_listener_close(listener);
}

EDO_TEST_BOTH(a_stream_may_be_closed_under_a_read_by_its_interface)
{
    edo_tcp_stream *server, *client;
    char buf[8];

    connect_pair(&server, &client);
    edo_read_future read = edo_read_async(edo_tcp_reader(server), buf, sizeof buf);
    assert_pending(&read.base);
    edo_tcp_close(server);
    assert_err(poll_to_end(&read.base), -ECANCELED);
    edo_tcp_close(client);
}

EDO_TEST_BOTH(empty_pieces_in_any_number_may_come_first)
{
    static struct iovec pieces[1025];
    edo_tcp_stream *server, *client;
    char buf[8];

    connect_pair(&server, &client);
    pieces[1024] = (struct iovec){"abc", 3};
    edo_write_future write = edo_writev_async(edo_tcp_writer(client), pieces, 1025);
    assert_int_equal(poll_to_end(&write.base), 3);
    pieces[1024] = (struct iovec){buf, sizeof buf};
    assert_int_equal(edo_tcp_readv(server, pieces, 1025), 3);
    assert_memory_equal(buf, "abc", 3);
    close_both(server, client);
}
