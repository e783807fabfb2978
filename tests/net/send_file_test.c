/* send_file_test.c: files sent to sockets. */
#include "support/edo_test.h"
#include "support/tcp.h"
#include "support/unix.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FILE_SIZE = 5000000 };

static unsigned char byte_at(size_t i)
{
    return (unsigned char)(i * 7 + i / 251);
}

/* A file without a name. */
static int new_file(size_t size)
{
    int fd = memfd_create("sent", MFD_CLOEXEC);
    unsigned char *text = malloc(size);

    assert_true(fd >= 0);
    assert_non_null(text);
    for (size_t i = 0; i < size; i++)
        text[i] = byte_at(i);
    assert_int_equal(write(fd, text, size), size);
    free(text);
    return fd;
}

typedef struct reader {
    edo_tcp_stream *stream;
    size_t from, count; /* of the file, which have come */
    bool is_wrong;
} reader;

static int read_to_end(void *arg)
{
    reader *r = arg;
    char buf[40000];
    ssize_t n;

    while ((n = edo_tcp_read(r->stream, buf, sizeof buf)) > 0) {
        for (ssize_t i = 0; i < n; i++)
            r->is_wrong |= (unsigned char)buf[i] != byte_at(r->from + r->count + (size_t)i);
        r->count += (size_t)n;
    }
    return (int)n;
}

static int send_some(uint64_t offset, uint64_t count, size_t size, uint64_t *done, reader *r)
{
    edo_tcp_stream *from;
    edo_task task;
    int fd = new_file(size);

    *r = (reader){.from = (size_t)offset};
    connect_pair(&from, &r->stream);
    assert_ok(edo_spawn(read_to_end, r, &task));
    int rc = edo_tcp_send_file(from, fd, offset, count, done);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), size); /* as it was */
    edo_tcp_close(from);
    assert_ok(edo_join(task, NULL));
    assert_false(r->is_wrong);
    assert_int_equal(r->count, *done);
    edo_tcp_close(r->stream);
    close(fd);
    return rc;
}

EDO_TEST_BOTH(a_file_is_sent_whole)
{
    uint64_t done = 0;
    reader r;

    assert_ok(send_some(0, EDO_WHOLE_FILE, FILE_SIZE, &done, &r));
    assert_int_equal(done, FILE_SIZE);
    assert_ok(send_some(0, FILE_SIZE, FILE_SIZE, &done, &r));
    assert_int_equal(done, FILE_SIZE);
    assert_ok(send_some(0, EDO_WHOLE_FILE, 0, &done, &r));
    assert_int_equal(done, 0);
}

EDO_TEST_BOTH(a_part_of_a_file_is_sent)
{
    uint64_t done = 1;
    reader r;

    assert_ok(send_some(1234567, 2000000, FILE_SIZE, &done, &r));
    assert_int_equal(done, 2000000);
    assert_ok(send_some(FILE_SIZE - 3, EDO_WHOLE_FILE, FILE_SIZE, &done, &r));
    assert_int_equal(done, 3);
    assert_ok(send_some(10, 0, FILE_SIZE, &done, &r));
    assert_int_equal(done, 0);
}

EDO_TEST_BOTH(a_file_that_is_too_short_is_told)
{
    uint64_t done = 0;
    reader r;

    assert_err(send_some(1000, 10000, 5000, &done, &r), -EDO_EEOF);
    assert_int_equal(done, 4000);
    assert_err(send_some(6000, 1, 5000, &done, &r), -EDO_EEOF);
    assert_int_equal(done, 0);
}

EDO_TEST_BOTH(a_canceled_send_of_a_file_says_how_much_it_gave)
{
    edo_tcp_stream *from;
    reader r = {.from = 0};
    int fd = new_file(FILE_SIZE);

    connect_pair(&from, &r.stream);
    edo_tcp_send_file_future send = edo_tcp_send_file_async(from, fd, 0, FILE_SIZE);
    for (int i = 0; i < 5; i++) { /* nobody reads, so it has to wait in the end */
        assert_pending(&send.base);
        settle();
    }
    edo_future_cancel(&send.base);
    assert_err(poll_to_end(&send.base), -ECANCELED);
    assert_in_range(send.done, driver_is_fake() ? 0 : 1, FILE_SIZE - 1);
    edo_tcp_close(from);
    assert_ok(read_to_end(&r));
    assert_int_equal(r.count, send.done);
    assert_false(r.is_wrong);
    edo_tcp_close(r.stream);
    close(fd);
}

