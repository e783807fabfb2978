/* until_test.c: up to a delimiter; lines; the pieces between delimiters. */
#include "io/feed.h"

/* Reads on up to `delimiter`: `new` is what comes. */
static void until_gives(feed *f, char delimiter, edo_buf *buf, const char *new)
{
    size_t done = 99, before = buf->len;

    assert_ok(edo_read_until(feed_reader(f), (unsigned char)delimiter, buf, &done));
    assert_int_equal(done, strlen(new));
    assert_int_equal(buf->len, before + done);
    assert_memory_equal(buf->data + before, new, done);
}

EDO_TEST(read_until_stops_behind_the_delimiter) /* io-056 */
{
    feed f = feed_of("hello world");
    edo_buf buf = {0};

    until_gives(&f, ' ', &buf, "hello ");
    until_gives(&f, ' ', &buf, "world");
    until_gives(&f, ' ', &buf, "");
    buf_is(&buf, "hello world");
    edo_buf_fini(&buf);
}

EDO_TEST_BOTH(read_until_goes_on_over_pieces) /* io-057 */
{
    static const size_t cuts[] = {9, 20, 0};
    feed f = feed_of("Hello World#Fizz\xff"
                     "Buzz#1#2");
    edo_buf buf = {0};

    f.cuts = cuts;
    for (int i = 0; i < 2; i++) {
        f.at = 0;
        f.waits = i; /* and once more with waits before each */
        until_gives(&f, '#', &buf, "Hello World#");
        until_gives(&f, '#', &buf,
                    "Fizz\xff"
                    "Buzz#");
        until_gives(&f, '#', &buf, "1#");
        until_gives(&f, '#', &buf, "2");
        until_gives(&f, '#', &buf, "");
    }
    edo_buf_fini(&buf);
}

EDO_TEST(read_until_that_fails_keeps_what_it_had) /* io-058 */
{
    feed f = feed_of("Hello \xffWorld#");
    edo_buf buf = {0};
    size_t done;

    f.step = 4;
    f.error = -EPERM;
    f.error_at = 10;
    assert_ok(edo_buf_append(&buf, "Foo", 3));
    assert_err(edo_read_until(feed_reader(&f), '#', &buf, &done), -EPERM);
    assert_int_equal(done, 10);
    buf_is(&buf, "FooHello \xffWor");
    until_gives(&f, '#', &buf, "ld#"); /* the rest is there still */
    edo_buf_fini(&buf);
}

EDO_TEST(lines_are_read_with_their_end) /* io-059 */
{
    feed f = feed_of("hello\nworld\n\n");
    edo_buf buf = {0};
    static const size_t expected[] = {6, 6, 1, 0, 0};
    size_t done;

    for (int i = 0; i < 5; i++) {
        assert_ok(edo_read_line(feed_reader(&f), &buf, &done));
        assert_int_equal(done, expected[i]);
    }
    buf_is(&buf, "hello\nworld\n\n");
    f = feed_of("no newline");
    edo_buf_clear(&buf);
    assert_ok(edo_read_line(feed_reader(&f), &buf, &done));
    assert_int_equal(done, 10);
    buf_is(&buf, "no newline");
    edo_buf_fini(&buf);
}

EDO_TEST_BOTH(read_line_appends_over_pieces) /* io-060 */
{
    static const size_t cuts[] = {3, 7, 0};
    feed f = feed_of("one two three\nfour");
    edo_buf buf = {0};
    size_t done;

    f.cuts = cuts;
    f.waits = true;
    assert_ok(edo_buf_append(&buf, "zero ", 5));
    assert_ok(edo_read_line(feed_reader(&f), &buf, &done));
    assert_int_equal(done, 14);
    buf_is(&buf, "zero one two three\n");
    edo_buf_fini(&buf);
}

EDO_TEST(read_until_stops_at_the_limit_and_loses_nothing)
{
    feed f = feed_of("hello world\nnext");
    edo_buf buf = {.limit = 8};
    size_t done;

    assert_err(edo_read_line(feed_reader(&f), &buf, &done), -EDO_ETOOLONG);
    assert_int_equal(done, 8);
    buf_is(&buf, "hello wo");
    assert_err(edo_read_line(feed_reader(&f), &buf, &done), -EDO_ETOOLONG);
    assert_int_equal(done, 0);
    edo_buf_clear(&buf);
    until_gives(&f, '\n', &buf, "rld\n");
    edo_buf_fini(&buf);
}

