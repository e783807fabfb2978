/* duplex_test.c: pipes in memory, in both directions and in one. */
#include "support/edo_test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct ends {
    edo_duplex *a, *b;
} ends;

static ends make(size_t capacity)
{
    ends e;

    assert_ok(edo_duplex_new(capacity, &e.a, &e.b));
    return e;
}

static void close_both(ends e)
{
    assert_ok(edo_duplex_close(e.a));
    assert_ok(edo_duplex_close(e.b));
}

static ssize_t put(edo_duplex *end, const void *buf, size_t len)
{
    return edo_write(edo_duplex_writer(end), buf, len);
}

static ssize_t get(edo_duplex *end, void *buf, size_t len)
{
    return edo_read(edo_duplex_reader(end), buf, len);
}

static int pong(void *arg)
{
    edo_duplex *end = arg;
    char buf[8];

    assert_int_equal(get(end, buf, sizeof buf), 4);
    assert_memory_equal(buf, "ping", 4);
    assert_int_equal(put(end, "pong", 4), 4);
    return 0;
}

EDO_TEST_BOTH(ping_and_pong) /* io-069 */
{
    ends e = make(32);
    char buf[8];
    edo_task task;

    assert_int_equal(put(e.a, "ping", 4), 4);
    assert_ok(pong(e.b));
    assert_int_equal(get(e.a, buf, sizeof buf), 4);
    assert_memory_equal(buf, "pong", 4);

    assert_ok(edo_spawn(pong, e.b, &task));
    assert_int_equal(put(e.a, "ping", 4), 4);
    assert_int_equal(get(e.a, buf, sizeof buf), 4);
    assert_memory_equal(buf, "pong", 4);
    assert_ok(edo_join(task, NULL));
    close_both(e);
}

EDO_TEST(what_was_written_before_the_close_is_read_and_then_the_end) /* io-070 */
{
    ends e = make(32);
    char buf[8];

    assert_int_equal(put(e.a, "ping", 4), 4);
    assert_ok(edo_duplex_close(e.a));
    assert_int_equal(get(e.b, buf, sizeof buf), 4);
    assert_memory_equal(buf, "ping", 4);
    assert_int_equal(get(e.b, buf, sizeof buf), 0);
    assert_int_equal(get(e.b, buf, sizeof buf), 0);
    assert_err(put(e.b, "x", 1), -EPIPE);
    assert_ok(edo_duplex_close(e.b));
}

EDO_TEST(the_close_of_the_reading_end_fails_a_write_that_waits) /* io-071 */
{
    ends e = make(2);

    edo_write_all_future write = edo_write_all_async(edo_duplex_writer(e.a), "ping", 4);
    assert_pending(&write.base);
    assert_int_equal(write.done, 2);
    assert_ok(edo_duplex_close(e.b));
    assert_woken(1);
    assert_ready_eq(&write.base, -EPIPE);
    assert_ok(edo_duplex_close(e.a));
}

EDO_TEST(a_write_takes_what_there_is_room_for) /* io-072 */
{
    ends e = make(32);
    char buf[64], in[64];

    for (size_t i = 0; i < sizeof buf; i++)
        buf[i] = (char)i;
    assert_int_equal(put(e.a, buf, 64), 32);
    assert_int_equal(get(e.b, in, 4), 4);
    assert_int_equal(put(e.a, buf + 32, 32), 4);
    assert_int_equal(get(e.b, in + 4, 60), 32);
    assert_memory_equal(in, buf, 36);
    close_both(e);
}

EDO_TEST(nothing_is_read_and_written_at_once) /* io-073 */
{
    ends e = make(4);
    char buf[4];
    const struct iovec none[] = {{NULL, 0}, {buf, 0}};

    assert_int_equal(get(e.b, buf, 0), 0);
    assert_int_equal(put(e.a, "full", 4), 4);
    assert_int_equal(put(e.a, buf, 0), 0);
    assert_int_equal(edo_writev(edo_duplex_writer(e.a), none, 2), 0);
    assert_int_equal(edo_readv(edo_duplex_reader(e.b), none, 2), 0);
    assert_int_equal(get(e.b, buf, 4), 4);
    assert_memory_equal(buf, "full", 4);
    close_both(e);
}

