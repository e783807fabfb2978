/* take_test.c: parts of readers, one after the other, and those with nothing behind them. */
#include "io/feed.h"

#include <unistd.h>

EDO_TEST_BOTH(a_chain_is_one_reader_after_the_other) /* io-022 */
{
    for (int waits = 0; waits < 2; waits++) {
        feed hello = feed_of("hello "), world = feed_of("world");
        edo_chain chain = edo_chain_of(feed_reader(&hello), feed_reader(&world));
        edo_buf buf = {0};
        hello.waits = world.waits = waits;
        assert_ok(edo_read_to_end(edo_chain_reader(&chain), &buf, NULL));
        check_holds(&buf, "hello world");
        unsigned calls = hello.calls;
        assert_int_equal(edo_read_buf(edo_chain_reader(&chain), &buf), 0);
        assert_int_equal(hello.calls, calls); /* who has ended isn't asked again */
        edo_buf_fini(&buf);
    }
}

EDO_TEST(a_chain_has_the_buffers_of_its_parts)
{
    feed one = feed_of("one\ntw"), two = feed_of("o\nthree");
    edo_chain chain = edo_chain_of(feed_reader(&one), feed_reader(&two));
    edo_chain longer = edo_chain_of(edo_chain_reader(&chain), edo_empty());
    edo_pieces lines = edo_lines(edo_chain_reader(&longer));
    char *line;

    assert_int_equal(edo_pieces_next(&lines, &line, NULL), 1);
    assert_string_equal(line, "one");
    assert_int_equal(edo_pieces_next(&lines, &line, NULL), 1);
    assert_string_equal(line, "two");
    assert_int_equal(edo_pieces_next(&lines, &line, NULL), 1);
    assert_string_equal(line, "three");
    assert_int_equal(edo_pieces_next(&lines, NULL, NULL), 0);
    edo_pieces_fini(&lines);
}

EDO_TEST(a_chain_puts_back_where_it_came_from)
{
    feed one = feed_of("one"), two = feed_of("two");
    edo_chain chain = edo_chain_of(feed_reader(&one), feed_reader(&two));
    char buf[8];

    edo_read_future first = edo_read_async(edo_chain_reader(&chain), buf, 8);
    assert_int_equal(assert_ready(&first.base), 3);
    edo_future_put_back(&first.base);
    assert_int_equal(one.at, 0);
    assert_int_equal(edo_read(edo_chain_reader(&chain), buf, 8), 3);
    edo_read_future second = edo_read_async(edo_chain_reader(&chain), buf, 8);
    assert_int_equal(assert_ready(&second.base), 3);
    edo_future_put_back(&second.base);
    assert_int_equal(two.at, 0);
    assert_int_equal(edo_read(edo_chain_reader(&chain), buf, 8), 3);
    assert_memory_equal(buf, "two", 3);
}

/* Cancelled while the first said its end: nothing is read of the second. */
EDO_TEST(a_chain_that_was_cancelled_begins_no_other)
{
    feed one = feed_of(""), two = feed_of("two");
    edo_chain chain = edo_chain_of(feed_reader(&one), feed_reader(&two));
    char buf[8];

    one.waits = two.waits = true;
    edo_read_future read = edo_read_async(edo_chain_reader(&chain), buf, 8);
    assert_pending(&read.base);
    assert_pending(&read.base); /* waits for the second now */
    assert_int_equal(two.calls, 1);
    edo_future_cancel(&read.base);
    assert_ready_eq(&read.base, -ECANCELED);
    assert_int_equal(two.at, 0);
    assert_int_equal(edo_read(edo_chain_reader(&chain), buf, 8), 3);
}

EDO_TEST_BOTH(take_ends_at_its_limit) /* io-023 */
{
    for (int waits = 0; waits < 2; waits++) {
        feed f = feed_of("hello world");
        edo_take take = edo_take_from(feed_reader(&f), 4);
        char buf[7] = "------";
        f.waits = waits;
        assert_int_equal(edo_read(edo_take_reader(&take), buf, 6), 4);
        assert_string_equal(buf, "hell--");
        assert_int_equal(edo_read(edo_take_reader(&take), buf, 6), 0);
        assert_string_equal(buf, "hell--");
    }
}

