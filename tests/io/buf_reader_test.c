/* buf_reader_test.c: a buffer in front of a reader. */
#include "support/edo_test.h"
#include "support/memory_io.h"
#include "support/tcp.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* 5 6 7 0 1 2 3 4, behind a buffer of two bytes. */
typedef struct setup {
    memory_io io;
    edo_buf_reader buffered;
    edo_reader reader;
} setup;

static void make(setup *s)
{
    *s = (setup){.io = memory_io_of("")};
    memcpy(s->io.data, "\5\6\7\0\1\2\3\4", 8);
    s->io.len = 8;
    assert_ok(
        edo_buf_reader_init(&s->buffered, memory_reader(&s->io),
                            EDO_OPTS(buffering, .capacity = 2, .seeker = memory_seeker(&s->io))));
    s->reader = edo_buf_reader_reader(&s->buffered);
}

static void assert_reads(setup *s, size_t len, const char *expected, size_t expected_len)
{
    char buf[16] = {0};

    assert_int_equal(edo_read(s->reader, buf, len), expected_len);
    assert_memory_equal(buf, expected, expected_len);
}

static void assert_holds(setup *s, const char *expected, size_t expected_len)
{
    size_t len;
    const void *held = edo_buf_reader_buffered(&s->buffered, &len);

    assert_int_equal(len, expected_len);
    assert_memory_equal(held, expected, len);
}

static void assert_known_reads(setup *s)
{
    assert_reads(s, 3, "\5\6\7", 3);
    assert_holds(s, "", 0);
    assert_reads(s, 2, "\0\1", 2);
    assert_holds(s, "", 0);
    assert_reads(s, 1, "\2", 1);
    assert_holds(s, "\3", 1);
    assert_reads(s, 3, "\3", 1);
    assert_holds(s, "", 0);
    assert_reads(s, 3, "\4", 1);
    assert_reads(s, 3, "", 0);
    edo_buf_reader_fini(&s->buffered);
}

EDO_TEST(reads_take_what_is_buffered_and_long_ones_go_past_an_empty_buffer) /* io-032 */
{
    setup s;

    make(&s);
    assert_known_reads(&s);
}

EDO_TEST(reads_come_in_the_same_pieces_when_the_inner_reader_waits_each_time) /* io-033 */
{
    setup s;

    make(&s);
    s.io.waits = true;
    assert_known_reads(&s);
}

EDO_TEST(a_read_as_long_as_the_buffer_goes_past_it_and_a_shorter_one_fills_it) /* io-034 */
{
    memory_io io = memory_io_of("hello world");
    edo_buf_reader buffered;
    char memory[4], buf[8] = {0};
    size_t held;

    assert_ok(edo_buf_reader_init(&buffered, memory_reader(&io),
                                  EDO_OPTS(buffering, .capacity = 4, .memory = memory)));
    edo_reader reader = edo_buf_reader_reader(&buffered);
    assert_int_equal(edo_read(reader, buf, 4), 4);
    assert_memory_equal(buf, "hell", 4);
    edo_buf_reader_buffered(&buffered, &held);
    assert_int_equal(held, 0);
    assert_int_equal(edo_read(reader, buf, 3), 3);
    assert_memory_equal(buf, "o w", 3);
    assert_memory_equal(edo_buf_reader_buffered(&buffered, &held), "o", 1);
    assert_int_equal(held, 1);
    assert_ptr_equal(edo_buf_reader_buffered(&buffered, &held), memory + 3);
    assert_int_equal(io.reads, 2);
    edo_buf_reader_fini(&buffered);
}

EDO_TEST(pieces_are_filled_from_the_buffer_and_long_ones_past_it)
{
    memory_io io = memory_io_of("hello world");
    edo_buf_reader buffered;
    char a[2], b[8] = {0};
    struct iovec iov[] = {{a, 2}, {NULL, 0}, {b, 1}};

    assert_ok(
        edo_buf_reader_init(&buffered, memory_reader(&io), EDO_OPTS(buffering, .capacity = 4)));
    edo_reader reader = edo_buf_reader_reader(&buffered);
    assert_int_equal(edo_readv(reader, iov, 3), 3);
    assert_memory_equal(a, "he", 2);
    assert_int_equal(b[0], 'l');
    assert_int_equal(edo_readv(reader, iov, 3), 1); /* what was left */
    iov[2].iov_len = 8;
    assert_int_equal(edo_readv(reader, iov, 3), 2); /* past it; the inner reader has no readv */
    assert_memory_equal(a, "o ", 2);
    edo_buf_reader_fini(&buffered);
}

