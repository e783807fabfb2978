/* pump_test.c: one direction of a copy that goes by a pipe of the system's. */
#include "support/edo_test.h"
#include "support/memory_io.h"
#include "support/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "io/pump.h"
#include "net/socket/stream.h"

#define BULK (8 << 20)

typedef struct line {
    edo_tcp_stream *client, *in, *out, *server;
    uint64_t done;
} line;

static void connect_line(line *l)
{
    *l = (line){0};
    connect_pair(&l->in, &l->client);
    connect_pair(&l->server, &l->out);
}

static void close_line(line *l)
{
    edo_tcp_close(l->client);
    edo_tcp_close(l->in);
    edo_tcp_close(l->out);
    edo_tcp_close(l->server);
}

/* One that splices from its first read on. */
static pump *new_pump(line *l)
{
    pump *p = pump_new(edo_tcp_reader(l->in), edo_tcp_writer(l->out), false, &l->done);

    assert_non_null(p);
    assert_int_equal(p->large, 0);
    p->large = 4;
    return p;
}

static edo_poll poll_pump(pump *p)
{
    return pump_poll(p, edo_test_waker());
}

/* So many times: it has come as far as it can. */
static void run(pump *p)
{
    for (int i = 0; i < 20; i++) {
        assert_int_equal(poll_pump(p), EDO_PENDING);
        settle();
    }
}

static void end(pump *p)
{
    pump_stop(p, -ECANCELED);
    task_wait_until(poll_pump(p) == EDO_READY);
    assert_err(p->result, -ECANCELED);
    assert_int_equal(pump_free(p), 0);
}

static unsigned char pattern(size_t at)
{
    return (unsigned char)(at * 7 + at / 251);
}

static void fill(unsigned char *buf, size_t len)
{
    for (size_t i = 0; i < len; i++)
        buf[i] = pattern(i);
}

EDO_TEST_BOTH(bytes_go_by_the_pipe_and_the_end_does) /* io-064 */
{
    line l;
    char buf[32];

    connect_line(&l);
    pump *p = new_pump(&l);
    assert_ok(edo_tcp_write_all(l.client, "hello world", 11));
    run(p);
    assert_true(p->splices);
    assert_null(p->buf);
    assert_int_equal(read_some_all(l.server, buf, 11), 11);
    assert_memory_equal(buf, "hello world", 11);
    assert_int_equal(l.done, 11);
    assert_ok(edo_tcp_shutdown(l.client, EDO_WRITE_HALF));
    task_wait_until(poll_pump(p) == EDO_READY);
    assert_ok(p->result);
    assert_int_equal(pump_free(p), 0);
    close_line(&l);
}

static void put_back(edo_tcp_stream *stream, size_t len)
{
    char buf[16];
    edo_tcp_read_future read = edo_tcp_read_async(stream, buf, len);

    assert_int_equal(poll_to_end(&read.base), len);
    edo_future_put_back(&read.base);
    assert_int_equal(read.base.result, -ECANCELED);
}

EDO_TEST_BOTH(what_was_put_back_goes_first) /* net-022 */
{
    line l;
    char buf[32];

    connect_line(&l);
    assert_ok(edo_tcp_write_all(l.client, "hello world", 11));
    settle();
    put_back(l.in, 5);
    put_back(l.in, 2);
    pump *p = new_pump(&l);
    run(p);
    assert_int_equal(read_some_all(l.server, buf, 11), 11);
    assert_memory_equal(buf, "hello world", 11);
    assert_ok(edo_tcp_write_all(l.client, "more", 4));
    run(p);
    assert_int_equal(read_some_all(l.server, buf, 4), 4);
    assert_memory_equal(buf, "more", 4);
    end(p);
    close_line(&l);
}

static int send_bulk(void *arg)
{
    unsigned char *buf = malloc(BULK);

    assert_non_null(buf);
    fill(buf, BULK);
    assert_ok(edo_tcp_write_all(arg, buf, BULK));
    assert_ok(edo_tcp_shutdown(arg, EDO_WRITE_HALF));
    free(buf);
    return 0;
}

/* Reads to the end and looks at each byte, from number `at` on; where it came to. */
static size_t check_rest(edo_tcp_stream *stream, size_t at)
{
    static unsigned char buf[65536];
    ssize_t n;

    while ((n = edo_tcp_read(stream, buf, sizeof buf)) > 0)
        for (ssize_t i = 0; i < n; i++, at++)
            if (buf[i] != pattern(at))
                fail_msg("byte %zu is another", at);
    assert_int_equal(n, 0);
    return at;
}

