/* unix_stream_test.c: Unix streams: bytes both ways, their ends, and who is at the other. */
#include "support/edo_test.h"
#include "support/tcp.h"
#include "support/unix.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

EDO_TEST_BOTH(five_bytes_then_the_end_and_again) /* net-087 */
{
    edo_unix_listener *listener;
    edo_unix_stream *server, *client;
    const char *path = unix_path("here");
    char buf[16];

    assert_ok(edo_unix_listen(path, &listener));
    edo_unix_accept_future accept = edo_unix_accept_async(listener, &server);
    assert_pending(&accept.base);
    assert_ok(edo_unix_connect(path, &client));
    assert_ok(poll_to_end(&accept.base));
    assert_int_equal(edo_unix_write(client, "hello", 5), 5);
    assert_ok(edo_unix_close(client));
    assert_int_equal(unix_read_some_all(server, buf, 5), 5);
    assert_memory_equal(buf, "hello", 5);
    assert_int_equal(edo_unix_read(server, buf, sizeof buf), 0);
    assert_int_equal(edo_unix_read(server, buf, sizeof buf), 0);
    assert_ok(edo_unix_close(server));
    assert_ok(edo_unix_listener_close(listener));
}

static void assert_is_me(edo_unix_stream *stream)
{
    edo_unix_cred cred;

    assert_ok(edo_unix_peer_cred(stream, &cred));
    assert_int_equal(cred.pid, getpid());
    assert_int_equal(cred.uid, geteuid());
    assert_int_equal(cred.gid, getegid());
}

EDO_TEST_BOTH(a_pair_is_connected_and_knows_its_maker) /* net-088 */
{
    edo_unix_stream *one, *other;
    edo_unix_addr addr;
    char buf[4];

    assert_ok(edo_unix_pair(&one, &other));
    assert_int_equal(edo_unix_write(one, "ping", 4), 4);
    assert_int_equal(unix_read_some_all(other, buf, 4), 4);
    assert_memory_equal(buf, "ping", 4);
    assert_int_equal(edo_unix_write(other, "pong", 4), 4);
    assert_int_equal(unix_read_some_all(one, buf, 4), 4);
    assert_memory_equal(buf, "pong", 4);
    assert_is_me(one);
    assert_is_me(other);
    assert_ok(edo_unix_peer_addr(one, &addr));
    assert_true(edo_unix_addr_is_unnamed(&addr));
    assert_ok(edo_unix_close(one));
    assert_ok(edo_unix_close(other));
}

EDO_TEST_BOTH(a_shutdown_is_the_end_for_the_peer) /* net-090 */
{
    edo_unix_stream *server, *client;
    char byte;

    unix_connect_pair(&server, &client);
    assert_int_equal(edo_unix_write(client, "Q", 1), 1);
    for (int i = 0; i < 3; i++)
        assert_ok(edo_unix_shutdown(client, EDO_WRITE_HALF));
    assert_err(edo_unix_write(client, "x", 1), -EPIPE); /* and no SIGPIPE */
    assert_int_equal(edo_unix_read(server, &byte, 1), 1);
    assert_int_equal(edo_unix_read(server, &byte, 1), 0);
    assert_int_equal(edo_unix_write(server, "R", 1), 1);
    assert_int_equal(edo_unix_read(client, &byte, 1), 1);
    assert_int_equal(byte, 'R');
    edo_unix_close(server);
    edo_unix_close(client);
}

typedef struct half_pair {
    edo_unix_read_half *read;
    edo_unix_write_half *write;
    const char *says;
    char heard[8];
} half_pair;

static int say(void *arg)
{
    half_pair *p = arg;

    assert_ok(edo_unix_write_all(edo_unix_write_half_stream(p->write), p->says, 1));
    return edo_shutdown(edo_unix_write_half_writer(p->write));
}

static int hear(void *arg)
{
    half_pair *p = arg;
    edo_reader reader = edo_unix_read_half_reader(p->read);
    size_t done = 0;
    ssize_t n;

    while ((n = edo_read(reader, p->heard + done, sizeof p->heard - 1 - done)) > 0)
        done += (size_t)n;
    assert_int_equal(n, 0);
    return edo_unix_read_half_close(p->read);
}

EDO_TEST_BOTH(halves_exchange_and_end_in_both_directions) /* net-090 */
{
    edo_unix_stream *one, *other;
    half_pair a = {.says = "A"}, b = {.says = "B"};
    edo_task tasks[4];
    int ret;

    unix_connect_pair(&one, &other);
    assert_ok(edo_unix_into_split(one, &a.read, &a.write));
    assert_ok(edo_unix_into_split(other, &b.read, &b.write));
    assert_ok(edo_spawn(hear, &a, &tasks[0]));
    assert_ok(edo_spawn(hear, &b, &tasks[1]));
    assert_ok(edo_spawn(say, &a, &tasks[2]));
    assert_ok(edo_spawn(say, &b, &tasks[3]));
    for (int i = 0; i < 4; i++) {
        assert_ok(edo_join(tasks[i], &ret));
        assert_ok(ret);
    }
    assert_string_equal(a.heard, "B");
    assert_string_equal(b.heard, "A");
    assert_ok(edo_unix_write_half_close(a.write)); /* each had the end before this */
    assert_ok(edo_unix_write_half_close(b.write));
}