EDO_TEST(fill_shows_what_is_held_again_and_again_until_it_is_consumed) /* io-035 */
{
    memory_io io = memory_io_of("hello world");
    edo_buf_reader buffered;
    const void *data;

    assert_ok(edo_buf_reader_init(&buffered, memory_reader(&io), NULL));
    edo_reader reader = edo_buf_reader_reader(&buffered);
    assert_int_equal(edo_fill(reader, &data), 11);
    assert_memory_equal(data, "hello world", 11);
    assert_ok(edo_consume(reader, 6));
    io.stands_still = true; /* nobody asks it */
    for (int i = 0; i < 2; i++) {
        assert_int_equal(edo_fill(reader, &data), 5);
        assert_memory_equal(data, "world", 5);
    }
    assert_int_equal(io.reads, 1);
    assert_ok(edo_consume(reader, 5));
    edo_fill_future fill = edo_fill_async(reader, &data);
    assert_pending(&fill.base);
    memory_io_let_go(&io);
    assert_woken(1);
    assert_ready_eq(&fill.base, 0);
    edo_buf_reader_fini(&buffered);
}

EDO_TEST(a_fill_that_waits_is_woken_by_the_writer_and_by_its_end) /* io-036 */
{
    edo_simplex_receiver *receiver;
    edo_simplex_sender *sender;
    edo_buf_reader buffered;
    const void *data;

    assert_ok(edo_simplex_new(32, &receiver, &sender));
    assert_ok(edo_buf_reader_init(&buffered, edo_simplex_reader(receiver), NULL));
    edo_reader reader = edo_buf_reader_reader(&buffered);
    edo_fill_future fill = edo_fill_async(reader, &data);
    assert_pending(&fill.base);
    assert_int_equal(edo_write(edo_simplex_writer(sender), "foo bar", 7), 7);
    assert_woken(1);
    assert_ready_eq(&fill.base, 7);
    assert_memory_equal(data, "foo bar", 7);
    assert_ok(edo_consume(reader, 4));
    assert_ok(edo_simplex_sender_close(sender));
    assert_int_equal(edo_fill(reader, &data), 3);
    assert_memory_equal(data, "bar", 3);
    assert_ok(edo_consume(reader, 3));
    assert_int_equal(edo_fill(reader, &data), 0);
    assert_int_equal(edo_fill(reader, &data), 0);
    edo_buf_reader_fini(&buffered);
    assert_ok(edo_simplex_receiver_close(receiver));
}

static void assert_reads_until(edo_reader reader, unsigned char delimiter, const char *expected,
                               size_t len)
{
    edo_buf buf = {0};
    size_t done;

    assert_ok(edo_read_until(reader, delimiter, &buf, &done));
    assert_int_equal(done, len);
    assert_int_equal(buf.len, len);
    assert_memory_equal(buf.data, expected, len);
    edo_buf_fini(&buf);
}

EDO_TEST(reads_up_to_a_delimiter_over_a_reader_that_brings_little_and_waits) /* io-042 */
{
    memory_io io = {.len = 6, .most = 2, .waits = true};
    edo_buf_reader buffered;

    memcpy(io.data, "\0\1\2\3\1\0", 6);
    assert_ok(edo_buf_reader_init(&buffered, memory_reader(&io), NULL));
    edo_reader reader = edo_buf_reader_reader(&buffered);
    assert_reads_until(reader, 3, "\0\1\2\3", 4);
    assert_reads_until(reader, 1, "\1", 1);
    assert_reads_until(reader, 8, "\0", 1);
    assert_reads_until(reader, 9, "", 0);
    edo_buf_reader_fini(&buffered);
}

EDO_TEST(more_than_is_held_cannot_be_consumed) /* io-038 */
{
    memory_io io = memory_io_of("hello");
    edo_buf_reader buffered;
    const void *data;

    assert_ok(edo_buf_reader_init(&buffered, memory_reader(&io), NULL));
    edo_reader reader = edo_buf_reader_reader(&buffered);
    assert_err(edo_consume(reader, 1), -EINVAL);
    assert_int_equal(edo_fill(reader, &data), 5);
    assert_err(edo_consume(reader, 6), -EINVAL);
    assert_int_equal(edo_fill(reader, &data), 5);
    assert_memory_equal(data, "hello", 5);
    assert_ok(edo_consume(reader, 5));
    edo_buf_reader_fini(&buffered);
    assert_err(edo_consume(memory_reader(&io), 1), -ENOTSUP);
    assert_err(edo_fill(memory_reader(&io), &data), -ENOTSUP);
}