EDO_TEST_BOTH(what_is_in_the_pipe_when_it_is_cut_short_goes_back)
{
    line l;
    edo_task sender;

    connect_line(&l);
    assert_ok(edo_spawn(send_bulk, l.client, &sender));
    pump *p = new_pump(&l);
    task_wait_until((poll_pump(p), l.done > 0));
    run(p); /* until nobody takes any more at the other end */
    assert_true(p->splices);
    if (!driver_is_fake()) { /* there it takes longer */
        assert_int_equal(p->phase, PUMP_WRITING);
        assert_true(p->end > p->begin);
    }
    end(p);
    assert_true(l.done > 0 && l.done < BULK);
    assert_ok(edo_tcp_shutdown(l.out, EDO_WRITE_HALF));
    assert_int_equal(check_rest(l.server, 0), l.done);
    assert_int_equal(check_rest(l.in, l.done), BULK);
    assert_ok(edo_join(sender, NULL));
    close_line(&l);
}

static int check_all(void *arg)
{
    assert_int_equal(check_rest(arg, 0), BULK);
    return 0;
}

static int pump_to_end(void *arg)
{
    line *l = arg;

    assert_ok(edo_copy(edo_tcp_reader(l->in), edo_tcp_writer(l->out), &l->done));
    assert_ok(edo_tcp_shutdown(l->out, EDO_WRITE_HALF));
    return 0;
}

EDO_TEST_BOTH(a_copy_of_much_is_whole_whichever_way_it_goes) /* io-064 */
{
    line l;
    edo_task tasks[3];

    connect_line(&l);
    assert_ok(edo_spawn(send_bulk, l.client, &tasks[0]));
    assert_ok(edo_spawn(pump_to_end, &l, &tasks[1]));
    assert_ok(edo_spawn(check_all, l.server, &tasks[2]));
    for (int i = 0; i < 3; i++)
        assert_ok(edo_join(tasks[i], NULL));
    assert_int_equal(l.done, BULK);
    close_line(&l);
}

static int fd_of(edo_tcp_stream *stream)
{
    return ((socket_stream *)stream)->fd;
}

/* splice(2) refuses to append. */
EDO_TEST_BOTH(a_writer_that_cannot_is_written_to_from_the_buffer)
{
    line l;
    char buf[32];
    int flags;

    connect_line(&l);
    flags = fcntl(fd_of(l.out), F_GETFL);
    assert_int_equal(fcntl(fd_of(l.out), F_SETFL, flags | O_APPEND), 0);
    pump *p = new_pump(&l);
    assert_ok(edo_tcp_write_all(l.client, "hello world", 11));
    run(p);
    assert_false(p->splices);
    assert_int_equal(read_some_all(l.server, buf, 11), 11);
    assert_memory_equal(buf, "hello world", 11);
    assert_ok(edo_tcp_write_all(l.client, "more", 4));
    run(p);
    assert_int_equal(read_some_all(l.server, buf, 4), 4);
    assert_memory_equal(buf, "more", 4);
    end(p);
    close_line(&l);
}

/* In front of it splice(2) waits; or says that it is the end, if the peer writes no more. */
static void check_passes_urgent_data(bool is_last)
{
    line l;
    char buf[32];

    connect_line(&l);
    pump *p = new_pump(&l);
    assert_ok(edo_tcp_write_all(l.client, "hello", 5));
    run(p);
    assert_true(p->splices);
    assert_int_equal(send(fd_of(l.client), "!", 1, MSG_OOB), 1);
    assert_ok(edo_tcp_write_all(l.client, " world", 6));
    if (is_last)
        assert_ok(edo_tcp_shutdown(l.client, EDO_WRITE_HALF));
    settle();
    task_wait_until((poll_pump(p), l.done == 11));
    assert_false(p->splices);
    assert_int_equal(read_some_all(l.server, buf, 11), 11);
    assert_memory_equal(buf, "hello world", 11);
    if (is_last) {
        task_wait_until(poll_pump(p) == EDO_READY);
        assert_ok(p->result);
        assert_int_equal(pump_free(p), 0);
    } else {
        end(p);
    }
    close_line(&l);
}

EDO_TEST_BOTH(urgent_data_is_passed_over_as_a_read_does)
{
    check_passes_urgent_data(false);
}

EDO_TEST_BOTH(what_comes_behind_urgent_data_is_copied_before_the_end)
{
    check_passes_urgent_data(true);
}

static void set_buffer(edo_tcp_stream *stream, int name, int size)
{
    assert_int_equal(setsockopt(fd_of(stream), SOL_SOCKET, name, &size, sizeof size), 0);
}

