/* until_test.c: up to a delimiter; lines; the pieces between delimiters. */
#include "io/feed.h"

/* Reads on up to `delimiter`: `new` is what comes. */
static void check_until(feed *f, char delimiter, edo_buf *buf, const char *new)
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

    check_until(&f, ' ', &buf, "hello ");
    check_until(&f, ' ', &buf, "world");
    check_until(&f, ' ', &buf, "");
    check_holds(&buf, "hello world");
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
        check_until(&f, '#', &buf, "Hello World#");
        check_until(&f, '#', &buf,
                    "Fizz\xff"
                    "Buzz#");
        check_until(&f, '#', &buf, "1#");
        check_until(&f, '#', &buf, "2");
        check_until(&f, '#', &buf, "");
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
    check_holds(&buf, "FooHello \xffWor");
    check_until(&f, '#', &buf, "ld#"); /* the rest is there still */
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
    check_holds(&buf, "hello\nworld\n\n");
    f = feed_of("no newline");
    edo_buf_clear(&buf);
    assert_ok(edo_read_line(feed_reader(&f), &buf, &done));
    assert_int_equal(done, 10);
    check_holds(&buf, "no newline");
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
    check_holds(&buf, "zero one two three\n");
    edo_buf_fini(&buf);
}

EDO_TEST(read_until_stops_at_the_limit_and_loses_nothing)
{
    feed f = feed_of("hello world\nnext");
    edo_buf buf = {.limit = 8};
    size_t done;

    assert_err(edo_read_line(feed_reader(&f), &buf, &done), -EDO_ETOOLONG);
    assert_int_equal(done, 8);
    check_holds(&buf, "hello wo");
    assert_err(edo_read_line(feed_reader(&f), &buf, &done), -EDO_ETOOLONG);
    assert_int_equal(done, 0);
    edo_buf_clear(&buf);
    check_until(&f, '\n', &buf, "rld\n");
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

static void check_next(edo_pieces *pieces, const char *expected)
{
    char *piece = NULL;
    size_t len = 99;

    assert_int_equal(edo_pieces_next(pieces, &piece, &len), 1);
    assert_string_equal(piece, expected);
    assert_int_equal(len, strlen(expected));
}

static void check_end(edo_pieces *pieces)
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
        check_next(&lines, "hello");
        check_next(&lines, "world");
        check_next(&lines, "");
        check_next(&lines, "\rlone\r");
        check_next(&lines, "last\r");
        check_end(&lines);
    }
}

EDO_TEST_BOTH(pieces_come_without_the_delimiter) /* io-062 */
{
    feed f = feed_of("a,bc,,d\r\n,");

    for (size_t step = 0; step < 4; step++) {
        f.at = 0;
        f.step = step;
        edo_pieces pieces = edo_split_at(feed_reader(&f), ',');
        check_next(&pieces, "a");
        check_next(&pieces, "bc");
        check_next(&pieces, "");
        check_next(&pieces, "d\r\n");
        check_end(&pieces);
    }
    f = feed_of("a,b"); /* and what has no delimiter behind it is one */
    edo_pieces pieces = edo_split_at(feed_reader(&f), ',');
    check_next(&pieces, "a");
    check_next(&pieces, "b");
    check_end(&pieces);
}

EDO_TEST(a_line_over_the_limit_is_skipped)
{
    for (size_t step = 0; step < 12; step++) {
        feed f = feed_of("four\r\n12345\nfive!\rtoo long\nfour\n123456");
        f.step = step;
        edo_pieces lines = edo_lines(feed_reader(&f));
        lines.limit = 4;
        check_next(&lines, "four");
        assert_err(edo_pieces_next(&lines, NULL, NULL), -EDO_ETOOLONG);
        assert_err(edo_pieces_next(&lines, NULL, NULL), -EDO_ETOOLONG);
        check_next(&lines, "four");
        assert_err(edo_pieces_next(&lines, NULL, NULL), -EDO_ETOOLONG);
        check_end(&lines);
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
    check_next(&lines, "one");
    check_next(&lines, "two");
    check_end(&lines);
}

EDO_TEST(the_end_that_a_loser_got_comes_again_and_writes_nothing)
{
    feed f = feed_of("");
    edo_pieces lines = edo_lines(feed_reader(&f));
    char untouched, *line = &untouched;
    size_t len = 7;

    edo_pieces_next_future next = edo_pieces_next_async(&lines, &line, &len);
    assert_int_equal(assert_ready(&next.base), 0);
    edo_future_put_back(&next.base);
    assert_err(next.base.result, -ECANCELED);
    assert_int_equal(edo_pieces_next(&lines, &line, &len), 0);
    assert_ptr_equal(line, &untouched);
    assert_int_equal(len, 7);
    edo_pieces_fini(&lines);
}

/* What ends in the middle of a line that is skipped may begin again, as a part of a reader can. */
EDO_TEST(the_end_ends_the_skipping)
{
    feed f = feed_of("too long\nnext\n");
    edo_take take = edo_take_from(feed_reader(&f), 8);
    edo_pieces lines = edo_lines(edo_take_reader(&take));

    lines.limit = 4;
    assert_err(edo_pieces_next(&lines, NULL, NULL), -EDO_ETOOLONG);
    assert_int_equal(edo_pieces_next(&lines, NULL, NULL), 0);
    take.left = 100;
    check_next(&lines, "");
    check_next(&lines, "next");
    check_end(&lines);
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
    check_next(&lines, "beginning and end");
    check_end(&lines);
}
