/* tcp_read_write_test.c: bytes in and out of a connection. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MIB (1024 * 1024)

EDO_TEST_BOTH(the_end_repeats) /* net-024 */
{
    edo_tcp_stream *server, *client;
    char buf[16];

    connect_pair(&server, &client);
    assert_int_equal(edo_tcp_write(client, "hello", 5), 5);
    edo_tcp_close(client);
    assert_int_equal(read_some_all(server, buf, sizeof buf), 5);
    assert_memory_equal(buf, "hello", 5);
    for (int i = 0; i < 3; i++)
        assert_int_equal(edo_tcp_read(server, buf, sizeof buf), 0);
    assert_int_equal(edo_tcp_try_read(server, buf, sizeof buf), 0);
    edo_tcp_close(server);
}

EDO_TEST_BOTH(the_end_comes_to_a_read_that_waits) /* net-024 */
{
    edo_tcp_stream *server, *client;
    char buf[16];

    connect_pair(&server, &client);
    edo_tcp_read_future read = edo_tcp_read_async(server, buf, sizeof buf);
    assert_pending(&read.base);
    settle();
    assert_pending(&read.base);
    edo_tcp_close(client);
    assert_int_equal(poll_to_end(&read.base), 0);
    edo_tcp_close(server);
}

/* The end right behind a short read, with and without a turn of the driver in between. */
EDO_TEST_BOTH(the_end_behind_a_short_read_is_seen) /* net-024 */
{
    for (int i = 0; i < 40; i++) {
        edo_tcp_stream *server, *client;
        char buf[64];

        connect_pair(&server, &client);
        edo_tcp_read_future read = edo_tcp_read_async(server, buf, sizeof buf);
        assert_pending(&read.base);
        assert_int_equal(edo_tcp_write(client, "hello", 5), 5);
        if (i % 2)
            edo_tcp_close(client); /* one event for both */
        assert_int_equal(poll_to_end(&read.base), 5);
        if (i % 4 == 0)
            settle();
        if (i % 2 == 0)
            edo_tcp_close(client);
        assert_int_equal(edo_tcp_read(server, buf, sizeof buf), 0);
        edo_tcp_close(server);
    }
}

EDO_TEST_BOTH(urgent_data_does_not_hang_the_rest) /* net-024 */
{
    int peer;
    edo_tcp_stream *stream = accept_plain(&peer);
    char buf[64];
    size_t done = 0;

    edo_tcp_read_future read = edo_tcp_read_async(stream, buf, sizeof buf);
    assert_pending(&read.base);
    settle();
    assert_int_equal(send(peer, "abc", 3, 0), 3);
    assert_int_equal(send(peer, "!", 1, MSG_OOB), 1); /* a read stops at the mark */
    assert_int_equal(send(peer, "def", 3, 0), 3);
    done = (size_t)poll_to_end(&read.base);
    while (done < 6) {
        ssize_t n = edo_tcp_read(stream, buf + done, sizeof buf - done);
        assert_true(n > 0);
        done += (size_t)n;
    }
    assert_memory_equal(buf, "abcdef", 6);
    close(peer);
    edo_tcp_close(stream);
}

EDO_TEST_BOTH(shutdown_of_the_write_half_ends_one_direction) /* net-025 net-027 net-028 */
{
    edo_tcp_stream *server, *client;
    char byte;

    connect_pair(&server, &client);
    assert_int_equal(edo_tcp_write(client, "Q", 1), 1);
    assert_ok(edo_tcp_shutdown(client, EDO_WRITE_HALF));
    assert_err(edo_tcp_write(client, "x", 1), -EPIPE); /* and no SIGPIPE, which would end us */
    assert_err(edo_tcp_try_write(client, "x", 1), -EPIPE);
    assert_err(edo_tcp_write_all(client, "x", 1), -EPIPE);
    assert_int_equal(edo_tcp_read(server, &byte, 1), 1);
    assert_int_equal(byte, 'Q');
    assert_int_equal(edo_tcp_read(server, &byte, 1), 0);
    assert_int_equal(edo_tcp_write(server, "R", 1), 1);
    assert_int_equal(edo_tcp_read(client, &byte, 1), 1);
    assert_int_equal(byte, 'R');
    edo_tcp_close(server);
    edo_tcp_close(client);
}