static void assert_fills(setup *s, const char *expected, ssize_t len)
{
    const void *data;

    assert_int_equal(edo_fill(s->reader, &data), len);
    assert_memory_equal(data, expected, (size_t)len);
}

EDO_TEST(a_seek_drops_the_buffer_and_counts_from_where_reads_have_come_to) /* io-039 */
{
    setup s;

    make(&s);
    edo_seeker seeker = edo_buf_reader_seeker(&s.buffered);
    assert_fills(&s, "\5\6", 2);
    assert_int_equal(edo_seek(seeker, 3, SEEK_SET), 3);
    assert_fills(&s, "\0\1", 2);
    assert_int_equal(edo_seek(seeker, 1, SEEK_CUR), 4); /* the inner reader stands at 5 */
    assert_fills(&s, "\1\2", 2);
    assert_ok(edo_consume(s.reader, 1));
    assert_int_equal(edo_seek(seeker, -2, SEEK_CUR), 3);
    assert_fills(&s, "\0\1", 2);
    assert_int_equal(edo_seek(seeker, -1, SEEK_END), 7);
    assert_fills(&s, "\4", 1);
    edo_buf_reader_fini(&s.buffered);
}

EDO_TEST(a_seek_before_the_start_fails_and_leaves_the_buffer) /* io-040 */
{
    setup s;

    make(&s);
    edo_seeker seeker = edo_buf_reader_seeker(&s.buffered);
    assert_int_equal(edo_seek(seeker, 3, SEEK_SET), 3);
    assert_fills(&s, "\0\1", 2);
    assert_err(edo_seek(seeker, -4, SEEK_CUR), -EINVAL);
    assert_err(edo_seek(seeker, -1, SEEK_SET), -EINVAL);
    assert_err(edo_seek(seeker, INT64_MIN, SEEK_CUR), -EINVAL);
    assert_fills(&s, "\0\1", 2);
    edo_buf_reader_fini(&s.buffered);
}

EDO_TEST(a_seek_by_nothing_tells_where_reads_have_come_to) /* io-041 */
{
    setup s;

    make(&s);
    edo_seeker seeker = edo_buf_reader_seeker(&s.buffered);
    assert_reads(&s, 1, "\5", 1);
    assert_int_equal(s.io.at, 2);
    assert_int_equal(edo_seek(seeker, 0, SEEK_CUR), 1);
    assert_reads(&s, 1, "\6", 1);
    edo_buf_reader_fini(&s.buffered);
    assert_ok(edo_buf_reader_init(&s.buffered, memory_reader(&s.io), NULL));
    assert_err(edo_seek(edo_buf_reader_seeker(&s.buffered), 0, SEEK_CUR), -ENOTSUP);
    edo_buf_reader_fini(&s.buffered);
}

EDO_TEST(a_cancelled_fill_loses_nothing)
{
    memory_io io = memory_io_of("hello");
    edo_buf_reader buffered;
    char buf[8];

    assert_ok(edo_buf_reader_init(&buffered, memory_reader(&io), NULL));
    edo_reader reader = edo_buf_reader_reader(&buffered);
    io.stands_still = true;
    edo_read_future read = edo_read_async(reader, buf, sizeof buf);
    assert_pending(&read.base);
    edo_future_cancel(&read.base);
    assert_ready_eq(&read.base, -ECANCELED);
    io.ignores_cancel = true; /* it succeeds all the same */
    read = edo_read_async(reader, buf, 2);
    assert_pending(&read.base);
    edo_future_cancel(&read.base);
    assert_pending(&read.base);
    memory_io_let_go(&io);
    assert_ready_eq(&read.base, 2);
    edo_future_put_back(&read.base);
    assert_int_equal(read.base.result, -ECANCELED);
    assert_int_equal(edo_read(reader, buf, sizeof buf), 5);
    assert_memory_equal(buf, "hello", 5);
    edo_buf_reader_fini(&buffered);
}

EDO_TEST(what_a_losing_read_took_past_the_buffer_goes_back) /* io-117 */
{
    memory_io io = memory_io_of("hello");
    edo_buf_reader buffered;
    char buf[8];

    assert_ok(
        edo_buf_reader_init(&buffered, memory_reader(&io), EDO_OPTS(buffering, .capacity = 8)));
    edo_reader reader = edo_buf_reader_reader(&buffered);
    for (int i = 0; i < 2; i++) {
        io.keeps_nothing = i; /* then into the empty buffer */
        edo_read_future read = edo_read_async(reader, buf, 8);
        assert_ready_eq(&read.base, 5);
        edo_future_put_back(&read.base);
        assert_int_equal(read.base.result, -ECANCELED);
        memset(buf, '-', sizeof buf);
    }
    assert_int_equal(io.put_backs, 1);
    assert_int_equal(edo_read(reader, buf, 3), 3);
    assert_memory_equal(buf, "hel", 3);
    assert_int_equal(edo_read(reader, buf, 3), 2);
    assert_memory_equal(buf, "lo", 2);
    edo_buf_reader_fini(&buffered);
}

