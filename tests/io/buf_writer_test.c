/* buf_writer_test.c: a buffer behind which a writer gets few large writes. */
#include "support/edo_test.h"
#include "support/memory_io.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

typedef struct setup {
    memory_io io;
    edo_buf_writer buffered;
    edo_writer writer;
} setup;

static void make(setup *s, size_t capacity, bool vectored)
{
    *s = (setup){0};
    assert_ok(edo_buf_writer_init(
        &s->buffered, memory_writer(&s->io, vectored),
        EDO_OPTS(buffering, .capacity = capacity, .seeker = memory_seeker(&s->io))));
    s->writer = edo_buf_writer_writer(&s->buffered);
}

static void assert_holds(setup *s, const char *expected, size_t expected_len)
{
    size_t len;
    const void *held = edo_buf_writer_unwritten(&s->buffered, &len);

    assert_int_equal(len, expected_len);
    assert_memory_equal(held, expected, len);
}

/* What the inner writer has got. */
static void assert_got(setup *s, const char *expected, size_t expected_len)
{
    assert_int_equal(s->io.len, expected_len);
    assert_memory_equal(s->io.data, expected, expected_len);
}

static void assert_known_writes(setup *s)
{
    assert_int_equal(edo_write(s->writer, "\0\1", 2), 2); /* goes straight through */
    assert_holds(s, "", 0);
    assert_got(s, "\0\1", 2);
    assert_int_equal(edo_write(s->writer, "\2", 1), 1);
    assert_int_equal(edo_write(s->writer, "\3", 1), 1);
    assert_holds(s, "\2\3", 2);
    assert_got(s, "\0\1", 2);
    assert_int_equal(edo_write(s->writer, "\4", 1), 1); /* first those two */
    assert_holds(s, "\4", 1);
    assert_got(s, "\0\1\2\3", 4);
    assert_int_equal(edo_write(s->writer, "\5\6", 2), 2);
    assert_holds(s, "", 0);
    assert_got(s, "\0\1\2\3\4\5\6", 7);
    assert_int_equal(edo_write(s->writer, "\7\10\11", 3), 3);
    assert_holds(s, "", 0);
    assert_got(s, "\0\1\2\3\4\5\6\7\10\11", 10);
    assert_ok(edo_flush(s->writer));
    edo_buf_writer_fini(&s->buffered);
}

EDO_TEST(writes_wait_in_the_buffer_and_long_ones_go_past_it) /* io-043 */
{
    setup s;

    make(&s, 2, false);
    assert_known_writes(&s);
}

EDO_TEST(writes_come_in_the_same_pieces_when_the_inner_writer_waits_each_time) /* io-044 */
{
    setup s;

    make(&s, 2, false);
    s.io.waits = true;
    assert_known_writes(&s);
}

EDO_TEST(what_was_buffered_goes_before_what_goes_past_the_buffer) /* io-045 */
{
    setup s;
    const struct iovec long_one = {(char[]){"ghijklmno"}, 9};

    make(&s, 4, true);
    s.io.most = 1; /* passed on in many pieces */
    assert_int_equal(edo_write(s.writer, "abc", 3), 3);
    assert_int_equal(edo_write(s.writer, "defgh", 5), 1); /* a short write, after abc */
    assert_got(&s, "abcd", 4);
    assert_int_equal(edo_write(s.writer, "ef", 2), 2);
    assert_int_equal(edo_writev(s.writer, &long_one, 1), 1);
    assert_got(&s, "abcdefg", 7);
    edo_buf_writer_fini(&s.buffered);
}

EDO_TEST(a_flush_writes_the_buffer_and_flushes_and_a_shutdown_also_shuts_down) /* io-046 */
{
    setup s;

    make(&s, 8, false);
    assert_int_equal(edo_write(s.writer, "abc", 3), 3);
    assert_string_equal(s.io.calls, "");
    assert_ok(edo_flush(s.writer));
    assert_string_equal(s.io.calls, "wf");
    assert_got(&s, "abc", 3);
    assert_int_equal(edo_write(s.writer, "de", 2), 2);
    s.io.waits = true;
    assert_ok(edo_shutdown(s.writer));
    assert_string_equal(s.io.calls, "wfwfs");
    assert_got(&s, "abcde", 5);
    edo_buf_writer_fini(&s.buffered);
}

