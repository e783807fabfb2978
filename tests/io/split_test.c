/* split_test.c: the two directions of one thing, owned apart, and two as one. */
#include "support/edo_test.h"
#include "support/memory_io.h"
#include "support/tcp.h"

#include <errno.h>
#include <string.h>

static void count_release(void *arg)
{
    ++*(int *)arg;
}

typedef struct halves {
    edo_read_half *read;
    edo_write_half *write;
} halves;

static halves split(edo_io io, int *released)
{
    halves h;

    assert_ok(edo_split(io, EDO_OPTS(split, .release = count_release, .arg = released), &h.read,
                        &h.write));
    return h;
}

EDO_TEST_PLAIN(halves_know_each_other) /* io-081 */
{
    memory_io one = {0}, other = {0};
    int released = 0;
    edo_io io_one = {memory_reader(&one), memory_writer(&one, false)}, back = {0};
    edo_io io_other = {memory_reader(&other), memory_writer(&other, true)};
    halves a = split(io_one, &released), b = split(io_other, &released);

    assert_true(edo_halves_match(a.read, a.write));
    assert_false(edo_halves_match(a.read, b.write));
    assert_false(edo_halves_match(NULL, NULL));
    assert_err(edo_unsplit(a.read, b.write, &back), -EINVAL);
    assert_err(edo_unsplit(b.read, a.write, &back), -EINVAL);
    assert_null(back.reader.ops);
    assert_ptr_equal(edo_read_half_reader(a.read).self, &one); /* they are as they were */
    assert_ok(edo_unsplit(a.read, a.write, &back));
    assert_ptr_equal(back.reader.self, &one);
    assert_ptr_equal(back.writer.self, &one);
    assert_int_equal(released, 0);
    edo_read_half_free(b.read);
    assert_int_equal(released, 0);
    edo_write_half_free(b.write);
    assert_int_equal(released, 1);
    edo_read_half_free(NULL);
    edo_write_half_free(NULL);
    assert_err(edo_split((edo_io){0}, NULL, &a.read, &a.write), -EINVAL);
}

/* What goes through arrives; `r` and `w` are what was asked, `vectored` whether that shows. */
static void assert_same(edo_reader in, edo_writer out, memory_io *r, memory_io *w, bool vectored)
{
    char buf[4];
    const struct iovec iov[] = {{(char[]){"ab"}, 2}, {(char[]){"c"}, 1}};

    assert_int_equal(edo_read(in, buf, 4), 4);
    assert_memory_equal(buf, "hell", 4);
    assert_int_equal(r->reads, 1);
    assert_int_equal(edo_write(out, "x", 1), 1);
    assert_true(edo_writer_is_vectored(out) == vectored);
    assert_int_equal(edo_writev(out, iov, 2), vectored ? 3 : 2);
    assert_ok(edo_flush(out));
    assert_ok(edo_shutdown(out));
    assert_string_equal(w->calls, vectored ? "wvfs" : "wwfs");
    assert_memory_equal(w->data, "xab", 3);
}

EDO_TEST(halves_and_joined_ones_pass_every_call_on) /* io-082 */
{
    for (int vectored = 0; vectored < 2; vectored++) {
        for (int joined = 0; joined < 2; joined++) {
            memory_io r = memory_io_of("hello"), w = {0};
            int released = 0;
            edo_io io = edo_io_join(memory_reader(&r), memory_writer(&w, vectored));
            if (joined) {
                assert_same(io.reader, io.writer, &r, &w, vectored);
                continue;
            }
            halves h = split(io, &released);
            assert_same(edo_read_half_reader(h.read), edo_write_half_writer(h.write), &r, &w,
                        vectored);
            edo_write_half_free(h.write);
            edo_read_half_free(h.read);
            assert_int_equal(released, 1);
        }
    }
}

static int read_half_to_end(void *arg)
{
    char buf[64];
    int sum = 0;
    ssize_t n;

    while ((n = edo_read(edo_read_half_reader(arg), buf, sizeof buf)) > 0)
        sum += (int)n;
    assert_int_equal(n, 0);
    edo_read_half_free(arg);
    return sum;
}

static void close_stream(void *arg)
{
    edo_tcp_close(arg);
}

EDO_TEST_BOTH(a_half_that_waits_does_not_hold_the_other_one_up) /* io-083 */
{
    edo_tcp_stream *server, *client;
    edo_read_half *in;
    edo_write_half *out;
    edo_task task;
    char buf[8];
    int sum;

    connect_pair(&server, &client);
    assert_ok(edo_split(edo_tcp_io(server), EDO_OPTS(split, .release = close_stream, .arg = server),
                        &in, &out));
    assert_ok(edo_spawn(read_half_to_end, in, &task));
    settle(); /* it waits for what comes in */
    for (int i = 0; i < 3; i++) {
        assert_int_equal(edo_write(edo_write_half_writer(out), "hello", 5), 5);
        assert_int_equal(read_some_all(client, buf, 5), 5);
        assert_int_equal(edo_tcp_write(client, "back", 4), 4);
    }
    assert_ok(edo_tcp_shutdown(client, EDO_WRITE_HALF));
    assert_ok(edo_join(task, &sum));
    assert_int_equal(sum, 12);
    assert_int_equal(edo_write(edo_write_half_writer(out), "still", 5), 5);
    assert_int_equal(read_some_all(client, buf, 5), 5);
    edo_write_half_free(out);
    assert_int_equal(edo_tcp_read(client, buf, 8), 0); /* the last half closed it */
    edo_tcp_close(client);
}

typedef struct shared {
    edo_reader reader;
    unsigned seen[256]; /* how often each value came; atomic */
} shared;

static int read_values(void *arg)
{
    shared *s = arg;
    unsigned char values[7];
    ssize_t n;

    while ((n = edo_read(s->reader, values, sizeof values)) > 0)
        for (ssize_t i = 0; i < n; i++)
            __atomic_fetch_add(&s->seen[values[i]], 1, __ATOMIC_RELAXED);
    assert_int_equal(n, 0);
    return 0;
}

/* Each value from 0 to 199 comes a hundred times. */
EDO_TEST_BOTH(each_byte_goes_to_one_of_two_tasks_that_read) /* io-084 */
{
    static shared s;
    edo_tcp_stream *server, *client;
    edo_task tasks[2];

    connect_pair(&server, &client);
    s.reader = edo_tcp_reader(server);
    for (int i = 0; i < 2; i++)
        assert_ok(edo_spawn(read_values, &s, &tasks[i]));
    for (int round = 0; round < 100; round++) {
        unsigned char values[200];
        for (int i = 0; i < 200; i++)
            values[i] = (unsigned char)i;
        assert_ok(edo_tcp_write_all(client, values, sizeof values));
        if (round % 10 == 0)
            settle(); /* both wait again */
    }
    assert_ok(edo_tcp_shutdown(client, EDO_WRITE_HALF));
    for (int i = 0; i < 2; i++)
        assert_ok(edo_join(tasks[i], NULL));
    for (int i = 0; i < 200; i++)
        assert_int_equal(s.seen[i], 100);
    edo_tcp_close(server);
    edo_tcp_close(client);
}