EDO_TEST(pieces_arrive_whole_after_a_shutdown_or_a_flush_and_the_close) /* io-074 */
{
    for (int shut = 0; shut < 2; shut++) {
        ends e = make(32);
        char a[] = "pieces of this", b[] = "; pieces more.", in[40];
        const struct iovec iov[] = {{a, 14}, {b, 14}};
        struct iovec into[] = {{in, 3}, {NULL, 0}, {in + 3, 30}};
        edo_writer writer = edo_duplex_writer(e.a);
        assert_true(edo_writer_is_vectored(writer));
        assert_int_equal(edo_writev(writer, iov, 2), 28);
        assert_ok(shut ? edo_shutdown(writer) : edo_flush(writer));
        assert_ok(edo_duplex_close(e.a));
        assert_int_equal(edo_readv(edo_duplex_reader(e.b), into, 3), 28);
        assert_memory_equal(in, "pieces of this; pieces more.", 28);
        assert_int_equal(get(e.b, in, 4), 0);
        assert_ok(edo_duplex_close(e.b));
    }
}

EDO_TEST(a_shutdown_ends_one_direction_alone)
{
    ends e = make(8);
    char buf[8];

    edo_read_future read = edo_read_async(edo_duplex_reader(e.b), buf, 8);
    assert_pending(&read.base);
    assert_ok(edo_shutdown(edo_duplex_writer(e.a)));
    assert_woken(1);
    assert_ready_eq(&read.base, 0);
    assert_err(put(e.a, "x", 1), -EPIPE);
    assert_int_equal(put(e.b, "still", 5), 5);
    assert_int_equal(get(e.a, buf, 8), 5);
    close_both(e);
}

EDO_TEST(the_close_of_an_end_ends_its_own_calls_too)
{
    ends e = make(2);
    char buf[8];

    edo_read_future read = edo_read_async(edo_duplex_reader(e.a), buf, 8);
    edo_write_future write = edo_write_async(edo_duplex_writer(e.a), "abc", 3);
    assert_ready_eq(&write.base, 2);
    write = edo_write_async(edo_duplex_writer(e.a), "c", 1);
    assert_pending(&read.base);
    assert_pending(&write.base);
    assert_ok(edo_duplex_close(e.a));
    assert_ok(edo_duplex_close(e.b)); /* their memory stays until they have ended */
    assert_ready_eq(&read.base, -ECANCELED);
    assert_ready_eq(&write.base, -ECANCELED);
}

EDO_TEST(a_cancelled_read_and_write_take_and_give_nothing)
{
    ends e = make(2);
    char buf[8];

    edo_read_future read = edo_read_async(edo_duplex_reader(e.b), buf, 8);
    assert_pending(&read.base);
    edo_future_cancel(&read.base);
    assert_ready_eq(&read.base, -ECANCELED);
    assert_int_equal(put(e.a, "ab", 2), 2);
    edo_write_future write = edo_write_async(edo_duplex_writer(e.a), "cd", 2);
    assert_pending(&write.base);
    edo_future_cancel(&write.base);
    assert_ready_eq(&write.base, -ECANCELED);
    read = edo_read_async(edo_duplex_reader(e.b), buf, 8);
    assert_ready_eq(&read.base, 2);
    assert_memory_equal(buf, "ab", 2);
    edo_read_future next = edo_read_async(edo_duplex_reader(e.b), buf, 8);
    assert_pending(&next.base); /* cd was not written */
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
    assert_ok(edo_duplex_close(e.b));
    assert_ok(edo_duplex_close(e.a));
}

