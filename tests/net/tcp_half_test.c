/* tcp_half_test.c: the halves of a connection, owned apart. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define ROUNDS 50

typedef struct halves {
    edo_tcp_read_half *read;
    edo_tcp_write_half *write;
} halves;

static halves split(edo_tcp_stream *stream)
{
    halves h;

    assert_ok(edo_tcp_into_split(stream, &h.read, &h.write));
    return h;
}

static int echo_until_end(void *arg)
{
    edo_tcp_stream *stream = arg;
    char buf[64];
    ssize_t n;

    while ((n = edo_tcp_read(stream, buf, sizeof buf)) > 0)
        assert_ok(edo_tcp_write_all(stream, buf, (size_t)n));
    return (int)n;
}

static int write_rounds(void *arg)
{
    edo_tcp_write_half *half = arg;

    for (int i = 0; i < ROUNDS; i++)
        assert_ok(edo_tcp_write_all(edo_tcp_write_half_stream(half), "hello world", 11));
    return edo_tcp_write_half_close(half);
}

static int read_to_end(void *arg)
{
    edo_tcp_read_half *half = arg;
    edo_reader reader = edo_tcp_read_half_reader(half);
    char buf[100];
    size_t done = 0;
    ssize_t n;

    while ((n = edo_read(reader, buf, sizeof buf)) > 0)
        for (ssize_t i = 0; i < n; i++)
            assert_int_equal(buf[i], "hello world"[done++ % 11]);
    assert_int_equal(n, 0);
    assert_ok(edo_tcp_read_half_close(half));
    return (int)done;
}

EDO_TEST_BOTH(each_half_works_from_its_own_task) /* net-049 io-083 */
{
    edo_tcp_stream *server, *client;
    edo_task echo, writer, reader;
    int ret;

    connect_pair(&server, &client);
    halves h = split(client);
    assert_ok(edo_spawn(echo_until_end, server, &echo));
    assert_ok(edo_spawn(read_to_end, h.read, &reader));
    assert_ok(edo_spawn(write_rounds, h.write, &writer));
    assert_ok(edo_join(writer, &ret));
    assert_ok(ret);
    assert_ok(edo_join(echo, &ret)); /* the write half's close was the end for it */
    assert_ok(ret);
    edo_tcp_close(server);
    assert_ok(edo_join(reader, &ret));
    assert_int_equal(ret, 11 * ROUNDS);
}

EDO_TEST_BOTH(the_read_half_peeks) /* net-049 */
{
    edo_tcp_stream *server, *client;
    char buf[8];

    connect_pair(&server, &client);
    halves h = split(client);
    edo_tcp_read_future peek =
        edo_tcp_peek_async(edo_tcp_read_half_stream(h.read), buf, sizeof buf);
    assert_pending(&peek.base);
    assert_int_equal(edo_tcp_write(server, "peek", 4), 4);
    assert_int_equal(poll_to_end(&peek.base), 4);
    assert_memory_equal(buf, "peek", 4);
    assert_int_equal(edo_write(edo_tcp_write_half_writer(h.write), "x", 1), 1);
    assert_int_equal(edo_tcp_peek(edo_tcp_read_half_stream(h.read), buf, 2), 2);
    assert_int_equal(edo_read(edo_tcp_read_half_reader(h.read), buf, sizeof buf), 4);
    assert_memory_equal(buf, "peek", 4);
    edo_tcp_read_half_close(h.read);
    edo_tcp_write_half_close(h.write);
    edo_tcp_close(server);
}

