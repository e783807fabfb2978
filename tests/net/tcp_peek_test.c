/* tcp_peek_test.c: looking at what is there, and several pieces at once. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <string.h>
#include <unistd.h>

EDO_TEST_BOTH(a_peek_leaves_what_it_shows) /* net-041 */
{
    int peer;
    edo_tcp_stream *stream = accept_plain(&peer);
    char text[8] = "";

    assert_int_equal(write(peer, "four", 4), 4);
    for (int i = 0; i < 2; i++) {
        memset(text, 0, sizeof text);
        assert_int_equal(edo_tcp_peek(stream, text, sizeof text), 4);
        assert_memory_equal(text, "four", 4);
    }
    assert_int_equal(edo_tcp_peek(stream, text, 2), 2);
    assert_int_equal(edo_tcp_try_peek(stream, text, sizeof text), 4);
    memset(text, 0, sizeof text);
    assert_int_equal(edo_tcp_read(stream, text, sizeof text), 4);
    assert_memory_equal(text, "four", 4);
    assert_err(edo_tcp_try_peek(stream, text, sizeof text), -EAGAIN);
    assert_err(edo_tcp_peek(NULL, text, 1), -EINVAL);
    assert_err(edo_tcp_try_peek(NULL, text, 1), -EINVAL);
    assert_err(edo_tcp_peek(stream, NULL, 1), -EINVAL);
    edo_tcp_close(stream);
    close(peer);
}

EDO_TEST_BOTH(a_peek_waits_and_sees_the_end) /* net-042 */
{
    int peer;
    edo_tcp_stream *stream = accept_plain(&peer);
    char text[8] = "";
    edo_tcp_read_future peek = edo_tcp_peek_async(stream, text, sizeof text);

    assert_pending(&peek.base);
    settle();
    assert_pending(&peek.base);
    assert_int_equal(write(peer, "x", 1), 1);
    assert_int_equal(poll_to_end(&peek.base), 1);
    assert_int_equal(edo_tcp_read(stream, text, sizeof text), 1);
    close(peer);
    assert_int_equal(edo_tcp_peek(stream, text, sizeof text), 0);
    assert_int_equal(edo_tcp_peek(stream, text, sizeof text), 0);
    assert_int_equal(edo_tcp_read(stream, text, sizeof text), 0);
    edo_tcp_close(stream);
}

EDO_TEST_BOTH(a_canceled_peek_takes_nothing) /* net-041 */
{
    int peer;
    edo_tcp_stream *stream = accept_plain(&peer);
    char text[8] = "";
    edo_tcp_read_future peek = edo_tcp_peek_async(stream, text, sizeof text);

    assert_pending(&peek.base);
    edo_future_cancel(&peek.base);
    assert_err(poll_to_end(&peek.base), -ECANCELED);
    assert_int_equal(write(peer, "abc", 3), 3);
    peek = edo_tcp_peek_async(stream, text, sizeof text);
    assert_int_equal(poll_to_end(&peek.base), 3);
    edo_future_put_back(&peek.base);
    assert_int_equal(edo_tcp_read(stream, text, sizeof text), 3);
    assert_memory_equal(text, "abc", 3);
    edo_tcp_close(stream);
    close(peer);
}

EDO_TEST_BOTH(the_read_half_peeks) /* net-049 */
{
    int peer;
    edo_tcp_stream *stream = accept_plain(&peer);
    edo_tcp_read_half *read;
    edo_tcp_write_half *write_half;
    char text[4];

    assert_ok(edo_tcp_into_split(stream, &read, &write_half));
    assert_int_equal(write(peer, "ab", 2), 2);
    assert_int_equal(edo_tcp_peek(edo_tcp_read_half_stream(read), text, 4), 2);
    assert_int_equal(edo_tcp_read(edo_tcp_read_half_stream(read), text, 4), 2);
    edo_tcp_read_half_close(read);
    edo_tcp_write_half_close(write_half);
    close(peer);
}

