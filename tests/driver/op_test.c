/* op_test.c: what operations ask the system for, and what they make of its answers. */
#include "driver/rig.h"

#include <limits.h>
#include <poll.h>
#include <string.h>

#include <netinet/in.h>
#include <sys/uio.h>
#include <sys/un.h>

static void init(edo_op *op, source *src, enum op_kind kind, void *buf, size_t len)
{
    op_init(op, src, kind, buf, len);
    assert_true(op_is_new(op));
}

/* More pieces than the system takes are as many as it takes. */
static void check_pieces(int type, enum op_kind from, enum op_kind into)
{
    static struct iovec pieces[IOV_MAX + 7];
    static char bytes[IOV_MAX + 7], got[IOV_MAX + 7];
    driver *d = open_driver();
    int peer;
    counter c = {0};
    source *src = open_pair(d, type, &peer), *other;
    edo_op op;

    assert_ok(source_open(d, peer, false, &other));
    for (unsigned i = 0; i < IOV_MAX + 7; i++) {
        bytes[i] = (char)i;
        pieces[i] = (struct iovec){&bytes[i], 1};
    }
    for (size_t count = 3; count <= IOV_MAX + 7; count = count < IOV_MAX ? IOV_MAX : count + 7) {
        size_t moved = count < IOV_MAX ? count : IOV_MAX;
        init(&op, src, from, pieces, count);
        assert_op_ends(&op, &c, (int64_t)moved);
        memset(got, 0, sizeof got);
        for (unsigned i = 0; i < count; i++)
            pieces[i].iov_base = &got[i];
        init(&op, other, into, pieces, count);
        assert_op_ends(&op, &c, (int64_t)moved);
        assert_memory_equal(got, bytes, moved);
        for (unsigned i = 0; i < count; i++)
            pieces[i].iov_base = &bytes[i];
    }
    source_close(src);
    source_close(other);
    free_driver(d);
}

EDO_TEST_PLAIN(too_many_pieces_are_as_many_as_the_system_takes)
{
    check_pieces(SOCK_STREAM, OP_SENDV, OP_RECVV);
    check_pieces(SOCK_STREAM, OP_WRITEV, OP_READV);
}

typedef struct lender {
    op_lender base;
    char buffer[16];
    unsigned out, given;
    bool is_empty;
} lender;

static void *lend(op_lender *from)
{
    lender *l = container_of(from, lender, base);

    if (l->is_empty)
        return NULL;
    l->out++;
    return l->buffer;
}

static void take_back(op_lender *from, void *data)
{
    lender *l = container_of(from, lender, base);

    assert_ptr_equal(data, l->buffer);
    l->given++;
}

EDO_TEST_PLAIN(what_is_lent_is_kept_for_bytes_only)
{
    wire w = open_wire(SOCK_STREAM);
    counter c = {0};
    lender l = {.base = {lend, take_back, sizeof l.buffer}};
    edo_op_lend loan = {&l.base, NULL};
    edo_op op;

    init(&op, w.src, OP_RECV_LENT, &loan, sizeof l.buffer);
    assert_op_waits(&op, &c); /* nothing is there */
    assert_int_equal(l.out, 1);
    assert_int_equal(l.given, 1);
    assert_int_equal(write(w.peer, "abc", 3), 3);
    check_events(w.d, 1);
    assert_op_ends(&op, &c, 3);
    assert_ptr_equal(loan.data, l.buffer);
    assert_memory_equal(l.buffer, "abc", 3);
    assert_int_equal(l.given, 1);
    assert_int_equal(write(w.peer, "d", 1), 1);
    l.is_empty = true;
    init(&op, w.src, OP_RECV_LENT, &loan, sizeof l.buffer);
    assert_err(op_try(&op), -ENOMEM);
    l.is_empty = false;
    assert_int_equal(op_try(&op), 1);
    hang_up(&w);
    assert_int_equal(op_try(&op), 0); /* the end */
    assert_null(loan.data);
    assert_int_equal(l.out, 4);
    assert_int_equal(l.given, 2);
    close_wire(&w);
}