EDO_TEST_BOTH(halves_of_different_unix_streams_are_given_back)
{
    edo_unix_stream *one, *other, *whole = NULL;
    half_pair a, b;

    assert_ok(edo_unix_pair(&one, &other));
    assert_ok(edo_unix_into_split(one, &a.read, &a.write));
    assert_ok(edo_unix_into_split(other, &b.read, &b.write));
    assert_err(edo_unix_reunite(a.read, b.write, &whole), -EINVAL);
    assert_null(whole);
    assert_ok(edo_unix_reunite(a.read, a.write, &one));
    assert_ok(edo_unix_reunite(b.read, b.write, &other));
    edo_unix_close(one);
    edo_unix_close(other);
}

/* Writes pieces until there is no room; returns how many bytes. */
static size_t fill(edo_unix_stream *stream, size_t pieces)
{
    static char bytes[1000];
    struct iovec iov[3] = {{bytes, 1}, {bytes + 1, 10}, {bytes + 11, 989}};
    size_t done = 0;
    ssize_t n;

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)i;
    while ((n = pieces ? edo_unix_try_writev(stream, iov, pieces)
                       : edo_unix_try_write(stream, bytes, sizeof bytes)) > 0)
        done += (size_t)n;
    assert_int_equal(n, -EAGAIN);
    assert_true(done > 1000);
    return done;
}

static size_t drain(edo_unix_stream *stream, size_t pieces)
{
    static char bytes[100];
    struct iovec iov[3] = {{bytes, 1}, {bytes + 1, 10}, {bytes + 11, 89}};
    size_t done = 0;
    ssize_t n;

    while ((n = pieces ? edo_unix_try_readv(stream, iov, pieces)
                       : edo_unix_try_read(stream, bytes, sizeof bytes)) > 0)
        done += (size_t)n;
    assert_int_equal(n, -EAGAIN);
    return done;
}

EDO_TEST_BOTH(what_was_tried_fills_and_drains) /* net-091 */
{
    for (size_t pieces = 0; pieces <= 3; pieces += 3) {
        edo_unix_stream *one, *other;
        char byte;

        assert_ok(edo_unix_pair(&one, &other));
        assert_err(edo_unix_try_read(other, &byte, 1), -EAGAIN);
        size_t sent = fill(one, pieces);
        assert_int_equal(drain(other, pieces), sent);
        assert_true(edo_unix_try_write(one, "x", 1) == 1);
        edo_unix_close(one);
        task_wait_until(edo_unix_ready(other, EDO_READABLE) & EDO_READ_CLOSED);
        assert_int_equal(edo_unix_try_read(other, &byte, 1), 1);
        assert_int_equal(edo_unix_try_read(other, &byte, 1), 0);
        edo_unix_close(other);
    }
}

EDO_TEST_BOTH(pieces_arrive_in_order) /* net-091 */
{
    edo_unix_stream *one, *other;
    char buf[12] = {0};
    struct iovec out[3] = {{"he", 2}, {"llo ", 4}, {"world", 5}};
    struct iovec in[3] = {{buf, 4}, {buf + 4, 1}, {buf + 5, 6}};

    assert_ok(edo_unix_pair(&one, &other));
    assert_int_equal(edo_unix_writev(one, out, 3), 11);
    assert_int_equal(edo_unix_readv(other, in, 3), 11);
    assert_string_equal(buf, "hello world");
    edo_unix_close(one);
    edo_unix_close(other);
}

EDO_TEST_BOTH(it_is_readable_until_there_is_nothing_left) /* net-092 */
{
    edo_unix_stream *one, *other;
    char buf[8];

    assert_ok(edo_unix_pair(&one, &other));
    edo_unix_ready_future wait = edo_unix_readable_async(one);
    assert_pending(&wait.base);
    settle();
    assert_pending(&wait.base);
    assert_int_equal(edo_unix_write(other, "four", 4), 4);
    assert_ok(poll_to_end(&wait.base));
    assert_ok(edo_unix_readable(one));
    assert_int_equal(edo_unix_read(one, buf, 3), 3);
    assert_ok(edo_unix_readable(one));
    assert_int_equal(edo_unix_try_read(one, buf, 8), 1);
    assert_err(edo_unix_try_read(one, buf, 8), -EAGAIN);
    edo_unix_ready_future end = edo_unix_readable_async(one);
    assert_pending(&end.base);
    settle();
    assert_pending(&end.base);
    edo_unix_close(other);
    assert_ok(poll_to_end(&end.base));
    assert_int_equal(edo_unix_try_read(one, buf, 8), 0);
    edo_unix_close(one);
}