EDO_TEST_BOTH(shutdown_may_be_repeated) /* net-026 net-030 */
{
    edo_tcp_stream *server, *client;
    char byte;

    connect_pair(&server, &client);
    for (int i = 0; i < 3; i++)
        assert_ok(edo_tcp_shutdown(client, EDO_WRITE_HALF));
    assert_ok(edo_tcp_shutdown(server, EDO_WRITE_HALF));
    assert_int_equal(edo_tcp_read(server, &byte, 1), 0);
    assert_int_equal(edo_tcp_read(client, &byte, 1), 0);
    settle();
    for (int i = 0; i < 3; i++) { /* also after both sides have ended */
        assert_ok(edo_tcp_shutdown(client, EDO_WRITE_HALF));
        assert_ok(edo_tcp_shutdown(server, EDO_WRITE_HALF));
    }
    assert_err(edo_tcp_shutdown(NULL, EDO_WRITE_HALF), -EINVAL);
    assert_err(edo_tcp_shutdown(client, (edo_half)3), -EINVAL);
    edo_tcp_close(server);
    edo_tcp_close(client);
}

EDO_TEST_BOTH(shutdown_of_the_read_half_ends_a_read) /* net-025 */
{
    edo_tcp_stream *server, *client;
    char byte;

    connect_pair(&server, &client);
    edo_tcp_read_future read = edo_tcp_read_async(server, &byte, 1);
    assert_pending(&read.base);
    settle();
    assert_ok(edo_tcp_shutdown(server, EDO_READ_HALF));
    assert_int_equal(poll_to_end(&read.base), 0);
    assert_int_equal(edo_tcp_read(server, &byte, 1), 0);
    assert_int_equal(edo_tcp_write(server, "x", 1), 1);
    assert_int_equal(edo_tcp_read(client, &byte, 1), 1);
    edo_tcp_close(server);
    edo_tcp_close(client);
}

EDO_TEST_MT(the_peers_end_leaves_our_side_open) /* net-029 */
{
    edo_tcp_stream *server, *client;
    char byte;

    connect_pair(&server, &client);
    assert_ok(edo_tcp_shutdown(client, EDO_WRITE_HALF));
    assert_int_equal(edo_tcp_read(server, &byte, 1), 0);
    assert_ok(edo_sleep(EDO_MILLIS(100)));
    assert_int_equal(edo_tcp_write(server, "x", 1), 1);
    assert_int_equal(edo_tcp_read(client, &byte, 1), 1);
    edo_tcp_close(server);
    edo_tcp_close(client);
}

EDO_TEST_BOTH(a_reset_is_said_once) /* net-031 */
{
    int peer;
    edo_tcp_stream *stream = accept_plain(&peer);
    char byte;

    edo_tcp_read_future read = edo_tcp_read_async(stream, &byte, 1);
    assert_pending(&read.base);
    settle();
    plain_reset(peer);
    assert_err(poll_to_end(&read.base), -ECONNRESET);
    for (int i = 0; i < 3; i++)
        assert_int_equal(edo_tcp_read(stream, &byte, 1), 0);
    assert_err(edo_tcp_write(stream, "x", 1), -EPIPE);
    assert_err(edo_tcp_shutdown(stream, EDO_WRITE_HALF), -ENOTCONN);
    edo_tcp_close(stream);
}

EDO_TEST_BOTH(writing_to_one_who_left_fails) /* net-032 */
{
    int peer;
    edo_tcp_stream *stream = accept_plain(&peer);
    ssize_t n = 0;

    close(peer);
    for (int i = 0; i < 1000 && n >= 0; i++) {
        n = edo_tcp_write(stream, "hello", 5);
        edo_yield();
    }
    assert_true(n == -EPIPE || n == -ECONNRESET);
    edo_tcp_close(stream);
}

