/* tcp_ready_test.c: waiting until a connection is ready. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Fills the stream until there is no room; the count. */
static size_t fill(edo_tcp_stream *stream)
{
    static const char block[4096];
    size_t filled = 0;

    for (;;) {
        ssize_t n = edo_tcp_try_write(stream, block, sizeof block);
        if (n == -EAGAIN)
            return filled;
        assert_true(n > 0);
        filled += (size_t)n;
    }
}

static void drain(int peer, size_t len)
{
    char buf[4096];

    while (len > 0) {
        ssize_t n = read(peer, buf, sizeof buf < len ? sizeof buf : len);
        assert_true(n > 0);
        len -= (size_t)n;
    }
}

EDO_TEST_BOTH(readable_until_all_is_read) /* net-039 */
{
    int peer;
    char buf[8];
    edo_tcp_stream *stream = accept_plain(&peer);
    edo_tcp_ready_future before = edo_tcp_readable_async(stream);

    assert_int_equal(edo_test_poll(&before.base), EDO_PENDING);
    assert_err(edo_tcp_try_ready(stream, EDO_READABLE), -EAGAIN);
    assert_int_equal(write(peer, "abcd", 4), 4);
    assert_ok(poll_to_end(&before.base));
    assert_ok(edo_tcp_readable(stream)); /* nobody has read */
    assert_int_equal(edo_tcp_try_read(stream, buf, 2), 2);
    assert_ok(edo_tcp_readable(stream)); /* a part is left */
    assert_int_equal(edo_tcp_try_read(stream, buf, 8), 2);
    assert_err(edo_tcp_try_read(stream, buf, 8), -EAGAIN);
    edo_tcp_ready_future after = edo_tcp_readable_async(stream);
    assert_int_equal(edo_test_poll(&after.base), EDO_PENDING);
    settle();
    assert_int_equal(edo_test_poll(&after.base), EDO_PENDING);
    assert_int_equal(write(peer, "e", 1), 1);
    assert_ok(poll_to_end(&after.base));
    close(peer);
    edo_tcp_close(stream);
}

EDO_TEST_BOTH(a_close_of_the_peer_makes_readable_and_writable) /* net-040 */
{
    int peer, rounds = 0, flags = 0;
    edo_tcp_stream *stream = accept_plain(&peer);
    edo_tcp_ready_future readable = edo_tcp_readable_async(stream);

    assert_int_equal(edo_test_poll(&readable.base), EDO_PENDING);
    close(peer);
    assert_ok(poll_to_end(&readable.base));
    assert_ok(edo_tcp_readable(stream));
    assert_ok(edo_tcp_writable(stream));
    while (!(flags & EDO_READ_CLOSED) && rounds++ < 100)
        flags = edo_tcp_ready(stream, EDO_READABLE);
    assert_int_equal(flags & (EDO_READABLE | EDO_READ_CLOSED), EDO_READABLE | EDO_READ_CLOSED);
    edo_tcp_close(stream);
}

EDO_TEST_BOTH(writable_when_there_is_room_again)
{
    int peer;
    edo_tcp_stream *stream = accept_plain(&peer);

    assert_ok(edo_tcp_writable(stream));
    size_t filled = fill(stream);
    edo_tcp_ready_future writable = edo_tcp_writable_async(stream);
    assert_int_equal(edo_test_poll(&writable.base), EDO_PENDING);
    assert_err(edo_tcp_try_ready(stream, EDO_WRITABLE), -EAGAIN);
    shutdown(peer, SHUT_WR); /* the other direction's end is no room */
    settle();
    assert_int_equal(edo_test_poll(&writable.base), EDO_PENDING);
    assert_int_equal(edo_tcp_ready(stream, EDO_READ_CLOSED | EDO_WRITABLE), EDO_READ_CLOSED);
    drain(peer, filled);
    assert_ok(poll_to_end(&writable.base));
    close(peer);
    edo_tcp_close(stream);
}

EDO_TEST_BOTH(a_reset_ends_every_wait)
{
    int peer;
    edo_tcp_stream *stream = accept_plain(&peer);
    edo_tcp_ready_future urgent = edo_tcp_ready_async(stream, EDO_PRIORITY);

    assert_int_equal(edo_test_poll(&urgent.base), EDO_PENDING);
    plain_reset(peer);
    poll_to_end(&urgent.base);
    const int ended = EDO_ERROR | EDO_READ_CLOSED | EDO_WRITE_CLOSED;
    assert_int_equal(urgent.base.result & ended, ended);
    edo_tcp_close(stream);
}

static void put_back(edo_tcp_stream *stream, size_t len)
{
    char buf[64];
    edo_tcp_read_future read = edo_tcp_read_async(stream, buf, len);

    assert_int_equal(poll_to_end(&read.base), len);
    edo_future_put_back(&read.base);
}