EDO_TEST_BOTH(each_half_blocks_only_its_own_direction) /* io-083 */
{
    edo_tcp_stream *server, *client;
    char buf[8];

    connect_pair(&server, &client);
    halves h = split(client);
    edo_tcp_read_future read =
        edo_tcp_read_async(edo_tcp_read_half_stream(h.read), buf, sizeof buf);
    assert_pending(&read.base);
    assert_int_equal(edo_write(edo_tcp_write_half_writer(h.write), "ping", 4), 4);
    assert_int_equal(read_some_all(server, buf, 4), 4);
    assert_pending(&read.base);
    assert_int_equal(edo_tcp_write(server, "pong", 4), 4);
    assert_int_equal(poll_to_end(&read.base), 4);
    assert_memory_equal(buf, "pong", 4);
    assert_ok(edo_tcp_read_half_close(h.read));
    assert_ok(edo_tcp_write_half_close(h.write));
    edo_tcp_close(server);
}

EDO_TEST_BOTH(halves_of_different_streams_are_given_back) /* net-050 */
{
    edo_tcp_stream *server, *client, *whole = NULL;
    char buf[8];

    connect_pair(&server, &client);
    halves a = split(server), b = split(client);
    assert_err(edo_tcp_reunite(a.read, b.write, &whole), -EINVAL);
    assert_null(whole);
    assert_int_equal(edo_write(edo_tcp_write_half_writer(b.write), "still", 5), 5);
    assert_int_equal(edo_read(edo_tcp_read_half_reader(a.read), buf, sizeof buf), 5);
    assert_ok(edo_tcp_reunite(a.read, a.write, &server));
    assert_ok(edo_tcp_reunite(b.read, b.write, &client));
    assert_int_equal(edo_tcp_write(server, "whole", 5), 5);
    assert_int_equal(read_some_all(client, buf, 5), 5);
    assert_memory_equal(buf, "whole", 5);
    a = split(server); /* and it may be split again */
    assert_ok(edo_tcp_reunite(a.read, a.write, &server));
    assert_ok(edo_tcp_close(server));
    assert_ok(edo_tcp_close(client));
}

EDO_TEST_BOTH(one_half_keeps_the_connection_open) /* net-051 */
{
    edo_tcp_stream *server, *client;
    char buf[8];
    int fds = open_fds();

    connect_pair(&server, &client);
    halves h = split(client);
    assert_ok(edo_tcp_read_half_close(h.read));
    settle();
    assert_err(edo_tcp_try_read(server, buf, sizeof buf), -EAGAIN); /* no end yet */
    assert_int_equal(edo_write(edo_tcp_write_half_writer(h.write), "on", 2), 2);
    assert_int_equal(read_some_all(server, buf, 2), 2);
    assert_ok(edo_tcp_write_half_close(h.write));
    assert_int_equal(edo_tcp_read(server, buf, sizeof buf), 0);
    edo_tcp_close(server);
    task_wait_until(open_fds() <= fds + 2); /* a listener's and the runtime's own */
}

EDO_TEST_BOTH(the_write_halfs_close_is_the_end_for_the_peer_alone) /* net-051 */
{
    edo_tcp_stream *server, *client;
    char buf[8];

    connect_pair(&server, &client);
    halves h = split(client);
    assert_ok(edo_tcp_write_half_close(h.write));
    assert_int_equal(edo_tcp_read(server, buf, sizeof buf), 0);
    assert_int_equal(edo_tcp_write(server, "late", 4), 4);
    assert_int_equal(edo_tcp_read(edo_tcp_read_half_stream(h.read), buf, sizeof buf), 4);
    assert_ok(edo_tcp_read_half_close(h.read));
    task_wait_until(edo_tcp_try_write(server, "x", 1) == -EPIPE ||
                    edo_tcp_try_write(server, "x", 1) == -ECONNRESET);
    edo_tcp_close(server);
}