EDO_TEST_BOTH(linger_zero_resets) /* net-033 */
{
    edo_tcp_stream *server, *client;
    char buf[64];
    size_t done = 0;
    ssize_t n;

    connect_pair(&server, &client);
    for (int i = 0; i < 4; i++)
        assert_int_equal(edo_tcp_write(client, "abcd", 4), 4);
    assert_ok(edo_tcp_set_linger(client, 0));
    edo_tcp_close(client);
    while ((n = edo_tcp_read(server, buf, sizeof buf)) > 0)
        done += (size_t)n;
    assert_err(n, -ECONNRESET);
    assert_in_range(done, 0, 16);
    edo_tcp_close(server);
}

EDO_TEST_BOTH(close_after_shutdown_does_not_reset) /* net-034 */
{
    edo_tcp_stream *server, *client;
    char buf[16];

    connect_pair(&server, &client);
    assert_int_equal(edo_tcp_write(client, "bye", 3), 3);
    assert_ok(edo_tcp_shutdown(client, EDO_BOTH_HALVES));
    edo_tcp_close(client);
    assert_int_equal(read_some_all(server, buf, sizeof buf), 3);
    assert_int_equal(edo_tcp_read(server, buf, sizeof buf), 0);
    edo_tcp_close(server);
}

EDO_TEST_BOTH(close_never_lingers) /* net-034 */
{
    int peer;
    edo_tcp_stream *stream = accept_plain(&peer);
    char *much = calloc(1, MIB);

    while (edo_tcp_try_write(stream, much, MIB) > 0) /* nobody reads it */
        ;
    assert_ok(edo_tcp_set_linger(stream, 30));
    uint64_t begin = real_time_ns();
    edo_tcp_close(stream);
    assert_true(real_time_ns() - begin < UINT64_C(2000000000));
    close(peer);
    free(much);
}

/* What a task reads, and how fast. */
struct reader {
    edo_tcp_stream *stream;
    size_t piece, total;
    uint32_t sum; /* of position-dependent bytes, so that order counts */
    bool slow;
};

static char pattern(size_t at)
{
    return (char)(at * 31 + at / 256 * 7);
}

static int read_all(void *arg)
{
    struct reader *reader = arg;
    char *buf = malloc(reader->piece);
    ssize_t n;

    while ((n = edo_tcp_read(reader->stream, buf, reader->piece)) > 0) {
        for (ssize_t i = 0; i < n; i++)
            if (buf[i] != pattern(reader->total + (size_t)i))
                edo_test_fail(__FILE__, __LINE__, "byte %zu differs", reader->total + (size_t)i);
        reader->total += (size_t)n;
        if (reader->slow)
            edo_yield();
    }
    free(buf);
    return (int)n;
}

static char *patterned(size_t from, size_t len)
{
    char *bytes = malloc(len);

    for (size_t i = 0; i < len; i++)
        bytes[i] = pattern(from + i);
    return bytes;
}

EDO_TEST_BOTH(large_writes_to_a_slow_reader_complete) /* net-035 */
{
    edo_tcp_stream *server, *client;
    struct reader reader = {.piece = 20000, .slow = true};
    edo_task task;
    int rc;

    connect_pair(&server, &client);
    reader.stream = server;
    assert_ok(edo_spawn(read_all, &reader, &task));
    for (size_t i = 0; i < 30; i++) {
        char *bytes = patterned(i * MIB, MIB);
        edo_tcp_write_all_future write = edo_tcp_write_all_async(client, bytes, MIB);
        assert_ok(edo_await(&write.base));
        assert_int_equal(write.done, MIB);
        free(bytes);
    }
    edo_tcp_close(client);
    assert_ok(edo_join(task, &rc));
    assert_ok(rc);
    assert_int_equal(reader.total, 30 * MIB);
    edo_tcp_close(server);
}

EDO_TEST_BOTH(a_canceled_write_says_how_much_it_gave) /* net-036 net-045 */
{
    edo_tcp_stream *server, *client;
    char *bytes = patterned(0, 16 * MIB), *got = malloc(16 * MIB);

    connect_pair(&server, &client);
    edo_tcp_write_all_future write = edo_tcp_write_all_async(client, bytes, 16 * MIB);
    assert_pending(&write.base);
    settle();
    assert_pending(&write.base);
    edo_future_cancel(&write.base);
    assert_err(poll_to_end(&write.base), -ECANCELED);
    assert_in_range(write.done, 1, 16 * MIB - 1);
    edo_tcp_close(client);
    assert_int_equal(read_some_all(server, got, 16 * MIB), write.done);
    assert_memory_equal(got, bytes, write.done);
    edo_tcp_close(server);
    free(bytes);
    free(got);
}