EDO_TEST_BOTH(it_is_writable_unless_it_is_full) /* net-092 */
{
    edo_unix_stream *one, *other;

    assert_ok(edo_unix_pair(&one, &other));
    assert_ok(edo_unix_writable(one));
    fill(one, 0);
    edo_unix_ready_future wait = edo_unix_writable_async(one);
    assert_pending(&wait.base);
    settle();
    assert_pending(&wait.base);
    drain(other, 0);
    assert_ok(poll_to_end(&wait.base));
    fill(one, 0);
    edo_unix_ready_future end = edo_unix_writable_async(one);
    assert_pending(&end.base);
    edo_unix_close(other);
    assert_ok(poll_to_end(&end.base));
    assert_err(edo_unix_try_write(one, "x", 1), -EPIPE);
    edo_unix_close(one);
}

EDO_TEST_BOTH(a_peek_leaves_what_it_shows)
{
    edo_unix_stream *one, *other;
    char buf[8];

    assert_ok(edo_unix_pair(&one, &other));
    assert_err(edo_unix_try_peek(one, buf, 8), -EAGAIN);
    assert_int_equal(edo_unix_write(other, "peek", 4), 4);
    assert_int_equal(edo_unix_peek(one, buf, 8), 4);
    assert_int_equal(edo_unix_try_peek(one, buf, 8), 4);
    edo_unix_read_future taken = edo_unix_read_async(one, buf, 2);
    assert_int_equal(poll_to_end(&taken.base), 2);
    edo_future_put_back(&taken.base);
    assert_int_equal(edo_unix_peek(one, buf, 1), 1);
    assert_int_equal(buf[0], 'p');
    assert_int_equal(unix_read_some_all(one, buf, 4), 4);
    assert_memory_equal(buf, "peek", 4);
    edo_unix_close(one);
    edo_unix_close(other);
}

/* The same thing of Unix streams as of TCP's: two directions, two readers. */
EDO_TEST_BOTH(each_half_of_a_unix_stream_blocks_only_its_own_direction) /* io-083 */
{
    edo_unix_stream *one, *other;
    half_pair h;
    char buf[8];

    assert_ok(edo_unix_pair(&one, &other));
    assert_ok(edo_unix_into_split(one, &h.read, &h.write));
    edo_unix_read_future read =
        edo_unix_read_async(edo_unix_read_half_stream(h.read), buf, sizeof buf);
    assert_pending(&read.base);
    assert_int_equal(edo_write(edo_unix_write_half_writer(h.write), "ping", 4), 4);
    assert_int_equal(unix_read_some_all(other, buf, 4), 4);
    assert_pending(&read.base);
    assert_int_equal(edo_unix_write(other, "pong", 4), 4);
    assert_int_equal(poll_to_end(&read.base), 4);
    edo_unix_read_half_close(h.read);
    edo_unix_write_half_close(h.write);
    edo_unix_close(other);
}

typedef struct shared_read {
    edo_unix_stream *stream;
    uint32_t seen[256]; /* atomic: how often each byte came */
} shared_read;

static int read_its_share(void *arg)
{
    shared_read *s = arg;
    unsigned char buf[7];
    ssize_t n;

    while ((n = edo_unix_read(s->stream, buf, sizeof buf)) > 0)
        for (ssize_t i = 0; i < n; i++)
            __atomic_fetch_add(&s->seen[buf[i]], 1, __ATOMIC_RELAXED);
    return (int)n;
}

EDO_TEST_BOTH(two_readers_of_a_unix_stream_share_the_bytes) /* io-084 */
{
    edo_unix_stream *one, *other;
    edo_task readers[2];
    unsigned char all[256];
    int ret;

    assert_ok(edo_unix_pair(&one, &other));
    shared_read s = {.stream = one};
    for (int i = 0; i < 2; i++)
        assert_ok(edo_spawn(read_its_share, &s, &readers[i]));
    for (int i = 0; i < 256; i++)
        all[i] = (unsigned char)i;
    for (int i = 0; i < 256; i += 8)
        assert_ok(edo_unix_write_all(other, all + i, 8));
    edo_unix_close(other);
    for (int i = 0; i < 2; i++) {
        assert_ok(edo_join(readers[i], &ret));
        assert_ok(ret);
    }
    for (int i = 0; i < 256; i++)
        assert_int_equal(s.seen[i], 1);
    edo_unix_close(one);
}

EDO_TEST_BOTH(the_error_that_a_stream_keeps_can_be_taken_once)
{
    edo_unix_stream *one, *other;

    assert_ok(edo_unix_pair(&one, &other));
    assert_ok(edo_unix_take_error(one));
    assert_int_equal(edo_unix_write(one, "unread", 6), 6);
    edo_unix_close(other);
    assert_err(edo_unix_take_error(one), -ECONNRESET);
    assert_ok(edo_unix_take_error(one));
    assert_err(edo_unix_take_error(NULL), -EINVAL);
    edo_unix_close(one);
}