/* Its flush fails after the first, its shutdown doesn't. */
EDO_TEST(a_second_shutdown_succeeds_as_that_of_what_is_inside)
{
    edo_buf_writer buffered;
    edo_duplex *a, *b;

    assert_ok(edo_duplex_new(8, &a, &b));
    assert_ok(edo_buf_writer_init(&buffered, edo_duplex_writer(a), NULL));
    edo_writer writer = edo_buf_writer_writer(&buffered);
    assert_ok(edo_shutdown(writer));
    assert_ok(edo_shutdown(writer));
    assert_err(edo_flush(writer), -EPIPE);
    assert_int_equal(edo_write(writer, "a", 1), 1);
    assert_err(edo_shutdown(writer), -EPIPE); /* which would have lost it */
    edo_buf_writer_fini(&buffered);
    edo_duplex_close(a);
    edo_duplex_close(b);
}

EDO_TEST(a_seek_that_is_canceled_while_it_passes_on_moves_nothing)
{
    memory_io io = {.stands_still = true, .ignores_cancel = true}, moved = memory_io_of("abcd");
    edo_buf_writer buffered;

    assert_ok(edo_buf_writer_init(&buffered, memory_writer(&io, false),
                                  EDO_OPTS(buffering, .seeker = memory_seeker(&moved))));
    assert_int_equal(edo_write(edo_buf_writer_writer(&buffered), "ab", 2), 2);
    edo_seek_future seek = edo_seek_async(edo_buf_writer_seeker(&buffered), 3, SEEK_SET);
    assert_pending(&seek.base);
    edo_future_cancel(&seek.base);
    memory_io_let_go(&io);
    assert_ready_eq(&seek.base, -ECANCELED);
    assert_int_equal(io.len, 2); /* which went out all the same */
    assert_int_equal(moved.at, 0);
    edo_buf_writer_fini(&buffered);
}

EDO_TEST(a_seek_passes_on_what_is_held_first) /* io-047 */
{
    setup s;

    make(&s, 3, false);
    edo_seeker seeker = edo_buf_writer_seeker(&s.buffered);
    for (int i = 0; i < 8; i++)
        assert_int_equal(edo_write(s.writer, &(char){(char)i}, 1), 1);
    assert_true(s.io.len < 8);
    s.io.waits = true;
    assert_int_equal(edo_seek(seeker, 0, SEEK_CUR), 8);
    assert_got(&s, "\0\1\2\3\4\5\6\7", 8);
    assert_int_equal(edo_seek(seeker, 2, SEEK_SET), 2);
    assert_int_equal(edo_write(s.writer, "\10\11", 2), 2);
    assert_got(&s, "\0\1\2\3\4\5\6\7", 8);
    assert_ok(edo_flush(s.writer));
    assert_got(&s, "\0\1\10\11\4\5\6\7", 8);
    edo_buf_writer_fini(&s.buffered);
    assert_ok(edo_buf_writer_init(&s.buffered, memory_writer(&s.io, false), NULL));
    assert_err(edo_seek(edo_buf_writer_seeker(&s.buffered), 0, SEEK_CUR), -ENOTSUP);
    edo_buf_writer_fini(&s.buffered);
}