EDO_TEST_PLAIN(a_datagram_that_is_cut_is_told)
{
    wire w = open_wire(SOCK_DGRAM);
    char buf[4];
    struct iovec into = {buf, sizeof buf};
    struct msghdr msg = {.msg_iov = &into, .msg_iovlen = 1};
    edo_op op;

    init(&op, w.src, OP_RECVFROM, &msg, 1);
    for (size_t len = 3; len <= 5; len++) {
        assert_int_equal(write(w.peer, "abcde", len), len);
        assert_int_equal(op_try(&op), len < 4 ? len : 4);
        assert_int_equal(msg.msg_flags, len > 4 ? MSG_TRUNC : 0);
    }
    assert_int_equal(write(w.peer, "abcde", 5), 5);
    op.flags = MSG_TRUNC; /* who asks for it is told the whole length */
    assert_int_equal(op_try(&op), 5);
    assert_int_equal(msg.msg_flags, MSG_TRUNC);
    assert_int_equal(write(w.peer, "", 0), 0);
    assert_int_equal(op_try(&op), 0);
    assert_int_equal(msg.msg_flags, 0);
    msg.msg_flags = MSG_TRUNC;
    assert_err(op_try(&op), -EAGAIN);
    close_wire(&w);
}

static int tcp_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    return fd;
}

/* A port of the loopback interface; *ret_listener is bound to it, and listens or not. */
static struct sockaddr_in make_port(bool listens, int *ret_listener)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof to;

    *ret_listener = tcp_socket();
    assert_int_equal(bind(*ret_listener, (struct sockaddr *)&to, len), 0);
    assert_int_equal(getsockname(*ret_listener, (struct sockaddr *)&to, &len), 0);
    if (listens)
        assert_int_equal(listen(*ret_listener, 4), 0);
    return to;
}

EDO_TEST_PLAIN(a_connect_that_is_under_way_is_asked_how_it_went)
{
    driver *d = open_driver();
    int listener;

    for (int listens = 0; listens < 2; listens++) {
        struct sockaddr_in to = make_port(listens, &listener);
        counter c = {0};
        source *src;
        edo_op op;
        assert_ok(source_open(d, tcp_socket(), true, &src));
        init(&op, src, OP_CONNECT, &to, sizeof to);
        while (poll_op(&op, &c) == EDO_PENDING)
            assert_int_equal(d->ops->park(d, UINT64_MAX), 1);
        assert_int_equal(op.result, listens ? 0 : -ECONNREFUSED);
        source_close(src);
        close(listener);
    }
    free_driver(d);
}

/* Beyond a listener's queue a connect goes on trying; to be asked again is no second connect. */
EDO_TEST_PLAIN(a_connect_that_goes_on_may_be_asked_at_any_time)
{
    enum { MANY = 8 };
    driver *d = open_driver();
    int listener;
    struct sockaddr_in to = make_port(true, &listener);
    source *sources[MANY];
    edo_op op;

    assert_int_equal(listen(listener, 0), 0);
    for (int i = 0; i < MANY; i++) {
        assert_ok(source_open(d, tcp_socket(), true, &sources[i]));
        init(&op, sources[i], OP_CONNECT, &to, sizeof to);
        assert_err(op_try(&op), -EAGAIN);
    }
    for (int i = 0; i < 3; i++)
        assert_err(op_try(&op), -EAGAIN);
    for (int i = 0; i < MANY; i++)
        source_close(sources[i]);
    free_driver(d);
    close(listener);
}

/* Asked before it has gone anywhere: neither an error nor a peer. */
EDO_TEST_PLAIN(a_connect_that_has_not_come_anywhere_waits)
{
    driver *d = open_driver();
    struct sockaddr_in to = {.sin_family = AF_INET};
    source *src;
    edo_op op;

    assert_ok(source_open(d, tcp_socket(), true, &src));
    init(&op, src, OP_CONNECT, &to, sizeof to);
    op.flags = 1; /* it has begun */
    assert_err(op_try(&op), -EAGAIN);
    source_close(src);
    free_driver(d);
}