EDO_TEST_BOTH(pieces_are_read_and_written_in_order) /* net-038 */
{
    edo_tcp_stream *server, *client;
    char out[] = "the quick brown fox", in[20] = "", more[20] = "";
    struct iovec from[] = {{out, 4}, {NULL, 0}, {out + 4, 6}, {out + 10, 9}};
    struct iovec to[] = {{in, 3}, {in + 3, 0}, {in + 3, 16}, {more, 20}};

    connect_pair(&server, &client);
    assert_int_equal(edo_tcp_writev(client, from, 4), 19);
    assert_int_equal(edo_tcp_write(client, "!", 1), 1);
    settle();
    assert_int_equal(edo_tcp_readv(server, to, 4), 20);
    assert_memory_equal(in, out, 19);
    assert_int_equal(more[0], '!');
    assert_err(edo_tcp_try_readv(server, to, 4), -EAGAIN);
    assert_int_equal(edo_tcp_try_writev(client, from, 4), 19);
    settle();
    memset(in, 0, sizeof in);
    assert_int_equal(edo_tcp_try_readv(server, to, 4), 19);
    assert_memory_equal(in, out, 19);
    assert_int_equal(edo_tcp_writev(client, from, 0), 0);
    assert_int_equal(edo_tcp_readv(server, to, 0), 0);
    assert_err(edo_tcp_writev(NULL, from, 1), -EINVAL);
    assert_err(edo_tcp_readv(NULL, to, 1), -EINVAL);
    assert_err(edo_tcp_try_writev(NULL, from, 1), -EINVAL);
    assert_err(edo_tcp_try_readv(NULL, to, 1), -EINVAL);
    edo_tcp_read_future read = edo_tcp_readv_async(server, to, 4);
    assert_pending(&read.base);
    edo_future_cancel(&read.base);
    assert_err(poll_to_end(&read.base), -ECANCELED);
    edo_tcp_close(server);
    edo_tcp_close(client);
}

enum { SLICES = 400, SLICE = 10 };

static size_t fill(edo_tcp_stream *stream, bool vectored, unsigned char *next)
{
    static unsigned char bytes[SLICES * SLICE];
    struct iovec iov[SLICES];
    size_t total = 0;
    ssize_t n;

    for (;;) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (unsigned char)(*next + i);
        for (int i = 0; i < SLICES; i++)
            iov[i] = (struct iovec){bytes + i * SLICE, SLICE};
        n = vectored ? edo_tcp_try_writev(stream, iov, SLICES)
                     : edo_tcp_try_write(stream, bytes, sizeof bytes);
        if (n < 0)
            break;
        total += (size_t)n;
        *next = (unsigned char)(*next + n);
    }
    assert_err(n, -EAGAIN);
    return total;
}

static size_t drain(edo_tcp_stream *stream, bool vectored, size_t len, unsigned char *next)
{
    static unsigned char bytes[SLICES * SLICE];
    struct iovec iov[SLICES];
    size_t total = 0;

    for (int i = 0; i < SLICES; i++)
        iov[i] = (struct iovec){bytes + i * SLICE, SLICE};
    while (total < len) {
        ssize_t n = vectored ? edo_tcp_try_readv(stream, iov, SLICES)
                             : edo_tcp_try_read(stream, bytes, sizeof bytes);
        if (n == -EAGAIN) { /* the rest is on its way */
            assert_ok(edo_tcp_readable(stream));
            continue;
        }
        assert_true(n > 0);
        for (ssize_t i = 0; i < n; i++)
            assert_int_equal(bytes[i], (*next)++);
        total += (size_t)n;
    }
    return total;
}

EDO_TEST_BOTH(what_is_written_until_it_is_full_is_read) /* net-038 */
{
    edo_tcp_stream *server, *client;
    unsigned char sent = 0, seen = 0;

    connect_pair(&server, &client);
    for (int vectored = 0; vectored <= 1; vectored++) {
        size_t len = fill(client, vectored, &sent);
        assert_true(len > SLICES * SLICE);
        assert_int_equal(drain(server, vectored, len, &seen), len);
        char byte;
        assert_err(edo_tcp_try_read(server, &byte, 1), -EAGAIN);
        assert_ok(edo_tcp_writable(client));
    }
    edo_tcp_close(server);
    edo_tcp_close(client);
}