/* More of it is in the pipe than there is room for in the writer, and then the rest is put back. */
static void check_much_goes_back(bool is_narrow)
{
    static unsigned char chunk[1 << 16];
    line l;
    edo_task sender;
    size_t at = 0;

    connect_line(&l);
    if (is_narrow) {
        set_buffer(l.out, SO_SNDBUF, 4096);
        set_buffer(l.server, SO_RCVBUF, 4096);
    }
    assert_ok(edo_spawn(send_bulk, l.client, &sender));
    pump *p = new_pump(&l);
    task_wait_until((poll_pump(p), l.done > 0));
    run(p);
    assert_int_equal(fcntl(fd_of(l.out), F_SETFL, fcntl(fd_of(l.out), F_GETFL) | O_APPEND), 0);
    while (p->splices) { /* there is room, so it tries */
        ssize_t n = edo_tcp_try_read(l.server, chunk, sizeof chunk);
        for (ssize_t i = 0; i < n; i++, at++)
            if (chunk[i] != pattern(at))
                fail_msg("byte %zu is another", at);
        poll_pump(p);
        edo_yield();
    }
    if (is_narrow)
        assert_true(p->phase == PUMP_WRITING && p->end > p->begin);
    end(p);
    assert_ok(edo_tcp_shutdown(l.out, EDO_WRITE_HALF));
    assert_int_equal(check_rest(l.server, at), l.done);
    assert_int_equal(check_rest(l.in, l.done), BULK);
    assert_ok(edo_join(sender, NULL));
    close_line(&l);
}

EDO_TEST_BOTH(much_in_the_pipe_of_a_writer_that_cannot_is_not_lost)
{
    check_much_goes_back(false);
}

EDO_TEST_BOTH(what_came_out_of_the_pipe_and_was_not_written_goes_back)
{
    check_much_goes_back(true);
}

/* All of it is there before the pump reads, but where the system is late with a part. */
static void pass_on_large(line *l, pump *p, unsigned char *chunk)
{
    const size_t large = 48 << 10;
    uint64_t goal = l->done + large;

    assert_ok(edo_tcp_write_all(l->client, chunk, large));
    task_wait_until((poll_pump(p), l->done == goal));
    assert_int_equal(read_some_all(l->server, chunk, large), large);
}

EDO_TEST_BOTH(small_reads_end_it_and_large_ones_begin_it_again)
{
    static unsigned char chunk[200000];
    line l;

    connect_line(&l);
    pump *p = new_pump(&l);
    int before = open_fds();
    for (int i = 0; i < 17; i++) {
        assert_ok(edo_tcp_write_all(l.client, "x", 1));
        task_wait_until((poll_pump(p), l.done == (uint64_t)i + 1));
        assert_int_equal(read_some_all(l.server, chunk, 1), 1);
        assert_true(p->splices == (i < 15));
    }
    assert_int_equal(open_fds(), before);
    for (int i = 0; i < 1000 && !p->splices; i++)
        pass_on_large(&l, p, chunk);
    assert_true(p->splices);
    assert_int_equal(open_fds(), before + 2);
    end(p);
    assert_int_equal(open_fds(), before);
    close_line(&l);
}

/* The default action of SIGPIPE would end the test. */
EDO_TEST_BOTH(writing_to_what_is_shut_down_is_an_error_and_no_signal)
{
    line l;
    char buf[8];
    sigset_t blocked;

    connect_line(&l);
    pump *p = new_pump(&l);
    assert_ok(edo_tcp_shutdown(l.out, EDO_WRITE_HALF));
    assert_ok(edo_tcp_write_all(l.client, "hello", 5));
    task_wait_until(poll_pump(p) == EDO_READY);
    assert_true(p->splices);
    assert_err(p->result, -EPIPE);
    assert_int_equal(pump_free(p), 0);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &blocked), 0);
    assert_false(sigismember(&blocked, SIGPIPE));
    assert_int_equal(read_some_all(l.in, buf, 5), 5); /* it went back */
    assert_memory_equal(buf, "hello", 5);
    close_line(&l);
}

EDO_TEST_BOTH(a_peer_that_is_gone_is_an_error)
{
    line l;

    connect_line(&l);
    pump *p = new_pump(&l);
    assert_ok(edo_tcp_set_linger(l.server, 0));
    edo_tcp_close(l.server);
    settle();
    assert_ok(edo_tcp_write_all(l.client, "hello", 5));
    task_wait_until(poll_pump(p) == EDO_READY);
    assert_true(p->result == -EPIPE || p->result == -ECONNRESET);
    assert_int_equal(pump_free(p), 0);
    edo_tcp_close(l.client);
    edo_tcp_close(l.in);
    edo_tcp_close(l.out);
}

EDO_TEST(what_is_not_a_descriptor_is_never_spliced)
{
    memory_io from = memory_io_of("x"), to = {0};
    uint64_t done;
    pump *p = pump_new(memory_reader(&from), memory_writer(&to, false), false, &done);

    assert_int_equal(p->large, UINT8_MAX);
    assert_int_equal(pump_free(p), 0);
}