EDO_TEST(without_a_flush_only_what_is_held_is_lost_and_can_be_asked_for) /* io-048 */
{
    setup s;
    char memory[4];
    size_t len;

    make(&s, 4, false);
    assert_int_equal(edo_write(s.writer, "abc", 3), 3);
    assert_int_equal(edo_write(s.writer, "de", 2), 2);
    assert_holds(&s, "de", 2);
    edo_buf_writer_fini(&s.buffered);
    assert_got(&s, "abc", 3);
    assert_string_equal(s.io.calls, "w");
    assert_null(edo_buf_writer_unwritten(&s.buffered, &len));
    assert_int_equal(len, 0);

    assert_ok(edo_buf_writer_init(&s.buffered, memory_writer(&s.io, false),
                                  EDO_OPTS(buffering, .capacity = 4, .memory = memory)));
    s.io.most = 1;
    s.io.error = -EIO;
    s.io.fails_at = 4; /* after one byte */
    assert_int_equal(edo_write(s.writer, "fghi", 3), 3);
    assert_err(edo_flush(s.writer), -EIO);
    assert_holds(&s, "gh", 2);
    s.io.error = 0;
    assert_int_equal(edo_write(s.writer, "ij", 2), 2); /* where there is room again */
    assert_holds(&s, "ghij", 4);
    assert_ok(edo_flush(s.writer));
    assert_got(&s, "abcfghij", 8);
    edo_buf_writer_fini(&s.buffered);
}

EDO_TEST(pieces_are_buffered_whole_as_far_as_they_fit) /* io-049 */
{
    setup s;
    struct iovec iov[] = {{(char[]){"abcd"}, 4}, {(char[]){"efgh"}, 4}, {(char[]){"ijk"}, 3}};

    make(&s, 8, false);
    assert_int_equal(edo_writev(s.writer, iov, 3), 8);
    assert_holds(&s, "abcdefgh", 8);
    assert_got(&s, "", 0);
    assert_int_equal(edo_writev(s.writer, iov + 2, 1), 3);
    assert_got(&s, "abcdefgh", 8);
    assert_holds(&s, "ijk", 3);
    edo_buf_writer_fini(&s.buffered);
}

EDO_TEST(pieces_that_fit_are_held_until_a_flush) /* io-050 */
{
    struct iovec iov[] = {{(char[]){"hello"}, 5}, {(char[]){" "}, 1}, {(char[]){"world"}, 5}};

    for (int vectored = 0; vectored < 2; vectored++) {
        setup s;
        make(&s, 16, vectored);
        assert_true(edo_writer_is_vectored(s.writer));
        assert_int_equal(edo_writev(s.writer, iov, 3), 11);
        assert_holds(&s, "hello world", 11);
        assert_got(&s, "", 0);
        assert_ok(edo_flush(s.writer));
        assert_got(&s, "hello world", 11);
        assert_string_equal(s.io.calls, "wf");
        edo_buf_writer_fini(&s.buffered);
    }
}

/* Any pieces, each of those that follow a short count again: nothing is lost, and the buffer bears it. */
static void write_pieces(setup *s, struct iovec *iov, size_t count)
{
    while (count > 0) {
        size_t held;
        ssize_t n = edo_writev(s->writer, iov, count);
        edo_buf_writer_unwritten(&s->buffered, &held);
        assert_true(held <= 4);
        assert_true(n > 0);
        for (; count > 0 && (size_t)n >= iov->iov_len; iov++, count--)
            n -= (ssize_t)iov->iov_len;
        if (count > 0) {
            iov->iov_base = (char *)iov->iov_base + n;
            iov->iov_len -= (size_t)n;
        }
    }
}

EDO_TEST(empty_and_long_pieces_keep_their_order_and_the_buffer_its_bound) /* io-051 */
{
    for (int round = 0; round < 4; round++) {
        struct iovec first_empty[] = {{NULL, 0}, {(char[]){"ab"}, 2}, {(char[]){"c"}, 1}};
        struct iovec middle_empty[] = {{(char[]){"de"}, 2}, {NULL, 0}, {(char[]){"fgh"}, 3}};
        struct iovec too_long[] = {
            {(char[]){"i"}, 1}, {(char[]){"jklmnopqr"}, 9}, {(char[]){"s"}, 1}};
        struct iovec empty_and_long[] = {{NULL, 0}, {(char[]){"tuvwxyz"}, 7}};
        setup s;
        make(&s, 4, round & 1);
        s.io.waits = round & 2;
        s.io.most = 3;
        write_pieces(&s, first_empty, 3);
        assert_holds(&s, "abc", 3);
        write_pieces(&s, middle_empty, 3);
        write_pieces(&s, too_long, 3);
        write_pieces(&s, empty_and_long, 2);
        assert_ok(edo_flush(s.writer));
        assert_got(&s, "abcdefghijklmnopqrstuvwxyz", 26);
        edo_buf_writer_fini(&s.buffered);
    }
}