static void on_pipe(int signo)
{
    (void)signo;
    abort();
}

EDO_TEST_BOTH(sending_a_file_to_one_who_left_raises_no_signal)
{
    int peer, fd = new_file(FILE_SIZE), rc;
    edo_tcp_stream *stream = accept_plain(&peer);

    signal(SIGPIPE, on_pipe);
    plain_reset(peer);
    do
        rc = edo_tcp_send_file(stream, fd, 0, FILE_SIZE, NULL);
    while (rc == -ECONNRESET);
    assert_err(rc, -EPIPE);
    sigset_t pending;
    assert_int_equal(sigpending(&pending), 0);
    assert_false(sigismember(&pending, SIGPIPE));
    edo_tcp_close(stream);
    close(fd);
}

EDO_TEST_BOTH(what_is_no_file_is_refused)
{
    int peer, fd = new_file(10), fds[2];
    uint64_t done = 1;
    edo_tcp_stream *stream = accept_plain(&peer);

    assert_err(edo_tcp_send_file(NULL, fd, 0, 1, &done), -EINVAL);
    assert_int_equal(done, 0);
    assert_err(edo_tcp_send_file(stream, -1, 0, 1, NULL), -EBADF);
    assert_err(edo_tcp_send_file(stream, fd, UINT64_MAX, 1, NULL), -EINVAL);
    assert_err(edo_tcp_send_file(stream, fd, INT64_MAX, 2, NULL), -EINVAL);
    assert_int_equal(pipe(fds), 0);
    assert_true(edo_tcp_send_file(stream, fds[0], 0, 1, NULL) < 0);
    close(fds[0]);
    close(fds[1]);
    edo_tcp_close(stream);
    close(peer);
    close(fd);
}

static int count_turns(void *arg)
{
    unsigned *turns = arg;

    while (edo_yield() == 0)
        ++*turns;
    return 0;
}

EDO_TEST(a_large_file_gives_way_to_others)
{
    edo_tcp_stream *from, *to;
    edo_task reader_task, other;
    unsigned turns = 0;
    reader r = {.from = 0};
    int fd = new_file(FILE_SIZE);

    connect_pair(&from, &to);
    r.stream = to;
    assert_ok(edo_spawn(read_to_end, &r, &reader_task));
    assert_ok(edo_spawn(count_turns, &turns, &other));
    for (int i = 0; i < 20; i++)
        assert_ok(edo_tcp_send_file(from, fd, 0, EDO_WHOLE_FILE, NULL));
    assert_true(turns > 10);
    edo_tcp_close(from);
    edo_task_abort(other);
    assert_ok(edo_join(other, NULL));
    edo_task_abort(reader_task);
    assert_ok(edo_join(reader_task, NULL));
    assert_true(r.count > FILE_SIZE);
    edo_tcp_close(to);
    close(fd);
}

EDO_TEST_BOTH(a_file_is_sent_to_a_unix_socket)
{
    edo_unix_stream *from, *to;
    unsigned char part[1000];
    uint64_t done = 0;
    int fd = new_file(1000);

    unix_connect_pair(&from, &to);
    assert_ok(edo_unix_send_file(from, fd, 100, 200, &done));
    assert_int_equal(done, 200);
    edo_unix_send_file_future rest = edo_unix_send_file_async(from, fd, 300, EDO_WHOLE_FILE);
    assert_ok(edo_await(&rest.base));
    assert_int_equal(rest.done, 700);
    assert_int_equal(unix_read_some_all(to, part, 900), 900);
    for (size_t i = 0; i < 900; i++)
        assert_int_equal(part[i], byte_at(100 + i));
    assert_err(edo_unix_send_file(NULL, fd, 0, 1, NULL), -EINVAL);
    edo_unix_close(from);
    assert_ok(edo_unix_close(to));
    close(fd);
}