/* A Unix listener's queue that is full: no event will tell when it isn't. */
EDO_TEST_PLAIN(a_connect_to_a_full_queue_is_to_be_tried_again)
{
    driver *d = open_driver();
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    socklen_t len = sizeof(sa_family_t);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    source *sources[8];
    unsigned count = 0;
    counter c = {0};
    edo_op op;

    assert_int_equal(bind(listener, (struct sockaddr *)&to, len), 0); /* a name that is free */
    len = sizeof to;
    assert_int_equal(getsockname(listener, (struct sockaddr *)&to, &len), 0);
    assert_int_equal(listen(listener, 1), 0);
    do {
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        assert_ok(source_open(d, fd, true, &sources[count]));
        init(&op, sources[count++], OP_CONNECT, &to, len);
        assert_int_equal(poll_op(&op, &c), EDO_READY);
    } while (op.result == 0 && count < 8);
    assert_int_equal(op.result, -EBUSY);
    while (count > 0)
        source_close(sources[--count]);
    free_driver(d);
    close(listener);
}

EDO_TEST_PLAIN(bytes_go_through_a_pipe_by_splicing)
{
    driver *d = open_driver();
    int peer, ends[2];
    char got[4];
    source *src = open_pair(d, SOCK_STREAM, &peer);
    edo_op op;

    assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    splice_pipe pipe = {ends[1], ends[0]};
    assert_int_equal(write(peer, "abcd", 4), 4);
    init(&op, src, OP_SPLICE_IN, &pipe, 4);
    assert_int_equal(op_try(&op), 4);
    init(&op, src, OP_SPLICE_OUT, &pipe, 4);
    assert_int_equal(op_try(&op), 4);
    assert_int_equal(read(peer, got, 4), 4);
    assert_memory_equal(got, "abcd", 4);
    source_close(src);
    free_driver(d);
    close(peer);
    close(ends[0]);
    close(ends[1]);
}

EDO_TEST_PLAIN(readiness_of_what_is_no_descriptor_is_told)
{
    driver *d = open_driver();
    source *src;
    edo_op op;

    assert_ok(source_open(d, dup(STDERR_FILENO), false, &src));
    readiness_init(&op, src, POLLIN | POLLNVAL);
    int fd = src->fd;
    close(fd);
    assert_int_equal(op_try(&op), POLLNVAL);
    source_close(src);
    free_driver(d);
}

EDO_TEST_PLAIN(what_is_no_kind_is_refused)
{
    driver *d = open_driver();
    source *src;
    edo_op op;

    assert_ok(source_open(d, dup(STDERR_FILENO), false, &src));
    op_init(&op, src, OP_READ, NULL, 0);
    op.kind = 200;
    assert_err(op_try(&op), -EINVAL);
    source_close(src);
    free_driver(d);
}

EDO_TEST_PLAIN(kinds_stand_in_the_queue_of_their_direction)
{
    assert_int_equal(op_dir_of(OP_READINESS), OP_ANY);
    assert_int_equal(op_dir_of(OP_ACCEPT), OP_IN);
    assert_int_equal(op_dir_of(OP_RECV_LENT), OP_IN);
    assert_int_equal(op_dir_of(OP_SPLICE_IN), OP_IN);
    assert_int_equal(op_dir_of(OP_CONNECT), OP_OUT);
    assert_int_equal(op_dir_of(OP_SEND_FILE), OP_OUT);
    assert_int_equal(op_dir_of(OP_SPLICE_OUT), OP_OUT);
}

EDO_TEST_PLAIN(one_that_is_done_is_made_new_again)
{
    wire w = open_wire(SOCK_STREAM);
    char byte;
    counter c = {0};
    edo_op op;

    init(&op, w.src, OP_RECV, &byte, 1);
    assert_op_waits(&op, &c);
    assert_false(op_is_new(&op));
    op_cancel(&op);
    assert_op_ends(&op, &c, -ECANCELED);
    assert_op_ends(&op, &c, -ECANCELED); /* and stays so */
    op_renew(&op);
    assert_true(op_is_new(&op));
    assert_int_equal(write(w.peer, "x", 1), 1);
    w.d->ops->park(w.d, 0);
    assert_op_ends(&op, &c, 1);
    assert_int_equal(w.src->users, 0);
    close_wire(&w);
}