EDO_TEST_BOTH(what_was_put_back_is_readable)
{
    int peer;
    char buf[8];
    edo_tcp_stream *stream = accept_plain(&peer);
    edo_tcp_ready_future waits[3];
    edo_tcp_read_future read = edo_tcp_read_async(stream, buf, 1);
    size_t filled = fill(stream);

    assert_int_equal(write(peer, "x", 1), 1);
    assert_int_equal(poll_to_end(&read.base), 1);
    /* One that has no use for it stands first. */
    waits[0] = edo_tcp_writable_async(stream);
    waits[1] = edo_tcp_readable_async(stream);
    waits[2] = edo_tcp_readable_async(stream);
    for (int i = 0; i < 3; i++)
        assert_int_equal(edo_test_poll(&waits[i].base), EDO_PENDING);
    edo_future_put_back(&read.base);
    assert_ok(poll_to_end(&waits[1].base));
    assert_ok(poll_to_end(&waits[2].base));
    assert_int_equal(edo_tcp_try_ready(stream, EDO_READABLE), EDO_READABLE);
    assert_int_equal(edo_tcp_ready(stream, EDO_READABLE | EDO_WRITABLE), EDO_READABLE);
    assert_int_equal(edo_test_poll(&waits[0].base), EDO_PENDING);
    assert_int_equal(edo_tcp_try_read(stream, buf, 8), 1);
    assert_err(edo_tcp_try_ready(stream, EDO_READABLE), -EAGAIN);
    drain(peer, filled);
    assert_ok(poll_to_end(&waits[0].base));
    close(peer);
    edo_tcp_close(stream);
}

typedef struct waiting {
    edo_tcp_stream *stream;
    unsigned interest;
    int got;
} waiting;

static int wait_in_a_task(void *arg)
{
    waiting *w = arg;

    w->got = edo_tcp_ready(w->stream, w->interest);
    return 0;
}

EDO_TEST_BOTH(tasks_are_woken_by_what_was_put_back)
{
    int peer;
    char buf[8];
    edo_tcp_stream *stream = accept_plain(&peer);
    edo_tcp_read_future read = edo_tcp_read_async(stream, buf, 1);
    waiting w[4] = {{stream, EDO_WRITABLE, 0},
                    {stream, EDO_READABLE, 0},
                    {stream, EDO_PRIORITY, 0},
                    {stream, EDO_READABLE | EDO_WRITABLE, 0}};
    edo_task tasks[4];
    size_t filled = fill(stream);

    assert_int_equal(write(peer, "x", 1), 1);
    assert_int_equal(poll_to_end(&read.base), 1);
    for (int i = 0; i < 4; i++)
        assert_ok(edo_spawn(wait_in_a_task, &w[i], &tasks[i]));
    settle();
    edo_future_put_back(&read.base);
    assert_ok(edo_join(tasks[1], NULL));
    assert_ok(edo_join(tasks[3], NULL));
    assert_int_equal(w[1].got, EDO_READABLE);
    assert_int_equal(w[3].got, EDO_READABLE);
    drain(peer, filled);
    assert_ok(edo_join(tasks[0], NULL));
    assert_int_equal(w[0].got & EDO_WRITABLE, EDO_WRITABLE);
    assert_ok(edo_task_abort(tasks[2]));
    assert_ok(edo_join(tasks[2], NULL));
    assert_err(w[2].got, -ECANCELED);
    close(peer);
    edo_tcp_close(stream);
}

EDO_TEST_BOTH(a_close_ends_waits_for_readiness)
{
    int peer;
    edo_tcp_stream *stream = accept_plain(&peer);
    edo_tcp_ready_future wait = edo_tcp_readable_async(stream);
    edo_tcp_ready_future other = edo_tcp_ready_async(stream, EDO_PRIORITY);

    assert_int_equal(edo_test_poll(&wait.base), EDO_PENDING);
    assert_int_equal(edo_test_poll(&other.base), EDO_PENDING);
    edo_tcp_close(stream);
    assert_err(poll_to_end(&wait.base), -ECANCELED);
    assert_err(poll_to_end(&other.base), -ECANCELED);
    assert_int_equal(read(peer, &(char){0}, 1), 0);
    close(peer);
}

EDO_TEST_BOTH(a_canceled_wait_can_be_begun_anew)
{
    int peer;
    edo_tcp_stream *stream = accept_plain(&peer);
    edo_tcp_ready_future wait = edo_tcp_readable_async(stream);

    assert_int_equal(edo_test_poll(&wait.base), EDO_PENDING);
    edo_future_cancel(&wait.base);
    assert_err(poll_to_end(&wait.base), -ECANCELED);
    wait.base = (edo_future)EDO_FUTURE_INIT(wait.base.ops);
    assert_int_equal(edo_test_poll(&wait.base), EDO_PENDING);
    put_back(stream, (size_t)write(peer, "x", 1));
    assert_ok(poll_to_end(&wait.base));
    close(peer);
    edo_tcp_close(stream);
}

EDO_TEST(an_interest_in_nothing_is_refused)
{
    int peer;
    edo_tcp_stream *stream = accept_plain(&peer);

    assert_err(edo_tcp_ready(stream, 0), -EINVAL);
    assert_err(edo_tcp_ready(stream, 64), -EINVAL);
    assert_err(edo_tcp_ready(NULL, EDO_READABLE), -EINVAL);
    assert_err(edo_tcp_try_ready(NULL, EDO_READABLE), -EINVAL);
    assert_err(edo_tcp_readable(NULL), -EINVAL);
    assert_err(edo_tcp_writable(NULL), -EINVAL);
    close(peer);
    edo_tcp_close(stream);
}