/* The room that it took has been filled since; nothing is dropped, and no more is let in. */
EDO_TEST(what_a_losing_read_took_goes_back_in_front_of_the_rest)
{
    ends e = make(4);
    char buf[8], rest[8];
    struct iovec iov[] = {{buf, 1}, {buf + 1, 2}};

    assert_int_equal(put(e.a, "ab", 2), 2);
    assert_int_equal(get(e.b, buf, 2), 2);
    assert_int_equal(put(e.a, "0123", 4), 4);
    edo_read_future read = edo_readv_async(edo_duplex_reader(e.b), iov, 2);
    assert_ready_eq(&read.base, 3);
    assert_int_equal(put(e.a, "456", 3), 3);
    edo_future_put_back(&read.base);
    assert_int_equal(read.base.result, -ECANCELED);
    edo_write_future write = edo_write_async(edo_duplex_writer(e.a), "7", 1);
    assert_pending(&write.base);
    assert_int_equal(get(e.b, rest, 3), 3);
    assert_memory_equal(rest, "012", 3);
    assert_pending(&write.base); /* four are in it, as many as it takes */
    assert_int_equal(get(e.b, rest, 1), 1);
    assert_ready_eq(&write.base, 1);
    assert_int_equal(get(e.b, rest, 8), 4);
    assert_memory_equal(rest, "4567", 4);
    close_both(e);
}

EDO_TEST(a_put_back_wakes_who_waits)
{
    ends e = make(4);
    char buf[4], other[4];

    assert_int_equal(put(e.a, "ab", 2), 2);
    edo_read_future read = edo_read_async(edo_duplex_reader(e.b), buf, 4);
    assert_ready_eq(&read.base, 2);
    edo_read_future waits = edo_read_async(edo_duplex_reader(e.b), other, 4);
    assert_pending(&waits.base);
    edo_future_put_back(&read.base);
    assert_woken(1);
    assert_ready_eq(&waits.base, 2);
    assert_memory_equal(other, "ab", 2);
    close_both(e);
}

EDO_TEST_PLAIN(pipes_without_room_are_refused) /* io-075 */
{
    edo_simplex_receiver *receiver;
    edo_simplex_sender *sender;
    edo_duplex *a, *b;

    assert_err(edo_simplex_new(0, &receiver, &sender), -EINVAL);
    assert_err(edo_duplex_new(0, &a, &b), -EINVAL);
    assert_err(edo_duplex_new(1, NULL, &b), -EINVAL);
    assert_err(edo_simplex_new(1, &receiver, NULL), -EINVAL);
    assert_err(edo_duplex_close(NULL), -EINVAL);
    assert_err(edo_simplex_receiver_close(NULL), -EINVAL);
    assert_err(edo_simplex_sender_close(NULL), -EINVAL);
    assert_null(edo_duplex_reader(NULL).ops);
    assert_null(edo_simplex_writer(NULL).ops);
}

EDO_TEST_PLAIN(plain_threads_park)
{
    ends e = make(4);
    char buf[4];

    assert_int_equal(put(e.a, "abcd", 4), 4);
    assert_int_equal(get(e.b, buf, 4), 4);
    close_both(e);
}

/* Alone: always ready. It has to give way to a neighbour all the same. */
static int count_rounds(void *arg)
{
    ++*(unsigned *)arg;
    return 0;
}

EDO_TEST(a_loop_over_a_pipe_gives_way) /* io-029 */
{
    static char buf[4096];
    ends e = make(sizeof buf);
    unsigned others = 0;
    edo_task task;

    assert_ok(edo_spawn(count_rounds, &others, &task));
    for (int i = 0; i < 128 && !others; i++) {
        assert_int_equal(put(e.a, buf, sizeof buf), sizeof buf);
        assert_int_equal(get(e.b, buf, sizeof buf), sizeof buf);
    }
    assert_int_equal(others, 1);
    assert_ok(edo_join(task, NULL));
    close_both(e);
}
