/* unix_message_test.c: descriptors and credentials that travel with bytes. */
#include "support/edo_test.h"
#include "support/fake_driver.h"
#include "support/tcp.h"
#include "support/unix.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FDS 4

/* Pairs of plain sockets, of which one end each is sent, and what is in hand of them. */
typedef struct cargo {
    int sent[FDS], kept[FDS];
    edo_unix_control *control;
} cargo;

static cargo load(void)
{
    cargo c;

    assert_ok(edo_unix_control_new(FDS, &c.control));
    for (int i = 0; i < FDS; i++) {
        int fds[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
        c.sent[i] = fds[0];
        c.kept[i] = fds[1];
        assert_ok(edo_unix_control_add_fd(c.control, c.sent[i]));
    }
    return c;
}

static void close_sent(cargo *c)
{
    edo_unix_control_free(c->control); /* which leaves them alone */
    for (int i = 0; i < FDS; i++)
        assert_int_equal(close(c->sent[i]), 0);
}

/* Whether nobody has the other end of what was sent any more. */
static bool all_are_closed(const cargo *c)
{
    char byte;

    for (int i = 0; i < FDS; i++)
        if (recv(c->kept[i], &byte, 1, MSG_DONTWAIT) != 0)
            return false;
    return true;
}

static void close_kept(cargo *c)
{
    for (int i = 0; i < FDS; i++)
        close(c->kept[i]);
}

static void send_cargo(edo_unix_stream *stream, cargo *c, const char *text)
{
    struct iovec iov = {(void *)(uintptr_t)text, strlen(text)};

    *c = load();
    assert_int_equal(edo_unix_sendmsg(stream, &iov, 1, c->control), strlen(text));
    close_sent(c);
}

static void check_fds(edo_unix_control *got, const cargo *c)
{
    char byte;
    int fd;

    assert_int_equal(edo_unix_control_fds(got), FDS);
    assert_err(edo_unix_control_take_fd(NULL, &fd), -EINVAL);
    assert_err(edo_unix_control_take_fd(got, NULL), -EINVAL);
    for (int i = 0; i < FDS; i++) {
        assert_ok(edo_unix_control_take_fd(got, &fd));
        assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
        byte = (char)('a' + i);
        assert_int_equal(write(fd, &byte, 1), 1);
        assert_int_equal(read(c->kept[i], &byte, 1), 1);
        assert_int_equal(byte, 'a' + i);
        close(fd);
    }
    assert_err(edo_unix_control_take_fd(got, &fd), -ENOENT);
}

EDO_TEST_BOTH(four_descriptors_come_with_a_byte) /* net-102 */
{
    edo_unix_stream *one, *other;
    edo_unix_control *got;
    char byte = 0;
    struct iovec in = {&byte, 1};
    cargo c;

    assert_ok(edo_unix_pair(&one, &other));
    assert_ok(edo_unix_control_new(FDS, &got));
    edo_unix_receive_future wait = edo_unix_recvmsg_async(other, &in, 1, got);
    assert_pending(&wait.base);
    send_cargo(one, &c, "x");
    assert_int_equal(poll_to_end(&wait.base), 1);
    assert_int_equal(byte, 'x');
    assert_false(edo_unix_control_is_cut(got));
    check_fds(got, &c);
    close_kept(&c);
    edo_unix_control_free(got);
    edo_unix_close(one);
    edo_unix_close(other);
}

EDO_TEST_BOTH(what_nobody_takes_is_closed) /* net-102 */
{
    edo_unix_stream *one, *other;
    edo_unix_control *got;
    char byte;
    struct iovec in = {&byte, 1};
    cargo c[4];
    int fd;

    assert_ok(edo_unix_pair(&one, &other));
    assert_ok(edo_unix_control_new(FDS, &got));
    for (int i = 0; i < 4; i++)
        send_cargo(one, &c[i], "x");
    assert_int_equal(edo_unix_read(other, &byte, 1), 1); /* a plain read wants none */
    assert_true(all_are_closed(&c[0]));
    assert_int_equal(edo_unix_recvmsg(other, &in, 1, got), 1);
    assert_ok(edo_unix_control_take_fd(got, &fd));
    assert_int_equal(edo_unix_recvmsg(other, &in, 1, got), 1); /* the next takes its place */
    close(fd);
    assert_true(all_are_closed(&c[1]));
    assert_false(all_are_closed(&c[2]));
    edo_unix_control_free(got);
    assert_true(all_are_closed(&c[2]));
    edo_unix_close(other);
    assert_true(all_are_closed(&c[3])); /* never received */
    for (int i = 0; i < 4; i++)
        close_kept(&c[i]);
    edo_unix_close(one);
}

EDO_TEST_BOTH(too_little_room_is_told_and_leaks_nothing) /* net-102 */
{
    for (size_t room = 0; room < FDS; room++) {
        edo_unix_stream *one, *other;
        edo_unix_control *got;
        char byte;
        struct iovec in = {&byte, 1};
        cargo c;
        int fds = open_fds();

        assert_ok(edo_unix_pair(&one, &other));
        assert_ok(edo_unix_control_new(room, &got));
        send_cargo(one, &c, "x");
        assert_int_equal(edo_unix_recvmsg(other, &in, 1, got), 1);
        assert_true(edo_unix_control_is_cut(got));
        assert_int_equal(edo_unix_control_fds(got), room);
        edo_unix_control_clear(got);
        assert_true(all_are_closed(&c));
        close_kept(&c);
        edo_unix_control_free(got);
        edo_unix_close(one);
        edo_unix_close(other);
        if (!driver_is_fake())
            assert_in_range(open_fds(), fds, fds + 1); /* the runtime's own */
    }
}

static ssize_t receive_and_put_back(edo_unix_stream *stream, size_t len)
{
    char buf[16];
    struct iovec in = {buf, len};
    edo_unix_control *control;

    assert_ok(edo_unix_control_new(FDS, &control));
    edo_unix_receive_future receive = edo_unix_recvmsg_async(stream, &in, 1, control);
    ssize_t n = (ssize_t)poll_to_end(&receive.base);
    edo_future_put_back(&receive.base);
    assert_err(receive.base.result, -ECANCELED);
    assert_int_equal(edo_unix_control_fds(control), 0);
    edo_unix_control_free(control);
    return n;
}

EDO_TEST_BOTH(descriptors_are_put_back_with_their_bytes) /* net-102 */
{
    edo_unix_stream *one, *other;
    edo_unix_control *got;
    char buf[16];
    struct iovec in = {buf, sizeof buf};
    cargo c, later;

    assert_ok(edo_unix_pair(&one, &other));
    assert_ok(edo_unix_control_new(FDS, &got));
    send_cargo(one, &c, "abc");
    send_cargo(one, &later, "de");
    assert_int_equal(receive_and_put_back(other, 16), 3);
    assert_int_equal(receive_and_put_back(other, 2), 2); /* out of what was put back */
    assert_int_equal(edo_unix_peek(other, buf, sizeof buf), 3);
    assert_int_equal(edo_unix_recvmsg(other, &in, 1, got), 2); /* as far as they came along */
    assert_memory_equal(buf, "ab", 2);
    assert_false(edo_unix_control_is_cut(got) || edo_unix_control_is_data_cut(got));
    check_fds(got, &c);
    assert_int_equal(edo_unix_recvmsg(other, &in, 1, got), 1);
    assert_memory_equal(buf, "c", 1);
    assert_int_equal(edo_unix_control_fds(got), 0);
    assert_int_equal(edo_unix_recvmsg(other, &in, 1, got), 2);
    check_fds(got, &later);
    edo_unix_control_free(got);
    close_kept(&c);
    close_kept(&later);
    edo_unix_close(one);
    edo_unix_close(other);
}

/* The same receipt again and again, in a select that it loses. */
EDO_TEST_BOTH(a_receipt_that_was_put_back_can_be_begun_anew) /* net-102 */
{
    edo_unix_stream *one, *other;
    edo_unix_datagram *first, *second;
    edo_unix_control *got, *mail;
    char byte, letter[4];
    struct iovec in = {&byte, 1}, page = {letter, sizeof letter}, out = {"mail", 4};
    cargo c, sent = load();
    int won, rounds = 0;

    assert_ok(edo_unix_pair(&one, &other));
    assert_ok(edo_unix_datagram_pair(&first, &second));
    assert_ok(edo_unix_control_new(FDS, &got));
    assert_ok(edo_unix_control_new(FDS, &mail));
    edo_unix_receive_future bytes = edo_unix_recvmsg_async(other, &in, 1, got);
    edo_unix_receive_future message = edo_unix_datagram_recvmsg_async(second, &page, 1, NULL, mail);
    do {
        edo_sleep_future nap = edo_sleep_async(EDO_MILLIS(1));
        won = edo_select_keep(&nap.base, &bytes.base);
        if (++rounds == 5)
            send_cargo(one, &c, "x");
        assert_in_range(rounds, 1, 1000);
    } while (won == 0);
    assert_int_equal(bytes.base.result, 1);
    check_fds(got, &c);
    rounds = 0;
    do {
        edo_sleep_future nap = edo_sleep_async(EDO_MILLIS(1));
        won = edo_select_keep(&nap.base, &message.base);
        if (++rounds == 5)
            assert_int_equal(edo_unix_datagram_sendmsg(first, &out, 1, NULL, sent.control), 4);
        assert_in_range(rounds, 1, 1000);
    } while (won == 0);
    assert_int_equal(message.base.result, 4);
    check_fds(mail, &sent);
    close_sent(&sent);
    close_kept(&sent);
    close_kept(&c);
    edo_unix_control_free(got);
    edo_unix_control_free(mail);
    edo_unix_datagram_close(first);
    edo_unix_datagram_close(second);
    edo_unix_close(one);
    edo_unix_close(other);
}

EDO_TEST_BOTH(what_was_put_back_and_not_wanted_is_closed) /* net-102 */
{
    edo_unix_stream *one, *other;
    edo_unix_control *small;
    char buf[4];
    struct iovec in = {buf, sizeof buf};
    cargo c[3];

    assert_ok(edo_unix_pair(&one, &other));
    send_cargo(one, &c[0], "abc");
    assert_int_equal(receive_and_put_back(other, 3), 3);
    assert_false(all_are_closed(&c[0]));
    assert_int_equal(edo_unix_read(other, buf, 1), 1); /* by a plain read */
    assert_true(all_are_closed(&c[0]));
    assert_int_equal(edo_unix_read(other, buf, 2), 2);

    send_cargo(one, &c[1], "x");
    assert_int_equal(receive_and_put_back(other, 1), 1);
    assert_ok(edo_unix_control_new(1, &small)); /* by one with too little room */
    assert_int_equal(edo_unix_recvmsg(other, &in, 1, small), 1);
    assert_true(edo_unix_control_is_cut(small));
    assert_int_equal(edo_unix_control_fds(small), 1);
    edo_unix_control_free(small);
    assert_true(all_are_closed(&c[1]));

    send_cargo(one, &c[2], "x");
    assert_int_equal(receive_and_put_back(other, 1), 1);
    edo_unix_close(other); /* by the end of the stream */
    assert_true(all_are_closed(&c[2]));
    for (int i = 0; i < 3; i++)
        close_kept(&c[i]);
    edo_unix_close(one);
}

/* Cancelled at any moment: it has them, or the stream has. */
EDO_TEST_BOTH(a_cancelled_receipt_loses_no_descriptor) /* net-102 */
{
    for (unsigned i = 0; i < test_count(60); i++) {
        edo_unix_stream *one, *other;
        edo_unix_control *got;
        char byte;
        struct iovec in = {&byte, 1};
        cargo c;

        assert_ok(edo_unix_pair(&one, &other));
        assert_ok(edo_unix_control_new(FDS, &got));
        edo_unix_receive_future wait = edo_unix_recvmsg_async(other, &in, 1, got);
        assert_pending(&wait.base);
        send_cargo(one, &c, "x");
        if (i % 3)
            edo_yield();
        edo_future_cancel(&wait.base);
        int64_t rc = poll_to_end(&wait.base);
        if (rc == -ECANCELED)
            assert_int_equal(edo_unix_recvmsg(other, &in, 1, got), 1);
        else
            assert_int_equal(rc, 1);
        check_fds(got, &c);
        close_kept(&c);
        edo_unix_control_free(got);
        edo_unix_close(one);
        edo_unix_close(other);
    }
}

/* A receive that is out gives way; what it got too late goes behind what was put back. */
EDO_TEST_BOTH(descriptors_that_came_too_late_keep_their_place) /* net-102 */
{
    for (unsigned i = 0; i < test_count(40); i++) {
        edo_unix_stream *one, *other;
        edo_unix_control *a, *b;
        char first, second;
        struct iovec in[2] = {{&first, 1}, {&second, 1}};
        cargo c[2];

        assert_ok(edo_unix_pair(&one, &other));
        assert_ok(edo_unix_control_new(FDS, &a));
        assert_ok(edo_unix_control_new(FDS, &b));
        edo_unix_receive_future early = edo_unix_recvmsg_async(other, &in[0], 1, a);
        edo_unix_receive_future late = edo_unix_recvmsg_async(other, &in[1], 1, b);
        assert_pending(&early.base);
        assert_pending(&late.base);
        send_cargo(one, &c[0], "1");
        assert_int_equal(poll_to_end(&early.base), 1);
        send_cargo(one, &c[1], "2");
        if (i % 2)
            settle();
        edo_future_put_back(&early.base);
        assert_int_equal(poll_to_end(&late.base), 1);
        check_fds(b, &c[second - '1']);
        assert_int_equal(edo_unix_recvmsg(other, &in[0], 1, a), 1);
        assert_int_not_equal(first, second);
        check_fds(a, &c[first - '1']);
        edo_unix_control_free(a);
        edo_unix_control_free(b);
        close_kept(&c[0]);
        close_kept(&c[1]);
        edo_unix_close(one);
        edo_unix_close(other);
    }
}

EDO_TEST_BOTH(datagrams_carry_descriptors_and_are_put_back_with_them) /* net-102 */
{
    edo_unix_datagram *one, *other;
    edo_unix_control *got;
    edo_unix_addr from;
    char buf[8];
    struct iovec out = {"mail", 4}, in = {buf, sizeof buf};
    cargo c = load(), lost = load();

    assert_ok(edo_unix_datagram_pair(&one, &other));
    assert_ok(edo_unix_control_new(FDS, &got));
    assert_int_equal(edo_unix_datagram_sendmsg(one, &out, 1, NULL, c.control), 4);
    assert_int_equal(edo_unix_datagram_sendmsg(one, &out, 1, NULL, lost.control), 4);
    close_sent(&c);
    close_sent(&lost);
    edo_unix_receive_future receive = edo_unix_datagram_recvmsg_async(other, &in, 1, &from, got);
    assert_int_equal(poll_to_end(&receive.base), 4);
    edo_future_put_back(&receive.base);
    assert_int_equal(edo_unix_control_fds(got), 0);
    assert_false(all_are_closed(&c));
    in.iov_len = 2;
    assert_int_equal(edo_unix_datagram_recvmsg(other, &in, 1, NULL, got), 2);
    assert_true(edo_unix_control_is_data_cut(got));
    check_fds(got, &c);
    assert_int_equal(edo_unix_datagram_recv(other, buf, sizeof buf), 4);
    assert_true(all_are_closed(&lost));
    edo_unix_control_free(got);
    close_kept(&c);
    close_kept(&lost);
    edo_unix_datagram_close(one);
    edo_unix_datagram_close(other);
}

EDO_TEST_BOTH(messages_tell_who_sent_them)
{
    edo_unix_stream *one, *other;
    edo_unix_control *control, *got;
    edo_unix_cred cred;
    char byte;
    struct iovec out = {"x", 1}, in = {&byte, 1};

    assert_ok(edo_unix_pair(&one, &other));
    assert_ok(edo_unix_control_new(0, &control));
    assert_ok(edo_unix_control_new(0, &got));
    assert_int_equal(edo_unix_sendmsg(one, &out, 1, NULL), 1);
    assert_int_equal(edo_unix_recvmsg(other, &in, 1, got), 1);
    assert_err(edo_unix_control_cred(got, &cred), -ENOENT);
    assert_ok(edo_unix_set_pass_cred(other, true));
    assert_ok(edo_unix_control_set_cred(control, NULL));
    assert_int_equal(edo_unix_sendmsg(one, &out, 1, control), 1);
    assert_int_equal(edo_unix_recvmsg(other, &in, 1, got), 1);
    assert_ok(edo_unix_control_cred(got, &cred));
    assert_int_equal(cred.pid, getpid());
    assert_int_equal(cred.uid, geteuid());
    assert_int_equal(cred.gid, getegid());
    assert_err(edo_unix_control_set_cred(got, NULL), -EBUSY);
    if (geteuid() != 0) { /* the superuser may say what it likes */
        assert_ok(edo_unix_control_set_cred(control, &(edo_unix_cred){1, 0, 0}));
        assert_err(edo_unix_sendmsg(one, &out, 1, control), -EPERM);
    }
    edo_unix_control_free(control);
    edo_unix_control_free(got);
    edo_unix_close(one);
    edo_unix_close(other);
}

EDO_TEST(a_control_refuses_what_it_can_not_hold)
{
    edo_unix_control *control = NULL;
    int fd;

    assert_err(edo_unix_control_new(EDO_UNIX_FDS_MAX + 1, &control), -EINVAL);
    assert_err(edo_unix_control_new(1, NULL), -EINVAL);
    assert_ok(edo_unix_control_new(1, &control));
    assert_err(edo_unix_control_add_fd(control, -1), -EINVAL);
    assert_ok(edo_unix_control_add_fd(control, 0));
    assert_err(edo_unix_control_add_fd(control, 1), -ENOSPC);
    assert_err(edo_unix_control_take_fd(control, &fd), -ENOENT); /* it is not received */
    edo_unix_control_clear(control);
    assert_ok(edo_unix_control_add_fd(control, 1));
    edo_unix_control_free(control);
    edo_unix_control_free(NULL);
    assert_true(fcntl(0, F_GETFD) >= 0 && fcntl(1, F_GETFD) >= 0);
}

/* A read of a stream ends behind bytes that descriptors came with: so a short one says nothing of what is left. */
EDO_TEST_BOTH(what_comes_behind_a_descriptor_is_read_by_plain_reads_too)
{
    for (int i = 0; i < 2; i++) {
        edo_unix_stream *one, *other;
        cargo c;
        char buf[64] = {0};

        assert_ok(edo_unix_pair(&one, &other));
        edo_unix_read_future read = edo_unix_read_async(one, buf, sizeof buf);
        assert_pending(&read.base); /* it is watched from now on */
        assert_int_equal(edo_unix_write(other, "-", 1), 1);
        assert_int_equal(poll_to_end(&read.base), 1);
        assert_err(edo_unix_try_read(one, buf, sizeof buf), -EAGAIN);
        send_cargo(other, &c, "a");
        assert_int_equal(edo_unix_write(other, "b", 1), 1);
        settle();
        assert_int_equal(edo_unix_read(one, buf, sizeof buf), 1);
        assert_int_equal(buf[0], 'a');
        read = edo_unix_read_async(one, buf, sizeof buf);
        assert_int_equal(poll_to_end(&read.base), 1);
        assert_int_equal(buf[0], 'b');
        close_kept(&c);
        edo_unix_close(one);
        edo_unix_close(other);
    }
}