EDO_TEST(input_and_output_of_a_buffered_stream_do_not_know_of_each_other) /* io-052 */
{
    memory_io in = memory_io_of("abcdef"), out = {0};
    edo_buf_stream stream, *made;
    char buf[8];
    size_t held;

    assert_ok(edo_buf_stream_init(&stream, (edo_io){memory_reader(&in), memory_writer(&out, false)},
                                  NULL, EDO_OPTS(buffering, .capacity = 4)));
    edo_io io = edo_buf_stream_io(&stream);
    assert_int_equal(edo_read(io.reader, buf, 1), 1);
    edo_buf_reader_buffered(&stream.in, &held);
    assert_int_equal(held, 5);
    assert_int_equal(edo_write(io.writer, "123", 3), 3);
    assert_int_equal(edo_write(io.writer, "45", 2), 2);
    assert_ok(edo_flush(io.writer));
    assert_memory_equal(edo_buf_reader_buffered(&stream.in, &held), "bcdef", 5);
    assert_int_equal(held, 5);
    assert_int_equal(edo_write(io.writer, "6", 1), 1);
    assert_int_equal(edo_read(io.reader, buf, 8), 5);
    assert_memory_equal(buf, "bcdef", 5);
    assert_memory_equal(out.data, "12345", 5);
    assert_int_equal(out.len, 5);
    edo_buf_stream_fini(&stream);
    assert_err(edo_buf_stream_init(&stream, (edo_io){memory_reader(&in), {0}}, NULL, NULL),
               -EINVAL);
    assert_ok(edo_buf_stream_new((edo_io){memory_reader(&in), memory_writer(&out, true)}, NULL,
                                 NULL, &made));
    edo_buf_stream_free(made);
}

EDO_TEST(a_writer_that_takes_nothing_any_more_is_an_error)
{
    setup s;

    make(&s, 4, false);
    s.io.takes_nothing = true;
    assert_int_equal(edo_write(s.writer, "abc", 3), 3);
    assert_err(edo_flush(s.writer), -EDO_EWRITEZERO);
    assert_holds(&s, "abc", 3);
    edo_buf_writer_fini(&s.buffered);
}

EDO_TEST(a_cancelled_write_has_taken_nothing_and_a_flush_goes_on_where_it_was)
{
    setup s;

    make(&s, 4, false);
    assert_int_equal(edo_write(s.writer, "abc", 3), 3);
    s.io.stands_still = true;
    edo_write_future write = edo_write_async(s.writer, "de", 2);
    assert_pending(&write.base);
    assert_err(edo_write(s.writer, "x", 1), -EBUSY);
    edo_future_cancel(&write.base);
    assert_ready_eq(&write.base, -ECANCELED);
    assert_holds(&s, "abc", 3);
    s.io.ignores_cancel = true;
    s.io.most = 2;
    edo_write_future flush = edo_flush_async(s.writer);
    assert_pending(&flush.base);
    edo_future_cancel(&flush.base);
    assert_pending(&flush.base);
    memory_io_let_go(&s.io);
    assert_ready_eq(&flush.base, -ECANCELED);
    assert_holds(&s, "c", 1);
    assert_got(&s, "ab", 2);
    assert_ok(edo_flush(s.writer));
    assert_got(&s, "abc", 3);
    edo_buf_writer_fini(&s.buffered);
}

EDO_TEST_BOTH(one_on_the_heap_is_like_any_other)
{
    memory_io io = {0};
    edo_buf_writer *buffered = NULL;

    assert_ok(edo_buf_writer_new(memory_writer(&io, false), EDO_OPTS(buffering, .capacity = 4),
                                 &buffered));
    edo_writer writer = edo_buf_writer_writer(buffered);
    assert_ok(edo_write_all(writer, "abc", 3, NULL));
    assert_int_equal(io.len, 0);
    assert_ok(edo_flush(writer));
    assert_int_equal(io.len, 3);
    edo_buf_writer_free(buffered);
    edo_buf_writer_free(NULL);
}