/* Writes until nothing goes in any more, also after the system has moved what it could to the peer:
 * the last of it goes by TCP's persist timer, after a fifth of a second. Returns how much it was. */
static ssize_t fill_up(edo_tcp_stream *stream, const char *bytes, size_t len)
{
    ssize_t filled = 0, before, n;
    int quiet = 0;

    while (quiet < 6) {
        before = filled;
        while ((n = edo_tcp_try_write(stream, bytes, len)) > 0)
            filled += n;
        settle();
        block_thread_for(50);
        quiet = filled > before ? 0 : quiet + 1;
    }
    return filled;
}

EDO_TEST_BOTH(queued_writes_keep_their_order) /* net-036 */
{
    enum { N = 400 };
    edo_tcp_stream *server, *client;
    edo_tcp_write_future *write = calloc(N, sizeof *write);
    char *bytes = patterned(0, N * 1024), *fill = calloc(1, MIB), *got = malloc(N * 1024);
    unsigned done = 0, canceled = 0, failed = 0;

    connect_pair(&server, &client);
    ssize_t filled = fill_up(client, fill, MIB);
    for (int i = 0; i < N; i++) {
        write[i] = edo_tcp_write_async(client, bytes + i * 1024, 1024);
        assert_pending(&write[i].base);
    }
    char *drain = malloc((size_t)filled);
    assert_int_equal(read_some_all(server, drain, (size_t)filled), filled);
    for (int i = 0; i < N / 2; i++)
        assert_int_equal(poll_to_end(&write[i].base), 1024);
    edo_tcp_close(client); /* the rest: completed or -ECANCELED */
    for (int i = N / 2; i < N; i++)
        poll_to_end(&write[i].base);
    size_t given = 0;
    for (int i = 0; i < N; i++) {
        done += write[i].base.result > 0;
        canceled += write[i].base.result == -ECANCELED;
        failed += write[i].base.result <= 0 && write[i].base.result != -ECANCELED;
        given += write[i].base.result > 0 ? (size_t)write[i].base.result : 0;
        if (i > 0)
            assert_true(write[i].base.result <= write[i - 1].base.result);
    }
    assert_int_equal(done + canceled, N);
    assert_int_equal(failed, 0);
    assert_int_equal(read_some_all(server, got, N * 1024), given);
    assert_memory_equal(got, bytes, given);
    edo_tcp_close(server);
    free(bytes), free(fill), free(got), free(drain), free(write);
}

EDO_TEST_BOTH(try_forms_never_wait) /* net-037 */
{
    edo_tcp_stream *server, *client;
    char *bytes = patterned(0, 16 * MIB), *got = malloc(16 * MIB);
    size_t sent = 0;
    ssize_t n;

    connect_pair(&server, &client);
    assert_err(edo_tcp_try_read(server, got, 10), -EAGAIN);
    edo_tcp_read_future read = edo_tcp_read_async(server, got, 16 * MIB);
    assert_pending(&read.base);
    settle();
    assert_int_equal(edo_tcp_try_write(client, bytes, 4000), 4000);
    assert_int_equal(poll_to_end(&read.base), 4000);
    while ((n = edo_tcp_try_write(client, bytes + sent, 16 * MIB - sent)) > 0)
        sent += (size_t)n;
    assert_err(n, -EAGAIN);
    assert_in_range(sent, 1, 16 * MIB - 1);
    size_t done = 0;
    while (done < sent) { /* the loopback may take a moment */
        n = edo_tcp_try_read(server, got + done, 16 * MIB - done);
        assert_true(n > 0 || n == -EAGAIN);
        if (n > 0)
            done += (size_t)n;
        else
            edo_yield();
    }
    assert_int_equal(done, sent);
    assert_memory_equal(got, bytes, sent);
    assert_err(edo_tcp_try_read(server, got, 10), -EAGAIN);
    edo_tcp_close(server);
    edo_tcp_close(client);
    free(bytes), free(got);
}

