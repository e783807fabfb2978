/* pipe_test.c: pipes without a name, taken in and given away. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char text[] = "38 bytes, which is what Tokio's have: 3";
#define TEXT 38

typedef struct reading {
    edo_pipe_receiver *receiver;
    char buf[TEXT];
    int rc;
} reading;

static int read_exactly(void *arg)
{
    reading *r = arg;

    return r->rc = edo_read_exact(edo_pipe_reader(r->receiver), r->buf, TEXT, NULL);
}

EDO_TEST_BOTH(a_waiting_read_is_woken_by_a_write) /* net-105 */
{
    edo_pipe_sender *sender;
    reading r = {.rc = 1};
    edo_task task;

    assert_ok(edo_pipe_pair(&sender, &r.receiver));
    assert_ok(edo_spawn(read_exactly, &r, &task));
    settle();
    assert_int_equal(r.rc, 1);
    assert_ok(edo_pipe_write_all(sender, text, TEXT));
    assert_ok(edo_join(task, NULL));
    assert_ok(r.rc);
    assert_memory_equal(r.buf, text, TEXT);
    edo_pipe_sender_close(sender);
    edo_pipe_receiver_close(r.receiver);
}

EDO_TEST_BOTH(what_is_no_pipe_is_not_taken) /* net-109 */
{
    char path[] = "/tmp/edo-pipe-XXXXXX";
    int sockets[2], file = mkstemp(path);
    edo_pipe_sender *sender = NULL;
    edo_pipe_receiver *receiver = NULL;

    assert_true(file >= 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
    assert_err(edo_fifo_open_sender(path, NULL, &sender), -EINVAL);
    assert_err(edo_fifo_open_receiver(path, NULL, &receiver), -EINVAL);
    assert_err(edo_pipe_sender_from_fd(file, &sender), -EINVAL);
    assert_err(edo_pipe_receiver_from_fd(file, &receiver), -EINVAL);
    assert_err(edo_pipe_sender_from_fd(sockets[0], &sender), -EINVAL);
    assert_err(edo_pipe_receiver_from_fd(-1, &receiver), -EBADF);
    assert_err(edo_fifo_open_sender("/nowhere/at all", NULL, &sender), -ENOENT);
    assert_null(sender);
    assert_null(receiver);
    assert_true(fcntl(file, F_GETFD) >= 0);
    unlink(path);
    close(file);
    close(sockets[0]);
    close(sockets[1]);
}

EDO_TEST_BOTH(an_end_of_the_wrong_direction_is_not_taken) /* net-110 */
{
    int fds[2];
    edo_pipe_sender *sender = NULL;
    edo_pipe_receiver *receiver = NULL;

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    assert_err(edo_pipe_receiver_from_fd(fds[1], &receiver), -EINVAL);
    assert_err(edo_pipe_sender_from_fd(fds[0], &sender), -EINVAL);
    assert_null(sender);
    assert_null(receiver);
    assert_int_equal(fcntl(fds[0], F_GETFL) & O_NONBLOCK, 0); /* and nothing was done to it */
    assert_int_equal(fcntl(fds[1], F_GETFL) & O_NONBLOCK, 0);
    close(fds[0]);
    close(fds[1]);
}

EDO_TEST_BOTH(a_blocking_end_is_taken_and_given_back_in_either_mode) /* net-111 */
{
    int fds[2], fd;
    char buf[TEXT];
    edo_pipe_sender *sender;
    edo_pipe_receiver *receiver;

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    assert_ok(edo_pipe_sender_from_fd(fds[1], &sender));
    assert_ok(edo_pipe_receiver_from_fd(fds[0], &receiver));
    assert_int_equal(edo_pipe_sender_fd(sender), fds[1]);
    assert_int_equal(edo_pipe_receiver_fd(receiver), fds[0]);
    assert_err(edo_pipe_try_read(receiver, buf, TEXT), -EAGAIN);
    assert_ok(edo_pipe_write_all(sender, text, TEXT));
    assert_int_equal(edo_pipe_read(receiver, buf, TEXT), TEXT);
    assert_ok(edo_pipe_sender_into_blocking_fd(sender, &fd));
    assert_int_equal(fd, fds[1]);
    assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    assert_ok(edo_pipe_receiver_into_nonblocking_fd(receiver, &fd));
    assert_int_equal(fd, fds[0]);
    assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    assert_ok(edo_pipe_sender_from_fd(fds[1], &sender));
    assert_ok(edo_pipe_receiver_from_fd(fds[0], &receiver));
    assert_ok(edo_pipe_sender_into_nonblocking_fd(sender, &fd));
    assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    assert_ok(edo_pipe_receiver_into_blocking_fd(receiver, &fd));
    assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    close(fds[0]);
    close(fds[1]);
}

EDO_TEST_BOTH(an_end_in_use_is_not_given_back)
{
    int fd;
    char buf[TEXT];
    edo_pipe_sender *sender;
    edo_pipe_receiver *receiver;

    assert_ok(edo_pipe_pair(&sender, &receiver));
    edo_pipe_read_future read = edo_pipe_read_async(receiver, buf, 1);
    assert_int_equal(edo_test_poll(&read.base), EDO_PENDING);
    assert_err(edo_pipe_receiver_into_blocking_fd(receiver, &fd), -EBUSY);
    assert_int_equal(edo_pipe_write(sender, text, 1), 1);
    assert_int_equal(poll_to_end(&read.base), 1);
    edo_future_put_back(&read.base);
    assert_err(edo_pipe_receiver_into_blocking_fd(receiver, &fd), -EBUSY);
    assert_ok(edo_pipe_readable(receiver)); /* what was put back is seen by all ways in */
    assert_int_equal(edo_pipe_try_read(receiver, buf, 8), 1);
    assert_ok(edo_pipe_receiver_into_blocking_fd(receiver, &fd));
    close(fd);
    edo_pipe_sender_close(sender);
}

/* Fills the pipe with the numbers of its bytes; in pieces of three bytes when `vectored`. */
static size_t fill(edo_pipe_sender *sender, bool vectored)
{
    unsigned char block[252];
    struct iovec pieces[84];
    size_t filled = 0;

    for (;;) {
        for (size_t i = 0; i < sizeof block; i++)
            block[i] = (unsigned char)((filled + i) % 251);
        for (size_t i = 0; i < 84; i++)
            pieces[i] = (struct iovec){block + 3 * i, 3};
        ssize_t n = vectored ? edo_pipe_try_writev(sender, pieces, 84)
                             : edo_pipe_try_write(sender, block, sizeof block);
        if (n == -EAGAIN)
            return filled;
        assert_true(n > 0);
        filled += (size_t)n;
    }
}

static size_t drain(edo_pipe_receiver *receiver, unsigned char *into, size_t room, bool vectored)
{
    size_t done = 0;

    for (;;) {
        struct iovec pieces[84];
        size_t left = room - done < 252 ? room - done : 252;
        for (size_t i = 0; i < 84; i++)
            pieces[i] = (struct iovec){into + done + 3 * i, 3};
        ssize_t n = vectored ? edo_pipe_try_readv(receiver, pieces, left / 3)
                             : edo_pipe_try_read(receiver, into + done, left);
        if (n == -EAGAIN || left == 0)
            return done;
        assert_true(n > 0);
        done += (size_t)n;
    }
}

static void assert_numbered(const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        assert_int_equal(bytes[i], i % 251);
}

EDO_TEST_BOTH(all_that_has_room_comes_out_again) /* net-112 */
{
    enum { ROOM = 1 << 20 };
    edo_pipe_sender *sender;
    edo_pipe_receiver *receiver;
    unsigned char *bytes = malloc(ROOM);
    edo_buf grown = {0};
    ssize_t n;

    assert_non_null(bytes);
    assert_ok(edo_pipe_pair(&sender, &receiver));
    for (int way = 0; way < 2; way++) {
        size_t filled = fill(sender, way);
        assert_true(filled >= 4096);
        assert_int_equal(drain(receiver, bytes, ROOM, way), filled);
        assert_numbered(bytes, filled);
    }
    size_t filled = fill(sender, false);
    while ((n = edo_pipe_try_read_buf(receiver, &grown)) > 0)
        continue;
    assert_err(n, -EAGAIN);
    assert_int_equal(grown.len, filled);
    assert_numbered(grown.data, filled);
    edo_buf_fini(&grown);
    free(bytes);
    edo_pipe_sender_close(sender);
    edo_pipe_receiver_close(receiver);
}

typedef struct call {
    int times;
    char buf[8192];
} call;

static int64_t read_call(int fd, void *arg)
{
    call *c = arg;
    ssize_t n = read(fd, c->buf, sizeof c->buf);

    c->times++;
    return n < 0 ? -errno : n;
}

static int64_t write_call(int fd, void *arg)
{
    call *c = arg;
    ssize_t n = write(fd, c->buf, sizeof c->buf);

    c->times++;
    return n < 0 ? -errno : n;
}

EDO_TEST_BOTH(a_call_is_made_only_while_the_pipe_is_ready) /* net-113 */
{
    edo_pipe_sender *sender;
    edo_pipe_receiver *receiver;
    call in = {0}, out = {0};
    int64_t n;

    assert_ok(edo_pipe_pair(&sender, &receiver));
    assert_err(edo_pipe_receiver_try_io(receiver, read_call, &in), -EAGAIN);
    assert_int_equal(in.times, 0);
    int rounds = 0;
    while ((n = edo_pipe_sender_try_io(sender, write_call, &out)) > 0)
        rounds++;
    assert_err(n, -EAGAIN);
    int called = out.times;
    assert_true(called >= rounds && called <= rounds + 1);
    assert_err(edo_pipe_sender_try_io(sender, write_call, &out), -EAGAIN);
    assert_int_equal(out.times, called);
    while ((n = edo_pipe_receiver_try_io(receiver, read_call, &in)) > 0)
        continue;
    assert_err(n, -EAGAIN);
    called = in.times;
    assert_true(called > 0);
    assert_err(edo_pipe_receiver_try_io(receiver, read_call, &in), -EAGAIN);
    assert_int_equal(in.times, called);
    assert_int_equal(edo_pipe_sender_try_io(sender, write_call, &out), sizeof out.buf);
    edo_pipe_sender_close(sender);
    edo_pipe_receiver_close(receiver);
}

extern char **environ;

EDO_TEST_BOTH(an_end_is_a_childs_output) /* net-114 */
{
    edo_pipe_sender *sender;
    edo_pipe_receiver *receiver;
    posix_spawn_file_actions_t actions;
    char buf[TEXT], said[64];
    int fd, status;
    pid_t pid;

    snprintf(said, sizeof said, "%.38s", text);
    char *argv[] = {"echo", "-n", said, NULL};
    assert_ok(edo_pipe_pair(&sender, &receiver));
    assert_ok(edo_pipe_sender_into_blocking_fd(sender, &fd));
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    assert_int_equal(posix_spawn_file_actions_adddup2(&actions, fd, 1), 0);
    assert_int_equal(posix_spawnp(&pid, "echo", &actions, NULL, argv, environ), 0);
    close(fd);
    assert_ok(edo_read_exact(edo_pipe_reader(receiver), buf, TEXT, NULL));
    assert_memory_equal(buf, text, TEXT);
    assert_int_equal(edo_pipe_read(receiver, buf, TEXT), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    posix_spawn_file_actions_destroy(&actions);
    edo_pipe_receiver_close(receiver);
}

EDO_TEST_BOTH(an_end_that_was_there_before_is_read_at_once) /* net-115 */
{
    int fds[2];
    char byte;
    edo_pipe_receiver *receiver;

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    close(fds[1]);
    assert_ok(edo_pipe_receiver_from_fd(fds[0], &receiver));
    edo_pipe_read_future read = edo_pipe_read_async(receiver, &byte, 1);
    if (edo_test_poll(&read.base) == EDO_PENDING) {
        assert_true(driver_is_fake()); /* which has only begun it */
        poll_to_end(&read.base);
    }
    assert_int_equal(read.base.result, 0);
    assert_int_equal(edo_pipe_receiver_ready(receiver, EDO_READABLE),
                     EDO_READ_CLOSED | EDO_WRITE_CLOSED);
    edo_pipe_receiver_close(receiver);
}

EDO_TEST_BOTH(a_pipe_that_nobody_reads_is_an_error_and_no_signal)
{
    edo_pipe_sender *sender;
    edo_pipe_receiver *receiver;
    struct iovec two[2] = {{(void *)(uintptr_t)text, 3}, {(void *)(uintptr_t)text, 3}};

    assert_ok(edo_pipe_pair(&sender, &receiver));
    fill(sender, false);
    edo_pipe_ready_future writable = edo_pipe_writable_async(sender);
    assert_int_equal(edo_test_poll(&writable.base), EDO_PENDING);
    edo_pipe_receiver_close(receiver);
    assert_ok(poll_to_end(&writable.base));
    assert_int_equal(edo_pipe_sender_ready(sender, EDO_WRITABLE) & EDO_WRITE_CLOSED,
                     EDO_WRITE_CLOSED);
    assert_err(edo_pipe_write(sender, text, TEXT), -EPIPE);
    assert_err(edo_pipe_writev(sender, two, 2), -EPIPE);
    assert_err(edo_pipe_try_write(sender, text, TEXT), -EPIPE);
    assert_err(edo_pipe_write_all(sender, text, TEXT), -EPIPE);
    assert_err(edo_write_all(edo_pipe_writer(sender), text, TEXT, NULL), -EPIPE);
    edo_pipe_sender_close(sender);
}

EDO_TEST_BOTH(a_long_write_goes_through_a_short_pipe)
{
    enum { LEN = 1 << 20 };
    edo_pipe_sender *sender;
    edo_pipe_receiver *receiver;
    char *sent = malloc(LEN), *got = malloc(LEN);

    assert_non_null(sent);
    assert_non_null(got);
    for (size_t i = 0; i < LEN; i++)
        sent[i] = (char)(i % 251);
    assert_ok(edo_pipe_pair(&sender, &receiver));
    edo_pipe_write_all_future write = edo_pipe_write_all_async(sender, sent, LEN);
    edo_read_exact_future read = edo_read_exact_async(edo_pipe_reader(receiver), got, LEN);
    assert_ok(edo_join_all(&write.base, &read.base));
    assert_ok(write.base.result);
    assert_ok(read.base.result);
    assert_memory_equal(sent, got, LEN);
    struct iovec pieces[2] = {{sent, 5}, {sent + 5, 7}}, into[2] = {{got, 3}, {got + 3, 9}};
    memset(got, 0, 12);
    assert_int_equal(edo_pipe_writev(sender, pieces, 2), 12);
    assert_int_equal(edo_pipe_readv(receiver, into, 2), 12);
    assert_memory_equal(sent, got, 12);
    edo_pipe_sender_close(sender);
    assert_int_equal(edo_read(edo_pipe_reader(receiver), got, 1), 0);
    edo_pipe_receiver_close(receiver);
    free(sent);
    free(got);
}

EDO_TEST(what_makes_no_sense_is_refused)
{
    int fd;
    char buf[8];
    call c;

    assert_err(edo_pipe_pair(NULL, NULL), -EINVAL);
    assert_err(edo_fifo_open_sender(NULL, NULL, NULL), -EINVAL);
    assert_err(edo_pipe_read(NULL, buf, 8), -EINVAL);
    assert_err(edo_pipe_write(NULL, buf, 8), -EINVAL);
    assert_err(edo_pipe_try_read_buf(NULL, NULL), -EINVAL);
    assert_err(edo_pipe_readable(NULL), -EINVAL);
    assert_err(edo_pipe_writable(NULL), -EINVAL);
    assert_err(edo_pipe_sender_fd(NULL), -EINVAL);
    assert_err(edo_pipe_receiver_fd(NULL), -EINVAL);
    assert_err(edo_pipe_sender_close(NULL), -EINVAL);
    assert_err(edo_pipe_receiver_close(NULL), -EINVAL);
    assert_err(edo_pipe_sender_into_blocking_fd(NULL, &fd), -EINVAL);
    assert_err(edo_pipe_receiver_try_io(NULL, read_call, &c), -EINVAL);
    assert_err(edo_read(edo_pipe_reader(NULL), buf, 8), -EINVAL);
    assert_err(edo_write(edo_pipe_writer(NULL), buf, 8), -EINVAL);
}