EDO_TEST(a_split_refuses_what_it_cant_split)
{
    edo_tcp_stream *server, *client, *whole;
    edo_tcp_read_half *read;
    edo_tcp_write_half *write;

    connect_pair(&server, &client);
    assert_err(edo_tcp_into_split(NULL, &read, &write), -EINVAL);
    assert_err(edo_tcp_into_split(client, NULL, &write), -EINVAL);
    assert_err(edo_tcp_into_split(client, &read, NULL), -EINVAL);
    assert_ok(edo_tcp_into_split(client, &read, &write));
    assert_err(edo_tcp_into_split(client, &read, &write), -EINVAL);
    assert_err(edo_tcp_reunite(NULL, NULL, &whole), -EINVAL);
    assert_err(edo_tcp_reunite(read, write, NULL), -EINVAL);
    assert_err(edo_tcp_read_half_close(NULL), -EINVAL);
    assert_err(edo_tcp_write_half_close(NULL), -EINVAL);
    assert_ok(edo_tcp_read_half_close(read));
    assert_ok(edo_tcp_write_half_close(write));
    edo_tcp_close(server);
}

/* Two tasks that read from one stream: each byte is somebody's, and both see the end. */
typedef struct shared_read {
    edo_tcp_stream *stream;
    uint32_t seen[256]; /* atomic: how often each byte came */
    uint32_t total;     /* atomic */
} shared_read;

static int read_its_share(void *arg)
{
    shared_read *s = arg;
    unsigned char buf[7];
    ssize_t n;

    while ((n = edo_tcp_read(s->stream, buf, sizeof buf)) > 0)
        for (ssize_t i = 0; i < n; i++) {
            __atomic_fetch_add(&s->seen[buf[i]], 1, __ATOMIC_RELAXED);
            __atomic_fetch_add(&s->total, 1, __ATOMIC_RELAXED);
        }
    return (int)n;
}

EDO_TEST_BOTH(two_readers_share_the_bytes) /* io-084 */
{
    edo_tcp_stream *server, *client;
    edo_task readers[2];
    unsigned char all[256];
    int ret;

    connect_pair(&server, &client);
    shared_read s = {.stream = server};
    for (int i = 0; i < 2; i++)
        assert_ok(edo_spawn(read_its_share, &s, &readers[i]));
    for (int i = 0; i < 256; i++)
        all[i] = (unsigned char)i;
    for (int i = 0; i < 256; i += 8) {
        assert_ok(edo_tcp_write_all(client, all + i, 8));
        if (i % 32 == 0)
            task_wait_until(__atomic_load_n(&s.total, __ATOMIC_RELAXED) == (uint32_t)i + 8);
    }
    assert_ok(edo_tcp_shutdown(client, EDO_WRITE_HALF));
    for (int i = 0; i < 2; i++) {
        assert_ok(edo_join(readers[i], &ret));
        assert_ok(ret);
    }
    for (int i = 0; i < 256; i++)
        assert_int_equal(s.seen[i], 1);
    edo_tcp_close(server);
    edo_tcp_close(client);
}

/* What comes in goes out again. */
static int echo_halves(void *arg)
{
    edo_tcp_read_half *read;
    edo_tcp_write_half *write;
    uint64_t copied = 0;

    assert_ok(edo_tcp_into_split(arg, &read, &write));
    int rc = edo_copy(edo_tcp_read_half_reader(read), edo_tcp_write_half_writer(write), &copied);
    edo_tcp_read_half_close(read);
    edo_tcp_write_half_close(write);
    return rc < 0 ? rc : (int)copied;
}

EDO_TEST_BOTH(an_echo_through_halves) /* net-023 */
{
    edo_tcp_stream *server, *client;
    edo_task echo;
    int copied;
    char text[20], back[12] = "";

    connect_pair(&server, &client);
    assert_ok(edo_spawn(echo_halves, server, &echo));
    for (int i = 0; i < 1024; i++) {
        snprintf(text, sizeof text, "message%04d", i);
        assert_ok(edo_tcp_write_all(client, text, 11));
        assert_int_equal(read_some_all(client, back, 11), 11);
        assert_memory_equal(back, text, 11);
    }
    assert_ok(edo_tcp_shutdown(client, EDO_WRITE_HALF));
    assert_int_equal(edo_tcp_read(client, back, 11), 0);
    assert_ok(edo_join(echo, &copied));
    assert_int_equal(copied, 11264);
    edo_tcp_close(client);
}