/* Both ends write and read 16 MiB at once. */
struct writer {
    edo_tcp_stream *stream;
    size_t total;
};

static int write_pattern(void *arg)
{
    struct writer *writer = arg;
    char *bytes = patterned(0, writer->total);

    int rc = edo_tcp_write_all(writer->stream, bytes, writer->total);
    if (rc == 0)
        rc = edo_tcp_shutdown(writer->stream, EDO_WRITE_HALF);
    free(bytes);
    return rc;
}

EDO_TEST_BOTH(both_directions_at_once) /* net-043 net-046 */
{
    edo_tcp_stream *end[2];
    struct reader readers[2];
    struct writer writers[2];
    edo_task tasks[4];
    int rc;

    connect_pair(&end[0], &end[1]);
    for (int i = 0; i < 2; i++) {
        readers[i] = (struct reader){.stream = end[i], .piece = 65536};
        writers[i] = (struct writer){.stream = end[i], .total = 16 * MIB};
        assert_ok(edo_spawn(read_all, &readers[i], &tasks[2 * i]));
        assert_ok(edo_spawn(write_pattern, &writers[i], &tasks[2 * i + 1]));
    }
    for (int i = 0; i < 4; i++) {
        assert_ok(edo_join(tasks[i], &rc));
        assert_ok(rc);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(readers[i].total, 16 * MIB);
        edo_tcp_close(end[i]);
    }
}

EDO_TEST_BOTH(a_read_left_off_loses_nothing) /* net-044 */
{
    edo_tcp_stream *server, *client;
    char buf[8];

    connect_pair(&server, &client);
    for (int i = 0; i < 100; i++) {
        edo_tcp_read_future read = edo_tcp_read_async(server, buf, sizeof buf);
        assert_pending(&read.base);
        edo_future_cancel(&read.base);
        assert_err(poll_to_end(&read.base), -ECANCELED);
        assert_int_equal(edo_tcp_write(client, "abc", 3), 3);
        assert_int_equal(edo_tcp_read(server, buf, 1), 1);
        assert_int_equal(buf[0], 'a');
        assert_int_equal(read_some_all(server, buf, 2), 2);
        assert_memory_equal(buf, "bc", 2);
    }
    edo_tcp_close(server);
    edo_tcp_close(client);
}

EDO_TEST_BOTH(nothing_asked_is_nothing_done) /* net-045 */
{
    edo_tcp_stream *server, *client;
    char byte;

    connect_pair(&server, &client);
    assert_int_equal(edo_tcp_read(server, &byte, 0), 0);
    assert_int_equal(edo_tcp_read(server, NULL, 0), 0);
    assert_int_equal(edo_tcp_write(server, NULL, 0), 0);
    assert_ok(edo_tcp_write_all(server, NULL, 0));
    assert_err(edo_tcp_read(server, NULL, 1), -EINVAL);
    assert_err(edo_tcp_write(server, NULL, 1), -EINVAL);
    assert_err(edo_tcp_read(NULL, &byte, 1), -EINVAL);
    assert_err(edo_tcp_write(NULL, &byte, 1), -EINVAL);
    assert_err(edo_tcp_write_all(NULL, &byte, 1), -EINVAL);
    assert_err(edo_tcp_try_read(NULL, &byte, 1), -EINVAL);
    assert_err(edo_tcp_close(NULL), -EINVAL);
    edo_tcp_close(server);
    edo_tcp_close(client);
}

EDO_TEST_BOTH(close_ends_what_is_pending) /* net-045 */
{
    edo_tcp_stream *server, *client;
    char buf[4], *much = calloc(1, 16 * MIB);
    int fds = open_fds();

    connect_pair(&server, &client);
    edo_tcp_read_future reads[2];
    for (int i = 0; i < 2; i++) {
        reads[i] = edo_tcp_read_async(server, buf, sizeof buf);
        assert_pending(&reads[i].base);
    }
    edo_tcp_write_all_future write = edo_tcp_write_all_async(server, much, 16 * MIB);
    assert_pending(&write.base);
    settle();
    assert_pending(&write.base);
    assert_ok(edo_tcp_close(server));
    task_wait_until(edo_test_is_woken());
    for (int i = 0; i < 2; i++)
        assert_err(poll_to_end(&reads[i].base), -ECANCELED);
    assert_err(poll_to_end(&write.base), -ECANCELED);
    edo_tcp_close(client);
    assert_int_equal(open_fds(), fds); /* the last of them closed the descriptor */
    free(much);
}