EDO_TEST(take_at_its_limit_asks_nobody_until_it_is_set_again) /* io-024 */
{
    feed f = feed_of("hello world");
    edo_take take = edo_take_from(feed_reader(&f), 4);
    edo_buf buf = {0};

    assert_ok(edo_read_to_end(edo_take_reader(&take), &buf, NULL));
    check_holds(&buf, "hell");
    assert_int_equal(f.calls, 1);
    assert_int_equal(take.left, 0);
    take.left = 3;
    assert_ok(edo_read_to_end(edo_take_reader(&take), &buf, NULL));
    check_holds(&buf, "hello w");
    take.left = 0;
    assert_ok(edo_read_line(edo_take_reader(&take), &buf, NULL));
    assert_int_equal(f.fills, 0);
    take.left = 2;
    assert_ok(edo_read_line(edo_take_reader(&take), &buf, NULL)); /* by the inner one's buffer */
    check_holds(&buf, "hello wor");
    take.left = 100;
    assert_ok(edo_read_to_end(edo_take_reader(&take), &buf, NULL));
    assert_int_equal(take.left, 98); /* the reader's own end came first */
    check_holds(&buf, "hello world");
    edo_buf_fini(&buf);
}

EDO_TEST(take_reads_into_several_pieces)
{
    edo_buf inner = {0};
    char a[4] = "---", b[4] = "---";
    const struct iovec pieces[3] = {{NULL, 0}, {a, 3}, {b, 3}};

    assert_ok(edo_buf_append(&inner, "abcdefgh", 8));
    edo_take take = edo_take_from(edo_buf_as_reader(&inner), 8);
    edo_read_future read = edo_readv_async(edo_take_reader(&take), pieces, 3);
    assert_int_equal(assert_ready(&read.base), 6); /* all of them fit */
    assert_int_equal(take.left, 2);
    edo_future_put_back(&read.base);
    assert_int_equal(take.left, 8);
    assert_int_equal(edo_readv(edo_take_reader(&take), pieces, 3), 6);
    assert_string_equal(a, "abc");
    assert_string_equal(b, "def");
    assert_int_equal(edo_readv(edo_take_reader(&take), pieces, 3), 2);
    assert_string_equal(a, "ghc");
    assert_string_equal(b, "def");
    assert_int_equal(edo_readv(edo_take_reader(&take), pieces, 3), 0);
    edo_buf_fini(&inner);
}

EDO_TEST_PLAIN(a_transfer_by_hand_is_put_back)
{
    feed f = feed_of("hello");
    edo_take take = edo_take_from(feed_reader(&f), 4);
    edo_transfer t;
    char buf[8] = "";

    edo_transfer_begin(&t, EDO_TRANSFER_READ, buf, sizeof buf);
    assert_int_equal(edo_reader_poll(edo_take_reader(&take), &t, edo_test_waker()), EDO_READY);
    assert_int_equal(t.result, 4);
    assert_ok(edo_reader_put_back(edo_take_reader(&take), &t));
    assert_err(t.result, -ECANCELED);
    assert_int_equal(f.at, 0);
    assert_int_equal(take.left, 4);
    t.result = 3; /* and where nobody takes it, it stays */
    assert_err(edo_reader_put_back(edo_empty(), &t), -ENOTSUP);
    assert_int_equal(t.result, 3);
}

EDO_TEST(empty_is_at_its_end_and_at_its_beginning) /* io-025 */
{
    char buf[8];
    edo_buf line = {0};
    size_t done = 99;
    static const int64_t offsets[] = {0, 1, -1 /* UINT64_MAX */, INT64_MIN, INT64_MAX};
    static const int whences[] = {SEEK_SET, SEEK_CUR, SEEK_END};

    assert_int_equal(edo_read(edo_empty(), buf, sizeof buf), 0);
    assert_ok(edo_read_line(edo_empty(), &line, &done));
    assert_int_equal(done, 0);
    assert_ok(edo_read_to_end(edo_empty(), &line, &done));
    assert_int_equal(done, 0);
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 3; j++)
            assert_int_equal(edo_seek(edo_empty_seeker(), offsets[i], whences[j]), 0);
    edo_buf_fini(&line);
}

EDO_TEST(repeat_never_ends_and_sink_takes_all) /* io-026 */
{
    char buf[100], expected[100];
    const struct iovec pieces[] = {{buf, 50}, {NULL, 0}, {buf + 50, 50}};

    memset(expected, 5, sizeof expected);
    for (int i = 0; i < 3; i++) {
        memset(buf, 0, sizeof buf);
        assert_int_equal(edo_read(edo_repeat(5), buf, sizeof buf), sizeof buf);
        assert_memory_equal(buf, expected, sizeof buf);
    }
    memset(buf, 0, sizeof buf);
    assert_int_equal(edo_readv(edo_repeat(5), pieces, 3), 100);
    assert_memory_equal(buf, expected, sizeof buf);
    assert_int_equal(edo_write(edo_sink(), buf, sizeof buf), sizeof buf);
    assert_int_equal(edo_writev(edo_sink(), pieces, 3), 100);
    assert_ok(edo_flush(edo_sink()));
    assert_ok(edo_shutdown(edo_sink()));
    assert_int_equal(edo_write(edo_sink(), buf, sizeof buf), sizeof buf); /* after it as well */
}