/* Both are there when the select looks, and the reader is behind: it has read, and lost. */
EDO_TEST_BOTH(a_read_that_loses_a_select_leaves_its_bytes_to_the_next) /* io-117 */
{
    edo_tcp_stream *server, *client;
    edo_buf_reader buffered;
    char buf[8];

    connect_pair(&server, &client);
    assert_ok(edo_buf_reader_init(&buffered, edo_tcp_reader(server), NULL));
    edo_reader reader = edo_buf_reader_reader(&buffered);
    assert_int_equal(edo_tcp_write(client, "abcdef", 6), 6);
    settle();
    unsigned lost = 0;
    for (int i = 0; i < 64; i++) {
        edo_read_future read = edo_read_async(reader, buf, 2);
        edo_future ready = edo_ready(0);
        if (edo_select(&read.base, &ready) == 1) {
            assert_int_equal(read.base.result, -ECANCELED);
            lost++;
        } else {
            assert_int_equal(read.base.result, 2);
            edo_future_put_back(&read.base);
        }
    }
    assert_true(lost > 0);
    edo_read_future late =
        edo_read_async(reader, buf, 2); /* a cancel by hand: its success is told */
    int64_t got = poll_to_end(&late.base);
    edo_future_cancel(&late.base);
    assert_int_equal(got, 2);
    assert_int_equal(late.base.result, 2);
    assert_memory_equal(buf, "ab", 2);
    assert_int_equal(edo_read(reader, buf, sizeof buf), 4);
    assert_memory_equal(buf, "cdef", 4);
    edo_buf_reader_fini(&buffered);
    edo_tcp_close(server);
    edo_tcp_close(client);
}

EDO_TEST(a_second_read_at_the_same_time_is_told_so)
{
    memory_io io = memory_io_of("hello");
    edo_buf_reader *buffered;
    char buf[8], other[8];

    assert_ok(edo_buf_reader_new(memory_reader(&io), NULL, &buffered));
    edo_reader reader = edo_buf_reader_reader(buffered);
    io.stands_still = true;
    edo_read_future read = edo_read_async(reader, buf, 1);
    assert_pending(&read.base);
    assert_err(edo_read(reader, other, 1), -EBUSY);
    memory_io_let_go(&io);
    assert_ready_eq(&read.base, 1);
    assert_int_equal(edo_read(reader, other, 1), 1);
    edo_buf_reader_free(buffered);
}

EDO_TEST(an_error_of_the_inner_reader_comes_after_what_was_read_before_it)
{
    memory_io io = memory_io_of("hello");
    edo_buf_reader buffered;
    char buf[8];

    io.error = -EIO;
    io.fails_at = 5;
    assert_ok(edo_buf_reader_init(&buffered, memory_reader(&io), NULL));
    edo_reader reader = edo_buf_reader_reader(&buffered);
    assert_int_equal(edo_read(reader, buf, 4), 4);
    assert_int_equal(edo_read(reader, buf, 4), 1);
    assert_err(edo_read(reader, buf, 4), -EIO);
    io.error = 0;
    assert_int_equal(edo_read(reader, buf, 4), 0);
    edo_buf_reader_fini(&buffered);
}

EDO_TEST_PLAIN(a_buffered_reader_needs_a_reader_and_memory_a_size)
{
    memory_io io = memory_io_of("");
    edo_buf_reader buffered, *made;
    char memory[8];

    assert_err(edo_buf_reader_init(&buffered, (edo_reader){0}, NULL), -EINVAL);
    assert_err(edo_buf_reader_init(NULL, memory_reader(&io), NULL), -EINVAL);
    assert_err(
        edo_buf_reader_init(&buffered, memory_reader(&io), EDO_OPTS(buffering, .memory = memory)),
        -EINVAL);
    assert_err(edo_buf_reader_new((edo_reader){0}, NULL, &made), -EINVAL);
    assert_err(edo_buf_reader_new(memory_reader(&io), NULL, NULL), -EINVAL);
    edo_buf_reader_fini(NULL);
    edo_buf_reader_free(NULL);
    assert_null(edo_buf_reader_reader(NULL).ops);
}