static void *close_stream(void *arg)
{
    block_thread_for(5);
    edo_tcp_close(arg);
    return NULL;
}

EDO_TEST_MT(a_plain_thread_may_close) /* net-045 */
{
    edo_tcp_stream *server, *client;
    char byte;

    connect_pair(&server, &client);
    pthread_t thread = start_thread(close_stream, server);
    assert_err(edo_tcp_read(server, &byte, 1), -ECANCELED);
    join_thread(thread);
    assert_int_equal(edo_tcp_read(client, &byte, 1), 0);
    edo_tcp_close(client);
}

EDO_TEST_PLAIN(futures_are_small) /* net-048 */
{
    assert_true(sizeof(edo_tcp_read_future) <= 256);
    assert_true(sizeof(edo_tcp_write_future) <= 256);
    assert_true(sizeof(edo_tcp_write_all_future) <= 256);
    assert_true(sizeof(edo_tcp_accept_future) <= 256);
    assert_true(sizeof(edo_tcp_connect_future) <= 256);
}

/* An always-ready reader lets its neighbours run. */
static int count_turns(void *arg)
{
    unsigned *turns = arg;

    while (edo_yield() == 0)
        (*turns)++;
    return 0;
}

EDO_TEST(a_reader_that_is_always_ready_lets_others_run) /* future-053 */
{
    edo_tcp_stream *server, *client;
    edo_task task;
    unsigned turns = 0;
    char *much = calloc(1, 4000), byte;

    connect_pair(&server, &client);
    assert_ok(edo_spawn(count_turns, &turns, &task));
    assert_int_equal(edo_tcp_write(client, much, 4000), 4000);
    for (int i = 0; i < 4000; i++)
        assert_int_equal(edo_tcp_read(server, &byte, 1), 1);
    assert_true(turns >= 4000 / 200);
    edo_task_abort(task);
    edo_join(task, NULL);
    edo_tcp_close(server);
    edo_tcp_close(client);
    free(much);
}

/* The same of a writer for whom there is always room, and of a reader at the end. */
EDO_TEST(one_that_never_waits_lets_others_run) /* future-053 */
{
    edo_tcp_stream *server, *client;
    edo_task task;
    unsigned turns = 0;
    char byte = 0;

    connect_pair(&server, &client);
    assert_ok(edo_spawn(count_turns, &turns, &task));
    for (int i = 0; i < 2000; i++)
        assert_int_equal(edo_tcp_write(client, &byte, 1), 1);
    assert_true(turns >= 2000 / 200);
    turns = 0;
    for (int i = 0; i < 2000; i++)
        assert_ok(edo_tcp_write_all(client, &byte, 1));
    assert_true(turns >= 2000 / 200);
    edo_tcp_close(client);
    while (edo_tcp_read(server, &byte, 1) > 0)
        ;
    turns = 0;
    for (int i = 0; i < 2000; i++)
        assert_int_equal(edo_tcp_read(server, &byte, 1), 0);
    assert_true(turns >= 2000 / 200);
    edo_task_abort(task);
    edo_join(task, NULL);
    edo_tcp_close(server);
}

EDO_TEST_BOTH(pieces_by_their_future)
{
    edo_tcp_stream *server, *client;
    struct iovec parts[] = {{"ab", 2}, {"", 0}, {"cd", 2}};
    char buf[8];

    connect_pair(&server, &client);
    edo_tcp_write_future write = edo_tcp_writev_async(client, parts, 3);
    assert_int_equal(poll_to_end(&write.base), 4);
    assert_int_equal(read_some_all(server, buf, 4), 4);
    assert_memory_equal(buf, "abcd", 4);
    edo_tcp_close(server);
    edo_tcp_close(client);
}