EDO_TEST(what_has_no_buffer_has_no_lines)
{
    edo_buf buf = {0};
    edo_pieces lines = edo_lines(edo_repeat('x'));

    assert_err(edo_read_line(edo_repeat('x'), &buf, NULL), -ENOTSUP);
    assert_err(edo_pieces_next(&lines, NULL, NULL), -ENOTSUP);
    assert_err(edo_pieces_next(NULL, NULL, NULL), -EINVAL);
    edo_pieces_fini(&lines);
    edo_pieces_fini(NULL);
}

static void next_is(edo_pieces *pieces, const char *expected)
{
    char *piece = NULL;
    size_t len = 99;

    assert_int_equal(edo_pieces_next(pieces, &piece, &len), 1);
    assert_string_equal(piece, expected);
    assert_int_equal(len, strlen(expected));
}

static void ends(edo_pieces *pieces)
{
    for (int i = 0; i < 3; i++)
        assert_int_equal(edo_pieces_next(pieces, NULL, NULL), 0);
    edo_pieces_fini(pieces);
}

EDO_TEST_BOTH(lines_come_without_their_end) /* io-061 */
{
    feed f = feed_of("hello\r\nworld\n\n\rlone\r\r\nlast\r");

    for (size_t step = 0; step < 4; step++) {
        f.at = 0;
        f.step = step;
        f.waits = step > 0;
        edo_pieces lines = edo_lines(feed_reader(&f));
        next_is(&lines, "hello");
        next_is(&lines, "world");
        next_is(&lines, "");
        next_is(&lines, "\rlone\r");
        next_is(&lines, "last\r");
        ends(&lines);
    }
}

EDO_TEST_BOTH(pieces_come_without_the_delimiter) /* io-062 */
{
    feed f = feed_of("a,bc,,d\r\n,");

    for (size_t step = 0; step < 4; step++) {
        f.at = 0;
        f.step = step;
        edo_pieces pieces = edo_split_at(feed_reader(&f), ',');
        next_is(&pieces, "a");
        next_is(&pieces, "bc");
        next_is(&pieces, "");
        next_is(&pieces, "d\r\n");
        ends(&pieces);
    }
    f = feed_of("a,b"); /* and what has no delimiter behind it is one */
    edo_pieces pieces = edo_split_at(feed_reader(&f), ',');
    next_is(&pieces, "a");
    next_is(&pieces, "b");
    ends(&pieces);
}

EDO_TEST(a_line_over_the_limit_is_skipped)
{
    for (size_t step = 0; step < 12; step++) {
        feed f = feed_of("four\r\n12345\nfive!\rtoo long\nfour\n123456");
        f.step = step;
        edo_pieces lines = edo_lines(feed_reader(&f));
        lines.limit = 4;
        next_is(&lines, "four");
        assert_err(edo_pieces_next(&lines, NULL, NULL), -EDO_ETOOLONG);
        assert_err(edo_pieces_next(&lines, NULL, NULL), -EDO_ETOOLONG);
        next_is(&lines, "four");
        assert_err(edo_pieces_next(&lines, NULL, NULL), -EDO_ETOOLONG);
        ends(&lines);
    }
}

EDO_TEST(a_line_that_a_loser_got_comes_again)
{
    feed f = feed_of("one\ntwo\n");
    edo_pieces lines = edo_lines(feed_reader(&f));
    char *line = NULL;

    edo_pieces_next_future next = edo_pieces_next_async(&lines, &line, NULL);
    assert_int_equal(assert_ready(&next.base), 1);
    assert_string_equal(line, "one");
    edo_future_put_back(&next.base);
    assert_err(next.base.result, -ECANCELED);
    next_is(&lines, "one");
    next_is(&lines, "two");
    ends(&lines);
}

EDO_TEST(a_line_that_was_cut_short_goes_on)
{
    feed f = feed_of("beginning and end\n");
    edo_pieces lines = edo_lines(feed_reader(&f));

    f.step = 9;
    f.waits = true;
    edo_pieces_next_future next = edo_pieces_next_async(&lines, NULL, NULL);
    assert_pending(&next.base);
    assert_pending(&next.base); /* has got nine bytes */
    edo_future_cancel(&next.base);
    assert_ready_eq(&next.base, -ECANCELED);
    assert_int_equal(f.at, 9);
    next_is(&lines, "beginning and end");
    ends(&lines);
}
